// SPDX-License-Identifier: MIT
/// \file
/// sampled_objective(): the SGNS objective over all pairs, estimated from a sample of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/objectives/alias_table.hpp>
#include <implicitmf/objectives/global_objective.hpp>

namespace implicitmf {

/// An estimate of L with its standard error, both in nats.
struct SampledValue {
  double value = 0.0;
  double standard_error = 0.0;
};

namespace detail {

/// A mean and its variance from sums.
struct SampleSums {
  double sum = 0.0;
  double squares = 0.0;
  void add(double x) noexcept {
    sum += x;
    squares += x * x;
  }
  [[nodiscard]] double mean(double n) const noexcept { return sum / n; }
  [[nodiscard]] double variance_of_mean(double n) const noexcept {
    return std::max(0.0, squares / n - mean(n) * mean(n)) / n;
  }
};

struct SampledPair {
  WordId word;
  WordId context;
};

/// Pairs drawn by #(w,c), with replacement, by rising word and context.
template <class Arch>
[[nodiscard]] Buffer<SampledPair> draw_observed(const GlobalObjective<Arch>& objective,
                                                std::size_t samples, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::objective_samples, 0);
  Buffer<double> places(samples);
  for (double& place : places) place = random.uniform() * objective.total();
  std::sort(places.begin(), places.end());
  Buffer<SampledPair> pairs;
  pairs.reserve(samples);
  SampledPair last{0, 0};
  double reached = 0.0;
  for (std::size_t w = 0; w < objective.rows(); ++w)
    objective.for_each_observed(w, [&](WordId c, double count) {
      last = {static_cast<WordId>(w), c};
      reached += count;
      while (pairs.size() < samples && places[pairs.size()] < reached) pairs.push_back(last);
    });
  pairs.resize(samples, last);  // where the sum's rounding left one out
  return pairs;
}

}  // namespace detail

/// L estimated from pairs drawn by #(w,c) and as many from the noise, words by #(w) and contexts by
/// q(c): as the paper measures it (section 5.1: ten million pairs with one negative each), but with
/// the words of the negatives drawn apart, so that the standard error is that of two samples.
///
/// \param words    objective.rows() × d; \param contexts objective.cols() × d
/// \param samples  of each kind, at least 2
/// \par Complexity  O(pairs observed + samples (d + log samples)); 16 bytes a sample.
/// \par Determinism  the same bits for any number of threads.
/// \throws ConfigError  too few samples
/// \throws InputError   words or contexts of another shape
template <class Arch>
[[nodiscard]] SampledValue sampled_objective(const GlobalObjective<Arch>& objective,
                                             const AlignedMatrix& words,
                                             const AlignedMatrix& contexts, std::size_t samples,
                                             std::uint64_t seed, ThreadTeam& team) {
  if (samples < 2)
    throw ConfigError("samples", "must be at least 2, not " + std::to_string(samples));
  objective.require_shape(words, contexts);
  const auto observed = detail::draw_observed(objective, samples, seed);
  const AliasTable draw_word(objective.word_counts());
  const AliasTable draw_context(objective.noise());
  const auto x = [&](WordId w, WordId c) {
    return static_cast<double>(
        kernels::dot<Arch>(words.row_data(w), contexts.row_data(c), words.stride()));
  };
  constexpr std::size_t chunk = 4096;
  const std::size_t chunks = (samples + chunk - 1) / chunk;
  std::vector<detail::SampleSums> positives(chunks);
  std::vector<detail::SampleSums> negatives(chunks);
  team.for_each(chunks, [&](std::size_t i) {
    RandomStream random(seed, RandomPurpose::objective_samples, 1, i);
    for (std::size_t s = i * chunk; s < std::min(samples, (i + 1) * chunk); ++s) {
      positives[i].add(log_sigmoid(x(observed[s].word, observed[s].context)));
      const WordId word = draw_word.draw(random());
      negatives[i].add(log_sigmoid(-x(word, draw_context.draw(random()))));
    }
  });
  const auto total_of = [](const std::vector<detail::SampleSums>& parts) {
    detail::SampleSums all;
    for (const detail::SampleSums& part : parts) {
      all.sum += part.sum;
      all.squares += part.squares;
    }
    return all;
  };
  const detail::SampleSums of_observed = total_of(positives);
  const detail::SampleSums of_noise = total_of(negatives);
  const auto n = static_cast<double>(samples);
  const double observed_weight = objective.total();
  const double noise_weight = objective.noise_total();
  return {observed_weight * of_observed.mean(n) + noise_weight * of_noise.mean(n),
          std::sqrt(observed_weight * observed_weight * of_observed.variance_of_mean(n) +
                    noise_weight * noise_weight * of_noise.variance_of_mean(n))};
}

}  // namespace implicitmf
