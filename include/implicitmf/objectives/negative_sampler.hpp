// SPDX-License-Identifier: MIT
/// \file
/// Negative samples: which distribution they come from, who shares them, and what happens where one
/// is the positive context.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <implicitmf/association/context_distribution.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/objectives/alias_table.hpp>

namespace implicitmf {

/// What happens to a negative sample that is the positive context itself. The rules have different
/// optima of a pair (w,c) with n = #(w,c), noise q and k negatives; they come near each other where
/// no context has much of q.
enum class Collision {
  /// It counts: eq. (4) of Levy & Goldberg (NIPS 2014), whose optimum is
  /// PMI(w,c) − log k = log( n / (k #(w) q(c)) ).
  keep,
  /// It is left out, as word2vec does: log( n / (k q(c) (#(w) − n)) ).
  skip,
  /// Another is drawn in its place, at most 8 times (then it is left out, as where the vocabulary
  /// has one word only): log( n / (k Σ_{c'≠c} #(w,c') q(c) / (1 − q(c'))) ).
  redraw,
};

/// Who shares negatives, and how many are drawn.
struct NegativeSharing {
  /// Successive windows that share a draw, 0 to 64; 0: each pair has its own.
  std::size_t windows = 1;
  /// Of k so many times as many are drawn, rounded up, and weigh k together; above 0 and at most
  /// 10.
  double drawn = 1.0;

  /// \throws ConfigError
  void validate() const {
    if (windows > 64)
      throw ConfigError("shared_by_windows", "must be 0 to 64, not " + std::to_string(windows));
    if (!(drawn > 0.0 && drawn <= 10.0))
      throw ConfigError("drawn", "must be above 0 and at most 10, not " + std::to_string(drawn));
  }
  friend bool operator==(const NegativeSharing&, const NegativeSharing&) = default;
};

/// How negatives are drawn: the Negatives policy of SGNSTrainer, with the members of
/// SampledNegatives.
template <class N>
concept NegativesPolicy = std::copyable<N> && requires(const N& n) {
  n.validate();
  requires ContextDistribution<std::remove_cvref_t<decltype(n.distribution)>>;
  { n.collision } -> std::convertible_to<Collision>;
  { n.sharing(std::size_t{}) } -> std::same_as<NegativeSharing>;
};

/// Up to so many dimensions the variance of shared negatives costs little of the loss.
inline constexpr std::size_t few_dimensions = 200;

/// Negatives from a distribution of contexts.
template <ContextDistribution Distribution = SmoothedContexts>
struct SampledNegatives {
  Distribution distribution = {};  ///< of the contexts' token counts
  Collision collision = Collision::skip;
  /// So many successive windows share one draw; 0: each pair has its own, as in word2vec. A shared
  /// negative meets all words of its windows: each word still meets k of them for each pair. 0
  /// to 64; none given: by the dimension, see sharing().
  std::optional<std::size_t> shared_by_windows = {};

  /// \throws ConfigError
  void validate() const {
    distribution.validate();
    NegativeSharing{.windows = shared_by_windows.value_or(0)}.validate();
  }

  /// As told, or by the dimension: 2 windows up to few_dimensions, and above a window alone; they
  /// draw 4/5 of their negatives, rounded up, which weigh k together. The more windows share and
  /// the fewer negatives are drawn, the fewer rows come from memory and the more the steps vary,
  /// which costs the loss more the more dimensions there are.
  [[nodiscard]] NegativeSharing sharing(std::size_t dimension) const noexcept {
    if (shared_by_windows) return {.windows = *shared_by_windows};
    if (dimension <= few_dimensions) return {.windows = 2, .drawn = 0.8};
    return {.windows = 1, .drawn = 0.8};
  }
};

static_assert(NegativesPolicy<SampledNegatives<>>);

/// Draws contexts from q.
///
/// \par Thread safety  immutable once made; each caller brings its own random stream.
class NegativeSampler {
 public:
  /// \param context_counts  #(c) of each context; q(c) is the distribution's weight over their sum
  /// \throws ConfigError  the distribution is out of its range
  /// \throws InputError   no context has a count above 0
  template <ContextDistribution Distribution>
  NegativeSampler(std::span<const Count> context_counts, const Distribution& distribution,
                  Collision collision)
      : NegativeSampler(weights_of(context_counts, distribution), collision) {}

  [[nodiscard]] Collision collision() const noexcept { return collision_; }
  /// The largest q(c).
  [[nodiscard]] double largest() const noexcept { return largest_; }

  /// Contexts of a class are about as probable: of class i, from 2^(−(i+1)/2) to 2^(−i/2) times as
  /// probable as the most probable one, of the last class any less.
  static constexpr std::size_t class_count = 64;
  [[nodiscard]] std::uint8_t class_of(WordId c) const noexcept { return classes_[c]; }

  /// A context from q.
  [[nodiscard]] WordId draw(RandomStream& random) const noexcept { return table_.draw(random()); }

  /// Whether the negative is to be used beside the positive context; it may be drawn anew for that.
  [[nodiscard]] bool settle(WordId positive, WordId& negative,
                            RandomStream& random) const noexcept {
    if (negative != positive || collision_ == Collision::keep) return true;
    if (collision_ == Collision::skip) return false;
    constexpr int most_tries = 8;
    for (int i = 0; i < most_tries && negative == positive; ++i) negative = draw(random);
    return negative != positive;
  }

  /// The unnormalised q of contexts with these counts.
  /// \throws ConfigError, InputError  as above
  template <ContextDistribution Distribution>
  [[nodiscard]] static std::vector<double> weights_of(std::span<const Count> context_counts,
                                                      const Distribution& distribution) {
    distribution.validate();
    std::vector<double> weights;
    weights.reserve(context_counts.size());
    for (const Count count : context_counts) {
      weights.push_back(count == 0 ? 0.0 : distribution.weight(static_cast<double>(count)));
      if (!(weights.back() >= 0.0) || !std::isfinite(weights.back()))
        throw InputError("noise distribution: the weight of a context of count " +
                         std::to_string(count) + " is " + std::to_string(weights.back()) +
                         ", not a number of at least 0");
    }
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0.0; }))
      throw InputError("noise distribution: no context has a count above 0");
    return weights;
  }

 private:
  NegativeSampler(const std::vector<double>& weights, Collision collision)
      : table_(weights), collision_(collision), classes_(weights.size()) {
    const double largest = *std::max_element(weights.begin(), weights.end());
    largest_ = largest / std::accumulate(weights.begin(), weights.end(), 0.0);
    constexpr double last = class_count - 1;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double rarity = 2.0 * std::log2(largest / weights[c]);  // infinite where q(c) is 0
      classes_[c] = static_cast<std::uint8_t>(std::min(rarity, last));
    }
  }

  AliasTable table_;
  Collision collision_;
  double largest_;
  std::vector<std::uint8_t> classes_;
};

}  // namespace implicitmf
