// SPDX-License-Identifier: MIT
/// \file
/// BlockLanczos: the largest singular triplets by randomized block Lanczos bidiagonalisation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/dense_svd.hpp>
#include <implicitmf/solvers/linear_operator.hpp>
#include <implicitmf/solvers/orthonormal_basis.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>
#include <implicitmf/solvers/small_dense.hpp>

namespace implicitmf {

namespace detail {

/// The run of one factorization: bases U and V with A V = U B and Aᵀ U = V Bᵀ + v S Eᵀ, where v is
/// the last block of V and E picks the last block of U.
template <LinearOperator Operator, class Arch>
class LanczosRun {
 public:
  LanczosRun(const Operator& a, const SVDOptions& options, std::size_t keep, std::size_t capacity,
             ThreadTeam& team)
      : a_(a),
        options_(options),
        team_(team),
        keep_(keep),
        left_(options.seed),
        right_(options.seed + 1),
        b_(SmallMatrix::Zero(to_index(capacity), to_index(capacity))),
        capacity_(capacity) {}

  [[nodiscard]] SingularTriplets solve() {
    if (!start()) return zero_triplets();
    for (std::size_t columns = capacity_;;) {
      const bool proceed = fill_basis(columns);
      decompose();
      const bool last = !proceed || result_.products >= options_.max_products;
      const double worst = form_triplets(last);
      const bool converged = worst <= options_.tolerance;
      if (converged || last) {
        result_.reason = converged ? StopReason::converged
                         : proceed ? StopReason::product_limit
                                   : StopReason::stopped;
        return std::move(result_);
      }
      const std::size_t needed = columns_to_converge(worst);
      if (left_.size() == capacity_) restart();
      columns = std::min(capacity_, left_.size() + needed);
    }
  }

 private:
  /// The first block, and the scale that brings the matrix near 1. False of a zero matrix.
  bool start() {
    AlignedMatrix x(a_.cols(), block_width);
    fill_random(x, 0, block_width, RandomStream(options_.seed, RandomPurpose::start_panel));
    right_.append(std::move(x), 0.0, team_);
    first_image_ = image_of_newest();
    float largest = 0.0F;
    bool finite = true;
    for (std::size_t r = 0; r < first_image_.rows(); ++r)
      for (const float value : first_image_.row(r)) {
        largest = std::max(largest, std::abs(value));
        finite = finite && std::isfinite(value);
      }
    if (!finite) throw NumericError("SVD: the first product of the matrix is not finite");
    if (largest == 0.0F) return false;
    scale_ = std::ldexp(1.0F, std::clamp(-std::ilogb(largest), -126, 126));
    return true;
  }

  /// Columns to add until the residual is small enough, by the rate it fell at since the last look.
  std::size_t columns_to_converge(double worst) {
    const double fallen = std::log(worst_ / worst);
    const auto products = static_cast<double>(result_.products - products_before_);
    const bool known = worst_ > 0.0 && fallen > 0.0;
    const double needed =
        known ? std::log(worst / options_.tolerance) / fallen * products / 2.0 : 1e9;
    worst_ = worst;
    products_before_ = result_.products;
    return block_width * static_cast<std::size_t>(std::clamp(std::ceil(needed), 2.0, 1e6));
  }

  /// A times the last block of V.
  AlignedMatrix image_of_newest() {
    AlignedMatrix y = AlignedMatrix::unfilled(a_.rows(), block_width);
    a_.apply(right_.blocks().back(), y, team_);
    ++result_.products;
    return y;
  }

  /// Extends the bases to so many columns. False if the callback said stop.
  bool fill_basis(std::size_t columns) {
    while (left_.size() < columns) {
      extend();
      const Progress progress{"factorizing", "products", result_.products, 0, worst_};
      if (options_.progress && options_.progress(progress) == ProgressAction::stop) {
        if (left_.size() < keep_) throw Stopped("factorizing");
        return false;
      }
      if (result_.products >= options_.max_products && left_.size() >= keep_) break;
    }
    return true;
  }

  void extend() {
    const auto m = to_index(left_.size());
    const auto width = to_index(block_width);
    const auto of_left = append(left_, m == 0 ? std::move(first_image_) : image_of_newest());
    b_.block(0, m, m, width) = of_left.onto_basis;
    b_.block(m, m, width, width) = of_left.onto_block;
    AlignedMatrix x = AlignedMatrix::unfilled(a_.cols(), block_width);
    a_.apply_transpose(left_.blocks().back(), x, team_);
    ++result_.products;
    tail_ = append(right_, std::move(x)).onto_block;
  }

