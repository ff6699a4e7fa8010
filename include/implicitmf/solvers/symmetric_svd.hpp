// SPDX-License-Identifier: MIT
/// \file
/// SymmetricSVD: word and context vectors by truncated SVD.
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/block_lanczos.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/linear_operator.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>

namespace implicitmf {

/// A factorization with what happened on the way.
struct SVDResult {
  Factors factors;
  std::vector<double> singular_values;  ///< d of them, descending; 0 beyond the rank
  /// max(‖A v − σ u‖, ‖Aᵀ u − σ v‖) / σ of each triplet, 0 beyond the rank
  std::vector<double> residuals;
  std::size_t rank = 0;      ///< singular values above rounding error, at most d
  std::size_t products = 0;  ///< with A or Aᵀ, of blocks of 16 vectors
  std::size_t restarts = 0;
  StopReason reason = StopReason::converged;
  double seconds = 0.0;  ///< wall-clock time

  /// W, words × d.
  [[nodiscard]] const AlignedMatrix& words() const noexcept { return factors.words; }
  /// C, contexts × d.
  [[nodiscard]] const AlignedMatrix& contexts() const noexcept { return factors.contexts; }
};

/// An algorithm for the largest singular triplets: a small value, called as
/// algorithm(matrix, options, team), that gives the same bits for any size of the team.
template <class A, class Operator>
concept SVDAlgorithm = std::copyable<A> && LinearOperator<Operator> &&
    requires(const A& algorithm, const Operator& matrix, const SVDOptions& options,
             ThreadTeam& team) {
  { algorithm(matrix, options, team) } -> std::same_as<SingularTriplets>;
};

/// Truncated SVD of a rectangular or square matrix with the singular values split symmetrically
/// (p = 1/2: Levy & Goldberg, NIPS 2014, section 4.2) or by another power p: M ≈ W Cᵀ with
/// W = U Σ^p and C = V Σ^(1−p).
///
/// Each u has its entry of largest magnitude (the first of equal ones) positive. Columns whose
/// singular value is rounding error (singular_value_floor) are 0, also at p = 0. Of a symmetric
/// matrix v = ±u, so at p = 1/2 c is ±w column by column.
///
/// ```
/// const SVDResult model = SymmetricSVD{{.dimension = 300}}.factorize(sppmi);
/// ```
///
/// \par Determinism  the same bits for any number of threads, on one machine and build.
/// \par Thread safety  factorize() may be called concurrently.
template <class Algorithm = BlockLanczos<>>
class SymmetricSVD {
 public:
  explicit SymmetricSVD(SVDOptions options = {}, Algorithm algorithm = {})
      : options_(std::move(options)), algorithm_(std::move(algorithm)) {}

  /// \throws ConfigError  an option is out of its range, or the dimension exceeds the matrix
  /// \throws NumericError the matrix is not finite
  template <LinearOperator Operator>
  requires SVDAlgorithm<Algorithm, Operator>
  [[nodiscard]] SVDResult factorize(const Operator& matrix) const {
    options_.validate(matrix.rows(), matrix.cols());
    const auto begin = std::chrono::steady_clock::now();
    ThreadTeam team(options_.threads);
    SingularTriplets triplets = algorithm_(matrix, options_, team);
    SVDResult result;
    result.products = triplets.products;
    result.restarts = triplets.restarts;
    result.reason = triplets.reason;
    for (std::size_t i = 0; i < options_.dimension; ++i) finish_column(triplets, i, result);
    result.factors = {std::move(triplets.left), std::move(triplets.right)};
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
  }

 private:
  void finish_column(SingularTriplets& triplets, std::size_t i, SVDResult& result) const {
    double sigma = triplets.values[i];
    if (!(sigma > singular_value_floor * triplets.values[0])) sigma = 0.0;
    result.singular_values.push_back(sigma);
    result.residuals.push_back(sigma == 0.0 ? 0.0 : triplets.residuals[i]);
    if (sigma > 0.0) ++result.rank;
    const double sign = sigma == 0.0 ? 0.0 : detail::sign_of_column(triplets.left, i);
    detail::scale_column(triplets.left, i, sign * std::pow(sigma, options_.power));
    detail::scale_column(triplets.right, i, sign * std::pow(sigma, 1.0 - options_.power));
  }

  SVDOptions options_;
  Algorithm algorithm_;
};

}  // namespace implicitmf
