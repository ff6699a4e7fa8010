// SPDX-License-Identifier: MIT
//
// How far apart two processors are: what a line of the cache takes from one thread to another and
// back. What is gained by a second thread that writes to the same vectors depends on it.
//
//   build/release/benchmarks/round_trip
//
// prints {"nanoseconds": N}, the least of a few tries, as other programs only make it longer.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <thread>

namespace {

constexpr int trips = 20'000;

/// Waits for its turn, hands over, and so on; turns are counted from 0.
void play(std::atomic<int>& turn, int first) {
  for (int mine = first; mine < 2 * trips; mine += 2) {
    while (turn.load(std::memory_order_acquire) != mine) {
    }
    turn.store(mine + 1, std::memory_order_release);
  }
}

double nanoseconds_a_trip() {
  alignas(64) std::atomic<int> turn{-1};
  std::thread other([&turn] { play(turn, 1); });
  const auto begin = std::chrono::steady_clock::now();
  turn = 0;
  play(turn, 0);
  other.join();
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
  return time.count() / trips;
}

}  // namespace

int main() {
  if (std::thread::hardware_concurrency() < 2) {
    std::fprintf(stderr, "round_trip: there is one processor alone\n");
    return 1;
  }
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 15; ++i) least = std::min(least, nanoseconds_a_trip());
  std::printf("{\"nanoseconds\": %.0f}\n", least);
  return 0;
}
