// SPDX-License-Identifier: MIT
/// \file
/// Threads whose number never shows in a result: work is cut by its size and dealt to a team.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// Part `i` of [0, n) cut into `parts` ranges whose sizes differ by one at most.
[[nodiscard]] constexpr IndexRange partition(std::size_t n, std::size_t parts,
                                             std::size_t i) noexcept {
  const std::size_t size = n / parts;
  const std::size_t larger = n % parts;
  const std::size_t begin = i * size + std::min(i, larger);
  return {begin, begin + size + (i < larger ? 1 : 0)};
}

/// Number of threads to use for an option value: itself, or one for each processor if 0.
[[nodiscard]] inline std::size_t resolve_threads(std::size_t threads) noexcept {
  return threads != 0 ? threads : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// A fixed team of threads, the caller's among them, that runs one job after the other.
///
/// Jobs are cut by the data (items), not by the team, and each item writes only what is its own:
/// so results do not depend on the number of threads. An exception thrown by an item ends the job
/// (items already begun are finished) and is thrown on to the caller.
///
/// \par Thread safety  one job at a time, from the thread that made the team.
class ThreadTeam {
 public:
  /// A team of resolve_threads(threads); with 1 no thread is started.
  /// \throws std::system_error if the system refuses a thread.
  explicit ThreadTeam(std::size_t threads = 0) {
    const std::size_t size = resolve_threads(threads);
    workers_.reserve(size - 1);
    try {
      for (std::size_t id = 1; id < size; ++id) workers_.emplace_back([this, id] { serve(id); });
    } catch (...) {
      dismiss();
      throw;
    }
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam() { dismiss(); }

  [[nodiscard]] std::size_t size() const noexcept { return workers_.size() + 1; }

  /// Calls work(id) once on each thread, id in [0, size()); the caller is number 0.
  template <class Work>
  void run(Work&& work) {
    {
      const std::lock_guard lock(mutex_);
      job_ = [](void* w, std::size_t id) { (*static_cast<std::remove_reference_t<Work>*>(w))(id); };
      argument_ = const_cast<void*>(static_cast<const void*>(std::addressof(work)));
      running_ = workers_.size();
      error_ = nullptr;
      ++generation_;
    }
    start_.notify_all();
    attempt(0);
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return running_ == 0; });
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  /// Calls item(i) for each i in [0, items), each on whichever thread is free, lowest i first.
  template <class Item>
  void for_each(std::size_t items, Item&& item) {
    for_each_on_thread(items, [&](std::size_t i, std::size_t) { item(i); });
  }

  /// As for_each, with the thread's number for scratch memory: item(i, id).
  template <class Item>
  void for_each_on_thread(std::size_t items, Item&& item) {
    std::atomic<std::size_t> next{0};
    run([&](std::size_t id) {
      try {
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < items;)
          item(i, id);
      } catch (...) {
        next.store(items, std::memory_order_relaxed);
        throw;
      }
    });
  }

 private:
  void attempt(std::size_t id) noexcept {
    try {
      job_(argument_, id);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  void serve(std::size_t id) noexcept {
    std::size_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        start_.wait(lock, [&] { return dismissed_ || generation_ != seen; });
        if (dismissed_) return;
        seen = generation_;
      }
      attempt(id);
      const std::lock_guard lock(mutex_);
      if (--running_ == 0) finished_.notify_one();
    }
  }

  void dismiss() noexcept {
    {
      const std::lock_guard lock(mutex_);
      dismissed_ = true;
    }
    start_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable finished_;
  void (*job_)(void*, std::size_t) = nullptr;
  void* argument_ = nullptr;
  std::size_t generation_ = 0;
  std::size_t running_ = 0;
  std::exception_ptr error_;
  bool dismissed_ = false;
};

/// How many steps each of some threads has done, for threads that go on side by side and need now
/// and then what another did. They wait awake, for steps of microseconds that a sleep would double;
/// after a while they let other threads of the machine go first.
class StepCounts {
 public:
  explicit StepCounts(std::size_t threads) : done_(threads) {}

  /// Thread `id`, which is the caller, has done one more: whoever sees it sees all that it wrote.
  void add(std::size_t id) noexcept {
    done_[id].store(done_[id].load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  /// Thread `id` goes, as if it had done all steps that there will be.
  void leave(std::size_t id) noexcept { done_[id].store(gone, std::memory_order_release); }

  /// Whether thread `id` has done so many.
  [[nodiscard]] bool reached(std::size_t id, std::size_t steps) const noexcept {
    return done_[id].load(std::memory_order_acquire) >= steps;
  }
  /// Returns when every thread has.
  void wait_for_all(std::size_t steps) const noexcept {
    constexpr int patience = 1 << 9;
    for (std::size_t id = 0; id < done_.size(); ++id)
      for (int turn = 0; !reached(id, steps); ++turn) {
        if (turn > patience)
          std::this_thread::yield();
        else
          pause();
      }
  }

 private:
  static constexpr std::size_t gone = std::numeric_limits<std::size_t>::max();

  static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  /// On lines of their own: each is written by one thread and read by the others.
  struct alignas(64) Steps : std::atomic<std::size_t> {};
  std::vector<Steps> done_;
};

}  // namespace implicitmf