  typename OrthonormalBasis<Arch>::Coefficients append(OrthonormalBasis<Arch>& basis,
                                                       AlignedMatrix w) {
    scale_rows(w, scale_, team_);
    auto coefficients = basis.append(std::move(w), singular_value_floor * norm_, team_);
    for (Eigen::Index i = 0; i < coefficients.onto_block.cols(); ++i) {
      const double in_basis =
          coefficients.onto_basis.rows() == 0 ? 0.0 : coefficients.onto_basis.col(i).squaredNorm();
      norm_ = std::max(norm_, std::sqrt(in_basis + coefficients.onto_block.col(i).squaredNorm()));
    }
    return coefficients;
  }

  /// B = P Σ Oᵀ, the `keep_` largest, by BᵀB = O Σ² Oᵀ, whose rounding is far below that of the
  /// bases. Where B is near singular, P = B O / Σ is made orthonormal by force.
  void decompose() {
    const auto m = to_index(left_.size());
    const SmallMatrix b = b_.topLeftCorner(m, m);
    const SymmetricEigen eigen = largest_of(symmetric_eigen(squares_of(b)), keep_);
    sigma_ = eigen.values.cwiseMax(0.0).cwiseSqrt();
    o_ = eigen.vectors;
    p_ = multiply(b, o_);
    for (Eigen::Index i = 0; i < p_.cols(); ++i) p_.col(i) /= std::max(sigma_[i], 1e-9 * sigma_[0]);
    if (sigma_[sigma_.size() - 1] <= 1e-4 * sigma_[0]) orthonormalize_columns(p_);
  }

  /// The residuals by the recurrence, and where they are small enough (or nothing more will be
  /// done) the triplets. Returns the largest residual of those asked for.
  double form_triplets(bool last) {
    const double worst = recurrence_residuals();
    if (worst > options_.tolerance && !last) return worst;
    if (is_symmetric_operator(a_)) return form_symmetric();
    const auto d = to_index(options_.dimension);
    result_.values.clear();
    for (Eigen::Index i = 0; i < d; ++i)
      result_.values.push_back(sigma_[i] / static_cast<double>(scale_));
    result_.residuals = residuals_;
    result_.left = product<Arch>(left_.all(), p_.leftCols(d), team_);
    result_.right = product<Arch>(filled_right(), o_.leftCols(d), team_);
    return worst;
  }

  double recurrence_residuals() {
    const SmallMatrix tail = multiply(tail_, p_.bottomRows(to_index(block_width)));
    residuals_.clear();
    double worst = 0.0;
    for (std::size_t i = 0; i < options_.dimension; ++i)
      worst = std::max(worst,
                       add_residual(tail.col(to_index(i)).norm(), sigma_[to_index(i)], residuals_));
    return worst;
  }

  /// Adds a residual beside its σ to a list. Returns it beside what it is judged by: σ, or what
  /// makes the rounding error of the matrix small enough, where σ is less.
  double add_residual(double residual, double sigma, std::vector<double>& residuals) const {
    residuals.push_back(sigma > 0.0 ? residual / sigma : 0.0);
    return residual / std::max(sigma, singular_value_floor / options_.tolerance * sigma_[0]);
  }

  /// V without its last block, the one behind U.
  [[nodiscard]] Panels filled_right() const { return right_.first(left_.size()); }

