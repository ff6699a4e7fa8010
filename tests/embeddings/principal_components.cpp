// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/principal_components.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::principal_components;
using support::holds;
using support::message_of;
using support::random_matrix;

namespace {

/// Random rows that vary most along the first axes, far from 0.
AlignedMatrix stretched_rows(std::size_t rows, std::size_t cols) {
  AlignedMatrix matrix = random_matrix(rows, cols, rows + cols, 1.0F);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c)
      matrix(r, c) = 3.0F + matrix(r, c) * 4.0F / static_cast<float>(c + 1);
  return matrix;
}

struct Reference {
  Eigen::MatrixXd coordinates;
  Eigen::VectorXd variances;
};

/// By the eigenvectors of the covariance matrix, in double.
Reference reference(const AlignedMatrix& rows) {
  const auto n = static_cast<Eigen::Index>(rows.rows());
  const auto d = static_cast<Eigen::Index>(rows.cols());
  Eigen::MatrixXd x(n, d);
  for (Eigen::Index r = 0; r < n; ++r)
    for (Eigen::Index c = 0; c < d; ++c)
      x(r, c) = static_cast<double>(rows(static_cast<std::size_t>(r), static_cast<std::size_t>(c)));
  x.rowwise() -= x.colwise().mean().eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Eigen::MatrixXd(x.transpose() * x / static_cast<double>(n)));
  const Eigen::MatrixXd directions = solver.eigenvectors().rowwise().reverse();
  return {x * directions, solver.eigenvalues().reverse()};
}

}  // namespace

TEST_CASE("the eigenvectors of the covariance, by another way") {
  struct Shape {
    std::size_t rows;
    std::size_t cols;
    std::size_t components;
  };
  for (const Shape& shape :
       {Shape{500, 40, 2}, Shape{30, 100, 3}, Shape{3000, 7, 7}, Shape{5, 5, 1}}) {
    CAPTURE(shape.rows);
    CAPTURE(shape.cols);
    const AlignedMatrix rows = stretched_rows(shape.rows, shape.cols);
    const auto found = principal_components(rows, shape.components);
    const Reference expected = reference(rows);
    REQUIRE(found.coordinates.rows() == shape.rows);
    REQUIRE(found.coordinates.cols() == shape.components);
    REQUIRE(found.variances.size() == shape.components);
    CHECK(found.total_variance == Approx(expected.variances.sum()).epsilon(1e-5));
    for (std::size_t k = 0; k < shape.components; ++k) {
      const auto column = static_cast<Eigen::Index>(k);
      CHECK(found.variances[k] == Approx(expected.variances(column)).epsilon(1e-4));
      double same = 0.0;
      double sum = 0.0;
      float largest = 0.0F;
      for (std::size_t r = 0; r < shape.rows; ++r) {
        const float x = found.coordinates(r, k);
        same += static_cast<double>(x) * expected.coordinates(static_cast<Eigen::Index>(r), column);
        sum += static_cast<double>(x);
        if (std::abs(x) > std::abs(largest)) largest = x;
      }
      const double length = expected.coordinates.col(column).squaredNorm();
      CHECK(std::abs(same) == Approx(length).epsilon(2e-3));
      CHECK(std::abs(sum) < 1e-3 * std::sqrt(length * static_cast<double>(shape.rows)));
      CHECK(largest > 0.0F);
    }
  }
}

TEST_CASE("rows on a line have one direction, equal rows none") {
  AlignedMatrix line(100, 6);
  for (std::size_t r = 0; r < 100; ++r)
    for (std::size_t c = 0; c < 6; ++c)
      line(r, c) = static_cast<float>(r) * static_cast<float>(c + 1);
  const auto found = principal_components(line, 2);
  // The variance of 0 ... 99 is 833.25, the line's direction has length sqrt(91).
  CHECK(found.variances[0] == Approx(833.25 * 91.0).epsilon(1e-4));
  CHECK(found.total_variance == Approx(833.25 * 91.0).epsilon(1e-4));
  CHECK(found.variances[1] == 0.0);
  CHECK(std::abs(found.coordinates(0, 0)) == Approx(49.5 * std::sqrt(91.0)).epsilon(1e-4));
  for (std::size_t r = 0; r < 100; ++r) CHECK(found.coordinates(r, 1) == 0.0F);

  AlignedMatrix equal(10, 3);
  for (std::size_t r = 0; r < 10; ++r) std::ranges::fill(equal.row(r), 2.5F);
  const auto none = principal_components(equal, 3);
  CHECK(none.total_variance == 0.0);
  CHECK(none.variances == std::vector<double>(3, 0.0));
  for (std::size_t r = 0; r < 10; ++r)
    for (std::size_t k = 0; k < 3; ++k) CHECK(none.coordinates(r, k) == 0.0F);
  CHECK(principal_components(AlignedMatrix(1, 4), 1).variances.at(0) == 0.0);
}

TEST_CASE("the same bits for any number of threads") {
  const AlignedMatrix rows = stretched_rows(5000, 30);
  const auto one = principal_components(rows, 2, 1);
  for (const std::size_t threads : {2U, 5U}) {
    const auto other = principal_components(rows, 2, threads);
    CHECK(other.variances == one.variances);
    for (std::size_t r = 0; r < rows.rows(); ++r)
      REQUIRE(std::ranges::equal(other.coordinates.row(r), one.coordinates.row(r)));
  }
}

TEST_CASE("what is refused") {
  const AlignedMatrix rows = stretched_rows(8, 3);
  CHECK(holds(message_of<imf::ConfigError>([&] { (void)principal_components(rows, 0); }),
              "components: must be 1 to 3"));
  CHECK(holds(message_of<imf::ConfigError>([&] { (void)principal_components(rows, 4); }),
              "the smaller side of the rows, not 4"));
  CHECK(holds(
      message_of<imf::ConfigError>([&] { (void)principal_components(AlignedMatrix(0, 3), 1); }),
      "must be 1 to 0"));
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    AlignedMatrix broken = rows;
    broken(2, 1) = bad;
    CHECK_THROWS_AS((void)principal_components(broken, 2), imf::NumericError);
  }
}
