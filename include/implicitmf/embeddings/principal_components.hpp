// SPDX-License-Identifier: MIT
/// \file
/// Principal components of vectors: maps of words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/linear_operator.hpp>
#include <implicitmf/solvers/symmetric_svd.hpp>

namespace implicitmf {

/// Where rows lie along the directions in which they vary most.
struct PrincipalComponents {
  AlignedMatrix coordinates;      ///< rows × components, each column with mean 0
  std::vector<double> variances;  ///< of each column, descending; 0 beyond the rank
  double total_variance = 0.0;    ///< of all dimensions together
};

namespace detail {

/// A dense matrix as a LinearOperator.
template <class Arch = DefaultArch>
class DenseOperator {
 public:
  explicit DenseOperator(const AlignedMatrix& matrix) noexcept : matrix_(matrix) {}
  [[nodiscard]] std::size_t rows() const noexcept { return matrix_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return matrix_.cols(); }
  void apply(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    y.fill_zero();
    add_product<Arch>(matrix_, x, y, team);
  }
  void apply_transpose(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    const AlignedMatrix product = rounded(gram<Arch>(matrix_, x, team));
    for (std::size_t r = 0; r < y.rows(); ++r)
      std::copy_n(product.row_data(r), y.stride(), y.row_data(r));
  }

 private:
  const AlignedMatrix& matrix_;
};
static_assert(LinearOperator<DenseOperator<>>);

/// Takes the mean row off each row.
inline void center_rows(AlignedMatrix& rows) {
  std::vector<double> mean(rows.cols());
  for (std::size_t r = 0; r < rows.rows(); ++r)
    for (std::size_t c = 0; c < rows.cols(); ++c) mean[c] += static_cast<double>(rows(r, c));
  for (double& x : mean) x /= static_cast<double>(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r)
    for (std::size_t c = 0; c < rows.cols(); ++c)
      rows(r, c) = static_cast<float>(static_cast<double>(rows(r, c)) - mean[c]);
}

}  // namespace detail

/// The first principal components of some rows: the truncated SVD of the rows less their mean.
/// Each column has its entry of largest magnitude (the first of equal ones) positive.
///
/// ```
/// const auto map = principal_components(vectors, 2).coordinates;  // words × 2
/// ```
///
/// \param rows        taken as a copy, which is centred
/// \param components  1 to the smaller side of the rows
/// \par Determinism  the same bits for any number of threads, on one machine and build.
/// \throws ConfigError   components is out of its range
/// \throws NumericError  a row is not finite
template <class Arch = DefaultArch>
[[nodiscard]] PrincipalComponents principal_components(AlignedMatrix rows, std::size_t components,
                                                       std::size_t threads = 0) {
  const std::size_t most = std::min(rows.rows(), rows.cols());
  if (components < 1 || components > most)
    throw ConfigError("components", "must be 1 to " + std::to_string(most) +
                                        ", the smaller side of the rows, not " +
                                        std::to_string(components));
  detail::center_rows(rows);
  const auto count = static_cast<double>(rows.rows());
  PrincipalComponents result;
  for (std::size_t r = 0; r < rows.rows(); ++r)
    for (const float x : rows.row(r))
      result.total_variance += static_cast<double>(x) * static_cast<double>(x) / count;
  SVDResult svd =
      SymmetricSVD<BlockLanczos<Arch>>{{.dimension = components, .power = 1.0, .threads = threads}}
          .factorize(detail::DenseOperator<Arch>(rows));
  for (const double sigma : svd.singular_values) result.variances.push_back(sigma * sigma / count);
  result.coordinates = std::move(svd.factors.words);
  return result;
}

}  // namespace implicitmf
