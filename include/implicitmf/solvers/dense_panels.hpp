// SPDX-License-Identifier: MIT
/// \file
/// Products of tall panels on a team of threads, summed in an order that the threads don't change.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

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

/// `columns` columns of a panel, from `first` on, a multiple of 16.
struct PanelView {
  const AlignedMatrix& panel;
  std::size_t columns;
  std::size_t first = 0;
  [[nodiscard]] const float* row_data(std::size_t r) const noexcept {
    return panel.row_data(r) + first;
  }
};

/// Aᵀ B for panels of equal rows; columns are multiples of 16. Float within 256 rows, double
/// beyond.
template <class Arch = DefaultArch>
[[nodiscard]] SmallMatrix gram(PanelView a, PanelView b, ThreadTeam& team) {
  const RowSlabs slabs(a.panel.rows());
  const std::size_t size = a.columns * b.columns;
  Buffer<double> sums(slabs.count() * size, 0.0);
  team.for_each(slabs.count(), [&](std::size_t s) {
    const IndexRange rows = slabs[s];
    kernels::add_gram<Arch>(rows.size(), a.row_data(rows.begin), a.panel.stride(), a.columns,
                            b.row_data(rows.begin), b.panel.stride(), b.columns,
                            sums.data() + s * size, b.columns);
  });
  SmallMatrix result = SmallMatrix::Zero(to_index(a.columns), to_index(b.columns));
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

/// y += A h; h has A.columns rows.
template <class Arch = DefaultArch>
void add_product(PanelView a, const AlignedMatrix& h, AlignedMatrix& y, ThreadTeam& team) {
  const RowSlabs slabs(y.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    const IndexRange rows = slabs[s];
    kernels::add_product<Arch>(rows.size(), a.row_data(rows.begin), a.panel.stride(), a.columns,
                               h.row_data(0), h.stride(), y.row_data(rows.begin), y.stride(),
                               h.stride());
  });
}

/// A h for the first columns of a panel, h of A.columns rows.
template <class Arch = DefaultArch>
[[nodiscard]] AlignedMatrix product(PanelView a, const SmallMatrix& h, ThreadTeam& team) {
  AlignedMatrix y(a.panel.rows(), static_cast<std::size_t>(h.cols()));
  add_product<Arch>(a, rounded(h), y, team);
  return y;
}

/// Replaces the first a.columns() columns of a panel by their combinations: A ← A h in place.
template <class Arch = DefaultArch>
void rotate_columns(AlignedMatrix& a, const SmallMatrix& h, ThreadTeam& team) {
  const AlignedMatrix rotation = rounded(h);
  const RowSlabs slabs(a.rows());
  constexpr std::size_t rows_at_a_time = 256;
  team.for_each(slabs.count(), [&](std::size_t s) {
    AlignedMatrix rotated(rows_at_a_time, rotation.cols());
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; r += rows_at_a_time) {
      const std::size_t rows = std::min(rows_at_a_time, slabs[s].end - r);
      rotated.fill_zero();
      kernels::add_product<Arch>(rows, a.row_data(r), a.stride(), rotation.rows(),
                                 rotation.row_data(0), rotation.stride(), rotated.row_data(0),
                                 rotated.stride(), rotated.stride());
      for (std::size_t i = 0; i < rows; ++i)
        std::copy_n(rotated.row_data(i), rotated.cols(), a.row_data(r + i));
    }
  });
}

/// Copies columns [from, from + to.cols()) of a panel.
inline void copy_columns(const AlignedMatrix& panel, std::size_t from, AlignedMatrix& to) {
  for (std::size_t r = 0; r < panel.rows(); ++r)
    std::copy_n(panel.row_data(r) + from, to.cols(), to.row_data(r));
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
