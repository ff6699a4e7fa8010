// SPDX-License-Identifier: MIT
#include <implicitmf/core/csr.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace imf = implicitmf;

namespace {

// The slow and obvious sparse matrix: entries by (row, column).
template <class Value>
using Entries = std::map<std::pair<std::size_t, imf::WordId>, Value>;

template <class Value>
imf::Csr<Value> from_entries(std::size_t rows, std::size_t cols, const Entries<Value>& entries) {
  imf::Csr<Value> a;
  a.cols = cols;
  a.offsets.assign(rows + 1, 0);
  for (const auto& entry : entries) {
    ++a.offsets[entry.first.first + 1];
    a.columns.push_back(entry.first.second);
    a.values.push_back(entry.second);
  }
  for (std::size_t r = 0; r < rows; ++r) a.offsets[r + 1] += a.offsets[r];
  return a;
}

template <class Value>
Entries<Value> flipped(const Entries<Value>& entries) {
  Entries<Value> out;
  for (const auto& entry : entries)
    out[{entry.first.second, static_cast<imf::WordId>(entry.first.first)}] = entry.second;
  return out;
}

// About `density` of the cells; the raw engine, so that the numbers are the same everywhere.
Entries<float> random_entries(std::mt19937& engine, std::size_t rows, std::size_t cols,
                              double density) {
  Entries<float> entries;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c)
      if (static_cast<double>(engine()) < density * 4294967296.0)
        entries[{r, static_cast<imf::WordId>(c)}] = static_cast<float>(engine() % 1000U) - 500.0F;
  return entries;
}

struct Shape {
  std::size_t rows;
  std::size_t cols;
};
constexpr Shape shapes[] = {{0, 0},  {0, 5}, {5, 0},   {1, 1},   {1, 40},
                            {40, 1}, {7, 7}, {13, 29}, {29, 13}, {60, 60}};
constexpr double densities[] = {0.0, 0.02, 0.3, 1.0};

template <class Check>
void for_random_matrices(Check check) {
  std::mt19937 engine(1);
  for (const Shape shape : shapes)
    for (const double density : densities) {
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      CAPTURE(density);
      check(shape, random_entries(engine, shape.rows, shape.cols, density));
    }
}

}  // namespace

TEST_CASE("a matrix made of nothing has no rows, columns or entries") {
  const imf::Csr<float> a;
  CHECK(a.rows() == 0);
  CHECK(a.cols == 0);
  CHECK(a.nonzeros() == 0);
  CHECK(imf::transpose(a) == a);
  CHECK(imf::is_symmetric(a));
}

TEST_CASE("at() agrees with the entries, and is zero beside them") {
  for_random_matrices([](Shape shape, const Entries<float>& entries) {
    const auto a = from_entries(shape.rows, shape.cols, entries);
    CHECK(a.rows() == shape.rows);
    CHECK(a.nonzeros() == entries.size());
    bool same = true;
    for (std::size_t r = 0; r < shape.rows; ++r)
      for (imf::WordId c = 0; c < shape.cols; ++c) {
        const auto found = entries.find({r, c});
        same = same && a.at(r, c) == (found == entries.end() ? 0.0F : found->second);
      }
    CHECK(same);
  });
}

TEST_CASE("at() beyond the last column is zero") {
  const auto a = from_entries<float>(2, 3, {{{0, 2}, 1.5F}});
  CHECK(a.at(0, 2) == 1.5F);
  CHECK(a.at(0, 3) == 0.0F);
  CHECK(a.at(1, std::numeric_limits<imf::WordId>::max()) == 0.0F);
}

TEST_CASE("row_columns and row_values go in step and cover every entry once") {
  for_random_matrices([](Shape shape, const Entries<float>& entries) {
    const auto a = from_entries(shape.rows, shape.cols, entries);
    Entries<float> walked;
    for (std::size_t r = 0; r < a.rows(); ++r) {
      const auto columns = a.row_columns(r);
      const auto values = a.row_values(r);
      REQUIRE(columns.size() == values.size());
      for (std::size_t i = 0; i < columns.size(); ++i) walked[{r, columns[i]}] = values[i];
    }
    CHECK(walked == entries);
  });
}

TEST_CASE("transpose agrees with flipping each entry, and twice is the same matrix") {
  for_random_matrices([](Shape shape, const Entries<float>& entries) {
    const auto a = from_entries(shape.rows, shape.cols, entries);
    const auto t = imf::transpose(a);
    CHECK(t == from_entries(shape.cols, shape.rows, flipped(entries)));
    CHECK(imf::transpose(t) == a);
  });
}

