// SPDX-License-Identifier: MIT
#include "progress_display.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <implicitmf/core/memory.hpp>

#include "command.hpp"

namespace app {

namespace {

volatile std::sig_atomic_t interrupted = 0;

/// The first signal asks for an orderly end, the second ends at once.
void note_interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

double seconds_between(std::chrono::steady_clock::time_point a,
                       std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressMode mode, std::size_t threads)
    : mode_(mode), threads_(threads) {
  if (mode_ == ProgressMode::automatic)
    mode_ = ::isatty(STDERR_FILENO) != 0 ? ProgressMode::live : ProgressMode::plain;
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
}

ProgressDisplay::~ProgressDisplay() { end_live_line(); }

implicitmf::ProgressCallback ProgressDisplay::callback() {
  return [this](const implicitmf::Progress& progress) { return show(progress); };
}

void ProgressDisplay::say(const std::string& line) {
  end_live_line();
  if (mode_ == ProgressMode::live || mode_ == ProgressMode::plain) std::cerr << line << '\n';
}

implicitmf::ProgressAction ProgressDisplay::show(const implicitmf::Progress& progress) {
  using implicitmf::ProgressAction;
  if (interrupted != 0) return ProgressAction::stop;
  if (mode_ == ProgressMode::none) return ProgressAction::proceed;
  if (progress.stage != stage_) begin_stage(progress);
  const double pause = mode_ == ProgressMode::live ? 0.1 : 5.0;
  const auto now = Clock::now();
  if (seconds_between(shown_, now) < pause) return ProgressAction::proceed;
  shown_ = now;
  if (mode_ == ProgressMode::json) {
    print_json(progress);
  } else if (mode_ == ProgressMode::live) {
    std::cerr << '\r' << line_of(progress) << "\x1b[K" << std::flush;
    line_open_ = true;
  } else {
    std::cerr << line_of(progress) << '\n';
  }
  return ProgressAction::proceed;
}

void ProgressDisplay::begin_stage(const implicitmf::Progress& progress) {
  end_live_line();
  stage_ = progress.stage;
  stage_begin_ = Clock::now();
  // A stage that is over within the pause of plain lines prints none.
  shown_ = mode_ == ProgressMode::live ? Clock::time_point{} : stage_begin_;
}

std::string ProgressDisplay::line_of(const implicitmf::Progress& progress) const {
  const double elapsed = std::max(1e-3, seconds_between(stage_begin_, Clock::now()));
  const auto done = static_cast<double>(progress.done);
  std::string line(progress.stage);
  if (progress.total != 0) {
    const auto total = static_cast<double>(progress.total);
    line += "  " + fixed(100.0 * done / total, 1) + " %";
    line += "  ETA " + fixed(done > 0.0 ? elapsed * (total - done) / done : 0.0, 0) + " s";
  } else {
    line += "  " + std::to_string(progress.done) + " " + std::string(progress.unit);
  }
  line += "  " + with_unit(done / elapsed) + " " + std::string(progress.unit) + "/s";
  if (progress.rate > 0.0 && threads_ > 1)
    line += " (" + with_unit(done / elapsed / static_cast<double>(threads_)) + " a thread)";
  const auto add = [&line](const char* format, double value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    if (value > 0.0) line += text;
  };
  add("  residual %.1e", progress.residual);
  add("  rate %.5f", progress.rate);
  add("  loss %.4f", progress.loss);
  return line + "  memory " + implicitmf::format_bytes(implicitmf::peak_memory_bytes());
}

void ProgressDisplay::print_json(const implicitmf::Progress& progress) const {
  const Json record = {{"stage", progress.stage},
                       {"unit", progress.unit},
                       {"done", progress.done},
                       {"total", progress.total},
                       {"residual", progress.residual},
                       {"rate", progress.rate},
                       {"loss", progress.loss},
                       {"seconds", seconds_between(stage_begin_, Clock::now())},
                       {"peak_memory_bytes", implicitmf::peak_memory_bytes()}};
  std::cerr << record.dump() << '\n';
}

void ProgressDisplay::end_live_line() {
  if (line_open_) std::cerr << "\r\x1b[K" << std::flush;
  line_open_ = false;
}

}  // namespace app
