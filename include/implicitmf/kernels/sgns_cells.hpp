// SPDX-License-Identifier: MIT
/// \file
/// The SGNS objective on cells of the word-context matrix: what a pass over all of them does beside
/// dense products.
#pragma once

#include <cstddef>

#include <implicitmf/kernels/sigmoid.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// The noise of one row: x[j] ← rate · q[j] · σ(x[j]). Returns Σ q[j] · log(1 + e^x[j]), which the
/// rate makes the row's part of −Σ e(w,c) log σ(−x).
///
/// \par Shapes     n: a multiple of panel_width; q is 0 where there is no cell.
/// \par Alignment  x and q: 64 bytes.
/// \par Overlap    none.
/// \par Max error  for |x| <= 87 of each x 7u relative, of the sum (n / w + log2(w) + 6) · u
/// relative;
///                 u = 2⁻²⁴, w = FloatBatch<Arch>::width; while nothing leaves the normal range.
/// \par Order      j is added to lane j mod w, by rising j, with fma; then reduce_add.
/// \par NaN, inf   NaN of NaN; beyond ±87 e^−|x| stays at e^−87, and log(1 + e^x) ends at the
/// largest
///                 float.
template <class Arch = DefaultArch>
[[nodiscard]] inline double noise_cells(std::size_t n, float* x, float rate,
                                        const float* q) noexcept {
  using Batch = FloatBatch<Arch>;
  const Batch factor = Batch::broadcast(rate);
  Batch sum;
  for (std::size_t j = 0; j < n; j += Batch::width) {
    const auto at = detail::sigmoid_and_softplus(Batch::load_aligned(x + j));
    const Batch weight = Batch::load_aligned(q + j);
    sum = fma(weight, at.softplus, sum);
    (factor * weight * at.sigmoid).store_aligned(x + j);
  }
  return static_cast<double>(reduce_add(sum));
}

/// The positive examples of a list of cells: x[i] ← −count[i] · σ(−x[i]). Returns
/// −Σ count[i] · log σ(x[i]), at least 0.
///
/// \par Shapes     n: a multiple of panel_width; count is 0 where there is no cell.
/// \par Alignment, overlap, error, order, NaN  as for noise_cells().
template <class Arch = DefaultArch>
[[nodiscard]] inline double observed_cells(std::size_t n, float* x, const float* count) noexcept {
  using Batch = FloatBatch<Arch>;
  const Batch zero;
  Batch sum;
  for (std::size_t i = 0; i < n; i += Batch::width) {
    const auto at = detail::sigmoid_and_softplus(zero - Batch::load_aligned(x + i));
    const Batch weight = Batch::load_aligned(count + i);
    sum = fma(weight, at.softplus, sum);
    (zero - weight * at.sigmoid).store_aligned(x + i);
  }
  return static_cast<double>(reduce_add(sum));
}

}  // namespace implicitmf::kernels
