// SPDX-License-Identifier: MIT
/// \file
/// What WeightedFactorization minimises: −L in variables that are scaled by the words' frequencies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/association/sparse_operator.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/factor_space.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/small_dense.hpp>
#include <implicitmf/solvers/symmetric_svd.hpp>

namespace implicitmf::detail {

/// The scales of the rows: Y = diag(a) W with a = √(#(w) / r̄) for the mean r̄ of #(w), and
/// Z = diag(b) C with b = √(q(c) V_C). In them the objective is about as curved in all rows: the
/// Hessian of y is near (k r̄ / V_C) ZᵀZ σ(x) σ(−x). A word or context without counts has scale 0,
/// and its vector is 0.
struct RowScales {
  std::vector<float> words;     ///< a
  std::vector<float> contexts;  ///< b
  double curvature = 1.0;       ///< k r̄ / V_C · σ(x) σ(−x) at x = −log k

  template <class Arch>
  explicit RowScales(const GlobalObjective<Arch>& objective) {
    double sum = 0.0;
    for (const double count : objective.word_counts()) sum += count;
    const double mean = sum / static_cast<double>(objective.rows());
    for (const double count : objective.word_counts())
      words.push_back(static_cast<float>(std::sqrt(count / mean)));
    const auto all = static_cast<double>(objective.cols());
    for (const double q : objective.noise())
      contexts.push_back(static_cast<float>(std::sqrt(q * all)));
    const double k = objective.negatives();
    curvature = k * mean / all * sigmoid(-std::log(k)) * sigmoid(std::log(k));
    // Bit for bit, as the start looks for it.
    if (objective.is_symmetric()) contexts = words;
  }

