// SPDX-License-Identifier: MIT
/// \file
/// RateSchedule: how a learning rate goes on.
#pragma once

#include <algorithm>

namespace implicitmf {

/// How the learning rate of SGNSTrainer goes on, from the first that is given.
enum class RateSchedule {
  cooldown,  ///< stays for half of all epochs, then falls linearly to 1e-4 of the first
  linear,    ///< falls linearly to 1e-4 of the first from the beginning, as word2vec's
  constant,  ///< stays
};

/// The rate after a part `done` of all epochs, 0 to 1, as a part of the first. Rates that stay high
/// move vectors further, rates that fall gently end with less noise: a cooldown does first one,
/// then the other (Hägele et al., NeurIPS 2024, for language models).
[[nodiscard]] constexpr double rate_after(double done, RateSchedule schedule) noexcept {
  if (schedule == RateSchedule::constant) return 1.0;
  const double held = schedule == RateSchedule::cooldown ? 0.5 : 0.0;
  return std::clamp((1.0 - done) / (1.0 - held), 1e-4, 1.0);
}

}  // namespace implicitmf
