// SPDX-License-Identifier: MIT
/// \file
/// WeightedFactorization: word and context vectors that maximise the SGNS objective itself.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/solvers/block_lanczos.hpp>
#include <implicitmf/solvers/canonical_factors.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/lbfgs.hpp>
#include <implicitmf/solvers/small_dense.hpp>
#include <implicitmf/solvers/stop_reason.hpp>
#include <implicitmf/solvers/weighted_problem.hpp>

namespace implicitmf {

/// Options of WeightedFactorization. The result depends on all but `threads`, and on `max_seconds`
/// and `progress` where they end the work: both are looked at between passes.
struct WeightedOptions {
  std::size_t dimension = 100;   ///< d, 1 to 65536; beyond either vocabulary columns of zeros
  double power = 0.5;            ///< p of the canonical form W = U Σ^p, C = V Σ^(1−p), 0 to 1
  double l2 = 0.0;               ///< λ of λ/2 (‖W‖² + ‖C‖²), in nats, at least 0
  double tolerance = 1e-5;       ///< ends when a pass gains less than this part of −L, or nothing
  std::size_t max_passes = 200;  ///< at least 1
  double max_seconds = 0.0;      ///< wall-clock time to end after, of the whole; 0: none
  std::uint64_t seed = 1;        ///< of the start
  std::size_t threads = 0;       ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told passes done, deviation and −L for each pair

  /// \throws ConfigError
  void validate() const {
    const auto refuse = [](const char* option, const char* rule, double value) {
      throw ConfigError(option, rule + std::string(", not ") + std::to_string(value));
    };
    if (dimension < 1 || dimension > 65536)
      throw ConfigError("dimension", "must be 1 to 65536, not " + std::to_string(dimension));
    if (!(power >= 0.0 && power <= 1.0)) refuse("power", "must be 0 to 1", power);
    if (!(l2 >= 0.0) || !std::isfinite(l2)) refuse("l2", "must be at least 0", l2);
    if (!(tolerance >= 0.0 && tolerance < 1.0))
      refuse("tolerance", "must be at least 0 and below 1", tolerance);
    if (max_passes < 1) throw ConfigError("max_passes", "must be at least 1");
    if (!(max_seconds >= 0.0) || !std::isfinite(max_seconds))
      refuse("max_seconds", "must be at least 0", max_seconds);
  }
};

/// What a pass reached.
struct WeightedPass {
  double objective = 0.0;  ///< L, in nats, without the L2 term: with one it may fall
  double deviation = 0.0;  ///< (L − L_opt) / L_opt
  double seconds = 0.0;    ///< wall-clock time since the beginning
};

/// Vectors with what happened on the way.
struct WeightedResult {
  Factors factors;
  std::vector<double> singular_values;  ///< of W Cᵀ, descending; 0 beyond its rank
  std::vector<WeightedPass> passes;     ///< the start first
  std::size_t evaluations = 0;          ///< of the objective and its gradient
  StopReason reason = StopReason::converged;
  double seconds = 0.0;  ///< wall-clock time

  /// W, words × d.
  [[nodiscard]] const AlignedMatrix& words() const noexcept { return factors.words; }
  /// C, contexts × d.
  [[nodiscard]] const AlignedMatrix& contexts() const noexcept { return factors.contexts; }
};

/// Maximises the exact SGNS objective of counts, over all pairs, without sampling: the weighted
/// factorization that Levy & Goldberg (NIPS 2014, section 3.3) say SGNS to be.
///
/// From the singular vectors of the association matrix under the objective's own weights it goes on
/// by L-BFGS in variables scaled by frequency, preconditioned with the other side's Gram matrix.
/// Of a symmetric objective (one vocabulary, a symmetric window, q not smoothed) it keeps C = W S
/// with signs S, and goes over half of the pairs. The objective less its L2 term never falls from
/// pass to pass. Factors are handed out in canonical form: see canonical_factors().
///
/// ```
/// const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
/// const WeightedResult model = WeightedFactorization{{.dimension = 100}}.factorize(objective);
/// ```
///
/// \par Complexity  a pass is 3 V_W V_C d multiply-adds, half of it where symmetric: it does not
///                  grow with the corpus, but with the square of the vocabulary.
/// \par Memory  see memory_bytes().
/// \par Determinism  the same bits for any number of threads, on one machine and build.
/// \par Thread safety  factorize() may be called concurrently.
template <class Arch = DefaultArch>
class WeightedFactorization {
 public:
  explicit WeightedFactorization(WeightedOptions options = {}) : options_(std::move(options)) {}

