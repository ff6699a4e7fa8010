// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/glove_objective.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/counting/counts_from_triples.hpp>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::GloVeObjective;
using imf::GloVeWeighting;
using imf::SquaredPair;
using support::holds;
using support::message_of;
using support::random_matrix;

TEST_CASE("derivative and curvature of a pair are what differences of its value tend to") {
  constexpr double h = 0x1p-10;
  for (const SquaredPair& pair : {SquaredPair{1.0, 0.5}, SquaredPair{0.03, -7.0}}) {
    for (double x = -8.0; x <= 8.0; x += 0.75) {
      CAPTURE(x);
      // Exact for a square, but for rounding.
      const double slope = (pair.value(x + h) - pair.value(x - h)) / (2.0 * h);
      CHECK(pair.derivative(x) == Approx(slope).epsilon(1e-9));
      const double bend = (pair.derivative(x + h) - pair.derivative(x - h)) / (2.0 * h);
      CHECK(pair.curvature(x) == Approx(bend).epsilon(1e-9));
    }
    CHECK(pair.derivative(pair.optimum()) == 0.0);
    CHECK(pair.value(pair.optimum()) == 0.0);
    CHECK(pair.value(pair.optimum() + 0.1) < 0.0);
    CHECK(pair.value(pair.optimum() - 0.1) < 0.0);
  }
}

TEST_CASE("the weighting is the paper's") {
  const GloVeWeighting paper{.saturation = 100.0};
  CHECK(paper.weight(100.0) == 1.0);
  CHECK(paper.weight(1e9) == 1.0);
  CHECK(paper.weight(1.0) == Approx(std::pow(0.01, 0.75)).epsilon(1e-15));
  CHECK(paper.weight(99.0) == Approx(std::pow(0.99, 0.75)).epsilon(1e-15));
  CHECK(GloVeWeighting{10.0, 1.0}.weight(2.5) == 0.25);
  CHECK(GloVeWeighting{10.0, 0.0}.weight(0.5) == 1.0);
}

TEST_CASE("the value is the sum over observed pairs, for any number of threads") {
  const auto counts = support::random_counts(70, 40, 2000, 1);
  const GloVeWeighting weighting{3.0, 0.5};
  const GloVeObjective objective{counts, weighting};
  const auto w = random_matrix(70, 18, 2, 1.0F);
  const auto c = random_matrix(40, 18, 3, 1.0F);
  double expected = 0.0;
  std::size_t cells = 0;
  for (std::size_t i = 0; i < 70; ++i)
    for (std::size_t j = 0; j < 40; ++j) {
      const double n = static_cast<double>(counts.cells().at(static_cast<imf::WordId>(i),
                                                             static_cast<imf::WordId>(j))) /
                       static_cast<double>(counts.unit());
      if (n == 0.0) continue;
      const double rest = support::row_dot(w, i, c, j) - std::log(n);
      expected -= 0.5 * std::min(1.0, std::sqrt(n / 3.0)) * rest * rest;
      ++cells;
    }
  CHECK(objective.observed() == cells);
  imf::ThreadTeam one(1);
  imf::ThreadTeam three(3);
  const double value = objective.value(w, c, one);
  CHECK(value == Approx(expected).epsilon(1e-5));
  CHECK(value == objective.value(w, c, three));
}

TEST_CASE("biases are two columns, and an exact model costs nothing") {
  // n = 2^(i + j): log n is a sum of biases.
  std::vector<imf::CountTriple> triples;
  for (imf::WordId i = 0; i < 4; ++i)
    for (imf::WordId j = 0; j < 5; ++j) triples.push_back({i, j, std::ldexp(1.0, int(i + j))});
  const auto counts =
      imf::counts_from_triples(support::numbered_words(4), support::numbered_words(5), triples);
  imf::AlignedMatrix words(4, 3);
  imf::AlignedMatrix contexts(5, 3);
  for (std::size_t r = 0; r < 4; ++r) {
    words(r, 1) = static_cast<float>(static_cast<double>(r) * std::log(2.0));
    words(r, 2) = 1.0F;
  }
  for (std::size_t r = 0; r < 5; ++r) {
    contexts(r, 1) = 1.0F;
    contexts(r, 2) = static_cast<float>(static_cast<double>(r) * std::log(2.0));
  }
  imf::ThreadTeam team(1);
  const GloVeObjective objective{counts};
  CHECK(objective.value(words, contexts, team) == Approx(0.0).epsilon(1e-11));
  words(0, 1) += 0.5F;
  CHECK(objective.value(words, contexts, team) < -0.01);
}

TEST_CASE("bad input is refused by name") {
  const auto counts = support::random_counts(5, 6, 20, 1);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()})
    CHECK(holds(message_of<imf::ConfigError>([&] { GloVeObjective(counts, {.saturation = bad}); }),
                "saturation"));
  CHECK(holds(message_of<imf::ConfigError>([&] { GloVeObjective(counts, {.exponent = -0.1}); }),
              "exponent"));
  const auto none =
      imf::counts_from_triples(support::numbered_words(2), support::numbered_words(2), {});
  CHECK(holds(message_of<imf::InputError>([&] { GloVeObjective{none}; }), "no pair"));
  imf::ThreadTeam team(1);
  const GloVeObjective objective{counts};
  CHECK(holds(message_of<imf::InputError>([&] {
                static_cast<void>(objective.value(random_matrix(6, 4, 1, 1.0F),
                                                  random_matrix(6, 4, 1, 1.0F), team));
              }),
              "do not fit 5 x 6"));
}
