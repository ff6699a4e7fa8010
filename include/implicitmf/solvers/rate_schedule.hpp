// SPDX-License-Identifier: MIT
/// \file
/// RateSchedule: how a learning rate goes on.
#pragma once

#include <algorithm>

namespace implicitmf {

/// How the learning rate of SGNSTrainer goes on, from the first that is given.
enum class RateSchedule {
  cooldown,  ///< stays for half of all epochs, then falls linearly to 1e-4 of it
  linear,    ///< falls linearly to 1e-4 of it from the beginning, as word2vec's
  constant,  ///< stays
};

/// The rate after a part `done` of all epochs, 0 to 1, as a part of the first. What is learned from
/// a text grows with the sum of the rates, and how near to an optimum it ends with how gently they
/// fall: so the rate is held, then falls (Hägele et al., NeurIPS 2024, for other models).
[[nodiscard]] constexpr double rate_after(double done, RateSchedule schedule) noexcept {
  constexpr double least = 1e-4;
  constexpr double held = 0.5;
  switch (schedule) {
    case RateSchedule::cooldown:
      return std::clamp((1.0 - done) / (1.0 - held), least, 1.0);
    case RateSchedule::linear:
      return std::max(1.0 - done, least);
    case RateSchedule::constant:
      break;
  }
  return 1.0;
}

}  // namespace implicitmf
