// SPDX-License-Identifier: MIT
/// \file
/// Products of dense panels (row-major matrices, mostly tall): what block Krylov methods, the
/// rotation that ends them and neighbour search spend their time in. Each runs on the calling
/// thread, tiled for registers, with orders of summation that no tile or slab changes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

namespace detail {

/// Calls tile(integral_constant<Size>, first) for tiles of Size items that cover [0, n), then for
/// the rest with half that Size, and so on to single items.
template <std::size_t Size, class Tile>
void for_tiles(std::size_t n, const Tile& tile, std::size_t first = 0) noexcept {
  for (; n - first >= Size; first += Size) tile(std::integral_constant<std::size_t, Size>{}, first);
  if constexpr (Size > 1) for_tiles<Size / 2>(n, tile, first);
}

/// Registers across a panel.
template <class Arch>
inline constexpr std::size_t panel_vectors = panel_width / FloatBatch<Arch>::width;

/// Rows of a tile as wide as a panel: eight sums, enough to hide the four cycles of an fma at two
/// a cycle and few enough for sixteen registers (all but ScalarArch, which counts on no registers).
template <class Arch>
inline constexpr std::size_t tile_rows = std::max<std::size_t>(1, FloatBatch<Arch>::width / 2);

/// For a tile of Rows × panel_width sums, s[i][j] = Σ over t < steps of left(i, t) · right[t][j] by
/// rising t, calls finish(i, v, sums) with the v-th register of each row i.
template <class Arch, std::size_t Rows, class Left, class Finish>
void product_tile(std::size_t steps, const Left& left, const float* right, std::size_t right_stride,
                  const Finish& finish) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t vectors = panel_vectors<Arch>;
  Batch sum[Rows][vectors];
  for (std::size_t t = 0; t < steps; ++t) {
    Batch row[vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v)
      row[v] = Batch::load_aligned(right + t * right_stride + v * Batch::width);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Rows; ++i) {
      const Batch factor = Batch::broadcast(left(i, t));
#pragma GCC unroll 16
      for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = fma(factor, row[v], sum[i][v]);
    }
  }
#pragma GCC unroll 16
  for (std::size_t i = 0; i < Rows; ++i)
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) finish(i, v, sum[i][v]);
}

/// Adds lanes to as many doubles.
template <class Arch>
void add_to_doubles(FloatBatch<Arch> lanes, double* to) noexcept {
  constexpr std::size_t w = FloatBatch<Arch>::width;
  alignas(buffer_alignment) float values[w];
  lanes.store_aligned(values);
  for (std::size_t l = 0; l < w; ++l) to[l] += static_cast<double>(values[l]);
}

/// out[i][j] = the dot product of row i of a and row j of b, for i < Rows and j < Cols.
template <class Arch, std::size_t Rows, std::size_t Cols>
void dots_tile(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride,
               std::size_t n, float* out, std::size_t out_stride) noexcept {
  using Batch = FloatBatch<Arch>;
  Batch sum[Rows][Cols];
  for (std::size_t k = 0; k < n; k += Batch::width) {
    Batch left[Rows];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < Rows; ++i) left[i] = Batch::load_aligned(a + i * a_stride + k);
#pragma GCC unroll 4
    for (std::size_t j = 0; j < Cols; ++j) {
      const Batch right = Batch::load_aligned(b + j * b_stride + k);
#pragma GCC unroll 4
      for (std::size_t i = 0; i < Rows; ++i) sum[i][j] = fma(left[i], right, sum[i][j]);
    }
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < Rows; ++i)
#pragma GCC unroll 4
    for (std::size_t j = 0; j < Cols; ++j) out[i * out_stride + j] = reduce_add(sum[i][j]);
}

}  // namespace detail

