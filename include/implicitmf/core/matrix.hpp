// SPDX-License-Identifier: MIT
/// \file
/// AlignedMatrix: the dense row-major float matrix that vectors live in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>

#include <implicitmf/core/buffer.hpp>

namespace implicitmf {

/// Dense row-major matrix of float, made for vector kernels: each row starts on a 64-byte line and
/// is padded with zeros to a multiple of 16 floats. Kernels may read the padding and rely on its
/// zeros; whoever writes through row_data() keeps them zero.
///
/// \par Memory  4 · rows · stride bytes, stride = cols rounded up to 16.
/// \par Thread safety  as a standard container: concurrent readers, or one writer for each row.
class AlignedMatrix {
 public:
  /// Rows are padded to a multiple of this many floats.
  static constexpr std::size_t row_multiple = buffer_alignment / sizeof(float);

  AlignedMatrix() = default;
  /// A matrix of zeros.
  /// \throws std::bad_array_new_length if it can't be addressed
  AlignedMatrix(std::size_t rows, std::size_t cols)
      : rows_(rows), cols_(cols), stride_(padded(cols)), values_(checked_size(rows, cols), 0.0F) {}

  /// A matrix whose values and padding are not set, on huge pages where the system has them: for
  /// threads that fill it, each its own rows, and so touch its memory first. Each row needs
  /// clear_padding() beside its values.
  [[nodiscard]] static AlignedMatrix unfilled(std::size_t rows, std::size_t cols) {
    AlignedMatrix matrix;
    const std::size_t size = checked_size(rows, cols);
    matrix.values_.reserve(size);
    advise_huge_pages(matrix.values_.data(), size * sizeof(float));
    matrix.values_.resize(size);
    matrix.rows_ = rows;
    matrix.cols_ = cols;
    matrix.stride_ = padded(cols);
    return matrix;
  }

  /// A matrix of zeros on huge pages where the system has them: for long-lived tables whose rows
  /// are met in no order, which spares look-ups of addresses.
  [[nodiscard]] static AlignedMatrix on_huge_pages(std::size_t rows, std::size_t cols) {
    AlignedMatrix matrix = unfilled(rows, cols);
    matrix.fill_zero();
    return matrix;
  }

  /// `cols` rounded up to a whole number of cache lines.
  [[nodiscard]] static constexpr std::size_t padded(std::size_t cols) noexcept {
    return (cols + row_multiple - 1) / row_multiple * row_multiple;
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
  /// Floats from one row to the next.
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
  [[nodiscard]] bool empty() const noexcept { return rows_ == 0 || cols_ == 0; }

  [[nodiscard]] float* row_data(std::size_t r) noexcept { return values_.data() + r * stride_; }
  [[nodiscard]] const float* row_data(std::size_t r) const noexcept {
    return values_.data() + r * stride_;
  }
  /// The `cols()` values of row r, without the padding.
  [[nodiscard]] std::span<float> row(std::size_t r) noexcept { return {row_data(r), cols_}; }
  [[nodiscard]] std::span<const float> row(std::size_t r) const noexcept {
    return {row_data(r), cols_};
  }
  [[nodiscard]] float& operator()(std::size_t r, std::size_t c) noexcept { return row_data(r)[c]; }
  [[nodiscard]] float operator()(std::size_t r, std::size_t c) const noexcept {
    return row_data(r)[c];
  }
  /// Sets the padding of row r to zeros.
  void clear_padding(std::size_t r) noexcept {
    std::fill(row_data(r) + cols_, row_data(r) + stride_, 0.0F);
  }
  void fill_zero() noexcept { std::fill(values_.begin(), values_.end(), 0.0F); }

  /// Equal shape and equal values, bit for bit but for the sign of zero.
  friend bool operator==(const AlignedMatrix& a, const AlignedMatrix& b) {
    return a.rows_ == b.rows_ && a.cols_ == b.cols_ && a.values_ == b.values_;
  }

 private:
  static std::size_t checked_size(std::size_t rows, std::size_t cols) {
    constexpr std::size_t most = static_cast<std::size_t>(-1) / sizeof(float);
    if (cols > most - row_multiple || (cols != 0 && rows > most / padded(cols)))
      throw std::bad_array_new_length();
    return rows * padded(cols);
  }

  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::size_t stride_ = 0;
  Buffer<float> values_;
};

/// The same rows with so many columns, on huge pages: cut off, or zeros behind.
[[nodiscard]] inline AlignedMatrix with_columns(const AlignedMatrix& from, std::size_t cols) {
  AlignedMatrix to = AlignedMatrix::on_huge_pages(from.rows(), cols);
  for (std::size_t r = 0; r < from.rows(); ++r)
    std::copy_n(from.row_data(r), std::min(cols, from.cols()), to.row_data(r));
  return to;
}

}  // namespace implicitmf
