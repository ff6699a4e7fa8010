// SPDX-License-Identifier: MIT
#include <implicitmf/core/matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <doctest/doctest.h>

#include "support/huge_pages.hpp"

namespace imf = implicitmf;

namespace {

constexpr std::size_t multiple = imf::AlignedMatrix::row_multiple;

// Small shapes around the padding, and shapes with nothing in them.
constexpr std::size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 300};

}  // namespace

TEST_CASE("padded() is the smallest whole number of cache lines") {
  static_assert(multiple == 16);
  for (std::size_t cols = 0; cols < 200; ++cols) {
    const std::size_t p = imf::AlignedMatrix::padded(cols);
    CAPTURE(cols);
    CHECK(p >= cols);
    CHECK(p < cols + multiple);
    CHECK(p % multiple == 0);
  }
}

TEST_CASE("a new matrix has the shape asked for and is all zeros, padding and all") {
  for (const std::size_t rows : sizes)
    for (const std::size_t cols : sizes) {
      CAPTURE(rows);
      CAPTURE(cols);
      const imf::AlignedMatrix m(rows, cols);
      REQUIRE(m.rows() == rows);
      REQUIRE(m.cols() == cols);
      REQUIRE(m.stride() == imf::AlignedMatrix::padded(cols));
      REQUIRE(m.empty() == (rows == 0 || cols == 0));
      for (std::size_t r = 0; r < rows; ++r) {
        const float* const row = m.row_data(r);
        REQUIRE(std::all_of(row, row + m.stride(), [](float v) { return v == 0.0F; }));
        REQUIRE(m.row(r).size() == cols);
      }
    }
}

