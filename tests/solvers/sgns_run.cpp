// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_run.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::SGNSOptions;
using support::message_of;

namespace {

/// A step that fails when it is asked to move, or to find coefficients, for the n-th time.
struct FailingStep {
  struct Worker {
    std::shared_ptr<std::atomic<int>> left;
    bool in_move = false;
    void fail_in(bool move) const {
      if (move == in_move && --*left == 0) throw std::runtime_error("the step fails");
    }
    void dots(const imf::kernels::SGNSGroup& /*group*/, std::size_t /*begin*/, std::size_t /*end*/,
              float* /*g*/) const {}
    void coefficients(const imf::kernels::SGNSGroup& /*group*/, float /*rate*/,
                      float* /*g*/) const {
      fail_in(false);
    }
    void move(const imf::kernels::SGNSGroup& /*group*/, const float* /*g*/, float /*rate*/) const {
      fail_in(true);
    }
    [[nodiscard]] bool finite() const { return true; }
  };
  std::shared_ptr<std::atomic<int>> left;
  bool in_move = false;
  [[nodiscard]] static std::size_t row_floats(std::size_t dimension) {
    return imf::AlignedMatrix::padded(dimension);
  }
  [[nodiscard]] Worker worker() const { return {left, in_move}; }
};
static_assert(imf::SGNSStep<FailingStep>);

}  // namespace

TEST_CASE("where one thread fails the others end too, whatever they were at") {
  std::vector<imf::WordPair> pairs;
  for (imf::WordId i = 0; i < 3000; ++i) pairs.push_back({i % 90, i * i % 70});
  const imf::PairWindows source(pairs);
  const imf::NegativeSampler sampler(std::vector<imf::Count>(70, 1), imf::EmpiricalContexts{},
                                     imf::Collision::keep);
  for (const bool deterministic : {false, true})
    for (const bool in_move : {false, true})
      for (const int after : {1, 2, 50, 500})
        for (const std::size_t threads : {1U, 2U, 3U}) {
          const SGNSOptions options{.dimension = 40, .deterministic = deterministic};
          imf::ThreadTeam team(threads);
          imf::detail::SGNSRun<FailingStep, imf::PairWindows> run(
              options, {std::make_shared<std::atomic<int>>(after), in_move}, source, sampler,
              {.windows = 4}, {imf::AlignedMatrix(90, 40), imf::AlignedMatrix(70, 40)}, team);
          CHECK(message_of<std::runtime_error>([&] {
                  static_cast<void>(run.run([](const imf::Factors&) { return 0.0; }));
                }) == "the step fails");
        }
}

TEST_CASE("a list of windows is no longer than it says, however wide they are") {
  for (const std::size_t radius : {1U, 5U, 100U, 10'000U})
    for (const bool by_pairs : {false, true}) {
      const auto window = imf::UniformWindow{.radius = radius}.table();
      const std::size_t units = imf::detail::stretch_units(window);
      CHECK(units >= 64);
      CHECK(units <= 8192);
      CHECK(imf::detail::window_list_bytes(window, by_pairs) < 200'000'000);
    }
}
