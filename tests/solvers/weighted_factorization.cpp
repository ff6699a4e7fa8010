// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/weighted_factorization.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::Factors;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using imf::StopReason;
using imf::WeightedFactorization;
using imf::WeightedOptions;
using imf::WordId;
using support::holds;
using support::message_of;
using support::random_matrix;

namespace {

double dot(const Factors& f, std::size_t w, std::size_t c) {
  return support::row_dot(f.words, w, f.contexts, c);
}

/// Counts above 0 in every cell; of_symmetry makes those of (w,c) and (c,w) equal.
imf::CooccurrenceCounts full_counts(std::size_t words, std::size_t contexts, bool symmetric) {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::vector<imf::CountTriple> triples;
  for (WordId w = 0; w < words; ++w)
    for (WordId c = 0; c < contexts; ++c) {
      const double weight = static_cast<double>(1 + random() % 9);
      triples.push_back({w, c, weight});
      if (symmetric) triples.push_back({c, w, weight});
    }
  const auto of_words = support::numbered_words(words);
  return imf::counts_from_triples(
      of_words, symmetric ? of_words : support::numbered_words(contexts), triples);
}

void check_theorem(const imf::CooccurrenceCounts& counts, double alpha, std::size_t dimension) {
  const GlobalObjective objective{counts, SGNSObjective{counts, 3.0, SmoothedContexts{alpha}}};
  const auto model = WeightedFactorization{
      {.dimension = dimension,
       .tolerance = 0.0,
       .max_passes = 2000,
       .threads = 1}}.factorize(objective);
  CHECK(model.passes.back().deviation < 1e-6);
  for (WordId w = 0; w < objective.rows(); ++w)
    for (WordId c = 0; c < objective.cols(); ++c)
      CHECK(dot(model.factors, w, c) ==
            Approx(objective.pair(w, c).optimum()).epsilon(0.01).scale(1.0));
}

}  // namespace

TEST_CASE("with enough dimensions w·c is PMI - log k") {
  check_theorem(full_counts(6, 9, false), 1.0, 6);
  check_theorem(full_counts(9, 6, false), 0.75, 8);
  check_theorem(full_counts(7, 7, true), 1.0, 8);
  check_theorem(full_counts(7, 7, true), 0.75, 12);
}

TEST_CASE("the objective never falls, and is that of the vectors") {
  for (const double alpha : {1.0, 0.75}) {
    const auto counts = support::random_symmetric_counts(300, 4000, 2);
    const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{alpha}}};
    CHECK(objective.is_symmetric() == (alpha == 1.0));
    const auto model =
        WeightedFactorization{{.dimension = 20, .tolerance = 1e-3, .threads = 2}}.factorize(
            objective);
    REQUIRE(model.passes.size() > 3);
    for (std::size_t i = 1; i < model.passes.size(); ++i) {
      CHECK(model.passes[i].objective > model.passes[i - 1].objective);
      CHECK(model.passes[i].seconds >= model.passes[i - 1].seconds);
    }
    CHECK(model.reason == StopReason::converged);
    CHECK(model.evaluations >= model.passes.size());
    CHECK(objective.value(model.words(), model.contexts(), 1) ==
          Approx(model.passes.back().objective).epsilon(1e-5));
    CHECK(model.passes.back().deviation < 0.9 * model.passes.front().deviation);
    for (std::size_t k = 0; k + 1 < 20; ++k)
      CHECK(model.singular_values[k] >= model.singular_values[k + 1]);
  }
}

TEST_CASE("both forms reach the same optimum of a symmetric objective") {
  const auto counts = support::random_symmetric_counts(80, 2000, 3);
  const GlobalObjective symmetric{counts, SGNSObjective{counts, 5.0}};
  // The same noise, but for one part in a million, which makes it no longer symmetric.
  std::vector<imf::Count> noise = counts.context_sums();
  noise[0] += noise[0] / 1'000'000 + 1;
  const GlobalObjective general{counts, SGNSObjective{noise, 5.0}};
  REQUIRE(symmetric.is_symmetric());
  REQUIRE_FALSE(general.is_symmetric());
  const WeightedFactorization solver{
      {.dimension = 6, .tolerance = 1e-7, .max_passes = 1000, .threads = 1}};
  CHECK(solver.factorize(symmetric).passes.back().deviation ==
        Approx(solver.factorize(general).passes.back().deviation).epsilon(0.01));
}

TEST_CASE("the bits do not depend on the threads") {
  for (const double alpha : {1.0, 0.75}) {
    const auto counts = support::random_symmetric_counts(1100, 15'000, 4);
    const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{alpha}}};
    const auto train = [&](std::size_t threads) {
      return WeightedFactorization{{.dimension = 9, .max_passes = 4, .threads = threads}}
          .factorize(objective)
          .factors;
    };
    const Factors by_one = train(1);
    for (const std::size_t threads : {2U, 3U, 7U}) CHECK(train(threads) == by_one);
  }
}

