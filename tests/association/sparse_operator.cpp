// SPDX-License-Identifier: MIT
#include <implicitmf/association/sparse_operator.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/solvers/linear_operator.hpp>

#include "association/support.hpp"

namespace imf = implicitmf;
using association_tests::random_panel;
using association_tests::sparse;
using imf::AlignedMatrix;
using imf::shifted_operator;
using imf::SparseOperator;
using imf::ThreadTeam;

namespace {

using Rows = std::vector<std::vector<float>>;

/// Numbers in [-1, 1) in a part of the cells, every fifth row empty.
Rows random_rows(std::size_t rows, std::size_t cols, double density, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  Rows matrix(rows, std::vector<float>(cols));
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : matrix[r])
      if (random.uniform() < density && r % 5 != 2)
        x = static_cast<float>(2.0 * random.uniform() - 1.0);
  return matrix;
}

Rows transposed(const Rows& a, std::size_t cols) {
  Rows t(cols, std::vector<float>(a.size()));
  for (std::size_t r = 0; r < a.size(); ++r)
    for (std::size_t c = 0; c < cols; ++c) t[c][r] = a[r][c];
  return t;
}

Rows symmetric_rows(std::size_t size, double density, std::uint64_t seed) {
  Rows a = random_rows(size, size, density, seed);
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t c = 0; c < r; ++c) a[r][c] = a[c][r];
  return a;
}

/// Whether y is (A + shift · 1 1ᵀ) x as far as single precision can tell, and its padding is 0.
bool is_product(const AlignedMatrix& y, const Rows& a, double shift, const AlignedMatrix& x) {
  for (std::size_t r = 0; r < y.rows(); ++r) {
    for (std::size_t c = 0; c < y.cols(); ++c) {
      double sum = 0.0;
      double magnitude = 0.0;
      for (std::size_t i = 0; i < x.rows(); ++i) {
        const double factor = static_cast<double>(x(i, c));
        sum += (static_cast<double>(a[r][i]) + shift) * factor;
        magnitude += (std::abs(static_cast<double>(a[r][i])) + std::abs(shift)) * std::abs(factor);
      }
      if (!(std::abs(static_cast<double>(y(r, c)) - sum) <= 4e-6 * magnitude)) return false;
    }
    for (std::size_t c = y.cols(); c < y.stride(); ++c)
      if (y.row_data(r)[c] != 0.0F) return false;
  }
  return true;
}

/// A panel of other numbers, all of which a product has to overwrite.
AlignedMatrix used_panel(std::size_t rows, std::size_t cols) {
  return random_panel(rows, cols, 99);
}

template <class Operator>
void check_products(const Operator& a, const Rows& dense, double shift) {
  ThreadTeam team(2);
  for (const std::size_t width : {1U, 5U, 16U, 17U, 48U, 64U}) {
    CAPTURE(width);
    const AlignedMatrix x = random_panel(a.cols(), width, width);
    AlignedMatrix y = used_panel(a.rows(), width);
    a.apply(x, y, team);
    CHECK(is_product(y, dense, shift, x));

    const AlignedMatrix x_of_rows = random_panel(a.rows(), width, width);
    AlignedMatrix y_of_cols = used_panel(a.cols(), width);
    a.apply_transpose(x_of_rows, y_of_cols, team);
    CHECK(is_product(y_of_cols, transposed(dense, a.cols()), shift, x_of_rows));
  }
}

struct Shape {
  std::size_t rows;
  std::size_t cols;
};
constexpr Shape shapes[] = {{1, 1}, {1, 30}, {30, 1}, {13, 40}, {40, 13}, {64, 64}};

}  // namespace

