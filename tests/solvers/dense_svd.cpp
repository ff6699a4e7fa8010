// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/dense_svd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/SVD>

#include <implicitmf/core/parallel.hpp>

#include "solvers/support.hpp"

namespace imf = implicitmf;
using namespace solver_tests;
using imf::DenseSVD;
using imf::SingularTriplets;

namespace {

template <imf::LinearOperator Operator>
SingularTriplets decompose(const Operator& a, std::size_t dimension) {
  imf::ThreadTeam team(2);
  return DenseSVD{}(a, imf::SVDOptions{.dimension = dimension}, team);
}

struct Shape {
  std::size_t rows;
  std::size_t cols;
};
constexpr Shape shapes[] = {{1, 1}, {1, 40}, {40, 1}, {15, 33}, {33, 15}, {40, 40}, {17, 16}};

/// Checks that these are the largest triplets of a matrix whose singular values are `sigma`.
void check_triplets(const SingularTriplets& triplets, const Dense& a, const Values& sigma) {
  const Dense left = as_dense(triplets.left);
  const Dense right = as_dense(triplets.right);
  CHECK(left.rows() == a.rows());
  CHECK(right.rows() == a.cols());
  CHECK(is_descending(triplets.values));
  CHECK(relative_error(triplets.values, sigma) < 1e-6);
  CHECK(orthogonality_error(left) < 1e-6);
  CHECK(orthogonality_error(right) < 1e-6);
  for (std::size_t i = 0; i < triplets.values.size(); ++i)
    CHECK(residual(a, left, right, triplets.values, i) <= 1e-6 * sigma[0]);
  CHECK(triplets.reason == imf::StopReason::converged);
  CHECK(triplets.restarts == 0);
  CHECK(std::all_of(triplets.residuals.begin(), triplets.residuals.end(),
                    [](double r) { return r == 0.0; }));
}

Values first(const Eigen::VectorXd& values, std::size_t count) {
  return Values(values.data(), values.data() + count);
}

}  // namespace

TEST_CASE("random matrices of any shape, as JacobiSVD sees them") {
  for (const Shape& shape : shapes) {
    CAPTURE(shape.rows);
    CAPTURE(shape.cols);
    const std::size_t most = std::min(shape.rows, shape.cols);
    const Dense a = random_matrix(shape.rows, shape.cols, 1);
    const Eigen::JacobiSVD<Dense> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
    for (const std::size_t dimension : {std::size_t{1}, (most + 1) / 2, most}) {
      CAPTURE(dimension);
      const SingularTriplets triplets = decompose(operator_of(a), dimension);
      check_triplets(triplets, a, first(svd.singularValues(), dimension));
      CHECK(triplets.products == (most + 15) / 16);
      if (svd.singularValues()[index(dimension - 1)] >
          1.001 * svd.singularValues()[index(std::min(dimension, most - 1))]) {
        CHECK(subspace_distance(as_dense(triplets.left), svd.matrixU().leftCols(index(dimension))) <
              1e-4);
        CHECK(subspace_distance(as_dense(triplets.right),
                                svd.matrixV().leftCols(index(dimension))) < 1e-4);
      }
    }
  }
}

TEST_CASE("of a symmetric matrix v = u or v = -u, to the last bit") {
  for (const std::size_t size : {1U, 16U, 40U}) {
    const Dense random = random_matrix(size, size, 2);
    const Dense a = random + random.transpose();
    const Eigen::JacobiSVD<Dense> svd(a);
    const SingularTriplets triplets = decompose(symmetric_operator_of(a), size);
    check_triplets(triplets, a, first(svd.singularValues(), size));
    CHECK(equal_but_for_signs(triplets.left, triplets.right));
  }
  // Eigenvalues down to the rounding error, in pairs that differ in sign alone.
  Values lambda;
  for (const double value : geometric(20, 1.0, 0.55)) {
    lambda.push_back(value);
    lambda.push_back(-value);
  }
  const Dense a = with_eigenvalues(200, lambda, 3);
  const SingularTriplets triplets = decompose(symmetric_operator_of(a), 40);
  CHECK(equal_but_for_signs(triplets.left, triplets.right));
  for (std::size_t i = 0; i < 40; ++i)
    CHECK(triplets.values[i] == doctest::Approx(std::abs(lambda[i])).epsilon(1e-2));
}

TEST_CASE("spectra that fall, stand in clusters or are flat") {
  Values clusters(12, 3.0);
  clusters.insert(clusters.end(), 12, 1.0);
  for (const Values& sigma : {geometric(24, 5.0, 0.7), clusters, Values(24, 2.0)}) {
    const KnownSVD known = with_singular_values(50, 24, sigma, 4);
    check_triplets(decompose(operator_of(known.a), 12), known.a,
                   first(Eigen::Map<const Eigen::VectorXd>(sigma.data(), 24), 12));
  }
}

TEST_CASE("columns beyond the rank are 0") {
  for (const bool transposed : {false, true}) {
    const KnownSVD known = with_singular_values(50, 30, {4.0, 2.0, 1.0}, 5);
    const Dense a = transposed ? Dense(known.a.transpose()) : known.a;
    const SingularTriplets triplets = decompose(operator_of(a), 10);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK((triplets.values[i] > 0.0) == (i < 3));
      CHECK((as_dense(triplets.left).col(index(i)).norm() > 0.5) == (i < 3));
      CHECK((as_dense(triplets.right).col(index(i)).norm() > 0.5) == (i < 3));
    }
    CHECK(orthogonality_error(as_dense(triplets.left).leftCols(3)) < 1e-6);
    CHECK(orthogonality_error(as_dense(triplets.right).leftCols(3)) < 1e-6);
  }
}

TEST_CASE("a matrix of zeros has singular values 0 and vectors 0") {
  const auto zero = [](std::size_t, std::size_t) { return 0.0; };
  const archetypes::DenseOperator rectangular(30, 20, zero);
  const archetypes::SymmetricOperator symmetric(20, zero);
  const auto check_zero = [](const SingularTriplets& triplets) {
    CHECK(triplets.values == Values(4, 0.0));
    CHECK(as_dense(triplets.left).isZero(0.0));
    CHECK(as_dense(triplets.right).isZero(0.0));
  };
  check_zero(decompose(rectangular, 4));
  check_zero(decompose(symmetric, 4));
}

TEST_CASE("scales far from 1") {
  const KnownSVD known = with_singular_values(40, 30, geometric(30, 1.0, 0.9), 6);
  for (const double scale : {1e-30, 1e30}) {
    const SingularTriplets triplets = decompose(operator_of(scale * known.a), 10);
    CHECK(relative_error(triplets.values, geometric(10, scale, 0.9)) < 1e-6);
    CHECK(subspace_distance(as_dense(triplets.left), known.left.leftCols(10)) < 1e-5);
    CHECK(subspace_distance(as_dense(triplets.right), known.right.leftCols(10)) < 1e-5);
  }
}

TEST_CASE("a value that is not finite is refused") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    for (const Shape& shape : shapes) {
      Dense a = random_matrix(shape.rows, shape.cols, 7);
      a(a.rows() - 1, a.cols() - 1) = bad;
      CHECK_THROWS_AS(decompose(operator_of(a), 1), imf::NumericError);
    }
}