TEST_CASE("transpose by hand: 2 x 3 counts") {
  // [ 0 5 0 ]
  // [ 7 0 9 ]
  const auto a = from_entries<std::uint64_t>(2, 3, {{{0, 1}, 5}, {{1, 0}, 7}, {{1, 2}, 9}});
  const auto t = imf::transpose(a);
  CHECK(t.rows() == 3);
  CHECK(t.cols == 2);
  CHECK(t.offsets == imf::Buffer<std::uint64_t>{0, 1, 2, 3});
  CHECK(t.columns == imf::Buffer<imf::WordId>{1, 0, 1});
  CHECK(t.values == imf::Buffer<std::uint64_t>{7, 5, 9});
}

TEST_CASE("counts of 64 bits pass through untouched") {
  const std::uint64_t large = std::numeric_limits<std::uint64_t>::max() - 1;
  const auto a = from_entries<std::uint64_t>(1, 2, {{{0, 1}, large}});
  CHECK(a.at(0, 1) == large);
  CHECK(imf::transpose(a).at(1, 0) == large);
}

TEST_CASE("is_symmetric agrees with comparing against the transpose") {
  std::size_t symmetric = 0;
  for_random_matrices([&](Shape shape, const Entries<float>& entries) {
    const auto a = from_entries(shape.rows, shape.cols, entries);
    CHECK(imf::is_symmetric(a) == (a == imf::transpose(a)));
    if (shape.rows != shape.cols) return;

    // The same made symmetric: the upper triangle rules.
    Entries<float> mirrored;
    for (const auto& entry : entries)
      if (entry.first.first <= entry.first.second) {
        mirrored[entry.first] = entry.second;
        mirrored[{entry.first.second, static_cast<imf::WordId>(entry.first.first)}] = entry.second;
      }
    CHECK(imf::is_symmetric(from_entries(shape.rows, shape.cols, mirrored)));
    ++symmetric;

    // And then spoilt in one entry: another value, and none at all.
    for (const auto& entry : mirrored) {
      if (entry.first.first == entry.first.second) continue;
      Entries<float> other = mirrored;
      other[entry.first] += 1.0F;
      REQUIRE_FALSE(imf::is_symmetric(from_entries(shape.rows, shape.cols, other)));
      other = mirrored;
      other.erase(entry.first);
      REQUIRE_FALSE(imf::is_symmetric(from_entries(shape.rows, shape.cols, other)));
      if (mirrored.size() > 200) break;
    }
  });
  CHECK(symmetric > 5);
}

TEST_CASE("is_symmetric sees an entry whose mirror image lies in an empty row, first or last") {
  CHECK_FALSE(imf::is_symmetric(from_entries<float>(3, 3, {{{0, 2}, 1.0F}})));
  CHECK_FALSE(imf::is_symmetric(from_entries<float>(3, 3, {{{2, 0}, 1.0F}})));
  CHECK_FALSE(imf::is_symmetric(from_entries<float>(3, 3, {{{0, 1}, 1.0F}, {{1, 2}, 1.0F}})));
  CHECK(imf::is_symmetric(from_entries<float>(3, 3, {{{0, 2}, 1.0F}, {{2, 0}, 1.0F}})));
  CHECK(imf::is_symmetric(from_entries<float>(3, 3, {{{1, 1}, 1.0F}})));
}

TEST_CASE("is_symmetric: a matrix that isn't square is not, and NaN is equal to nothing") {
  CHECK_FALSE(imf::is_symmetric(from_entries<float>(2, 3, {})));
  CHECK(imf::is_symmetric(from_entries<float>(3, 3, {})));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(imf::is_symmetric(from_entries<float>(1, 1, {{{0, 0}, nan}})));
}

TEST_CASE("equality sees shape, pattern and values") {
  const auto a = from_entries<float>(2, 2, {{{0, 1}, 1.0F}});
  CHECK(a == from_entries<float>(2, 2, {{{0, 1}, 1.0F}}));
  CHECK_FALSE(a == from_entries<float>(2, 2, {{{0, 1}, 2.0F}}));
  CHECK_FALSE(a == from_entries<float>(2, 2, {{{0, 0}, 1.0F}}));
  CHECK_FALSE(a == from_entries<float>(2, 2, {{{1, 1}, 1.0F}}));
  CHECK_FALSE(a == from_entries<float>(2, 3, {{{0, 1}, 1.0F}}));
  CHECK_FALSE(a == from_entries<float>(3, 2, {{{0, 1}, 1.0F}}));
}
