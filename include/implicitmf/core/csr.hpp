// SPDX-License-Identifier: MIT
/// \file
/// Compressed sparse rows with 64-bit offsets: the storage of counts and of association matrices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// Sparse rows × cols matrix in compressed row storage: the entries of row r are
/// columns[offsets[r] .. offsets[r+1]) and the values beside them, columns ascending and distinct.
///
/// \par Memory  8 · (rows + 1) + (4 + sizeof(Value)) · nonzeros bytes.
template <class Value>
struct Csr {
  std::size_t cols = 0;
  Buffer<std::uint64_t> offsets{0};
  Buffer<WordId> columns;
  Buffer<Value> values;

  [[nodiscard]] std::size_t rows() const noexcept {
    return offsets.empty() ? 0 : offsets.size() - 1;
  }
  [[nodiscard]] std::size_t nonzeros() const noexcept { return columns.size(); }

  /// Columns of the stored entries of row r.
  [[nodiscard]] std::span<const WordId> row_columns(std::size_t r) const noexcept {
    return {columns.data() + offsets[r], columns.data() + offsets[r + 1]};
  }
  /// Values of the stored entries of row r, in step with row_columns(r).
  [[nodiscard]] std::span<const Value> row_values(std::size_t r) const noexcept {
    return {values.data() + offsets[r], values.data() + offsets[r + 1]};
  }
  /// The value at (r, c), 0 where nothing is stored. O(log of the row's entries).
  [[nodiscard]] Value at(std::size_t r, WordId c) const noexcept {
    const auto in_row = row_columns(r);
    const auto it = std::lower_bound(in_row.begin(), in_row.end(), c);
    if (it == in_row.end() || *it != c) return Value{};
    return values[offsets[r] + static_cast<std::size_t>(it - in_row.begin())];
  }

  friend bool operator==(const Csr&, const Csr&) = default;
};

/// The transpose, columns ascending again. O(rows + cols + nonzeros), one thread.
template <class Value>
[[nodiscard]] Csr<Value> transpose(const Csr<Value>& a) {
  Csr<Value> t;
  t.cols = a.rows();
  t.offsets.assign(a.cols + 1, 0);
  for (const WordId c : a.columns) ++t.offsets[c + 1];
  for (std::size_t c = 0; c < a.cols; ++c) t.offsets[c + 1] += t.offsets[c];
  t.columns.resize(a.nonzeros());
  t.values.resize(a.nonzeros());
  Buffer<std::uint64_t> next(t.offsets.begin(), t.offsets.end() - 1);
  for (std::size_t r = 0; r < a.rows(); ++r)
    for (std::uint64_t i = a.offsets[r]; i < a.offsets[r + 1]; ++i) {
      const std::uint64_t to = next[a.columns[i]]++;
      t.columns[to] = static_cast<WordId>(r);
      t.values[to] = a.values[i];
    }
  return t;
}

/// Whether a equals its transpose: the same entries, of equal values. O(rows + nonzeros), and at
/// once where it does not.
template <class Value>
[[nodiscard]] bool is_symmetric(const Csr<Value>& a) {
  if (a.rows() != a.cols) return false;
  // The upper triangle is walked row by row, so the mirror images in row c are met in ascending
  // column order; those of row r, all below its diagonal, have been met when the walk comes to it.
  Buffer<std::uint64_t> next(a.offsets.begin(), a.offsets.end() - 1);
  for (std::size_t r = 0; r < a.rows(); ++r)
    for (std::uint64_t i = next[r]; i < a.offsets[r + 1]; ++i) {
      const WordId c = a.columns[i];
      if (c < r) return false;
      const std::uint64_t mirror = next[c]++;
      if (mirror == a.offsets[c + 1] || a.columns[mirror] != r || a.values[mirror] != a.values[i])
        return false;
    }
  return true;
}

}  // namespace implicitmf
