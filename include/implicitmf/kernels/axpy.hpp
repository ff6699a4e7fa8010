// SPDX-License-Identifier: MIT
/// \file
/// axpy and scale: a vector times a number, added to another or in place.
#pragma once

#include <cstddef>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// y[i] += alpha · x[i] for i < n.
///
/// \par Shapes     x, y: n floats; any n.
/// \par Alignment  none needed.
/// \par Overlap    x and y are the same or do not overlap. Touches the 2n floats, nothing beyond.
/// \par Max error  in each element u · (|y + alpha · x| + |alpha · x|), and without the second term
///                 where Arch has a fused multiply-add; u = 2⁻²⁴, results in the normal range.
/// \par Order      elements do not meet.
/// \par NaN, inf   as in the formula; alpha = 0 is no short cut: 0 · inf makes a NaN.
template <class Arch = DefaultArch>
void axpy(float alpha, const float* x, float* y, std::size_t n) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t w = Batch::width;
  const Batch factor = Batch::broadcast(alpha);
  std::size_t i = 0;
  for (; n - i >= w; i += w) fma(factor, Batch::load(x + i), Batch::load(y + i)).store(y + i);
  const std::size_t rest = n - i;
  if (rest > 0)
    fma(factor, Batch::load_partial(x + i, rest), Batch::load_partial(y + i, rest))
        .store_partial(y + i, rest);
}

/// x[i] = alpha · x[i] for i < n.
///
/// \par Shapes     x: n floats; any n.
/// \par Alignment  none needed.
/// \par Overlap    not possible. Touches the n floats and nothing beyond.
/// \par Max error  in each element u · |alpha · x| with u = 2⁻²⁴; results in the normal range.
/// \par Order      elements do not meet.
/// \par NaN, inf   as in the formula; alpha = 0 is no short cut: 0 · inf makes a NaN.
template <class Arch = DefaultArch>
void scale(float alpha, float* x, std::size_t n) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t w = Batch::width;
  const Batch factor = Batch::broadcast(alpha);
  std::size_t i = 0;
  for (; n - i >= w; i += w) (factor * Batch::load(x + i)).store(x + i);
  const std::size_t rest = n - i;
  if (rest > 0) (factor * Batch::load_partial(x + i, rest)).store_partial(x + i, rest);
}

}  // namespace implicitmf::kernels
