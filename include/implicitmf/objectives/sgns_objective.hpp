// SPDX-License-Identifier: MIT
/// \file
/// SGNSObjective: what skip-gram with negative sampling maximises, pair by pair.
#pragma once

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <implicitmf/association/context_distribution.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/kernels/sigmoid.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>

namespace implicitmf {

/// The part of the objective that one pair (w,c) has as a function of x = w · c, the local
/// objective of Levy & Goldberg (NIPS 2014, section 3.1): ℓ(x) = n log σ(x) + e log σ(−x). In nats,
/// at most 0, concave.
struct PairObjective {
  double positives = 0.0;  ///< n = #(w,c), at least 0
  double noise = 0.0;      ///< e = k #(w) q(c), expected negatives, at least 0

  /// ℓ(x); 0 · log 0 is 0, so that it is defined at an optimum of ±inf.
  [[nodiscard]] double value(double x) const noexcept {
    return (positives != 0.0 ? positives * log_sigmoid(x) : 0.0) +
           (noise != 0.0 ? noise * log_sigmoid(-x) : 0.0);
  }
  /// n σ(−x) − e σ(x).
  [[nodiscard]] double derivative(double x) const noexcept {
    return positives * sigmoid(-x) - noise * sigmoid(x);
  }
  /// −(n + e) σ(x) σ(−x).
  [[nodiscard]] double curvature(double x) const noexcept {
    return -(positives + noise) * sigmoid(x) * sigmoid(-x);
  }
  /// log(n / e) = PMI(w,c) − log k, where the derivative is 0; −inf for n = 0.
  [[nodiscard]] double optimum() const noexcept { return std::log(positives / noise); }
};

/// Σ over all pairs of #(w,c) log σ(w·c) + k #(w) q(c) log σ(−w·c): Levy & Goldberg (NIPS 2014,
/// section 3), for a given noise distribution q and number of negatives k. Its value over all pairs
/// is GlobalObjective's.
///
/// \par Memory  8 bytes a context.
/// \par Thread safety  immutable once made.
template <ContextDistribution Distribution = EmpiricalContexts>
class SGNSObjective {
 public:
  /// \param context_counts  #(c), from pairs or from tokens: q is proportional to the
  ///                        distribution's weight of it
  /// \param negatives       k, above 0; need not be whole
  /// \throws ConfigError  an option is out of its range
  /// \throws InputError   no context has a count above 0
  explicit SGNSObjective(std::span<const Count> context_counts, double negatives = 5.0,
                         const Distribution& distribution = {})
      : negatives_(negatives), noise_(NegativeSampler::weights_of(context_counts, distribution)) {
    if (!(negatives > 0.0) || !std::isfinite(negatives))
      throw ConfigError("negatives",
                        "must be above 0 and finite, not " + std::to_string(negatives));
    const double sum = std::accumulate(noise_.begin(), noise_.end(), 0.0);
    for (double& q : noise_) q /= sum;
  }
  /// With q from the pairs of these counts, as the paper has it.
  /// \throws ConfigError, InputError  as above
  explicit SGNSObjective(const CooccurrenceCounts& counts, double negatives = 5.0,
                         const Distribution& distribution = {})
      : SGNSObjective(std::span(counts.context_sums()), negatives, distribution) {}

  /// k.
  [[nodiscard]] double negatives() const noexcept { return negatives_; }
  /// How many contexts there are.
  [[nodiscard]] std::size_t contexts() const noexcept { return noise_.size(); }
  /// q(c), summing to 1.
  [[nodiscard]] double noise(WordId context) const noexcept { return noise_[context]; }
  /// The pair's part.
  /// \param pair_count  #(w,c)
  /// \param word_count  #(w), in pairs
  [[nodiscard]] PairObjective pair(double pair_count, double word_count,
                                   WordId context) const noexcept {
    return {pair_count, negatives_ * word_count * noise_[context]};
  }

 private:
  double negatives_;
  std::vector<double> noise_;
};

}  // namespace implicitmf
