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
        left_(a.rows(), capacity, options.seed),
        right_(a.cols(), capacity + block_width, options.seed + 1),
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
    right_.append(x, 0.0, team_);
    AlignedMatrix y(a_.rows(), block_width);
    a_.apply(x, y, team_);
    ++result_.products;
    float largest = 0.0F;
    bool finite = true;
    for (std::size_t r = 0; r < y.rows(); ++r)
      for (const float value : y.row(r)) {
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

  /// Extends the bases to so many columns. False if the callback said stop.
  bool fill_basis(std::size_t columns) {
    AlignedMatrix x(a_.cols(), block_width);
    AlignedMatrix y(a_.rows(), block_width);
    while (left_.size() < columns) {
      extend(x, y);
      const Progress progress{"factorizing", "products", result_.products, 0, worst_};
      if (options_.progress && options_.progress(progress) == ProgressAction::stop) {
        if (left_.size() < keep_) throw Stopped("factorizing");
        return false;
      }
      if (result_.products >= options_.max_products && left_.size() >= keep_) break;
    }
    return true;
  }

  void extend(AlignedMatrix& x, AlignedMatrix& y) {
    const std::size_t m = left_.size();
    copy_columns(right_.vectors(), m, x);
    a_.apply(x, y, team_);
    const auto of_left = append(left_, y);
    b_.block(0, to_index(m), to_index(m), to_index(block_width)) = of_left.onto_basis;
    b_.block(to_index(m), to_index(m), to_index(block_width), to_index(block_width)) =
        of_left.onto_block;
    a_.apply_transpose(y, x, team_);
    tail_ = append(right_, x).onto_block;
    result_.products += 2;
  }

  typename OrthonormalBasis<Arch>::Coefficients append(OrthonormalBasis<Arch>& basis,
                                                       AlignedMatrix& w) {
    if (scale_ != 1.0F)
      for (std::size_t r = 0; r < w.rows(); ++r)
        for (float& value : w.row(r)) value *= scale_;
    auto coefficients = basis.append(w, singular_value_floor * norm_, team_);
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
    AlignedMatrix left = product<Arch>(left_.view(), p_, team_);
    AlignedMatrix right = product<Arch>({right_.vectors(), left_.size()}, o_, team_);
    if (is_symmetric_operator(a_)) return form_symmetric(left, right);
    store(std::move(left), std::move(right));
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

  void store(AlignedMatrix left, AlignedMatrix right) {
    result_.values.clear();
    for (std::size_t i = 0; i < options_.dimension; ++i)
      result_.values.push_back(sigma_[to_index(i)] / static_cast<double>(scale_));
    result_.residuals = residuals_;
    result_.left = first_columns(left, options_.dimension);
    result_.right = first_columns(right, options_.dimension);
  }

  /// Of a symmetric A: its eigenvectors, so that v = ±u to the last bit. A (v ± u) = ±σ (v ± u)
  /// up to the triplet's residual, so they lie in the span of v + u and v − u; one of the two is
  /// about 0. Which one, the eigenvectors of (VᵀU + UᵀV) / 2 tell, also where values that differ
  /// but in sign are mixed. A V = U Σ and A U = V Σ + v S Eᵀ P: no product with A is needed.
  double form_symmetric(const AlignedMatrix& left, const AlignedMatrix& right) {
    const std::size_t k = keep_;
    const SmallMatrix cosines = gram<Arch>({right, k}, {left, k}, team_);
    const SymmetricEigen mixing = symmetric_eigen(0.5 * (cosines + cosines.transpose()));
    SmallMatrix of_right = mixing.vectors;
    SmallMatrix of_left = mixing.vectors;
    for (Eigen::Index i = 0; i < of_right.cols(); ++i) {
      const double cosine = mixing.values[i];
      of_right.col(i) /= std::sqrt(2.0 + 2.0 * std::abs(cosine));
      of_left.col(i) = of_right.col(i) * (cosine < 0.0 ? -1.0 : 1.0);
    }
    const SmallMatrix tail = multiply(tail_, p_.bottomRows(to_index(block_width)));
    AlignedMatrix next(right.rows(), block_width);
    copy_columns(right_.vectors(), left_.size(), next);

    AlignedMatrix z = product<Arch>({right, k}, of_right, team_);
    add_product<Arch>({left, k}, rounded(of_left), z, team_);
    AlignedMatrix az = product<Arch>({left, k}, sigma_.asDiagonal() * of_right, team_);
    add_product<Arch>({right, k}, rounded(sigma_.asDiagonal() * of_left), az, team_);
    add_product<Arch>({next, block_width}, rounded(multiply(tail, of_left)), az, team_);
    return store_eigenvectors(z, az);
  }

  /// Rayleigh-Ritz within the columns of z, whose images are az.
  double store_eigenvectors(const AlignedMatrix& z, const AlignedMatrix& az) {
    const SymmetricEigen metric = symmetric_eigen(gram<Arch>({z, keep_}, {z, keep_}, team_));
    SmallMatrix to_white = metric.vectors;
    for (Eigen::Index i = 0; i < to_white.cols(); ++i)
      to_white.col(i) /= std::sqrt(std::max(metric.values[i], 1e-6));
    const SmallMatrix t = multiply(to_white.transpose(),
                                   multiply(gram<Arch>({z, keep_}, {az, keep_}, team_), to_white));
    const SymmetricEigen best =
        largest_of(symmetric_eigen(0.5 * (t + t.transpose())), options_.dimension);
    const SmallMatrix chosen = multiply(to_white, best.vectors);
    return store_symmetric(product<Arch>({z, keep_}, chosen, team_),
                           product<Arch>({az, keep_}, chosen, team_), best.values);
  }

  double store_symmetric(AlignedMatrix vectors, const AlignedMatrix& images,
                         const SmallVector& lambda) {
    const std::size_t d = options_.dimension;
    std::vector<double> squares(d, 0.0);
    for (std::size_t r = 0; r < vectors.rows(); ++r)
      for (std::size_t i = 0; i < d; ++i) {
        const double rest = static_cast<double>(images(r, i)) -
                            lambda[to_index(i)] * static_cast<double>(vectors(r, i));
        squares[i] += rest * rest;
      }
    result_.values.clear();
    result_.residuals.clear();
    result_.right = vectors;
    double worst = 0.0;
    for (std::size_t i = 0; i < d; ++i) {
      const double value = lambda[to_index(i)];
      result_.values.push_back(std::abs(value) / static_cast<double>(scale_));
      worst =
          std::max(worst, add_residual(std::sqrt(squares[i]), std::abs(value), result_.residuals));
      if (value < 0.0)
        for (std::size_t r = 0; r < vectors.rows(); ++r) result_.right(r, i) *= -1.0F;
    }
    result_.left = std::move(vectors);
    return worst;
  }

  static AlignedMatrix first_columns(const AlignedMatrix& panel, std::size_t columns) {
    AlignedMatrix result(panel.rows(), columns);
    copy_columns(panel, 0, result);
    return result;
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
    const std::size_t vectors = 2 * kept_columns(dimension) + AlignedMatrix::padded(dimension);
    return 4 * (std::uint64_t{rows} + cols) * (basis + vectors);
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