/// C += Aᵀ · B for tall A and B: c[i][j] += Σ over r < rows of a[r][i] · b[r][j].
///
/// \par Shapes     A: rows × a_cols, B: rows × b_cols floats, C: a_cols × b_cols doubles, all
///                 row-major; a_cols and b_cols multiples of panel_width, rows any.
/// \par Alignment  a and b: 64 bytes, a_stride and b_stride multiples of panel_width; c: none.
/// \par Overlap    A and B may overlap or be the same; C overlaps neither.
/// \par Max error  (min(rows, 256) + 1) · u · Σ |a[r][i] · b[r][j]| to first order in u = 2⁻²⁴, and
///                 one rounding to double for each 256 rows; while no sum overflows or leaves the
///                 normal range.
/// \par Order      rows are cut into blocks of 256 from the first on; a block is summed in floats
///                 by rising r with fma, and the blocks are added to c in order. It depends on Arch
///                 and rows alone; slabs of 256 rows or a multiple give the bits of one call.
/// \par NaN, inf   as in the sum; 0 · inf makes a NaN, and a block beyond float's range an inf.
template <class Arch = DefaultArch>
void add_gram(std::size_t rows, const float* a, std::size_t a_stride, std::size_t a_cols,
              const float* b, std::size_t b_stride, std::size_t b_cols, double* c,
              std::size_t c_stride) noexcept {
  constexpr std::size_t block_rows = 256;
  // Sixteen sums where there are 32 registers: a cache line of A is then read once, not twice.
  constexpr std::size_t tile = FloatBatch<Arch>::width == 16 ? 16 : detail::tile_rows<Arch>;
  for (std::size_t r = 0; r < rows; r += block_rows)
    for (std::size_t j = 0; j < b_cols; j += panel_width)
      for (std::size_t i = 0; i < a_cols; i += tile) {
        const float* const left = a + r * a_stride + i;
        double* const to = c + i * c_stride + j;
        detail::product_tile<Arch, tile>(
            std::min(block_rows, rows - r),
            [=](std::size_t k, std::size_t t) { return left[t * a_stride + k]; },
            b + r * b_stride + j, b_stride,
            [=](std::size_t k, std::size_t v, FloatBatch<Arch> sum) {
              detail::add_to_doubles(sum, to + k * c_stride + v * FloatBatch<Arch>::width);
            });
      }
}

/// Y += A · H: y[r][j] += Σ over k < inner of a[r][k] · h[k][j]. To subtract, negate H.
///
/// \par Shapes     A: rows × inner, H: inner × columns, Y: rows × columns, all row-major; columns a
///                 multiple of panel_width, inner and rows any.
/// \par Alignment  y: 64 bytes, y_stride a multiple of panel_width; a and h: none.
/// \par Overlap    A and H may overlap; Y overlaps neither.
/// \par Max error  (min(inner, 256) + inner / 256 + 2) · u · (|y[r][j]| + Σ |a[r][k] · h[k][j]|) to
///                 first order in u = 2⁻²⁴, while no sum overflows or leaves the normal range.
/// \par Order      k is cut into blocks of 256 from 0 on; a block is summed by rising k with fma,
///                 and the blocks are added to y in order. It depends on Arch and inner alone.
/// \par NaN, inf   as in the sum; 0 · inf makes a NaN.
template <class Arch = DefaultArch>
void add_product(std::size_t rows, const float* a, std::size_t a_stride, std::size_t inner,
                 const float* h, std::size_t h_stride, float* y, std::size_t y_stride,
                 std::size_t columns) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t block_rows = 512;   // with block_inner: 512 KiB of A, half a usual L2
  constexpr std::size_t block_inner = 256;  // a panel of H: 16 KiB, half a usual L1
  alignas(buffer_alignment) float panel[block_inner * panel_width];
  for (std::size_t r = 0; r < rows; r += block_rows)
    for (std::size_t k = 0; k < inner; k += block_inner)
      for (std::size_t j = 0; j < columns; j += panel_width) {
        const std::size_t depth = std::min(block_inner, inner - k);
        for (std::size_t t = 0; t < depth; ++t)
          std::copy_n(h + (k + t) * h_stride + j, panel_width, panel + t * panel_width);
        detail::for_tiles<detail::tile_rows<Arch>>(
            std::min(block_rows, rows - r), [&](auto size, std::size_t first) {
              const float* const left = a + (r + first) * a_stride + k;
              float* const to = y + (r + first) * y_stride + j;
              detail::product_tile<Arch, decltype(size)::value>(
                  depth, [=](std::size_t i, std::size_t t) { return left[i * a_stride + t]; },
                  panel, panel_width,
                  [=](std::size_t i, std::size_t v, Batch sum) {
                    float* const at = to + i * y_stride + v * Batch::width;
                    (Batch::load_aligned(at) + sum).store_aligned(at);
                  });
            });
      }
}

