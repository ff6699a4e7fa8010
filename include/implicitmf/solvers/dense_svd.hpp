// SPDX-License-Identifier: MIT
/// \file
/// DenseSVD: the singular triplets of a matrix with one small side, all at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/linear_operator.hpp>
#include <implicitmf/solvers/orthonormal_basis.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>

namespace implicitmf {

/// Writes the matrix out by multiplying the unit vectors of its smaller side, and takes the
/// eigenvectors of its Gram matrix in double precision; of a symmetric one its own.
///
/// Work that Krylov methods can't do, as their basis would fill the space, and fast for it: s³ and
/// l · s² for sides s ≤ l. \par Memory  16 · l · s bytes.
struct DenseSVD {
  /// \throws NumericError if the operator's products are not finite
  template <LinearOperator Operator>
  [[nodiscard]] SingularTriplets operator()(const Operator& a, const SVDOptions& options,
                                            ThreadTeam& team) const {
    const detail::SerialEigen serial;
    const bool wide = a.rows() <= a.cols();
    SingularTriplets result;
    Eigen::MatrixXd tall = write_out(a, wide, result.products, team);
    const double scale = scale_of(tall);
    tall *= scale;
    Eigen::MatrixXd small_side;  // orthonormal columns
    Eigen::VectorXd values;
    if (is_symmetric_operator(a))
      decompose_symmetric(tall, small_side, values);
    else
      decompose(tall, small_side, values);
    store(tall, small_side, values, scale, options.dimension, wide, result);
    return result;
  }

 private:
  /// Aᵀ of a wide matrix, A of a tall one.
  template <class Operator>
  static Eigen::MatrixXd write_out(const Operator& a, bool wide, std::size_t& products,
                                   ThreadTeam& team) {
    const std::size_t small = wide ? a.rows() : a.cols();
    const std::size_t large = wide ? a.cols() : a.rows();
    Eigen::MatrixXd tall(static_cast<Eigen::Index>(large), static_cast<Eigen::Index>(small));
    AlignedMatrix unit(small, detail::block_width);
    AlignedMatrix columns(large, detail::block_width);
    for (std::size_t first = 0; first < small; first += detail::block_width) {
      const std::size_t count = std::min(detail::block_width, small - first);
      unit.fill_zero();
      for (std::size_t i = 0; i < count; ++i) unit(first + i, i) = 1.0F;
      if (wide)
        a.apply_transpose(unit, columns, team);
      else
        a.apply(unit, columns, team);
      ++products;
      for (std::size_t r = 0; r < large; ++r)
        for (std::size_t i = 0; i < count; ++i)
          tall(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(first + i)) =
              static_cast<double>(columns(r, i));
    }
    if (!tall.allFinite())
      throw NumericError("SVD: the matrix has a value that is not finite");
    return tall;
  }

  /// A power of two that brings the largest value near 1.
  static double scale_of(const Eigen::MatrixXd& tall) {
    const double largest = tall.cwiseAbs().maxCoeff();
    return largest == 0.0 ? 1.0 : std::ldexp(1.0, -std::ilogb(largest));
  }

  static void decompose_symmetric(const Eigen::MatrixXd& a, Eigen::MatrixXd& vectors,
                                  Eigen::VectorXd& values) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(a);
    vectors = eigen.eigenvectors();
    values = eigen.eigenvalues().cwiseAbs();
    sort_descending(vectors, values);
  }

  static void decompose(const Eigen::MatrixXd& tall, Eigen::MatrixXd& vectors,
                        Eigen::VectorXd& values) {
    Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(tall.cols(), tall.cols());
    squares.selfadjointView<Eigen::Lower>().rankUpdate(tall.transpose());
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(squares);
    vectors = eigen.eigenvectors();
    values = eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt();
    sort_descending(vectors, values);
  }

  static void sort_descending(Eigen::MatrixXd& vectors, Eigen::VectorXd& values) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(values.size()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Eigen::Index>(i);
    std::stable_sort(order.begin(), order.end(), [&](Eigen::Index i, Eigen::Index j) {
      return values[i] > values[j];
    });
    const Eigen::MatrixXd vectors_before = vectors;
    const Eigen::VectorXd values_before = values;
    for (std::size_t i = 0; i < order.size(); ++i) {
      vectors.col(static_cast<Eigen::Index>(i)) = vectors_before.col(order[i]);
      values[static_cast<Eigen::Index>(i)] = values_before[order[i]];
    }
  }

  /// The other side's vectors are tall · v / σ.
  static void store(const Eigen::MatrixXd& tall, const Eigen::MatrixXd& small_side,
                    const Eigen::VectorXd& values, double scale, std::size_t dimension, bool wide,
                    SingularTriplets& result) {
    AlignedMatrix small(static_cast<std::size_t>(small_side.rows()), dimension);
    AlignedMatrix large(static_cast<std::size_t>(tall.rows()), dimension);
    for (std::size_t i = 0; i < dimension; ++i) {
      const auto column = static_cast<Eigen::Index>(i);
      const double value = values[column];
      const bool kept = value > singular_value_floor * values[0];
      result.values.push_back(kept ? value / scale : 0.0);
      result.residuals.push_back(0.0);
      if (!kept) continue;
      const Eigen::VectorXd other = tall.lazyProduct(small_side.col(column)) / value;
      for (std::size_t r = 0; r < small.rows(); ++r)
        small(r, i) = static_cast<float>(small_side(static_cast<Eigen::Index>(r), column));
      for (std::size_t r = 0; r < large.rows(); ++r)
        large(r, i) = static_cast<float>(other[static_cast<Eigen::Index>(r)]);
    }
    result.left = wide ? small : large;
    result.right = wide ? std::move(large) : std::move(small);
  }
};

}  // namespace implicitmf
