// SPDX-License-Identifier: MIT
/// \file
/// The AdaGrad update of a vector.
#pragma once

#include <cstddef>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// squares[i] += gradient[i]², then x[i] += rate · gradient[i] / √(squares[i] + 1e-12): AdaGrad
/// (Duchi, Hazan & Singer, JMLR 2011) with diagonal matrices, climbing.
///
/// \par Shapes     x, squares, gradient: n floats; n a multiple of panel_width.
/// \par Alignment  64 bytes.
/// \par Overlap    none.
/// \par Max error  each operation rounds once (the squares' sum once where Arch has fma).
/// \par Order      elements do not meet.
/// \par NaN, inf   as in the formulas.
template <class Arch = DefaultArch>
void adagrad(float rate, const float* gradient, float* squares, float* x, std::size_t n) noexcept {
  using Batch = FloatBatch<Arch>;
  const Batch factor = Batch::broadcast(rate);
  const Batch least = Batch::broadcast(1e-12F);
  for (std::size_t i = 0; i < n; i += Batch::width) {
    const Batch g = Batch::load_aligned(gradient + i);
    const Batch sum = fma(g, g, Batch::load_aligned(squares + i));
    sum.store_aligned(squares + i);
    (Batch::load_aligned(x + i) + factor * g / sqrt(sum + least)).store_aligned(x + i);
  }
}

}  // namespace implicitmf::kernels