  /// \param start  W and C to begin from, instead of the singular vectors: objective.rows() × d and
  ///               objective.cols() × d. Of a symmetric objective W Cᵀ should be symmetric: columns
  ///               of its canonical form are taken from W, and of C their signs.
  /// \throws ConfigError  an option is out of its range
  /// \throws InputError   the start has another shape, is not finite, or has entries beyond 1e6
  /// \throws NumericError the objective at the start, or a gradient, is not finite
  [[nodiscard]] WeightedResult factorize(const GlobalObjective<Arch>& objective,
                                         std::optional<Factors> start = std::nullopt) const {
    options_.validate();
    // More dimensions than words or contexts add nothing, but to the symmetric form those of either
    // sign.
    const std::size_t most =
        std::min(objective.rows(), objective.cols()) * (objective.is_symmetric() ? 2 : 1);
    if (!start && options_.dimension > most) {
      WeightedOptions whole = options_;
      whole.dimension = most;
      WeightedResult result = WeightedFactorization(std::move(whole)).factorize(objective);
      detail::widen(result, options_.dimension);
      return result;
    }
    const detail::SerialEigen serial;
    const detail::RowScales scales(objective);
    if (start)
      detail::require_start(*start, objective.rows(), objective.cols(), options_.dimension);
    const auto begin = std::chrono::steady_clock::now();
    Factors scaled = start ? std::move(*start)
                           : detail::start_factors(objective, scales, options_.dimension,
                                                   options_.seed, options_.threads);
    ThreadTeam team(options_.threads);
    if (start) {
      if (objective.is_symmetric()) scaled = canonical_factors(scaled, 0.5, team).factors;
      detail::scale_rows(scaled.words, scales.words, team);
      detail::scale_rows(scaled.contexts, scales.contexts, team);
    }
    if (objective.is_symmetric()) {
      detail::SymmetricProblem<Arch> problem(objective, scales, options_.l2, team);
      return minimise(problem, objective, std::move(scaled), begin, team);
    }
    detail::GeneralProblem<Arch> problem(objective, scales, options_.l2, team);
    return minimise(problem, objective, std::move(scaled), begin, team);
  }

  /// Bytes that factorize() takes beside the counts, at most about: the steps that L-BFGS
  /// remembers, the matrix of the start, and what threads work with.
  /// \param observed  pairs that were counted
  [[nodiscard]] std::uint64_t memory_bytes(std::size_t words, std::size_t contexts,
                                           std::uint64_t observed, bool symmetric) const noexcept {
    constexpr std::uint64_t points = 2 * detail::LBFGS<detail::GeneralProblem<Arch>>::memory + 8;
    const std::uint64_t row = 4 * AlignedMatrix::padded(options_.dimension);
    const std::uint64_t rows = std::uint64_t{words} + (symmetric ? 0 : contexts);
    const std::uint64_t both = row * (std::uint64_t{words} + contexts);
    const std::uint64_t search = row * points * rows + 4 * both;
    const std::uint64_t start =
        (symmetric ? 8 : 16) * observed + both +
        BlockLanczos<Arch>::memory_bytes(words, contexts, options_.dimension);
    // Products of columns: those of slabs of rows, and what they are solved with.
    const std::uint64_t slabs = detail::RowSlabs(std::max(words, contexts)).count();
    const std::uint64_t square = row * row / 2 * (std::max<std::uint64_t>(slabs, 8) + 12);
    return std::max(search, start) + square +
           resolve_threads(options_.threads) * (600'000 + 512 * row);
  }

 private:
  using Clock = std::chrono::steady_clock;

  template <class Problem>
  [[nodiscard]] WeightedResult minimise(Problem& problem, const GlobalObjective<Arch>& objective,
                                        Factors scaled, Clock::time_point begin,
                                        ThreadTeam& team) const {
    const auto elapsed = [begin] {
      return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    WeightedResult result;
    detail::LBFGS<Problem> search(problem, problem.point_of(std::move(scaled)), team);
    if (!std::isfinite(search.value()))
      throw NumericError("weighted factorization: the objective is not finite at the start");
    const auto record = [&] {
      const double penalty = options_.l2 > 0.0 ? problem.penalty(search.point()) : 0.0;
      const double value = penalty - search.value();
      result.passes.push_back({value, objective.deviation(value), elapsed()});
    };
    record();
    result.reason = StopReason::pass_limit;
    for (std::size_t pass = 1; pass <= options_.max_passes; ++pass) {
      const double before = search.value();
      const bool lower = search.step();
      if (lower) record();
      if (!lower || before - search.value() <= options_.tolerance * std::abs(before)) {
        result.reason = lower ? StopReason::converged : StopReason::no_progress;
        break;
      }
      if (!report(objective, result.passes)) {
        result.reason = StopReason::stopped;
        break;
      }
      if (options_.max_seconds > 0.0 && elapsed() >= options_.max_seconds) {
        result.reason = StopReason::time_limit;
        break;
      }
    }
    result.evaluations = search.evaluations();
    CanonicalFactors canonical =
        canonical_factors(problem.factors_of(search.point()), options_.power, team);
    result.factors = std::move(canonical.factors);
    result.singular_values = std::move(canonical.singular_values);
    result.seconds = elapsed();
    return result;
  }

  /// Whether to go on.
  [[nodiscard]] bool report(const GlobalObjective<Arch>& objective,
                            const std::vector<WeightedPass>& passes) const {
    if (!options_.progress) return true;
    const Progress progress{.stage = "optimizing",
                            .unit = "passes",
                            .done = passes.size() - 1,
                            .total = 0,
                            .residual = passes.back().deviation,
                            .rate = 0.0,
                            .loss = -passes.back().objective / objective.total()};
    return options_.progress(progress) != ProgressAction::stop;
  }

  WeightedOptions options_;
};

}  // namespace implicitmf