TEST_CASE("an operator is its matrix") {
  static_assert(imf::LinearOperator<SparseOperator<>>);
  const Rows rows = random_rows(13, 40, 0.3, 1);
  const SparseOperator a(sparse<float>(rows, 40));
  CHECK(a.rows() == 13);
  CHECK(a.cols() == 40);
  CHECK(a.matrix() == sparse<float>(rows, 40));
  CHECK(!a.is_symmetric());
  CHECK(a.memory_bytes() == 8 * (2 * a.matrix().nonzeros() + 14 + 41));
}

TEST_CASE("apply() and apply_transpose() multiply panels of any width") {
  for (const Shape& shape : shapes)
    for (const double density : {0.0, 0.2, 1.0}) {
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      CAPTURE(density);
      const Rows rows = random_rows(shape.rows, shape.cols, density, 2);
      check_products(SparseOperator(sparse<float>(rows, shape.cols)), rows, 0.0);
    }
}

TEST_CASE("a symmetric matrix is seen, kept once and multiplied both ways") {
  Rows rows = symmetric_rows(50, 0.2, 3);
  const SparseOperator a(sparse<float>(rows, 50));
  CHECK(a.is_symmetric());
  CHECK(a.memory_bytes() == 8 * (a.matrix().nonzeros() + 51 + 1));
  check_products(a, rows, 0.0);

  rows[4][7] = std::nextafter(rows[4][7], 2.0F);
  CHECK(!SparseOperator(sparse<float>(rows, 50)).is_symmetric());
}

TEST_CASE("a shift is added to every cell, stored or not") {
  static_assert(imf::LinearOperator<imf::SparsePlusOuter<>>);
  for (const double shift : {0.0, -std::log(5.0), 0.75})
    for (const Shape& shape : shapes) {
      CAPTURE(shift);
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      const Rows rows = random_rows(shape.rows, shape.cols, 0.2, 4);
      const auto a = shifted_operator(sparse<float>(rows, shape.cols), shift);
      CHECK(a.rows() == shape.rows);
      CHECK(a.cols() == shape.cols);
      check_products(a, rows, shift);
    }
}

TEST_CASE("a shift leaves a symmetric matrix symmetric") {
  const Rows rows = symmetric_rows(50, 0.2, 5);
  const auto a = shifted_operator(sparse<float>(rows, 50), -1.0);
  CHECK(a.is_symmetric());
  check_products(a, rows, -1.0);
  CHECK(!shifted_operator(sparse<float>(random_rows(50, 50, 0.2, 5), 50), -1.0).is_symmetric());
}

TEST_CASE("products are the same bits for any number of threads") {
  // Enough nonzeros and rows that there are several stretches of work.
  constexpr std::size_t size = 3000;
  imf::RandomStream random(6, imf::RandomPurpose::test_data);
  imf::Csr<float> matrix;
  matrix.cols = size + 100;
  for (std::size_t r = 0; r < size; ++r) {
    for (std::size_t c = random.below(20); c < matrix.cols; c += 1 + random.below(80)) {
      matrix.columns.push_back(static_cast<imf::WordId>(c));
      matrix.values.push_back(static_cast<float>(random.uniform() - 0.5));
    }
    matrix.offsets.push_back(matrix.columns.size());
  }
  REQUIRE(matrix.nonzeros() > 3 * (std::size_t{1} << 16U));
  const SparseOperator a(matrix);
  const auto shifted = shifted_operator(matrix, -0.7);
  const auto products = [&](std::size_t threads) {
    ThreadTeam team(threads);
    const AlignedMatrix x = random_panel(a.cols(), 16, 7);
    const AlignedMatrix z = random_panel(a.rows(), 16, 8);
    std::vector<AlignedMatrix> results;
    const auto collect = [&](const auto& op) {
      results.emplace_back(a.rows(), 16);
      op.apply(x, results.back(), team);
      results.emplace_back(a.cols(), 16);
      op.apply_transpose(z, results.back(), team);
    };
    collect(a);
    collect(shifted);
    return results;
  };
  const auto expected = products(1);
  for (const std::size_t threads : {2U, 3U, 7U}) CHECK(products(threads) == expected);
}