/// Y += Aᵀ · B in floats: y[i][j] += Σ over r < rows of a[r][i] · b[r][j], for few rows and many
/// columns of A; add_gram() is for many rows.
///
/// \par Shapes     A: rows × a_cols, B: rows × b_cols, Y: a_cols × b_cols, all row-major; b_cols a
///                 multiple of panel_width, a_cols and rows any.
/// \par Alignment  b and y: 64 bytes, b_stride and y_stride multiples of panel_width; a: none.
/// \par Overlap    A and B may overlap or be the same; Y overlaps neither.
/// \par Max error  (rows + 2) · u · (|y[i][j]| + Σ |a[r][i] · b[r][j]|) to first order in u = 2⁻²⁴,
///                 while no sum overflows or leaves the normal range.
/// \par Order      by rising r with fma, then added to y. It depends on Arch and rows alone.
/// \par NaN, inf   as in the sum; 0 · inf makes a NaN.
template <class Arch = DefaultArch>
void add_transposed_product(std::size_t rows, const float* a, std::size_t a_stride,
                            std::size_t a_cols, const float* b, std::size_t b_stride,
                            std::size_t b_cols, float* y, std::size_t y_stride) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t tile = Batch::width == 16 ? 16 : detail::tile_rows<Arch>;
  if (rows == 0) return;  // A and B may be null then
  for (std::size_t j = 0; j < b_cols; j += panel_width)
    detail::for_tiles<tile>(a_cols, [&](auto size, std::size_t i) {
      const float* const left = a + i;
      float* const to = y + i * y_stride + j;
      detail::product_tile<Arch, decltype(size)::value>(
          rows, [=](std::size_t k, std::size_t t) { return left[t * a_stride + k]; }, b + j,
          b_stride,
          [=](std::size_t k, std::size_t v, Batch sum) {
            float* const at = to + k * y_stride + v * Batch::width;
            (Batch::load_aligned(at) + sum).store_aligned(at);
          });
    });
}

/// out[i][j] = Σ over k < n of a[i][k] · b[j][k]: the dot product of each row of A with each of B.
///
/// \par Shapes     A: a_rows × n, B: b_rows × n, out: a_rows × b_rows, all row-major; n a multiple
///                 of panel_width (the padding of an AlignedMatrix serves), rows any.
/// \par Alignment  a and b: 64 bytes, a_stride and b_stride multiples of panel_width; out: none.
/// \par Overlap    A and B may overlap or be the same; out overlaps neither.
/// \par Max error  (n / w + log2(w) + 1) · u · Σ |a[i][k] · b[j][k]| to first order in u = 2⁻²⁴,
///                 w = FloatBatch<Arch>::width, while no sum overflows or leaves the normal range.
/// \par Order      k is added to lane k mod w, by rising k, with fma; then reduce_add. It depends
///                 on n and Arch alone, not on where in A and B the rows stand.
/// \par NaN, inf   as in the sum; 0 · inf makes a NaN. Only outputs of rows that hold one have it.
template <class Arch = DefaultArch>
void row_dots(std::size_t a_rows, const float* a, std::size_t a_stride, std::size_t b_rows,
              const float* b, std::size_t b_stride, std::size_t n, float* out,
              std::size_t out_stride) noexcept {
  constexpr std::size_t block_rows = 128;  // at n = 1000 half a usual L2
  constexpr std::size_t tile_cols = FloatBatch<Arch>::width == 16 ? 4 : 2;  // 32 registers or 16
  for (std::size_t r = 0; r < a_rows; r += block_rows)
    detail::for_tiles<tile_cols>(b_rows, [&](auto cols, std::size_t j) {
      detail::for_tiles<4>(std::min(block_rows, a_rows - r), [&](auto rows, std::size_t i) {
        detail::dots_tile<Arch, decltype(rows)::value, decltype(cols)::value>(
            a + (r + i) * a_stride, a_stride, b + j * b_stride, b_stride, n,
            out + (r + i) * out_stride + j, out_stride);
      });
    });
}

}  // namespace implicitmf::kernels