TEST_CASE("a matrix on huge pages is as any other, small or large") {
  const auto check_same = [](std::size_t rows, std::size_t cols) {
    CAPTURE(rows);
    CAPTURE(cols);
    imf::AlignedMatrix m = imf::AlignedMatrix::on_huge_pages(rows, cols);
    REQUIRE(m.rows() == rows);
    REQUIRE(m.cols() == cols);
    REQUIRE(m.stride() == imf::AlignedMatrix::padded(cols));
    REQUIRE(m == imf::AlignedMatrix(rows, cols));
    if (m.empty()) return;
    REQUIRE(reinterpret_cast<std::uintptr_t>(m.row_data(0)) % imf::buffer_alignment == 0);
    m(rows - 1, cols - 1) = 2.0F;
    const imf::AlignedMatrix copy = m;
    REQUIRE(copy(rows - 1, cols - 1) == 2.0F);
  };
  for (const std::size_t rows : sizes)
    for (const std::size_t cols : sizes) check_same(rows, cols);
  check_same(3'000, 100);
  check_same(10'000, 130);
#if defined(IMPLICITMF_MAPPED_BUFFERS)
  const imf::AlignedMatrix large = imf::AlignedMatrix::on_huge_pages(10'000, 130);
  CHECK(support::asked_for_huge_pages(large.row_data(0)).value_or(true));
#endif
}

TEST_CASE("a matrix made of nothing has no rows and no columns") {
  const imf::AlignedMatrix m;
  CHECK(m.rows() == 0);
  CHECK(m.cols() == 0);
  CHECK(m.stride() == 0);
  CHECK(m.empty());
  CHECK(m == imf::AlignedMatrix(0, 0));
}

TEST_CASE("every row starts on a cache line") {
  for (const std::size_t cols : {std::size_t{1}, std::size_t{16}, std::size_t{17}}) {
    imf::AlignedMatrix m(7, cols);
    for (std::size_t r = 0; r < m.rows(); ++r) {
      CHECK(reinterpret_cast<std::uintptr_t>(m.row_data(r)) % imf::buffer_alignment == 0);
      CHECK(m.row_data(r) == m.row_data(0) + r * m.stride());
    }
  }
}

TEST_CASE("element, row and row_data are three views of the same values") {
  imf::AlignedMatrix m(5, 19);
  for (std::size_t r = 0; r < 5; ++r)
    for (std::size_t c = 0; c < 19; ++c) m(r, c) = static_cast<float>(100 * r + c);
  const imf::AlignedMatrix& readable = m;
  for (std::size_t r = 0; r < 5; ++r)
    for (std::size_t c = 0; c < 19; ++c) {
      CHECK(readable(r, c) == static_cast<float>(100 * r + c));
      CHECK(readable.row(r)[c] == readable.row_data(r)[c]);
      CHECK(&m.row(r)[c] == &m(r, c));
    }
  // Writing every element has left the padding alone.
  for (std::size_t r = 0; r < 5; ++r)
    for (std::size_t c = 19; c < m.stride(); ++c) CHECK(readable.row_data(r)[c] == 0.0F);
}

TEST_CASE("fill_zero forgets values, not the shape") {
  imf::AlignedMatrix m(3, 17);
  m(2, 16) = std::numeric_limits<float>::quiet_NaN();
  m.fill_zero();
  CHECK(m == imf::AlignedMatrix(3, 17));
}

TEST_CASE("equality is of shape and values") {
  imf::AlignedMatrix a(2, 3);
  imf::AlignedMatrix b(2, 3);
  CHECK(a == b);
  b(1, 2) = 1.0F;
  CHECK_FALSE(a == b);
  b(1, 2) = -0.0F;
  CHECK(a == b);
  // The same values in store, but another shape.
  CHECK_FALSE(imf::AlignedMatrix(2, 3) == imf::AlignedMatrix(2, 4));
  CHECK_FALSE(imf::AlignedMatrix(0, 3) == imf::AlignedMatrix(0, 4));
  CHECK_FALSE(imf::AlignedMatrix(2, 0) == imf::AlignedMatrix(3, 0));
  a(0, 0) = std::numeric_limits<float>::quiet_NaN();
  const imf::AlignedMatrix same = a;
  CHECK_FALSE(a == same);
}

TEST_CASE("copies are independent, moves take the values along") {
  imf::AlignedMatrix a(2, 2);
  a(1, 1) = 3.0F;
  imf::AlignedMatrix b = a;
  b(1, 1) = 4.0F;
  CHECK(a(1, 1) == 3.0F);
  const imf::AlignedMatrix c = std::move(b);
  CHECK(c(1, 1) == 4.0F);
  b = a;
  CHECK(b == a);
}

TEST_CASE("a matrix larger than the mapping threshold is zero to its end") {
  const imf::AlignedMatrix m(2000, 300);
  CHECK(std::all_of(m.row_data(0), m.row_data(0) + 2000 * m.stride(),
                    [](float v) { return v == 0.0F; }));
}

TEST_CASE("an unfilled matrix is a matrix once its rows and padding are set") {
  auto m = imf::AlignedMatrix::unfilled(3, 5);
  CHECK(m.rows() == 3);
  CHECK(m.cols() == 5);
  CHECK(m.stride() == 16);
  imf::AlignedMatrix expected(3, 5);
  for (std::size_t r = 0; r < 3; ++r) {
    std::fill(m.row_data(r), m.row_data(r) + m.stride(), 7.0F);
    m.clear_padding(r);
    std::fill(expected.row(r).begin(), expected.row(r).end(), 7.0F);
  }
  CHECK(m == expected);
}

TEST_CASE("shapes whose size in bytes is out of reach are refused") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS(imf::AlignedMatrix(most / sizeof(float), 1));
  CHECK_THROWS(imf::AlignedMatrix(1, most / 2));
  CHECK_THROWS(static_cast<void>(imf::AlignedMatrix::on_huge_pages(most / sizeof(float), 1)));
  CHECK_THROWS(static_cast<void>(imf::AlignedMatrix::on_huge_pages(1, most / 2)));
  CHECK_THROWS(static_cast<void>(imf::AlignedMatrix::unfilled(1, most / 2)));
}
