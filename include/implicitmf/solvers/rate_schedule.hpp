// SPDX-License-Identifier: MIT
/// \file
/// RateSchedule: how a learning rate goes on.
#pragma once

#include <algorithm>

namespace implicitmf {

/// How the learning rate of SGNSTrainer goes on, from the first that is given.
enum class RateSchedule {
  cooldown,  ///< stays for half of all epochs, then falls as the square of what is left of them
  linear,    ///< falls with what is left of all epochs, as word2vec's
  constant,  ///< stays
};

/// The rate after a part `done` of all epochs, 0 to 1, as a part of the first, at least 1e-4. Rates
/// that stay high move vectors further, rates that are low for long end with less noise: a cooldown
/// does first one, then the other (Hägele et al., NeurIPS 2024, for language models).
[[nodiscard]] constexpr double rate_after(double done, RateSchedule schedule) noexcept {
  if (schedule == RateSchedule::constant) return 1.0;
  const double left = std::max(1.0 - done, 0.0);
  const double rate = schedule == RateSchedule::linear ? left : 4.0 * left * left;
  return std::clamp(rate, 1e-4, 1.0);
}

}  // namespace implicitmf
