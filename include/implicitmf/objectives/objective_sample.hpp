// SPDX-License-Identifier: MIT
/// \file
/// ObjectiveSample: the SGNS objective over all pairs, estimated from a sample of them.
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
  SampleSums& operator+=(const SampleSums& other) noexcept {
    sum += other.sum;
    squares += other.squares;
    return *this;
  }
  [[nodiscard]] double mean(double n) const noexcept { return sum / n; }
  [[nodiscard]] double variance_of_mean(double n) const noexcept {
    const double variance = (squares - n * mean(n) * mean(n)) / (n - 1.0);
    return variance < 0.0 ? 0.0 : variance / n;  // NaN stays
  }
};

struct SampledPair {
  WordId word;
  WordId context;
};

}  // namespace detail

/// Pairs drawn by #(w,c) and as many from the noise, words by #(w) and contexts by q(c), to
/// estimate L from: as the paper measures it (section 5.1: ten million pairs with one negative
/// each), but with the words of the negatives drawn apart, so that the standard error is that of
/// two samples. Drawn once, so that estimates of several vectors are of the same pairs.
///
/// \par Memory  16 bytes a sample, 24 while it is drawn.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class ObjectiveSample {
 public:
  /// \param objective  outlives this
  /// \param samples    of each kind, 2 to 10^9
  /// \par Complexity   O(pairs observed + samples · log samples)
  /// \throws ConfigError  too few or too many samples
  ObjectiveSample(const GlobalObjective<Arch>& objective, std::size_t samples, std::uint64_t seed)
      : objective_(objective) {
    if (samples < 2 || samples > 1'000'000'000)
      throw ConfigError("samples", "must be 2 to 1000000000, not " + std::to_string(samples));
    draw_observed(samples, seed);
    const AliasTable words(objective.word_counts());
    const AliasTable contexts(objective.noise());
    RandomStream random(seed, RandomPurpose::objective_samples, 1);
    noise_.reserve(samples);
    for (std::size_t i = 0; i < samples; ++i) {
      const WordId word = words.draw(random());
      noise_.push_back({word, contexts.draw(random())});
    }
  }

  /// L, estimated.
  /// \param words     objective.rows() × d; \param contexts objective.cols() × d
  /// \param columns   so many columns of both, padded with zeros to a multiple of 16, are the
  ///                  vectors, and what stands behind is not; 0: all
  /// \par Complexity   O(samples · d); the same bits for any number of threads
  /// \throws InputError  words or contexts of another shape
  [[nodiscard]] SampledValue value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                                   ThreadTeam& team, std::size_t columns = 0) const {
    objective_.require_shape(words, contexts);
    const std::size_t floats = columns > 0 ? AlignedMatrix::padded(columns) : words.stride();
    const auto n = static_cast<double>(noise_.size());
    const auto sums = [&](const Buffer<detail::SampledPair>& pairs, double sign) {
      return sum_of(pairs, sign, words, contexts, floats, team);
    };
    const detail::SampleSums positives = sums(observed_, 1.0);
    const detail::SampleSums negatives = sums(noise_, -1.0);
    const double of_observed = objective_.total();
    const double of_noise = objective_.noise_total();
    return {of_observed * positives.mean(n) + of_noise * negatives.mean(n),
            std::sqrt(of_observed * of_observed * positives.variance_of_mean(n) +
                      of_noise * of_noise * negatives.variance_of_mean(n))};
  }

 private:
  /// By #(w,c), with replacement, by rising word and context.
  void draw_observed(std::size_t samples, std::uint64_t seed) {
    RandomStream random(seed, RandomPurpose::objective_samples, 0);
    Buffer<double> places(samples);
    for (double& place : places) place = random.uniform() * objective_.total();
    std::sort(places.begin(), places.end());
    observed_.reserve(samples);
    detail::SampledPair last{0, 0};
    double reached = 0.0;
    for (std::size_t w = 0; w < objective_.rows(); ++w)
      objective_.for_each_observed(w, [&](WordId c, double count) {
        last = {static_cast<WordId>(w), c};
        reached += count;
        while (observed_.size() < samples && places[observed_.size()] < reached)
          observed_.push_back(last);
      });
    observed_.resize(samples, last);  // where the sum's rounding left one out
  }

  /// Σ log σ(±w·c), chunk by chunk in order.
  [[nodiscard]] static detail::SampleSums sum_of(const Buffer<detail::SampledPair>& pairs,
                                                 double sign, const AlignedMatrix& words,
                                                 const AlignedMatrix& contexts, std::size_t floats,
                                                 ThreadTeam& team) {
    constexpr std::size_t chunk = 4096;
    std::vector<detail::SampleSums> parts((pairs.size() + chunk - 1) / chunk);
    team.for_each(parts.size(), [&](std::size_t i) {
      for (std::size_t s = i * chunk; s < std::min(pairs.size(), (i + 1) * chunk); ++s) {
        const float x = kernels::dot<Arch>(words.row_data(pairs[s].word),
                                           contexts.row_data(pairs[s].context), floats);
        parts[i].add(log_sigmoid(sign * static_cast<double>(x)));
      }
    });
    detail::SampleSums all;
    for (const detail::SampleSums& part : parts) all += part;
    return all;
  }

  const GlobalObjective<Arch>& objective_;
  Buffer<detail::SampledPair> observed_;
  Buffer<detail::SampledPair> noise_;
};

}  // namespace implicitmf
