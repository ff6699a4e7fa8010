// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/objective_sample.hpp>

#include <cmath>
#include <cstddef>
#include <limits>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using support::random_matrix;

TEST_CASE("estimates scatter around the value as their standard errors say") {
  const auto counts = support::random_counts(60, 80, 3000, 1);
  const SGNSObjective noise{counts, 5.0, SmoothedContexts{0.75}};
  const auto w = random_matrix(60, 8, 2, 1.0F);
  const auto c = random_matrix(80, 8, 3, 1.0F);
  imf::ThreadTeam team(2);
  const auto check = [&](const GlobalObjective<>& objective, const imf::AlignedMatrix& words,
                         const imf::AlignedMatrix& contexts) {
    const double exact = objective.value(words, contexts, team);
    constexpr int runs = 40;
    double squares = 0.0;  // of errors in standard errors
    double errors = 0.0;
    for (int seed = 0; seed < runs; ++seed) {
      const auto sampled = imf::ObjectiveSample(objective, 5000, static_cast<std::uint64_t>(seed))
                               .value(words, contexts, team);
      REQUIRE(sampled.standard_error > 0.0);
      CHECK(sampled.standard_error < 0.05 * -exact);
      const double error = (sampled.value - exact) / sampled.standard_error;
      squares += error * error;
      errors += error;
    }
    // A χ² of 40 degrees: outside of (16, 74) once in 1000.
    CHECK(squares > 16.0);
    CHECK(squares < 74.0);
    CHECK(std::abs(errors) < 3.3 * std::sqrt(runs));
  };
  check(GlobalObjective{counts, noise}, w, c);
  check(GlobalObjective{counts, noise, 20, 30}, random_matrix(20, 8, 4, 1.0F),
        random_matrix(30, 8, 5, 1.0F));
}

TEST_CASE("the estimate has the same bits for any number of threads, and no others by the seed") {
  const auto counts = support::random_counts(30, 30, 500, 6);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto w = random_matrix(30, 8, 7, 1.0F);
  imf::ThreadTeam one(1);
  imf::ThreadTeam three(3);
  const auto sampled = [&](std::uint64_t seed, imf::ThreadTeam& team) {
    return imf::ObjectiveSample(objective, 20'000, seed).value(w, w, team).value;
  };
  CHECK(sampled(1, one) == sampled(1, three));
  CHECK(sampled(1, one) != sampled(2, one));
}

TEST_CASE("what stands behind the vectors may be left out") {
  const auto counts = support::random_counts(30, 40, 500, 6);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto w = random_matrix(30, 7, 7, 1.0F);
  const auto c = random_matrix(40, 7, 8, 1.0F);
  const auto behind = [](const imf::AlignedMatrix& m) {
    auto wide = imf::with_columns(m, 32);
    for (std::size_t r = 0; r < wide.rows(); ++r) wide(r, 16) = 9.0F;
    return wide;
  };
  imf::ThreadTeam team(1);
  const imf::ObjectiveSample sample(objective, 1000, 1);
  const double value = sample.value(w, c, team).value;
  CHECK(sample.value(behind(w), behind(c), team, 7).value == value);
  CHECK(sample.value(behind(w), behind(c), team).value != value);
}

TEST_CASE("too few samples and other shapes are refused") {
  const auto counts = support::random_counts(30, 30, 500, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto w = random_matrix(30, 8, 9, 1.0F);
  imf::ThreadTeam team(1);
  CHECK(support::holds(
      support::message_of<imf::ConfigError>([&] { imf::ObjectiveSample(objective, 1, 1); }),
      "samples: must be 2 to 1000000000, not 1"));
  const imf::ObjectiveSample sample(objective, 10, 1);
  CHECK(support::holds(support::message_of<imf::InputError>([&] {
                         static_cast<void>(sample.value(w, imf::AlignedMatrix(29, 8), team));
                       }),
                       "do not fit 30 x 30 cells"));
  auto nan = w;
  nan(0, 0) = std::numeric_limits<float>::quiet_NaN();
  const auto of_nan = imf::ObjectiveSample(objective, 1000, 1).value(nan, w, team);
  CHECK(std::isnan(of_nan.value));
  CHECK(std::isnan(of_nan.standard_error));
}
