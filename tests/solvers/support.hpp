// SPDX-License-Identifier: MIT
/// \file
/// Matrices with known spectra, and what a truncated SVD of one has to satisfy.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Core>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/random.hpp>

#include "archetypes.hpp"

namespace solver_tests {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOLVER_TESTS_WATCH_THREADS 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SOLVER_TESTS_WATCH_THREADS 1
#endif

/// For cases about numbers, not threads: the thread sanitizer would slow them twentyfold and see
/// nothing. TEST_CASE("..." * of_numbers())
[[nodiscard]] inline doctest::skip of_numbers() {
#if defined(SOLVER_TESTS_WATCH_THREADS)
  return doctest::skip(true);
#else
  return doctest::skip(false);
#endif
}

using Dense = Eigen::MatrixXd;
using Values = std::vector<double>;

[[nodiscard]] inline Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// Numbers in [-1, 1), rounded to float so that an operator holds them as they are.
[[nodiscard]] inline Dense random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  Dense a(index(rows), index(cols));
  for (Eigen::Index r = 0; r < a.rows(); ++r)
    for (Eigen::Index c = 0; c < a.cols(); ++c)
      a(r, c) = static_cast<double>(static_cast<float>(2.0 * random.uniform() - 1.0));
  return a;
}

[[nodiscard]] inline implicitmf::AlignedMatrix random_panel(std::size_t rows, std::size_t cols,
                                                            std::uint64_t seed) {
  const Dense a = random_matrix(rows, cols, seed);
  implicitmf::AlignedMatrix panel(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) panel(r, c) = static_cast<float>(a(index(r), index(c)));
  return panel;
}

/// The first columns of a product of random reflections: orthonormal.
[[nodiscard]] inline Dense random_orthonormal(std::size_t rows, std::size_t cols,
                                              std::uint64_t seed) {
  Dense q = Dense::Identity(index(rows), index(cols));
  const Dense mirrors = random_matrix(rows, 4, seed);
  for (Eigen::Index i = 0; i < mirrors.cols(); ++i) {
    const Eigen::VectorXd mirror = mirrors.col(i).normalized();
    const Eigen::RowVectorXd shadow = 2.0 * mirror.transpose() * q;
    q.noalias() -= mirror * shadow;
  }
  return q;
}

/// A matrix U diag(sigma) Vᵀ beside its factors.
struct KnownSVD {
  Dense a;
  Dense left;
  Dense right;
};

[[nodiscard]] inline KnownSVD with_singular_values(std::size_t rows, std::size_t cols,
                                                   const Values& sigma, std::uint64_t seed) {
  KnownSVD svd;
  svd.left = random_orthonormal(rows, sigma.size(), seed);
  svd.right = random_orthonormal(cols, sigma.size(), seed + 1);
  const Eigen::VectorXd values =
      Eigen::Map<const Eigen::VectorXd>(sigma.data(), index(sigma.size()));
  svd.a = svd.left * values.asDiagonal() * svd.right.transpose();
  return svd;
}

/// A symmetric matrix with these eigenvalues, and 0 beyond them.
[[nodiscard]] inline Dense with_eigenvalues(std::size_t size, const Values& lambda,
                                            std::uint64_t seed) {
  const Dense q = random_orthonormal(size, lambda.size(), seed);
  const Eigen::VectorXd values =
      Eigen::Map<const Eigen::VectorXd>(lambda.data(), index(lambda.size()));
  const Dense a = q * values.asDiagonal() * q.transpose();
  return 0.5 * (a + a.transpose());
}

/// first · ratio^i.
[[nodiscard]] inline Values geometric(std::size_t count, double first, double ratio) {
  Values values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(first * std::pow(ratio, static_cast<double>(i)));
  return values;
}

[[nodiscard]] inline archetypes::DenseOperator operator_of(const Dense& a) {
  return archetypes::DenseOperator(
      static_cast<std::size_t>(a.rows()), static_cast<std::size_t>(a.cols()),
      [&](std::size_t r, std::size_t c) { return a(index(r), index(c)); });
}

[[nodiscard]] inline archetypes::SymmetricOperator symmetric_operator_of(const Dense& a) {
  return archetypes::SymmetricOperator(
      static_cast<std::size_t>(a.rows()),
      [&](std::size_t r, std::size_t c) { return a(index(r), index(c)); });
}

[[nodiscard]] inline Dense as_dense(const implicitmf::AlignedMatrix& panel) {
  Dense a(index(panel.rows()), index(panel.cols()));
  for (std::size_t r = 0; r < panel.rows(); ++r)
    for (std::size_t c = 0; c < panel.cols(); ++c)
      a(index(r), index(c)) = static_cast<double>(panel(r, c));
  return a;
}

/// Largest difference of an entry of QᵀQ to the unit matrix.
[[nodiscard]] inline double orthogonality_error(const Dense& q) {
  return (q.transpose() * q - Dense::Identity(q.cols(), q.cols())).cwiseAbs().maxCoeff();
}

/// ‖P_a − P_b‖ of the projectors onto the columns of a and b, orthonormal and equally many: the
/// sine of the largest angle between the two spaces, by the Frobenius norm, which is not less.
[[nodiscard]] inline double subspace_distance(const Dense& a, const Dense& b) {
  return (a - b * (b.transpose() * a)).norm();
}

/// max(‖A v − σ u‖, ‖Aᵀ u − σ v‖) of triplet i.
[[nodiscard]] inline double residual(const Dense& a, const Dense& left, const Dense& right,
                                     const Values& sigma, std::size_t i) {
  const auto column = index(i);
  return std::max((a * right.col(column) - sigma[i] * left.col(column)).norm(),
                  (a.transpose() * left.col(column) - sigma[i] * right.col(column)).norm());
}

/// Largest relative difference of the first values; infinity where a value is not finite.
[[nodiscard]] inline double relative_error(const Values& values, const Values& expected) {
  double worst = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double error = std::abs(values[i] - expected[i]) / expected[i];
    worst = std::isfinite(error) ? std::max(worst, error) : std::numeric_limits<double>::infinity();
  }
  return worst;
}

[[nodiscard]] inline bool is_descending(const Values& values) {
  return std::is_sorted(values.rbegin(), values.rend());
}

/// Whether a = ±b column by column, to the last bit.
[[nodiscard]] inline bool equal_but_for_signs(const implicitmf::AlignedMatrix& a,
                                              const implicitmf::AlignedMatrix& b) {
  for (std::size_t c = 0; c < a.cols(); ++c) {
    bool equal = true;
    bool opposite = true;
    for (std::size_t r = 0; r < a.rows(); ++r) {
      equal = equal && a(r, c) == b(r, c);
      opposite = opposite && a(r, c) == -b(r, c);
    }
    if (!equal && !opposite) return false;
  }
  return a.rows() == b.rows() && a.cols() == b.cols();
}

}  // namespace solver_tests