TEST_CASE("compilers and instruction sets round differently, and agree") {
  struct Golden {
    double alpha;
    double deviation;
    std::vector<double> singular_values;
  };
  for (const Golden& golden : {Golden{1.0, 0.65443789, {328.5598, 76.8636, 61.2968, 58.9778}},
                               Golden{0.75, 0.67304162, {348.4339, 60.4306, 52.5528, 50.8755}}}) {
    const auto counts = support::random_symmetric_counts(200, 4000, 2);
    const GlobalObjective objective{counts,
                                    SGNSObjective{counts, 5.0, SmoothedContexts{golden.alpha}}};
    const auto model =
        WeightedFactorization{
            {.dimension = 4, .l2 = 1.0, .tolerance = 0.0, .max_passes = 5, .threads = 1}}
            .factorize(objective);
    CHECK(std::abs(model.passes.back().deviation - golden.deviation) < 1e-6);
    REQUIRE(model.singular_values.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(model.singular_values[i] == Approx(golden.singular_values[i]).epsilon(1e-5));
  }
}

TEST_CASE("a start is gone on from") {
  const auto counts = support::random_counts(60, 50, 1500, 5);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const WeightedFactorization solver{{.dimension = 8, .max_passes = 20, .threads = 1}};
  const auto first = solver.factorize(objective);
  const auto second = solver.factorize(objective, first.factors);
  CHECK(second.passes.front().objective == Approx(first.passes.back().objective).epsilon(1e-5));
  CHECK(second.passes.back().objective >= second.passes.front().objective);
}

TEST_CASE("a start of a symmetric objective is gone on from, whatever its power") {
  const auto counts = support::random_symmetric_counts(60, 1500, 5);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  REQUIRE(objective.is_symmetric());
  for (const double power : {0.0, 0.5, 1.0}) {
    CAPTURE(power);
    const WeightedFactorization solver{
        {.dimension = 8, .power = power, .max_passes = 20, .threads = 1}};
    const auto first = solver.factorize(objective);
    const auto second = solver.factorize(objective, first.factors);
    CHECK(second.passes.front().objective == Approx(first.passes.back().objective).epsilon(1e-5));
  }
}

TEST_CASE("many negatives and few are no harder") {
  const auto counts = support::random_counts(60, 50, 1500, 5);
  for (const double k : {1e-4, 1e5}) {
    CAPTURE(k);
    const GlobalObjective objective{counts, SGNSObjective{counts, k}};
    const auto train = [&](double tolerance) {
      return WeightedFactorization{
          {.dimension = 8, .tolerance = tolerance, .max_passes = 300, .threads = 1}}
          .factorize(objective);
    };
    const double best = train(0.0).passes.back().deviation;
    CHECK(train(1e-5).passes.back().deviation < 1.2 * best + 1e-3);
  }
}

TEST_CASE("a search that finds nothing better says so, and is not called converged") {
  const auto counts = support::random_counts(60, 50, 1500, 5);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto model =
      WeightedFactorization{{.dimension = 3, .tolerance = 0.0, .max_passes = 5000, .threads = 1}}
          .factorize(objective);
  CHECK(model.reason == StopReason::no_progress);
  Factors wild{AlignedMatrix(60, 3), AlignedMatrix(50, 3)};
  wild.words(3, 1) = 1e10F;
  CHECK(message_of<imf::InputError>([&] {
          static_cast<void>(WeightedFactorization{{.dimension = 3}}.factorize(objective, wild));
        }) == "start: the vector of word 3 has an entry beyond 1e6");
}

TEST_CASE("what is beyond float is an error, not a result") {
  const auto counts = support::random_counts(10, 8, 100, 5);
  const GlobalObjective beyond{counts, SGNSObjective{counts, 1e39}};
  CHECK(holds(message_of<imf::NumericError>([&] {
                static_cast<void>(
                    WeightedFactorization{{.dimension = 3, .threads = 1}}.factorize(beyond));
              }),
              "not finite"));
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  CHECK(holds(
      message_of<imf::NumericError>([&] {
        static_cast<void>(
            WeightedFactorization{{.dimension = 3, .l2 = 1e39, .threads = 1}}.factorize(objective));
      }),
      "not finite"));
}

TEST_CASE("L2 shortens the vectors") {
  const auto counts = support::random_counts(60, 50, 1500, 6);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto train = [&](double l2) {
    return WeightedFactorization{{.dimension = 8, .l2 = l2, .threads = 1}}.factorize(objective);
  };
  const auto free = train(0.0);
  const auto held = train(20.0);
  CHECK(held.singular_values[0] < free.singular_values[0]);
  CHECK(held.passes.back().objective < free.passes.back().objective);
  CHECK(objective.value(held.words(), held.contexts(), 1) ==
        Approx(held.passes.back().objective).epsilon(1e-5));
}

TEST_CASE("it ends after so many passes, so many seconds, or when told to") {
  const auto counts = support::random_counts(60, 50, 1500, 7);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  WeightedOptions options{.dimension = 8, .tolerance = 0.0, .max_passes = 3, .threads = 1};
  auto model = WeightedFactorization{options}.factorize(objective);
  CHECK(model.reason == StopReason::pass_limit);
  CHECK(model.passes.size() == 4);
  options.max_seconds = 1e-9;
  model = WeightedFactorization{options}.factorize(objective);
  CHECK(model.reason == StopReason::time_limit);
  CHECK(model.passes.size() == 2);
  options.max_seconds = 0.0;
  options.progress = [](const imf::Progress& progress) {
    CHECK(progress.residual > 0.0);
    CHECK(progress.loss > 0.0);
    return progress.done == 2 ? imf::ProgressAction::stop : imf::ProgressAction::proceed;
  };
  model = WeightedFactorization{options}.factorize(objective);
  CHECK(model.reason == StopReason::stopped);
  CHECK(model.passes.size() == 3);
}

TEST_CASE("shapes of every kind work: one word, one dimension, more dimensions than words") {
  for (const std::pair<std::size_t, std::size_t> shape :
       {std::pair(1U, 1U), std::pair(1U, 5U), std::pair(5U, 1U)})
    for (const std::size_t dimension : {std::size_t{1}, std::size_t{3}, std::size_t{40}}) {
      CAPTURE(shape.first);
      CAPTURE(dimension);
      const auto counts = full_counts(shape.first, shape.second, false);
      const GlobalObjective objective{counts, SGNSObjective{counts, 0.5}};
      const auto model =
          WeightedFactorization{{.dimension = dimension, .threads = 1}}.factorize(objective);
      CHECK(model.words().cols() == dimension);
      CHECK(model.contexts().cols() == dimension);
      CHECK(model.singular_values.size() == dimension);
      CHECK(model.passes.back().deviation >= -1e-6);
      CHECK(model.passes.back().deviation < 0.1);
    }
}

TEST_CASE("a word without contexts has the vector 0") {
  const auto words = support::numbered_words(4);
  const auto counts = imf::counts_from_triples(
      words, words, {{0, 0, 2.0}, {0, 1, 5.0}, {1, 0, 5.0}, {1, 2, 1.0}, {2, 1, 1.0}});
  const GlobalObjective objective{counts, SGNSObjective{counts, 2.0}};
  const auto model =
      WeightedFactorization{{.dimension = 3, .max_passes = 30, .threads = 1}}.factorize(objective);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(model.words()(3, k) == 0.0F);
    CHECK(model.contexts()(3, k) == 0.0F);
    CHECK(std::isfinite(model.words()(0, k)));
  }
}

