// SPDX-License-Identifier: MIT
#include <implicitmf/core/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace imf = implicitmf;
using imf::StepCounts;
using imf::ThreadTeam;

TEST_CASE("partition() covers the whole in order, with parts that differ by one at most") {
  for (const std::size_t n : {0U, 1U, 2U, 7U, 64U, 1000U})
    for (const std::size_t parts : {1U, 2U, 3U, 7U, 64U, 999U}) {
      std::size_t at = 0;
      std::size_t least = n;
      std::size_t most = 0;
      for (std::size_t i = 0; i < parts; ++i) {
        const auto range = imf::partition(n, parts, i);
        CHECK(range.begin == at);
        at = range.end;
        least = std::min(least, range.size());
        most = std::max(most, range.size());
      }
      CHECK(at == n);
      CHECK(most - least <= 1);
    }
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  CHECK(imf::partition(all, 3, 2).end == all);
}

TEST_CASE("resolve_threads() takes a number as it is, and 0 as one for each processor") {
  CHECK(imf::resolve_threads(5) == 5);
  CHECK(imf::resolve_threads(0) >= 1);
  CHECK(ThreadTeam(3).size() == 3);
  CHECK(ThreadTeam(0).size() == imf::resolve_threads(0));
}

TEST_CASE("run() calls each member once, the caller as number 0") {
  for (const std::size_t size : {1U, 2U, 5U}) {
    ThreadTeam team(size);
    std::vector<std::thread::id> ids(size);
    std::vector<int> calls(size);
    team.run([&](std::size_t id) {
      ids[id] = std::this_thread::get_id();
      ++calls[id];
    });
    CHECK(std::set<std::thread::id>(ids.begin(), ids.end()).size() == size);
    CHECK(ids[0] == std::this_thread::get_id());
    CHECK(calls == std::vector<int>(size, 1));
  }
}

TEST_CASE("for_each() covers each item once, whatever the team and however often it is used") {
  for (const std::size_t size : {1U, 2U, 3U, 7U}) {
    ThreadTeam team(size);
    for (const std::size_t items : {0U, 1U, 2U, 10U, 10000U}) {
      std::vector<int> seen(items);
      std::vector<std::size_t> thread(items, size);
      team.for_each(items, [&](std::size_t i) { ++seen[i]; });
      CHECK(seen == std::vector<int>(items, 1));
      team.for_each_on_thread(items, [&](std::size_t i, std::size_t id) {
        ++seen[i];
        thread[i] = id;
      });
      CHECK(seen == std::vector<int>(items, 2));
      CHECK(std::all_of(thread.begin(), thread.end(), [&](std::size_t id) { return id < size; }));
    }
  }
}

TEST_CASE("one team does a thousand small jobs") {
  ThreadTeam team(4);
  std::atomic<std::size_t> sum{0};
  for (std::size_t job = 0; job < 1000; ++job) team.for_each(8, [&](std::size_t i) { sum += i; });
  CHECK(sum == 28000);
}

TEST_CASE("the members really work at the same time") {
  ThreadTeam team(3);
  std::atomic<int> arrived{0};
  team.run([&](std::size_t) {
    ++arrived;
    while (arrived < 3) std::this_thread::yield();  // for ever, if they took turns
  });
  CHECK(arrived == 3);
}

TEST_CASE("an exception comes out to the caller, ends the job and leaves the team whole") {
  for (const std::size_t size : {1U, 2U, 4U}) {
    ThreadTeam team(size);
    for (const std::size_t culprit : {0U, 5U, 99U}) {
      std::atomic<std::size_t> begun{0};
      const auto job = [&] {
        team.for_each(100000, [&](std::size_t i) {
          ++begun;
          if (i == culprit) throw std::runtime_error("item " + std::to_string(i));
          std::this_thread::sleep_for(std::chrono::microseconds(5));
        });
      };
      CHECK_THROWS_WITH_AS(job(), ("item " + std::to_string(culprit)).c_str(), std::runtime_error);
      CHECK(begun < 100000);
    }
    std::atomic<int> after{0};
    team.for_each(50, [&](std::size_t) { ++after; });
    CHECK(after == 50);
  }
}

TEST_CASE("of many exceptions one comes out, from any member") {
  ThreadTeam team(4);
  for (int i = 0; i < 100; ++i)
    CHECK_THROWS_AS(team.run([](std::size_t id) { throw id; }), std::size_t);
  for (std::size_t culprit = 0; culprit < 4; ++culprit)
    CHECK_THROWS_AS(team.run([&](std::size_t id) {
      if (id == culprit) throw std::logic_error("mine");
    }),
                    std::logic_error);
}

TEST_CASE("a team that is never used ends") {
  for (int i = 0; i < 100; ++i) CHECK(ThreadTeam(3).size() == 3);
}

TEST_CASE("work may be const, an rvalue, or hold what cannot be copied") {
  ThreadTeam team(2);
  std::atomic<int> calls{0};
  const auto constant = [&](std::size_t) { ++calls; };
  team.run(constant);
  struct Pinned {
    explicit Pinned(std::atomic<int>& to) : calls(to) {}
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
    void operator()(std::size_t) { ++calls; }
    std::atomic<int>& calls;
  };
  team.run(Pinned(calls));
  CHECK(calls == 4);
}

TEST_CASE("who waits for a step sees what every thread wrote in it") {
  for (const std::size_t size : {1U, 2U, 3U, 7U}) {
    CAPTURE(size);
    ThreadTeam team(size);
    StepCounts done(size);
    constexpr std::size_t steps = 500;
    std::vector<std::vector<std::size_t>> written(size, std::vector<std::size_t>(steps));
    std::vector<std::size_t> wrong(size);
    team.run([&](std::size_t id) {
      for (std::size_t step = 0; step < steps; ++step) {
        written[id][step] = step + 1;
        done.add(id);
        done.wait_for_all(step + 1);
        for (const auto& by_other : written) wrong[id] += by_other[step] != step + 1 ? 1U : 0U;
      }
    });
    CHECK(wrong == std::vector<std::size_t>(size, 0));
  }
}

TEST_CASE("where each waits for the last step but one of all, none is three steps ahead") {
  for (const std::size_t size : {2U, 3U, 7U}) {
    CAPTURE(size);
    ThreadTeam team(size);
    StepCounts done(size);
    std::atomic<std::size_t> wrong{0};
    team.run([&](std::size_t id) {
      for (std::size_t step = 1; step <= 500; ++step) {
        done.add(id);
        done.wait_for_all(step - 1);
        for (std::size_t other = 0; other < size; ++other)
          if (!done.reached(other, step - 1) || done.reached(other, step + 3)) ++wrong;
      }
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("a thread that leaves holds nobody") {
  for (const std::size_t size : {1U, 2U, 3U, 7U})
    for (const bool caller_stays : {false, true}) {
      CAPTURE(size);
      ThreadTeam team(size);
      StepCounts done(size);
      std::atomic<std::size_t> finished{0};
      team.run([&](std::size_t id) {
        const std::size_t last = 50 * (caller_stays ? size - id : id + 1);
        for (std::size_t step = 1; step <= last; ++step) {
          done.add(id);
          done.wait_for_all(step);
        }
        ++finished;
        done.leave(id);
      });
      CHECK(finished == size);
      CHECK(done.reached(0, 1'000'000));
    }
}
