// SPDX-License-Identifier: MIT
/// \file
/// How much skip-gram may move at once: rows that are moved together are moved from the same
/// values, and overshoot where that is too much.
#pragma once

#include <algorithm>
#include <cstddef>

#include <implicitmf/solvers/negative_baseline.hpp>
#include <implicitmf/solvers/sgns_options.hpp>
#include <implicitmf/solvers/window_group.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace implicitmf::detail {

/// How far the most frequent context moves in so many pairs, in means of the words that it meets as
/// a negative.
/// \param largest_noise  the largest q(c)
[[nodiscard]] inline double moved_by_negatives(const SGNSOptions& options, double largest_noise,
                                               double pairs) noexcept {
  return options.learning_rate * options.negatives * largest_noise * pairs;
}

/// The higher the rate, the less may meet a row at once. Found by trial: at three times these
/// limits, twice those of a batch, some texts diverge.
/// \param windows        that share negatives; 0: none do
/// \param draw           each meets all tokens of its group with its weight, so heavy ones fewer
/// \param largest_noise  the largest q(c)
/// \param may_repeat     whether a pair may come many times in a row
[[nodiscard]] inline MeetingLimits meeting_limits(const SGNSOptions& options, std::size_t windows,
                                                  NegativeDraw draw, double largest_noise,
                                                  bool may_repeat) noexcept {
  const auto within = [&options](double moved, std::size_t most) {
    const double meetings = std::max(1.0, moved / options.learning_rate);
    return meetings < static_cast<double>(most) ? static_cast<std::size_t>(meetings) : most;
  };
  // Groups of two batches: the more, the less often threads wait for each other; but fewer where a
  // frequent context is a negative of many, as its row would move by the sum of what each finds. As
  // for four windows a group, as many as were tried: fewer would allow more groups.
  constexpr double most_groups = 64.0;
  constexpr double most_moved = 2.2;
  constexpr double pairs = 24.0;
  const double groups = most_moved / moved_by_negatives(options, largest_noise, pairs);
  return {.windows = std::max<std::size_t>(1, windows),
          .tokens = within(2.0 / static_cast<double>(draw.weight), 48),
          .word_pairs = within(0.5, 1000),
          .groups = static_cast<std::size_t>(std::clamp(groups, 1.0, most_groups)),
          .batch_pairs = within(may_repeat ? 0.25 : 1.0, 2000)};
}

/// The largest σ that a NegativeBaseline expects: 0, so none, for negatives of each pair's own, as
/// word2vec has them.
/// \param windows  that share negatives; 0: none do
/// \param limits   of these
[[nodiscard]] inline float largest_sigma(const SGNSOptions& options, std::size_t windows,
                                         double largest_noise,
                                         const MeetingLimits& limits) noexcept {
  if (windows == 0) return 0.0F;
  constexpr double most_moved = 0.5;
  const std::size_t lag = NegativeBaseline::memory + (options.deterministic ? limits.groups : 0);
  const double of_window =
      static_cast<double>(options.window.weight_sum()) / static_cast<double>(options.window.unit);
  const double of_group =
      std::min(static_cast<double>(windows) * of_window, static_cast<double>(limits.tokens));
  const double moved =
      moved_by_negatives(options, largest_noise, of_group * static_cast<double>(lag));
  return static_cast<float>(std::min(1.0, most_moved / moved));
}

}  // namespace implicitmf::detail
