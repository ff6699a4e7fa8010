// SPDX-License-Identifier: MIT
/// \file
/// follow_sum: a running mean of weighted sums of rows.
#pragma once

#include <cstddef>

#include <implicitmf/kernels/half_register.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// mean += part · (Σ factors[i] · rows[i] − mean).
///
/// \par Shapes     rows and mean: `columns` floats, a multiple of 8; factors: `count`; any count.
/// \par Alignment  rows, mean: 64 bytes.
/// \par Overlap    mean is none of the rows. Touches the columns, nothing beyond.
/// \par Max error  (count + 2) · u · (|mean| + Σ |factors[i] · rows[i]|) in each element, to first
///                 order in u = 2⁻²⁴, for part from 0 to 1 and results in the normal range.
/// \par Order      rows by rising place with fma from 0; elements do not meet.
/// \par NaN, inf   as in the formula; a factor of 0 is no short cut: 0 · inf makes a NaN.
template <class Arch = DefaultArch>
void follow_sum(float part, float* const* rows, const float* factors, std::size_t count,
                float* mean, std::size_t columns) noexcept {
  std::size_t k = 0;
  const auto follow = [&]<class Registers>() {
    using Batch = FloatBatch<Registers>;
    for (; columns - k >= Batch::width; k += Batch::width) {
      Batch sum;
      for (std::size_t i = 0; i < count; ++i)
        sum = fma(Batch::broadcast(factors[i]), Batch::load_aligned(rows[i] + k), sum);
      const Batch old = Batch::load_aligned(mean + k);
      fma(Batch::broadcast(part), sum - old, old).store_aligned(mean + k);
    }
  };
  follow.template operator()<Arch>();
  follow.template operator()<NarrowArch<Arch>>();
}

}  // namespace implicitmf::kernels
