// SPDX-License-Identifier: MIT
/// \file
/// OrthonormalBasis: a growing basis that block Krylov methods orthogonalise against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/small_dense.hpp>

namespace implicitmf::detail {

/// Columns of a Krylov block: one cache line of floats.
inline constexpr std::size_t block_width = AlignedMatrix::row_multiple;

/// Fills columns of a panel with uniform numbers in [-1, 1) that depend on the stream alone.
inline void fill_random(AlignedMatrix& x, std::size_t column, std::size_t columns,
                        RandomStream random) {
  for (std::size_t r = 0; r < x.rows(); ++r)
    for (std::size_t c = 0; c < columns; ++c)
      x(r, column + c) = static_cast<float>(2.0 * random.uniform() - 1.0);
}

/// Orthonormal columns, in blocks of 16, in single precision; orthogonal to about 1e-6.
template <class Arch = DefaultArch>
class OrthonormalBasis {
 public:
  /// What a block w was before it became orthonormal: w = Q · onto_basis + q · onto_block.
  struct Coefficients {
    SmallMatrix onto_basis;  ///< size() × 16
    SmallMatrix onto_block;  ///< 16 × 16
  };

  explicit OrthonormalBasis(std::uint64_t seed) : seed_(seed) {}

  /// Number of vectors.
  [[nodiscard]] std::size_t size() const noexcept { return blocks_.size() * block_width; }
  /// The vectors, 16 to a block.
  [[nodiscard]] const std::vector<AlignedMatrix>& blocks() const noexcept { return blocks_; }
  /// The first so many vectors, whole blocks.
  [[nodiscard]] Panels first(std::size_t vectors) const noexcept {
    return Panels(std::span(blocks_).first(vectors / block_width));
  }
  [[nodiscard]] Panels all() const noexcept { return first(size()); }

  /// Appends w, made orthonormal and orthogonal to the basis. What lies in the basis up to
  /// `floor` (the rounding error of the operator) is replaced by random directions.
  ///
  /// Block Gram-Schmidt passes, each with a whitening by the eigenvectors of wᵀw: as cheap as
  /// CholeskyQR, and sound where that breaks down (Stathopoulos & Wu, SISC 2002). What a Krylov
  /// block has in the basis by far it has in the newest vectors: they are projected out by
  /// themselves first, so that the pass over all takes off next to nothing and what the basis lacks
  /// in orthogonality is not multiplied from block to block. Another pass is made where so much was
  /// taken off that its rounding shows (Kahan's "twice is enough": Parlett, The Symmetric
  /// Eigenvalue Problem, section 6.9).
  /// \throws NumericError if w is not finite
  Coefficients append(AlignedMatrix w, double floor, ThreadTeam& team) {
    constexpr int most_passes = 8;
    const auto b = to_index(block_width);
    Coefficients c{SmallMatrix::Zero(to_index(size()), b), SmallMatrix::Identity(b, b)};
    subtract(w, newest_, c, team);
    double least_kept = whiten(w, project_out(w, c, team), floor * floor, c, team);
    for (int pass = 1; least_kept < enough_kept && pass < most_passes; ++pass)
      least_kept = whiten(w, project_out(w, c, team), noise, c, team);
    newest_ = blocks_.size();
    blocks_.push_back(std::move(w));
    return c;
  }

  /// Replaces the first h.rows() vectors by their combinations A h and moves what comes behind them
  /// up: h.rows(), h.cols() ≤ h.rows() and what comes behind must be blocks.
  void rotate(const SmallMatrix& h, ThreadTeam& team) {
    const auto from = h.rows() / to_index(block_width);
    const auto to = h.cols() / to_index(block_width);
    rotate_columns<Arch>(std::span(blocks_).first(static_cast<std::size_t>(from)), h, team);
    blocks_.erase(blocks_.begin() + to, blocks_.begin() + from);
    newest_ = static_cast<std::size_t>(to) < blocks_.size() ? static_cast<std::size_t>(to) : 0;
  }

