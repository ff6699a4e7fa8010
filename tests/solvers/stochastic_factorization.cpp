// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/stochastic_factorization.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/solvers/weighted_factorization.hpp>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::Factors;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using imf::StochasticFactorization;
using imf::StochasticOptions;
using imf::StopReason;
using imf::WordId;
using support::holds;
using support::message_of;

namespace {

double deviation_of(const GlobalObjective<>& objective, const imf::StochasticResult& model) {
  return objective.deviation(objective.value(model.words(), model.contexts(), 1));
}

}  // namespace

TEST_CASE("it comes near what weighted factorization reaches") {
  for (const double alpha : {1.0, 0.75}) {
    const auto counts = support::random_symmetric_counts(200, 4000, 2);
    const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{alpha}}};
    const auto exact =
        imf::WeightedFactorization{{.dimension = 12, .max_passes = 20, .threads = 2}}.factorize(
            objective);
    const auto model =
        StochasticFactorization{
            {.dimension = 12, .epochs = 80, .stripes = 4, .samples = 5000, .threads = 2}}
            .factorize(objective);
    REQUIRE(model.epochs.size() == 81);
    const double start = model.epochs.front().deviation;
    const double best = exact.passes.back().deviation;
    CHECK(deviation_of(objective, model) < start - 0.7 * (start - best));
    CHECK(model.reason == StopReason::epochs_done);
    CHECK(std::abs(model.epochs.back().deviation - deviation_of(objective, model)) <
          5.0 * model.epochs.back().objective.standard_error / -objective.optimum());
  }
}

TEST_CASE("with enough dimensions w·c is PMI - log k") {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::vector<imf::CountTriple> triples;
  for (WordId w = 0; w < 6; ++w)
    for (WordId c = 0; c < 7; ++c) triples.push_back({w, c, static_cast<double>(1 + random() % 9)});
  const auto counts =
      imf::counts_from_triples(support::numbered_words(6), support::numbered_words(7), triples);
  const GlobalObjective objective{counts, SGNSObjective{counts, 3.0}};
  // All noise is in the heads: nothing is sampled.
  const auto model = StochasticFactorization{
      {.dimension = 6,
       .epochs = 3000,
       .learning_rate = 0.5,
       .head = 8,
       .stripes = 2,
       .samples = 1000,
       .threads = 1}}.factorize(objective);
  CHECK(deviation_of(objective, model) < 1e-4);
  for (WordId w = 0; w < 6; ++w)
    for (WordId c = 0; c < 7; ++c) {
      double x = 0.0;
      for (std::size_t k = 0; k < 6; ++k)
        x += static_cast<double>(model.words()(w, k)) * static_cast<double>(model.contexts()(c, k));
      CHECK(x == Approx(objective.pair(w, c).optimum()).epsilon(0.05).scale(1.0));
    }
}

TEST_CASE("the bits do not depend on the threads") {
  const auto counts = support::random_counts(300, 500, 6000, 4);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto train = [&](std::size_t threads) {
    return StochasticFactorization{
        {.dimension = 9, .epochs = 2, .samples = 1000, .threads = threads}}
        .factorize(objective)
        .factors;
  };
  const Factors by_one = train(1);
  for (const std::size_t threads : {2U, 3U, 7U}) CHECK(train(threads) == by_one);
}

TEST_CASE("compilers and instruction sets round differently, and agree") {
  const auto counts = support::random_symmetric_counts(200, 4000, 2);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{1.0}}};
  const auto model =
      StochasticFactorization{{.dimension = 8, .epochs = 5, .samples = 1000, .threads = 1}}
          .factorize(objective);
  const double golden[] = {1.2654467,  0.0128952, 0.3192933, -0.7475238,
                           -0.2475748, 0.5046919, 0.6862599, 0.3996291};
  for (std::size_t c = 0; c < 8; ++c)
    CHECK(std::abs(static_cast<double>(model.words()(0, c)) - golden[c]) < 1e-5);
}

