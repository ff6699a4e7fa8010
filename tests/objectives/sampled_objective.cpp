// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/sampled_objective.hpp>

#include <cmath>
#include <cstddef>

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
      const auto sampled = imf::sampled_objective(objective, words, contexts, 5000,
                                                  static_cast<std::uint64_t>(seed), team);
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
    return imf::sampled_objective(objective, w, w, 20'000, seed, team).value;
  };
  CHECK(sampled(1, one) == sampled(1, three));
  CHECK(sampled(1, one) != sampled(2, one));
}

TEST_CASE("too few samples and other shapes are refused") {
  const auto counts = support::random_counts(30, 30, 500, 8);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const auto w = random_matrix(30, 8, 9, 1.0F);
  imf::ThreadTeam team(1);
  CHECK(support::holds(support::message_of<imf::ConfigError>([&] {
                         static_cast<void>(imf::sampled_objective(objective, w, w, 1, 1, team));
                       }),
                       "samples: must be at least 2, not 1"));
  CHECK(support::holds(support::message_of<imf::InputError>([&] {
                         static_cast<void>(imf::sampled_objective(
                             objective, w, imf::AlignedMatrix(29, 8), 10, 1, team));
                       }),
                       "do not fit 30 x 30 cells"));
}
