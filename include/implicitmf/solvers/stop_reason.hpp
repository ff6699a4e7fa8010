// SPDX-License-Identifier: MIT
/// \file
/// StopReason: why a solver ended.
#pragma once

namespace implicitmf {

/// Why a solver ended.
enum class StopReason {
  converged,      ///< what was asked for is reached
  no_progress,    ///< no better point was found: rounding, or a start beyond all reason
  product_limit,  ///< max_products were done first; the residuals say how far it came
  epochs_done,    ///< as many epochs as were asked for
  pass_limit,     ///< max_passes were done first
  time_limit,     ///< max_seconds were over first
  stopped,        ///< the progress callback said so
  diverged,       ///< vectors grew beyond all reason
};

/// "converged", "no progress", "product limit", "epochs done", "pass limit", "time limit",
/// "stopped", "diverged".
[[nodiscard]] constexpr const char* to_string(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::converged:
      return "converged";
    case StopReason::no_progress:
      return "no progress";
    case StopReason::product_limit:
      return "product limit";
    case StopReason::epochs_done:
      return "epochs done";
    case StopReason::pass_limit:
      return "pass limit";
    case StopReason::time_limit:
      return "time limit";
    case StopReason::stopped:
      return "stopped";
    case StopReason::diverged:
      return "diverged";
  }
  return "";
}

}  // namespace implicitmf
