// SPDX-License-Identifier: MIT
/// \file
/// What SGNSTrainer is told, and what it tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/corpus/subsampling.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/rate_schedule.hpp>
#include <implicitmf/solvers/stop_reason.hpp>

namespace implicitmf {

/// Options of SGNSTrainer. The result depends on all but `progress`, on `threads` unless
/// `deterministic`.
struct SGNSOptions {
  std::size_t dimension = 100;   ///< d, 1 to 65536
  double negatives = 5.0;        ///< k for each pair, above 0 to 1000; need not be whole
  std::size_t epochs = 5;        ///< passes over the corpus or the pairs, 1 to 1000000
  double learning_rate = 0.025;  ///< the first, above 0
  RateSchedule schedule = RateSchedule::cooldown;  ///< linear for a start that has learned
  WindowTable window = DynamicWindow{}.table();    ///< of corpora; weights fall with distance
  double subsample = 1e-3;  ///< threshold t of corpora, see Subsampling; 0: none
  bool held_out = false;    ///< leave out HeldOutSample and measure its loss
  /// The same bits for any number of threads, which gain less from each other: see SGNSTrainer.
  bool deterministic = false;
  std::uint64_t seed = 1;
  std::size_t threads = 0;         ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told tokens or pairs done, rate and loss

  /// \throws ConfigError
  void validate() const {
    const auto within = [](double x, double most) { return x > 0.0 && x <= most; };
    if (dimension < 1 || dimension > 65536)
      throw ConfigError("dimension", "must be 1 to 65536, not " + std::to_string(dimension));
    if (!within(negatives, 1000.0))
      throw ConfigError("negatives",
                        "must be above 0 and at most 1000, not " + std::to_string(negatives));
    if (epochs < 1 || epochs > 1'000'000)
      throw ConfigError("epochs", "must be 1 to 1000000, not " + std::to_string(epochs));
    if (!within(learning_rate, 100.0))
      throw ConfigError("learning_rate",
                        "must be above 0 and at most 100, not " + std::to_string(learning_rate));
    Subsampling{subsample}.validate();
  }
};

/// What an epoch did.
struct SGNSEpoch {
  std::uint64_t windows = 0;   ///< contexts with at least one word
  std::uint64_t pairs = 0;     ///< words that met a context
  double seconds = 0.0;        ///< wall-clock time, without the loss
  std::optional<double> loss;  ///< after it, in nats a pair, where options.held_out asks for it
};

/// Vectors with what happened on the way.
struct SGNSResult {
  Factors factors;
  std::vector<SGNSEpoch> epochs;
  std::optional<double> first_loss;  ///< before the first epoch
  StopReason reason = StopReason::epochs_done;
  double seconds = 0.0;  ///< wall-clock time

  /// W, words × d.
  [[nodiscard]] const AlignedMatrix& words() const noexcept { return factors.words; }
  /// C, contexts × d.
  [[nodiscard]] const AlignedMatrix& contexts() const noexcept { return factors.contexts; }
};

}  // namespace implicitmf
