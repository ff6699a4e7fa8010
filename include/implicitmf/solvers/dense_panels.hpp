// SPDX-License-Identifier: MIT
/// \file
/// Products of tall panels on a team of threads, summed in an order that the threads don't change.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/solvers/small_dense.hpp>

namespace implicitmf::detail {

/// The rows of a panel cut in at most 64 slabs of at least 1024 rows, by their number alone: what
/// is summed over rows is summed slab by slab and then over the slabs in order.
class RowSlabs {
 public:
  explicit RowSlabs(std::size_t rows)
      : rows_(rows), count_(std::clamp<std::size_t>(rows / 1024, 1, 64)) {}
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] IndexRange operator[](std::size_t i) const noexcept {
    return partition(rows_, count_, i);
  }

 private:
  std::size_t rows_;
  std::size_t count_;
};

/// Panels of equal rows side by side: one matrix, or the blocks of a basis, which lie each by
/// itself so that a product streams through them. Padding counts as columns.
class Panels {
 public:
  Panels(const AlignedMatrix& panel) noexcept : blocks_(&panel, 1) {}  // NOLINT: a panel is panels
  explicit Panels(std::span<const AlignedMatrix> blocks) noexcept : blocks_(blocks) {}
  [[nodiscard]] std::size_t rows() const noexcept {
    return blocks_.empty() ? 0 : blocks_.front().rows();
  }
  [[nodiscard]] std::size_t columns() const noexcept {
    std::size_t sum = 0;
    for (const AlignedMatrix& block : blocks_) sum += block.stride();
    return sum;
  }
  [[nodiscard]] auto begin() const noexcept { return blocks_.begin(); }
  [[nodiscard]] auto end() const noexcept { return blocks_.end(); }

 private:
  std::span<const AlignedMatrix> blocks_;
};

/// Rows of panels that are gone through at a time, all blocks of them: that of 16 columns stays in
/// a usual L1. add_gram() sums as many in floats.
inline constexpr std::size_t panel_chunk = 256;

/// Calls chunk(first, rows) for the rows of each slab, panel_chunk at a time.
template <class Chunk>
void for_chunks(IndexRange slab, const Chunk& chunk) {
  for (std::size_t r = slab.begin; r < slab.end; r += panel_chunk)
    chunk(r, std::min(panel_chunk, slab.end - r));
}

/// Aᵀ B. Float within 256 rows, double beyond.
template <class Arch = DefaultArch>
[[nodiscard]] SmallMatrix gram(Panels a, Panels b, ThreadTeam& team) {
  const RowSlabs slabs(b.rows());
  const std::size_t width = b.columns();
  const std::size_t size = a.columns() * width;
  Buffer<double> sums(slabs.count() * size, 0.0);
  team.for_each(slabs.count(), [&](std::size_t s) {
    for_chunks(slabs[s], [&](std::size_t first, std::size_t count) {
      double* of_left = sums.data() + s * size;
      for (const AlignedMatrix& left : a) {
        double* to = of_left;
        for (const AlignedMatrix& right : b) {
          kernels::add_gram<Arch>(count, left.row_data(first), left.stride(), left.stride(),
                                  right.row_data(first), right.stride(), right.stride(), to, width);
          to += right.stride();
        }
        of_left += left.stride() * width;
      }
    });
  });
  SmallMatrix result = SmallMatrix::Zero(to_index(a.columns()), to_index(width));
  for (std::size_t s = 0; s < slabs.count(); ++s)
    for (std::size_t i = 0; i < size; ++i) result.data()[i] += sums[s * size + i];
  return result;
}

/// A small matrix rounded to float, its columns padded with zeros to a multiple of 16.
[[nodiscard]] inline AlignedMatrix rounded(const SmallMatrix& m) {
  AlignedMatrix result(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  for (std::size_t r = 0; r < result.rows(); ++r)
    for (std::size_t c = 0; c < result.cols(); ++c)
      result(r, c) = static_cast<float>(m(to_index(r), to_index(c)));
  return result;
}

/// y += A h for `rows` rows from `first` on; h has A.columns() rows, or fewer if A is one panel.
template <class Arch = DefaultArch>
void add_product(Panels a, const AlignedMatrix& h, std::size_t first, std::size_t rows, float* y,
                 std::size_t y_stride) {
  std::size_t k = 0;
  for (const AlignedMatrix& block : a) {
    const std::size_t inner = std::min(block.stride(), h.rows() - k);
    kernels::add_product<Arch>(rows, block.row_data(first), block.stride(), inner, h.row_data(k),
                               h.stride(), y, y_stride, h.stride());
    k += inner;
  }
}

/// y += A h.
template <class Arch = DefaultArch>
void add_product(Panels a, const AlignedMatrix& h, AlignedMatrix& y, ThreadTeam& team) {
  const RowSlabs slabs(y.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    for_chunks(slabs[s], [&](std::size_t first, std::size_t rows) {
      add_product<Arch>(a, h, first, rows, y.row_data(first), y.stride());
    });
  });
}

/// A h.
template <class Arch = DefaultArch>
[[nodiscard]] AlignedMatrix product(Panels a, const SmallMatrix& h, ThreadTeam& team) {
  AlignedMatrix y(a.rows(), static_cast<std::size_t>(h.cols()));
  add_product<Arch>(a, rounded(h), y, team);
  return y;
}

/// A ← A h in place: replaces the first h.cols() columns, all of the panels that they lie in.
template <class Arch = DefaultArch>
void rotate_columns(std::span<AlignedMatrix> a, const SmallMatrix& h, ThreadTeam& team) {
  const AlignedMatrix rotation = rounded(h);
  const RowSlabs slabs(a.front().rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    AlignedMatrix rotated(panel_chunk, rotation.cols());
    for_chunks(slabs[s], [&](std::size_t first, std::size_t rows) {
      rotated.fill_zero();
      add_product<Arch>(Panels(a), rotation, first, rows, rotated.row_data(0), rotated.stride());
      std::size_t from = 0;
      for (AlignedMatrix& block : a) {
        const std::size_t columns = std::min(block.cols(), rotated.cols() - from);
        for (std::size_t i = 0; i < rows; ++i)
          std::copy_n(rotated.row_data(i) + from, columns, block.row_data(first + i));
        from += columns;
      }
    });
  });
}
template <class Arch = DefaultArch>
void rotate_columns(AlignedMatrix& a, const SmallMatrix& h, ThreadTeam& team) {
  rotate_columns<Arch>(std::span(&a, 1), h, team);
}

/// A ← factor · A.
inline void scale_rows(AlignedMatrix& a, float factor, ThreadTeam& team) {
  const RowSlabs slabs(a.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r)
      for (float& value : a.row(r)) value *= factor;
  });
}

/// The sign of the entry of largest magnitude of a column, the first of equal ones; 1 of a zero
/// column.
[[nodiscard]] inline double sign_of_column(const AlignedMatrix& panel, std::size_t column) {
  float largest = 0.0F;
  for (std::size_t r = 0; r < panel.rows(); ++r)
    if (std::abs(panel(r, column)) > std::abs(largest)) largest = panel(r, column);
  return largest < 0.0F ? -1.0 : 1.0;
}
inline void scale_column(AlignedMatrix& panel, std::size_t column, double factor) {
  for (std::size_t r = 0; r < panel.rows(); ++r)
    panel(r, column) = static_cast<float>(factor * static_cast<double>(panel(r, column)));
}

}  // namespace implicitmf::detail