  /// 1 / scale, and 0 for 0.
  [[nodiscard]] static std::vector<float> inverse(std::vector<float> scales) {
    for (float& scale : scales) scale = scale > 0.0F ? 1.0F / scale : 0.0F;
    return scales;
  }
};

/// diag(a) (φ − log k) diag(b), whose best approximation is about that of −L: with
/// ρ = #(w,c) / (#(w) q(c)), φ = log ρ where ρ > 1 and ρ − 1 elsewhere, which does not go to −∞
/// where nothing is observed. Without the − log k of all cells.
template <class Arch>
[[nodiscard]] SparsePlusOuter<Arch> start_operator(const GlobalObjective<Arch>& objective,
                                                   const RowScales& scales) {
  Csr<float> sparse;
  sparse.cols = objective.cols();
  sparse.offsets.assign(objective.rows() + 1, 0);
  sparse.columns.reserve(objective.observed());
  sparse.values.reserve(objective.observed());
  // Of a symmetric objective the two margins must be told from each other in no bit.
  const bool symmetric = objective.is_symmetric();
  double total = 0.0;  // of all counts: q(c) |D| = #(c)
  for (std::size_t c = 0; c < objective.cols() && symmetric && total == 0.0; ++c)
    if (objective.noise()[c] > 0.0) total = objective.word_counts()[c] / objective.noise()[c];
  for (std::size_t w = 0; w < objective.rows(); ++w) {
    const double of_word = objective.word_counts()[w];
    objective.for_each_observed(w, [&](WordId c, double count) {
      const double expected =
          symmetric ? of_word * objective.word_counts()[c] / total : of_word * objective.noise()[c];
      const double rho = count / expected;
      const double above = rho > 1.0 ? std::log(rho) + 1.0 : rho;
      sparse.columns.push_back(c);
      sparse.values.push_back(scales.words[w] * scales.contexts[c] * static_cast<float>(above));
    });
    sparse.offsets[w + 1] = sparse.columns.size();
  }
  return {std::move(sparse), -1.0, scales.words, scales.contexts};
}

/// Copies a matrix into the first columns of a wider one.
inline void copy_into(const AlignedMatrix& from, AlignedMatrix& to) {
  for (std::size_t r = 0; r < from.rows(); ++r)
    std::copy_n(from.row_data(r), from.cols(), to.row_data(r));
}

/// The scaled factors to begin with: the largest triplets of start_operator() in all columns but
/// the last, which holds the offset −log k. Columns beyond its rank hold small random numbers on
/// one side, so that they are no saddle.
template <class Arch>
[[nodiscard]] Factors start_factors(const GlobalObjective<Arch>& objective, const RowScales& scales,
                                    std::size_t dimension, std::uint64_t seed,
                                    std::size_t threads) {
  Factors start{AlignedMatrix(objective.rows(), dimension),
                AlignedMatrix(objective.cols(), dimension)};
  const std::size_t most = std::min(objective.rows(), objective.cols());
  const std::size_t triplets = std::min(dimension - 1, most);
  std::size_t rank = 0;
  if (triplets > 0) {
    // The first basis is good enough.
    const SVDResult svd = SymmetricSVD<BlockLanczos<Arch>>(SVDOptions{.dimension = triplets,
                                                                      .tolerance = 0.5,
                                                                      .max_products = 2,
                                                                      .seed = seed,
                                                                      .threads = threads})
                              .factorize(start_operator(objective, scales));
    copy_into(svd.factors.words, start.words);
    copy_into(svd.factors.contexts, start.contexts);
    rank = svd.rank;
  }
  RandomStream random(seed, RandomPurpose::start_vectors);
  for (std::size_t r = 0; r < start.words.rows(); ++r)
    for (std::size_t k = rank; k + 1 < dimension; ++k)
      start.words(r, k) = scales.words[r] * static_cast<float>(0.2 * random.uniform() - 0.1);
  const auto offset =
      static_cast<float>(std::sqrt(std::max(0.05, std::log(objective.negatives()))));
  for (std::size_t r = 0; r < start.words.rows(); ++r)
    start.words(r, dimension - 1) = offset * scales.words[r];
  for (std::size_t r = 0; r < start.contexts.rows(); ++r)
    start.contexts(r, dimension - 1) = -offset * scales.contexts[r];
  return start;
}

/// a ← a (bᵀb + ε I)⁻¹, for ε a thousandth of the mean of bᵀb's diagonal.
template <class Arch>
void divide_by_gram(AlignedMatrix& a, const AlignedMatrix& b, ThreadTeam& team) {
  const auto d = to_index(b.cols());
  SmallMatrix squares = gram<Arch>(b, b, team).topLeftCorner(d, d);
  const double mean = squares.trace() / static_cast<double>(d);
  squares.diagonal().array() += mean > 0.0 ? 1e-3 * mean : 1.0;
  rotate_columns<Arch>(a, inverse_of(std::move(squares)), team);
}

/// −L + λ/2 (‖W‖² + ‖C‖²) of words and contexts apart; the point is {Y, Z}.
template <class Arch>
class GeneralProblem {
 public:
  GeneralProblem(const GlobalObjective<Arch>& objective, const RowScales& scales, double l2,
                 ThreadTeam& team)
      : objective_(objective),
        team_(team),
        l2_(l2),
        curvature_(scales.curvature),
        unscale_words_(RowScales::inverse(scales.words)),
        unscale_contexts_(RowScales::inverse(scales.contexts)) {}

  [[nodiscard]] static Factors point_of(Factors scaled) { return scaled; }
  [[nodiscard]] Factors factors_of(const Factors& point) const {
    Factors factors = point;
    scale_rows(factors.words, unscale_words_, team_);
    scale_rows(factors.contexts, unscale_contexts_, team_);
    return factors;
  }

  double evaluate(const Factors& point, Factors& gradient) {
    const Factors at = factors_of(point);
    double value = -objective_.value_and_gradient(at.words, at.contexts, gradient.words,
                                                  gradient.contexts, team_);
    combine(gradient, -1.0, l2_, at, team_);
    value += penalty_of(at);
    scale_rows(gradient.words, unscale_words_, team_);
    scale_rows(gradient.contexts, unscale_contexts_, team_);
    return value;
  }
  void precondition(const Factors& point, Factors& direction) const {
    divide_by_gram<Arch>(direction.words, point.contexts, team_);
    divide_by_gram<Arch>(direction.contexts, point.words, team_);
  }
  [[nodiscard]] double first_scale() const noexcept { return 1.0 / curvature_; }
  /// What the L2 term adds.
  [[nodiscard]] double penalty(const Factors& point) const { return penalty_of(factors_of(point)); }

