// SPDX-License-Identifier: MIT
/// \file
/// Progress on standard error: a live line on a terminal, plain lines elsewhere, JSON on request.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <implicitmf/core/progress.hpp>

namespace app {

enum class ProgressMode { automatic, live, plain, json, none };

/// Prints progress as it is told; asks the work to stop after an interrupt from the keyboard.
class ProgressDisplay {
 public:
  /// \param threads  that work, to tell the speed of each
  explicit ProgressDisplay(ProgressMode mode, std::size_t threads = 1);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

  /// A callback that refers to this.
  [[nodiscard]] implicitmf::ProgressCallback callback();
  /// Prints a line for people, unless progress is off or for machines.
  void say(const std::string& line);

 private:
  implicitmf::ProgressAction show(const implicitmf::Progress& progress);
  void begin_stage(const implicitmf::Progress& progress);
  [[nodiscard]] std::string line_of(const implicitmf::Progress& progress) const;
  void print_json(const implicitmf::Progress& progress) const;
  void end_live_line();

  using Clock = std::chrono::steady_clock;
  ProgressMode mode_;
  std::size_t threads_;
  std::string stage_;
  Clock::time_point stage_begin_{};
  Clock::time_point shown_{};
  bool line_open_ = false;
};

}  // namespace app
