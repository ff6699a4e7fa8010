// SPDX-License-Identifier: MIT
/// \file
/// DenseSVD: the singular triplets of a matrix with one small side, all at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/linear_operator.hpp>
#include <implicitmf/solvers/orthonormal_basis.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>
#include <implicitmf/solvers/small_dense.hpp>

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
    detail::SmallMatrix tall = write_out(a, wide, result.products, team);
    const double scale = scale_of(tall);
    tall *= scale;
    const bool symmetric = is_symmetric_operator(a);
    detail::SymmetricEigen best = detail::largest_of(
        detail::symmetric_eigen(symmetric ? tall : detail::squares_of(tall)), options.dimension);
    if (!symmetric) best.values = best.values.cwiseMax(0.0).cwiseSqrt().eval();
    store(symmetric ? best.vectors : detail::multiply(tall, best.vectors), best, symmetric, scale,
          wide, result);
    return result;
  }

 private:
  /// Aᵀ of a wide matrix, A of a tall one.
  template <class Operator>
  static detail::SmallMatrix write_out(const Operator& a, bool wide, std::size_t& products,
                                       ThreadTeam& team) {
    const std::size_t small = wide ? a.rows() : a.cols();
    const std::size_t large = wide ? a.cols() : a.rows();
    detail::SmallMatrix tall(detail::to_index(large), detail::to_index(small));
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
          tall(detail::to_index(r), detail::to_index(first + i)) =
              static_cast<double>(columns(r, i));
    }
    if (!tall.allFinite()) throw NumericError("SVD: the matrix has a value that is not finite");
    return tall;
  }

  /// A power of two that brings the largest value near 1.
  static double scale_of(const detail::SmallMatrix& tall) {
    const double largest = tall.cwiseAbs().maxCoeff();
    return largest == 0.0 ? 1.0 : std::ldexp(1.0, -std::ilogb(largest));
  }

  /// The other side's vectors are others / σ: A v / σ; of a symmetric matrix v or −v, bit for bit.
  static void store(const detail::SmallMatrix& others, const detail::SymmetricEigen& best,
                    bool symmetric, double scale, bool wide, SingularTriplets& result) {
    const auto dimension = static_cast<std::size_t>(best.values.size());
    AlignedMatrix small(static_cast<std::size_t>(best.vectors.rows()), dimension);
    AlignedMatrix large(static_cast<std::size_t>(others.rows()), dimension);
    for (std::size_t i = 0; i < dimension; ++i) {
      const auto column = detail::to_index(i);
      const double value = std::abs(best.values[column]);
      const bool kept = value > singular_value_floor * std::abs(best.values[0]);
      result.values.push_back(kept ? value / scale : 0.0);
      result.residuals.push_back(0.0);
      if (!kept) continue;
      const double divisor = symmetric ? std::copysign(1.0, best.values[column]) : value;
      for (std::size_t r = 0; r < small.rows(); ++r)
        small(r, i) = static_cast<float>(best.vectors(detail::to_index(r), column));
      for (std::size_t r = 0; r < large.rows(); ++r)
        large(r, i) = static_cast<float>(others(detail::to_index(r), column) / divisor);
    }
    result.left = wide ? small : large;
    result.right = wide ? std::move(large) : std::move(small);
  }
};

}  // namespace implicitmf