  /// Of a symmetric A: its eigenvectors, so that v = ±u to the last bit. A (v ± u) = ±σ (v ± u)
  /// up to the triplet's residual, so they lie in the span of v + u and v − u; one of the two is
  /// about 0. Which one, the eigenvectors of (vᵀu + uᵀv) / 2 tell, also where values that differ
  /// but in sign are mixed. Rayleigh-Ritz within z = v R + u L: by A v = u Σ and
  /// A u = v Σ + next · tail all that it takes are the small matrices vᵀu and uᵀ next.
  double form_symmetric() {
    const SmallMatrix cosines =
        multiply(o_.transpose(), multiply(gram<Arch>(filled_right(), left_.all(), team_), p_));
    const SmallMatrix to_next =
        multiply(p_.transpose(), gram<Arch>(left_.all(), right_.blocks().back(), team_));
    const SmallMatrix tail = multiply(tail_, p_.bottomRows(to_index(block_width)));
    const auto sigma = sigma_.asDiagonal();

    const SymmetricEigen mixing = symmetric_eigen(0.5 * (cosines + cosines.transpose()));
    SmallMatrix of_right = mixing.vectors;
    SmallMatrix of_left = mixing.vectors;
    for (Eigen::Index i = 0; i < of_right.cols(); ++i) {
      const double cosine = mixing.values[i];
      of_right.col(i) /= std::sqrt(2.0 + 2.0 * std::abs(cosine));
      of_left.col(i) = of_right.col(i) * (cosine < 0.0 ? -1.0 : 1.0);
    }

    // zᵀz and zᵀ A z, each a sum of a matrix and its transpose.
    const SmallMatrix crossed = multiply(of_right.transpose(), multiply(cosines, of_left));
    const SmallMatrix half_metric = 0.5 * (squares_of(of_right) + squares_of(of_left)) + crossed;
    const SmallMatrix of_v = multiply(of_right.transpose(), multiply(cosines, sigma * of_right));
    const SmallMatrix of_u =
        multiply(of_left.transpose(), multiply(cosines.transpose(), sigma * of_left) +
                                          multiply(to_next, multiply(tail, of_left)));
    const SmallMatrix half_image =
        0.5 * (of_v + of_u) + multiply(of_right.transpose(), sigma * of_left);

    const SymmetricEigen metric = symmetric_eigen(half_metric + half_metric.transpose());
    SmallMatrix to_white = metric.vectors;
    for (Eigen::Index i = 0; i < to_white.cols(); ++i)
      to_white.col(i) /= std::sqrt(std::max(metric.values[i], 1e-6));
    const SmallMatrix image =
        multiply(to_white.transpose(), multiply(half_image + half_image.transpose(), to_white));
    const SymmetricEigen best = largest_of(symmetric_eigen(image), options_.dimension);
    const SmallMatrix chosen = multiply(to_white, best.vectors);
    return store_symmetric(best.values, multiply(of_right, chosen), multiply(of_left, chosen),
                           {cosines, to_next, tail});
  }

  /// What the v, the u and the block behind them have in common.
  struct Coupling {
    const SmallMatrix& cosines;  ///< vᵀu
    const SmallMatrix& to_next;  ///< uᵀ next
    const SmallMatrix& tail;     ///< A u = v Σ + next · tail
  };

  /// Eigenvectors v · of_right + u · of_left with eigenvalues lambda.
  double store_symmetric(const SmallVector& lambda, const SmallMatrix& of_right,
                         const SmallMatrix& of_left, const Coupling& coupling) {
    const SmallMatrix rest_right = sigma_.asDiagonal() * of_left - of_right * lambda.asDiagonal();
    const SmallMatrix rest_left = sigma_.asDiagonal() * of_right - of_left * lambda.asDiagonal();
    const SmallMatrix rest_next = multiply(coupling.tail, of_left);
    const SmallMatrix on_left = multiply(coupling.cosines, rest_left);
    const SmallMatrix on_next = multiply(coupling.to_next, rest_next);
    result_.values.clear();
    result_.residuals.clear();
    double worst = 0.0;
    for (Eigen::Index i = 0; i < lambda.size(); ++i) {
      const double square = rest_right.col(i).squaredNorm() + rest_left.col(i).squaredNorm() +
                            rest_next.col(i).squaredNorm() +
                            2.0 * rest_right.col(i).dot(on_left.col(i)) +
                            2.0 * rest_left.col(i).dot(on_next.col(i));
      const double value = std::abs(lambda[i]);
      result_.values.push_back(value / static_cast<double>(scale_));
      worst =
          std::max(worst, add_residual(std::sqrt(std::max(square, 0.0)), value, result_.residuals));
    }
    result_.left = product<Arch>(filled_right(), multiply(o_, of_right), team_);
    add_product<Arch>(left_.all(), rounded(multiply(p_, of_left)), result_.left, team_);
    result_.right = result_.left;
    for (std::size_t i = 0; i < options_.dimension; ++i)
      if (lambda[to_index(i)] < 0.0) scale_column(result_.right, i, -1.0);
    return worst;
  }