TEST_CASE("a start is gone on from, and the callback ends it") {
  const auto counts = support::random_counts(60, 50, 1500, 5);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  StochasticOptions options{.dimension = 8, .epochs = 20, .threads = 1};
  const auto first = StochasticFactorization{options}.factorize(objective);
  options.progress = [](const imf::Progress& progress) {
    CHECK(progress.total == 20);
    return progress.done == 3 ? imf::ProgressAction::stop : imf::ProgressAction::proceed;
  };
  const auto second = StochasticFactorization{options}.factorize(objective, first.factors);
  CHECK(second.reason == StopReason::stopped);
  CHECK(second.epochs.size() == 4);
  CHECK(second.epochs.front().deviation == Approx(first.epochs.back().deviation).epsilon(1e-3));
}

TEST_CASE("small shapes and more stripes than words work") {
  for (const std::size_t words : {std::size_t{1}, std::size_t{3}}) {
    const auto counts = support::random_counts(words, 2, 10, 6);
    const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
    const auto model =
        StochasticFactorization{{.dimension = 5, .epochs = 3, .threads = 2}}.factorize(objective);
    CHECK(model.words().rows() == words);
    CHECK(std::isfinite(deviation_of(objective, model)));
  }
}

TEST_CASE("options out of their ranges, other shapes and rates that diverge are refused") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](const StochasticOptions& options) {
    return message_of<imf::ConfigError>([&] { options.validate(); });
  };
  CHECK(holds(refused({.dimension = 0}), "dimension: must be 1 to 65536, not 0"));
  CHECK(holds(refused({.power = 2.0}), "power: must be 0 to 1, not 2.0"));
  CHECK(holds(refused({.epochs = 0}), "epochs: must be at least 1"));
  CHECK(holds(refused({.learning_rate = nan}), "learning_rate: must be above 0"));
  CHECK(holds(refused({.negatives_per_cell = 0.0}), "negatives_per_cell: must be above 0"));
  CHECK(holds(refused({.stripes = 0}), "stripes: must be 1 to 256, not 0"));
  CHECK(holds(refused({.negatives_per_cell = 1e300}), "negatives_per_cell: must be at most 1000"));
  CHECK(holds(refused({.samples = 999}), "samples: must be at least 1000"));
  CHECK(holds(refused({.max_seconds = nan}), "max_seconds: must be at least 0"));

  const auto counts = support::random_counts(6, 5, 50, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const StochasticFactorization solver{{.dimension = 3, .threads = 1}};
  CHECK(holds(message_of<imf::InputError>([&] {
                static_cast<void>(
                    solver.factorize(objective, Factors{AlignedMatrix(5, 3), AlignedMatrix(5, 3)}));
              }),
              "start: 5 x 3 vectors, not 6 x 3"));
  Factors wild{AlignedMatrix(6, 3), AlignedMatrix(5, 3)};
  wild.contexts(4, 2) = 2e6F;
  CHECK(message_of<imf::InputError>([&] {
          static_cast<void>(solver.factorize(objective, wild));
        }) == "start: the vector of context 4 has an entry beyond 1e6");
}

