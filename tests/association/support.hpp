// SPDX-License-Identifier: MIT
/// \file
/// Counts to associate, as dense tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>

#include "counting/support.hpp"

namespace association_tests {

using Table = std::vector<std::vector<implicitmf::Count>>;

/// A dense table's cells above 0, as a sparse matrix of `Value`.
template <class Value, class Rows>
[[nodiscard]] implicitmf::Csr<Value> sparse(const Rows& rows, std::size_t cols) {
  implicitmf::Csr<Value> matrix;
  matrix.cols = cols;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < cols; ++c) {
      if (row[c] == 0) continue;
      matrix.columns.push_back(static_cast<implicitmf::WordId>(c));
      matrix.values.push_back(row[c]);
    }
    matrix.offsets.push_back(matrix.columns.size());
  }
  return matrix;
}

[[nodiscard]] inline implicitmf::CooccurrenceCounts counts_of(const Table& table,
                                                              implicitmf::Count unit = 1) {
  const std::size_t cols = table.empty() ? 0 : table.front().size();
  return {counting_tests::numbered_words(table.size()), counting_tests::numbered_words(cols),
          sparse<implicitmf::Count>(table, cols), unit};
}

/// About half of the cells empty, the others 1 to 20 but for a few large ones; the second row and
/// the third column are empty.
[[nodiscard]] inline Table random_table(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  Table table(rows, std::vector<implicitmf::Count>(cols));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) {
      const std::uint32_t kind = random.below(32);
      const implicitmf::Count count = 1 + random.below(kind == 0 ? 1'000'000 : 20);
      table[r][c] = r == 1 || c == 2 || kind > 16 ? 0 : count;
    }
  return table;
}

/// Its own transpose: the sum of a random table and its transpose.
[[nodiscard]] inline Table symmetric_table(std::size_t size, std::uint64_t seed) {
  const Table random = random_table(size, size, seed);
  Table table = random;
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t c = 0; c < size; ++c) table[r][c] += random[c][r];
  return table;
}

/// A panel of numbers in [-1, 1).
[[nodiscard]] inline implicitmf::AlignedMatrix random_panel(std::size_t rows, std::size_t cols,
                                                            std::uint64_t seed) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  implicitmf::AlignedMatrix panel(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : panel.row(r)) x = static_cast<float>(2.0 * random.uniform() - 1.0);
  return panel;
}

}  // namespace association_tests
