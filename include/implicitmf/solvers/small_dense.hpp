// SPDX-License-Identifier: MIT
/// \file
/// The small dense matrices of the solvers: one type and few operations, so that a program that
/// includes them compiles little of Eigen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

namespace implicitmf::detail {

/// A small dense matrix in double, row-major as the panels are.
using SmallMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using SmallVector = Eigen::VectorXd;

[[nodiscard]] inline Eigen::Index to_index(std::size_t i) noexcept {
  return static_cast<Eigen::Index>(i);
}

/// Keeps Eigen to one thread where a program's -fopenmp would let it take more: sums would then
/// depend on their number.
class SerialEigen {
 public:
  SerialEigen() { Eigen::setNbThreads(1); }
  SerialEigen(const SerialEigen&) = delete;
  SerialEigen& operator=(const SerialEigen&) = delete;
  ~SerialEigen() { Eigen::setNbThreads(before_); }

 private:
  int before_ = Eigen::nbThreads();
};

/// A B, by rows of B: row-major and contiguous, so that it vectorizes.
[[nodiscard]] inline SmallMatrix multiply(const SmallMatrix& a, const SmallMatrix& b) {
  SmallMatrix c = SmallMatrix::Zero(a.rows(), b.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index k = 0; k < a.cols(); ++k) {
      const double factor = a(i, k);
      const double* const from = b.data() + k * b.cols();
      double* const to = c.data() + i * c.cols();
      for (Eigen::Index j = 0; j < b.cols(); ++j) to[j] += factor * from[j];
    }
  return c;
}

/// Aᵀ A.
[[nodiscard]] inline SmallMatrix squares_of(const SmallMatrix& a) {
  return multiply(SmallMatrix(a.transpose()), a);
}

/// A = V Λ Vᵀ.
struct SymmetricEigen {
  SmallVector values;
  SmallMatrix vectors;  ///< as columns
};

/// Eigenvalues, ascending, and eigenvectors of a symmetric matrix; its lower triangle is read.
[[nodiscard]] inline SymmetricEigen symmetric_eigen(const SmallMatrix& a) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(a);
  return {eigen.eigenvalues(), eigen.eigenvectors()};
}

/// The `count` eigenpairs of largest magnitude, largest first.
[[nodiscard]] inline SymmetricEigen largest_of(const SymmetricEigen& all, std::size_t count) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(all.values.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index i, Eigen::Index j) {
    return std::abs(all.values[i]) > std::abs(all.values[j]);
  });
  SymmetricEigen chosen{SmallVector(to_index(count)),
                        SmallMatrix(all.vectors.rows(), to_index(count))};
  for (std::size_t i = 0; i < count; ++i) {
    chosen.values[to_index(i)] = all.values[order[i]];
    chosen.vectors.col(to_index(i)) = all.vectors.col(order[i]);
  }
  return chosen;
}

/// Makes columns orthonormal from left to right (Gram-Schmidt, twice); one that depends on those
/// before it is replaced by a direction that does not. Few are: the work is for near-singular
/// input.
inline void orthonormalize_columns(SmallMatrix& a) {
  constexpr double dependent = 1e-9;
  for (Eigen::Index i = 0; i < a.cols(); ++i) {
    SmallVector column = a.col(i);
    for (Eigen::Index replacement = 0;; ++replacement) {
      for (int pass = 0; pass < 2; ++pass)
        for (Eigen::Index j = 0; j < i; ++j) column -= a.col(j).dot(column) * a.col(j);
      if (column.norm() > dependent) break;
      column = SmallVector::Unit(a.rows(), (i + replacement) % a.rows());
    }
    a.col(i) = column / column.norm();
  }
}

/// The inverse of a positive definite matrix, by elimination without exchange of rows, which it
/// does not need.
[[nodiscard]] inline SmallMatrix inverse_of(SmallMatrix a) {
  const Eigen::Index n = a.rows();
  for (Eigen::Index k = 0; k < n; ++k) {
    const double pivot = 1.0 / a(k, k);
    a(k, k) = 1.0;
    a.row(k) *= pivot;
    const double* const from = a.data() + k * n;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (i == k) continue;
      double* const to = a.data() + i * n;
      const double factor = std::exchange(to[k], 0.0);
      for (Eigen::Index j = 0; j < n; ++j) to[j] -= factor * from[j];
    }
  }
  return a;
}

}  // namespace implicitmf::detail