  /// Thick restart (Baglama & Reichel, SISC 2005): the bases shrink to the best triplets and the
  /// block behind them.
  void restart() {
    left_.rotate(p_, team_);
    right_.rotate(o_, team_);
    b_.setZero();
    b_.diagonal().head(sigma_.size()) = sigma_;
    ++result_.restarts;
  }

  SingularTriplets zero_triplets() const {
    SingularTriplets zero;
    zero.left = AlignedMatrix(a_.rows(), options_.dimension);
    zero.right = AlignedMatrix(a_.cols(), options_.dimension);
    zero.values.assign(options_.dimension, 0.0);
    zero.residuals.assign(options_.dimension, 0.0);
    zero.products = result_.products;
    return zero;
  }

  const Operator& a_;
  const SVDOptions& options_;
  ThreadTeam& team_;
  std::size_t keep_;
  OrthonormalBasis<Arch> left_;
  OrthonormalBasis<Arch> right_;
  SmallMatrix b_;
  std::size_t capacity_;
  SmallMatrix tail_;
  AlignedMatrix first_image_;  ///< A times the first block of V, not yet scaled
  float scale_ = 1.0F;
  double norm_ = 0.0;
  double worst_ = 0.0;  ///< residual at the last look, after products_before_
  std::size_t products_before_ = 0;
  SmallVector sigma_;
  SmallMatrix p_;
  SmallMatrix o_;
  std::vector<double> residuals_;
  SingularTriplets result_;
};

}  // namespace detail

/// Randomized block Lanczos bidiagonalisation (Golub, Luk & Overton, TOMS 1981) with full
/// reorthogonalisation and thick restart, in single precision with sums in double.
///
/// From a random block of 16 vectors it builds bases of the Krylov spaces of AᵀA and AAᵀ, block by
/// block, two products each. Small blocks win where the spectrum is flat, as that of PMI matrices
/// is: what counts is the degree of the Krylov polynomial. Singular values that come several times
/// are found up to 16 at once, and more after restarts. A symmetric matrix gets its eigenvectors,
/// v = ±u. Matrices with a small side are written out: see DenseSVD.
///
/// \par Memory  see memory_bytes(): the two bases, and the vectors it hands out.
template <class Arch = DefaultArch>
struct BlockLanczos {
  /// Columns of the bases that are kept through a restart: those asked for and 32 more.
  [[nodiscard]] static std::size_t kept_columns(std::size_t dimension) noexcept {
    return AlignedMatrix::padded(dimension + 32);
  }
  /// Columns of each basis at a restart.
  [[nodiscard]] static std::size_t basis_columns(std::size_t dimension) noexcept {
    const std::size_t kept = kept_columns(dimension);
    return kept + std::clamp<std::size_t>(AlignedMatrix::padded(kept * 3 / 4), 160, 256);
  }
  /// Bytes of the bases, the panels and the vectors, at most.
  [[nodiscard]] static std::uint64_t memory_bytes(std::size_t rows, std::size_t cols,
                                                  std::size_t dimension) noexcept {
    const std::size_t basis = basis_columns(dimension) + 2 * detail::block_width;
    if (is_dense(rows, cols, dimension)) return 24 * std::uint64_t{rows} * cols;
    const std::uint64_t side = 4 * (std::uint64_t{rows} + cols);
    // Behind the bases there are the vectors, or before them the sums of VᵀU slab by slab.
    const std::uint64_t sums = 8 * detail::RowSlabs(rows).count() * std::uint64_t{basis} * basis;
    return side * basis + std::max(side * AlignedMatrix::padded(dimension), sums);
  }
  /// Whether a matrix is so small on one side that it is written out instead.
  [[nodiscard]] static bool is_dense(std::size_t rows, std::size_t cols,
                                     std::size_t dimension) noexcept {
    return std::min(rows, cols) < basis_columns(dimension) + 2 * detail::block_width;
  }

  /// \throws NumericError if a product of the operator is not finite
  template <LinearOperator Operator>
  [[nodiscard]] SingularTriplets operator()(const Operator& a, const SVDOptions& options,
                                            ThreadTeam& team) const {
    if (is_dense(a.rows(), a.cols(), options.dimension)) return DenseSVD{}(a, options, team);
    const detail::SerialEigen serial;
    detail::LanczosRun<Operator, Arch> run(a, options, kept_columns(options.dimension),
                                           basis_columns(options.dimension), team);
    return run.solve();
  }
};

}  // namespace implicitmf
