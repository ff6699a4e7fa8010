// SPDX-License-Identifier: MIT
/// \file
/// sparse_product: rows of a sparse matrix times a dense panel.
#pragma once

#include <cstddef>
#include <cstdint>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

namespace detail {

/// Asks for the cache line of items[i], to be read once; it need not exist.
template <class Item>
void prefetch_once(const Item* items, std::uint64_t i) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(items) + i * sizeof(Item);
  __builtin_prefetch(reinterpret_cast<const void*>(address), 0, 0);
}

/// sparse_product for one panel of Vectors · width columns.
///
/// The nonzeros stream from memory and are fetched well ahead, past the second-level cache, which
/// is for x. Rows of x are not: one nonzero is so few instructions that the processor itself looks
/// some eighty of them ahead.
template <class Arch, std::size_t Vectors>
void sparse_panel(std::size_t row_begin, std::size_t row_end, const std::uint64_t* offsets,
                  const std::uint32_t* columns, const float* values, const float* x,
                  std::size_t x_stride, float* y, std::size_t y_stride) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::uint64_t line = 16;    // nonzeros: a cache line of values and one of columns
  constexpr std::uint64_t ahead = 256;  // nonzeros: about a quarter of a microsecond
  for (std::size_t row = row_begin; row < row_end; ++row) {
    Batch even[Vectors];
    Batch odd[Vectors];
    const auto add_nonzero = [&](Batch* sum, std::uint64_t i) {
      const Batch value = Batch::broadcast(values[i]);
      const float* const row_of_x = x + columns[i] * x_stride;
#pragma GCC unroll 16
      for (std::size_t v = 0; v < Vectors; ++v)
        sum[v] = fma(value, Batch::load_aligned(row_of_x + v * Batch::width), sum[v]);
    };
    const auto add_pair = [&](std::uint64_t i) {
      add_nonzero(even, i);
      add_nonzero(odd, i + 1);
    };
    std::uint64_t i = offsets[row];
    const std::uint64_t end = offsets[row + 1];
    for (; end - i >= line; i += line) {
      prefetch_once(values, i + ahead);
      prefetch_once(columns, i + ahead);
#pragma GCC unroll 8
      for (std::uint64_t k = 0; k < line; k += 2) add_pair(i + k);
    }
    for (; end - i >= 2; i += 2) add_pair(i);
    if (i != end) add_nonzero(even, i);

#pragma GCC unroll 16
    for (std::size_t v = 0; v < Vectors; ++v)
      (even[v] + odd[v]).store_aligned(y + row * y_stride + v * Batch::width);
  }
}

}  // namespace detail

/// Rows [row_begin, row_end) of Y = A · X for a sparse A in compressed rows (see Csr) and a dense
/// row-major X: y[r][j] = Σ over the nonzeros i of row r of values[i] · x[columns[i]][j].
///
/// \par Shapes     offsets: at least row_end + 1, rising; columns and values: offsets[row_end];
///                 every column < the rows of x; x and y: panel_columns of each row are used,
///                 panel_columns a multiple of panel_width. Rows outside the range are not written.
/// \par Alignment  x and y: 64 bytes, strides (in floats) multiples of panel_width.
/// \par Overlap    y overlaps nothing.
/// \par Max error  (m / 2 + 3) · u · Σ |values[i] · x[columns[i]][j]| for a row of m nonzeros, to
///                 first order in u = 2⁻²⁴, while no sum overflows or leaves the normal range.
/// \par Order      the nonzeros of even and of odd place within their row are added apart, by
///                 rising place, with fma, then even + odd. It depends on Arch and on the row
///                 alone, not on the range or the panel.
/// \par NaN, inf   as in the sum; 0 · inf makes a NaN. A row without nonzeros gives zeros.
template <class Arch = DefaultArch>
void sparse_product(std::size_t row_begin, std::size_t row_end, const std::uint64_t* offsets,
                    const std::uint32_t* columns, const float* values, const float* x,
                    std::size_t x_stride, float* y, std::size_t y_stride,
                    std::size_t panel_columns) noexcept {
  constexpr std::size_t vectors = panel_width / FloatBatch<Arch>::width;
  std::size_t j = 0;
  // Two panels at a time read the nonzeros once for both, where sixteen registers hold the sums.
  if constexpr (4 * vectors <= 8)
    for (; panel_columns - j >= 2 * panel_width; j += 2 * panel_width)
      detail::sparse_panel<Arch, 2 * vectors>(row_begin, row_end, offsets, columns, values, x + j,
                                              x_stride, y + j, y_stride);
  for (; j < panel_columns; j += panel_width)
    detail::sparse_panel<Arch, vectors>(row_begin, row_end, offsets, columns, values, x + j,
                                        x_stride, y + j, y_stride);
}

}  // namespace implicitmf::kernels