TEST_CASE("options out of their ranges are refused by name") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](const WeightedOptions& options) {
    return message_of<imf::ConfigError>([&] { options.validate(); });
  };
  CHECK(holds(refused({.dimension = 0}), "dimension: must be 1 to 65536, not 0"));
  CHECK(holds(refused({.power = -0.1}), "power: must be 0 to 1, not -0.1"));
  CHECK(holds(refused({.power = nan}), "power: "));
  CHECK(holds(refused({.l2 = -1.0}), "l2: must be at least 0, not -1.0"));
  CHECK(holds(refused({.tolerance = 1.0}), "tolerance: must be at least 0 and below 1"));
  CHECK(holds(refused({.max_passes = 0}), "max_passes: must be at least 1"));
  CHECK(holds(refused({.max_seconds = nan}), "max_seconds: "));
}

TEST_CASE("a start of another shape, or that is not finite, is refused") {
  const auto counts = support::random_counts(6, 5, 50, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const WeightedFactorization solver{{.dimension = 3, .threads = 1}};
  const auto refused = [&](Factors start) {
    return message_of<imf::InputError>(
        [&] { static_cast<void>(solver.factorize(objective, std::move(start))); });
  };
  CHECK(holds(refused({AlignedMatrix(5, 3), AlignedMatrix(5, 3)}),
              "start: 5 x 3 vectors, not 6 x 3"));
  CHECK(holds(refused({AlignedMatrix(6, 3), AlignedMatrix(5, 2)}),
              "start: 5 x 2 vectors, not 5 x 3"));
  Factors start{random_matrix(6, 3, 9, 1.0F), random_matrix(5, 3, 10, 1.0F)};
  start.contexts(4, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK(holds(refused(start), "start: the vector of context 4 is not finite"));
}
