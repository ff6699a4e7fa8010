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

TEST_CASE("one thread that races moves group after group, with the baseline of those before") {
  std::vector<imf::WordPair> pairs;
  for (imf::WordId i = 0; i < 3000; ++i) pairs.push_back({i * 7 % 90, i * i % 70});
  const imf::PairWindows source(pairs);
  std::vector<imf::Count> counts;
  for (imf::Count c = 0; c < 70; ++c) counts.push_back(1 + c * c);
  const imf::NegativeSampler sampler(counts, imf::EmpiricalContexts{}, imf::Collision::skip);
  const SGNSOptions options{
      .dimension = 20, .epochs = 1, .schedule = imf::RateSchedule::constant, .seed = 5};
  const auto start = [] {
    imf::RandomStream random(6, imf::RandomPurpose::test_data);
    imf::Factors factors{imf::AlignedMatrix(90, 20), imf::AlignedMatrix(70, 20)};
    for (imf::AlignedMatrix* matrix : {&factors.words, &factors.contexts})
      for (std::size_t r = 0; r < matrix->rows(); ++r)
        for (float& x : matrix->row(r)) x = static_cast<float>(random.uniform() - 0.5);
    return factors;
  };
  constexpr imf::NegativeSharing sharing{.windows = 2, .drawn = 0.8};
  imf::ThreadTeam team(1);
  imf::detail::SGNSRun<imf::GradientStep<>, imf::PairWindows> run(options, {}, source, sampler,
                                                                  sharing, start(), team);
  const imf::Factors trained = run.run([](const imf::Factors&) { return 0.0; }).factors;

  imf::Factors vectors = start();
  constexpr imf::NegativeDraw draw{.count = 4, .weight = 1.25F};
  const imf::MeetingLimits limits =
      imf::detail::meeting_limits(options, 2, draw, sampler.largest(), source.may_repeat());
  const float bound = imf::detail::largest_sigma(options, 2, sampler.largest(), limits);
  REQUIRE(bound > 0.0F);
  imf::WindowList list;
  source.fill({0, pairs.size()}, 0, list);
  list.group(limits);
  REQUIRE(list.group_count() > 50);
  imf::detail::NegativeBaseline means(imf::kernels::whole_columns(20), bound);
  auto worker = imf::GradientStep<>::worker();
  const imf::RandomStream random(options.seed, imf::RandomPurpose::negatives);
  const auto rate = static_cast<float>(options.learning_rate);
  for (std::size_t i = 0; i < list.group_count(); ++i) {
    imf::WindowGroup group(2, draw, imf::Collision::skip, 20);
    const imf::IndexRange windows = list.group_windows(i);
    group.build(list, windows, sampler, random.from(windows.begin << 24U), vectors, 0);
    group.expect(means.sigmas());
    const auto view = group.view(means.baseline());
    float* const g = group.coefficients().data();
    worker.dots(view, 0, view.columns, g);
    if (i % imf::detail::NegativeBaseline::every == 0) means.follow(view, group.negatives(), g);
    worker.coefficients(view, rate, g);
    worker.move(view, g, rate);
  }
  for (std::size_t r = 0; r < 90; ++r)
    for (std::size_t k = 0; k < 20; ++k) REQUIRE(trained.words(r, k) == vectors.words(r, k));
  for (std::size_t r = 0; r < 70; ++r)
    for (std::size_t k = 0; k < 20; ++k) REQUIRE(trained.contexts(r, k) == vectors.contexts(r, k));
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