 private:
  [[nodiscard]] double penalty_of(const Factors& at) const {
    return l2_ > 0.0 ? 0.5 * l2_ * dot(at, at, team_) : 0.0;
  }

  const GlobalObjective<Arch>& objective_;
  ThreadTeam& team_;
  double l2_;
  double curvature_;
  std::vector<float> unscale_words_;
  std::vector<float> unscale_contexts_;
};

/// The same of a symmetric objective with C = W S, S = diag(±1) as the start has it: the best W Cᵀ
/// of a given rank is symmetric too, as far as is known. The point is {Y, nothing}.
template <class Arch>
class SymmetricProblem {
 public:
  SymmetricProblem(const GlobalObjective<Arch>& objective, const RowScales& scales, double l2,
                   ThreadTeam& team)
      : objective_(objective),
        team_(team),
        l2_(l2),
        curvature_(scales.curvature),
        unscale_(RowScales::inverse(scales.words)) {}

  /// Takes S from the signs of the columns' products.
  [[nodiscard]] Factors point_of(Factors scaled) {
    const std::size_t d = scaled.words.cols();
    signs_.assign(d, 1.0F);
    for (std::size_t k = 0; k < d; ++k) {
      double product = 0.0;
      for (std::size_t r = 0; r < scaled.words.rows(); ++r)
        product +=
            static_cast<double>(scaled.words(r, k)) * static_cast<double>(scaled.contexts(r, k));
      if (product < 0.0) signs_[k] = -1.0F;
    }
    return {std::move(scaled.words), AlignedMatrix(0, d)};
  }
  [[nodiscard]] Factors factors_of(const Factors& point) const {
    Factors factors{point.words, {}};
    scale_rows(factors.words, unscale_, team_);
    factors.contexts = signed_columns(factors.words);
    return factors;
  }

  double evaluate(const Factors& point, Factors& gradient) {
    const Factors at = factors_of(point);
    double value =
        -objective_.symmetric_value_and_gradient(at.words, at.contexts, gradient.words, team_);
    combine(gradient.words, -1.0, 2.0 * l2_, at.words, team_);
    value += penalty_of(at);
    scale_rows(gradient.words, unscale_, team_);
    return value;
  }
  void precondition(const Factors& point, Factors& direction) const {
    // (S YᵀY S)⁻¹ = S (YᵀY)⁻¹ S.
    direction.words = signed_columns(direction.words);
    divide_by_gram<Arch>(direction.words, point.words, team_);
    direction.words = signed_columns(direction.words);
  }
  [[nodiscard]] double first_scale() const noexcept { return 0.5 / curvature_; }
  /// What the L2 term adds.
  [[nodiscard]] double penalty(const Factors& point) const { return penalty_of(factors_of(point)); }

 private:
  [[nodiscard]] double penalty_of(const Factors& at) const {
    return l2_ > 0.0 ? 0.5 * l2_ * dot(at, at, team_) : 0.0;
  }
  [[nodiscard]] AlignedMatrix signed_columns(AlignedMatrix m) const {
    const RowSlabs slabs(m.rows());
    team_.for_each(slabs.count(), [&](std::size_t s) {
      for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r)
        for (std::size_t k = 0; k < m.cols(); ++k) m(r, k) *= signs_[k];
    });
    return m;
  }

  const GlobalObjective<Arch>& objective_;
  ThreadTeam& team_;
  double l2_;
  double curvature_;
  std::vector<float> unscale_;
  std::vector<float> signs_;
};

}  // namespace implicitmf::detail