 private:
  /// What was w: squares after the projection, and the largest of a column before it.
  struct Squares {
    SmallMatrix after;
    double largest_before = 0.0;
  };

  /// Smallest part of a square that a pass may leave and still be orthogonal to about 1e-6.
  static constexpr double enough_kept = 1.0 / 400.0;
  /// Smallest square, beside the largest, that single precision tells from rounding.
  static constexpr double noise = 1e-6;

  /// Takes off w what it has in the blocks from `first` on. Returns what that is.
  SmallMatrix subtract(AlignedMatrix& w, std::size_t first, Coefficients& c,
                       ThreadTeam& team) const {
    const Panels basis{std::span(blocks_).subspan(first)};
    SmallMatrix h = gram<Arch>(basis, w, team);
    add_product<Arch>(basis, rounded(-h), w, team);
    c.onto_basis.bottomRows(h.rows()) += multiply(h, c.onto_block);
    return h;
  }

  Squares project_out(AlignedMatrix& w, Coefficients& c, ThreadTeam& team) const {
    const SmallMatrix h = subtract(w, 0, c, team);
    Squares squares{gram<Arch>(w, w, team), 0.0};
    if (!squares.after.allFinite() || !h.allFinite())
      throw NumericError("orthogonalisation: a product of the operator is not finite after " +
                         std::to_string(size()) +
                         " basis vectors: check the matrix for NaN, "
                         "infinity and values near the limits of float");
    for (Eigen::Index i = 0; i < h.cols(); ++i) {
      const double in_basis = h.rows() == 0 ? 0.0 : h.col(i).squaredNorm();
      squares.largest_before = std::max(squares.largest_before, in_basis + squares.after(i, i));
    }
    return squares;
  }

  /// w ← w V Λ^(-1/2) for wᵀw = V Λ Vᵀ. A square at or below `floor` is rounding: its direction is
  /// replaced. One that is small beside the largest is not scaled up to 1 at once. Returns the
  /// smallest part that a square is of the largest before the projection.
  double whiten(AlignedMatrix& w, const Squares& squares, double floor, Coefficients& c,
                ThreadTeam& team) {
    const SymmetricEigen eigen = symmetric_eigen(squares.after);
    const double largest = eigen.values.maxCoeff();
    SmallMatrix to_white = eigen.vectors;
    SmallMatrix from_white = eigen.vectors.transpose();
    std::vector<std::size_t> lost;
    for (Eigen::Index i = 0; i < squares.after.rows(); ++i) {
      const double square = eigen.values[i];
      const bool keep = square > floor && largest > 0.0;
      const double scale = keep ? std::sqrt(std::max(square, noise * largest)) : 0.0;
      to_white.col(i) *= keep ? 1.0 / scale : 0.0;
      from_white.row(i) *= scale;
      if (!keep) lost.push_back(static_cast<std::size_t>(i));
    }
    c.onto_block = multiply(from_white, c.onto_block);
    rotate_columns<Arch>(w, to_white, team);
    for (const std::size_t column : lost) replace_column(w, column);
    return lost.empty() ? eigen.values.minCoeff() / squares.largest_before : 0.0;
  }

  void replace_column(AlignedMatrix& w, std::size_t column) {
    fill_random(w, column, 1, RandomStream(seed_, RandomPurpose::start_panel, ++replaced_));
    const auto length = static_cast<float>(std::sqrt(static_cast<double>(w.rows()) / 3.0));
    for (std::size_t r = 0; r < w.rows(); ++r) w(r, column) /= length;
  }

  std::vector<AlignedMatrix> blocks_;
  std::uint64_t seed_;
  std::size_t newest_ = 0;  ///< first of the blocks that the next one leans on
  std::uint64_t replaced_ = 0;
};

}  // namespace implicitmf::detail
