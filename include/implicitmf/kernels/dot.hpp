// SPDX-License-Identifier: MIT
/// \file
/// dot: the inner product of two vectors.
#pragma once

#include <cstddef>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// Σ a[i] · b[i] over i < n; 0 for n = 0.
///
/// \par Shapes     a, b: n floats; any n.
/// \par Alignment  none needed.
/// \par Overlap    allowed. Reads the 2n floats and nothing beyond.
/// \par Max error  (n / (4w) + log2(w) + 4) · u · Σ |a[i] · b[i]| to first order in u = 2⁻²⁴, with
///                 w = FloatBatch<Arch>::width, while no sum overflows or leaves the normal range.
/// \par Order      element i is added to lane i mod w of accumulator (i / w) mod 4, by rising i,
///                 with fma; then (s0 + s1) + (s2 + s3), then reduce_add. It depends on n and Arch.
/// \par NaN, inf   as in the sum above: NaN if any term is NaN or +inf and -inf meet.
template <class Arch = DefaultArch>
[[nodiscard]] float dot(const float* a, const float* b, std::size_t n) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t w = Batch::width;
  constexpr std::size_t chains = 4;  // fma takes about four cycles, and loads allow one a cycle
  Batch sum[chains];

  std::size_t i = 0;
  for (; n - i >= chains * w; i += chains * w)
#pragma GCC unroll 4
    for (std::size_t c = 0; c < chains; ++c)
      sum[c] = fma(Batch::load(a + i + c * w), Batch::load(b + i + c * w), sum[c]);
#pragma GCC unroll 4
  for (std::size_t c = 0; c < chains; ++c) {
    if (n - i < w) {
      if (n != i)
        sum[c] = fma(Batch::load_partial(a + i, n - i), Batch::load_partial(b + i, n - i), sum[c]);
      break;
    }
    sum[c] = fma(Batch::load(a + i), Batch::load(b + i), sum[c]);
    i += w;
  }
  return reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

}  // namespace implicitmf::kernels