TEST_CASE("a rate that diverges is named, and the last good vectors are handed out") {
  const auto counts = support::random_counts(30, 20, 200, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  StochasticOptions options{.dimension = 3, .epochs = 5, .threads = 1};
  const auto start = StochasticFactorization{options}.factorize(objective);
  for (const double rate : {20.0, 1e7}) {
    options.learning_rate = rate;
    try {
      static_cast<void>(StochasticFactorization{options}.factorize(objective, start.factors));
      FAIL("it did not diverge");
    } catch (const imf::StochasticDivergence& divergence) {
      const std::string what = divergence.what();
      CHECK(holds(what, "factorization diverged in epoch 1 with learning rate " +
                            std::to_string(rate) + " to -"));
      CHECK(holds(what, " nats a pair, where vectors that don't move have -"));
      CHECK(holds(what, ", in the vector of "));
      CHECK(holds(what, "; lower the learning rate"));
      const imf::StochasticResult& last = divergence.last();
      CHECK(last.reason == StopReason::diverged);
      REQUIRE(last.epochs.size() == 1);
      CHECK(deviation_of(objective, last) == Approx(deviation_of(objective, start)).epsilon(1e-4));
    }
  }
}

TEST_CASE("what is handed out is the nearest, be it the start") {
  const auto counts = support::random_counts(30, 20, 200, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  StochasticOptions options{.dimension = 3, .epochs = 100, .threads = 1};
  const auto good = StochasticFactorization{options}.factorize(objective);
  options.epochs = 2;
  options.learning_rate = 0.5;
  const auto model = StochasticFactorization{options}.factorize(objective, good.factors);
  REQUIRE(model.epochs.size() == 3);
  REQUIRE(model.epochs[1].deviation > model.epochs[0].deviation);
  REQUIRE(model.epochs[2].deviation > model.epochs[0].deviation);
  CHECK(model.best == 0);
  CHECK(deviation_of(objective, model) == Approx(deviation_of(objective, good)).epsilon(1e-4));
}

TEST_CASE("more dimensions than words or contexts are columns of zeros") {
  const auto counts = support::random_counts(30, 6, 100, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  StochasticOptions options{.dimension = 6, .epochs = 3, .threads = 1};
  const auto whole = StochasticFactorization{options}.factorize(objective);
  options.dimension = 40;
  const auto wide = StochasticFactorization{options}.factorize(objective);
  REQUIRE(wide.words().cols() == 40);
  REQUIRE(wide.contexts().cols() == 40);
  REQUIRE(wide.singular_values.size() == 40);
  for (std::size_t k = 0; k < 40; ++k) {
    CHECK(wide.singular_values[k] == (k < 6 ? whole.singular_values[k] : 0.0));
    for (std::size_t w = 0; w < 30; ++w)
      CHECK(wide.words()(w, k) == (k < 6 ? whole.words()(w, k) : 0.0F));
  }
}

TEST_CASE("a start that is worse than zero vectors is no divergence") {
  const auto counts = support::random_counts(30, 20, 200, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  Factors start{support::random_matrix(30, 3, 1, 9.0F), support::random_matrix(20, 3, 2, 9.0F)};
  const auto model =
      StochasticFactorization{{.dimension = 3, .epochs = 50, .threads = 1}}.factorize(
          objective, std::move(start));
  CHECK(model.epochs.front().objective.value <
        -std::log(2.0) * (objective.total() + objective.noise_total()));
  CHECK(model.epochs.back().deviation < model.epochs.front().deviation);
}

TEST_CASE("time ends it between epochs") {
  const auto counts = support::random_counts(30, 20, 200, 9);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto train = [&](std::size_t epochs) {
    return StochasticFactorization{
        {.dimension = 3, .epochs = epochs, .max_seconds = 1e-9, .threads = 1}}
        .factorize(objective);
  };
  const auto model = train(5);
  CHECK(model.reason == StopReason::time_limit);
  CHECK(model.epochs.size() == 2);
  CHECK(model.epochs.back().seconds <= model.seconds);
  // Nothing was left to do.
  CHECK(train(1).reason == StopReason::epochs_done);
}

TEST_CASE("memory grows with the cells, the words and the vectors") {
  const StochasticFactorization solver{{.dimension = 100, .samples = 1000, .threads = 1}};
  const auto bytes = [&](std::size_t words, std::uint64_t cells) {
    return solver.memory_bytes(words, words, cells, true);
  };
  CHECK(bytes(20000, 10'000'000) - bytes(20000, 0) == 80'000'000);
  CHECK(solver.memory_bytes(20000, 20000, 1'000'000, false) - bytes(20000, 1'000'000) == 8'000'000);
  // Vectors with AdaGrad's squares and the last good ones: 3 · 112 floats a row.
  CHECK(bytes(200'000, 0) > std::uint64_t{400'000} * 3 * 448);
  CHECK(bytes(200'000, 0) < std::uint64_t{400'000} * 8 * 448);
}
