// SPDX-License-Identifier: MIT
/// \file
/// Watching long work, and ending it early.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <implicitmf/core/errors.hpp>

namespace implicitmf {

/// How far a piece of work has come.
struct Progress {
  std::string_view stage;   ///< "reading", "counting", "factorizing", ...; a literal
  std::string_view unit;    ///< what done and total count: "bytes", "tokens", "products"
  std::uint64_t done = 0;   ///< units finished
  std::uint64_t total = 0;  ///< units in all; 0 where it can't be known
  double residual = 0.0;    ///< of an SVD, or the deviation from the optimum; 0 where there is none
  double rate = 0.0;        ///< learning rate; 0 where there is none
  double loss = 0.0;        ///< last measured, in nats a pair (GloVe: squares); 0 where none was
};

/// A watcher's answer.
enum class ProgressAction { proceed, stop };

/// Called now and then from the thread that started the work, never concurrently. An answer `stop`
/// ends the work soon: a solver returns what it has and says so, a reader or a counter, whose half
/// result is none, throws Stopped. What it throws ends the work and is passed on. An empty function
/// watches nothing.
using ProgressCallback = std::function<ProgressAction(const Progress&)>;

/// Work was ended by its progress callback before it had a result.
class Stopped : public Error {
 public:
  explicit Stopped(std::string_view stage) : Error(std::string(stage) + ": stopped on request") {}
};

/// Reports to the callback if there is one; throws Stopped if it says so.
inline void report_or_throw(const ProgressCallback& callback, const Progress& progress) {
  if (callback && callback(progress) == ProgressAction::stop) throw Stopped(progress.stage);
}

}  // namespace implicitmf
