// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/sgns_objective.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using archetypes::EvenContexts;
using doctest::Approx;
using imf::EmpiricalContexts;
using imf::PairObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using imf::WordId;
using support::holds;
using support::message_of;

namespace {

using Counts = std::vector<imf::Count>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Equal to four units in the last place, and below the normal range to its least number.
bool near_exact(double value, long double exact) {
  const long double slack = 4.0L * std::numeric_limits<double>::epsilon() * std::abs(exact) +
                            std::numeric_limits<double>::min();
  return std::abs(value - exact) <= slack;
}

const PairObjective pairs[] = {{1.0, 1.0},  {30.0, 2.0},  {0.5, 40.0},
                               {7.0, 6.75}, {2e6, 3.5e4}, {1e-3, 0.02}};

}  // namespace

TEST_CASE("sigmoid and its logarithm are exact over the whole line") {
  std::vector<double> points;
  for (double x = -800.0; x <= 800.0; x += 0.3125) points.push_back(x);
  for (double x = 1e-300; x < 1.0; x *= 1e5) points.insert(points.end(), {x, -x});
  for (const double x : points) {
    CAPTURE(x);
    const auto exact = static_cast<long double>(x);
    REQUIRE(near_exact(imf::log_sigmoid(x), -std::log1p(std::exp(-exact))));
    REQUIRE(near_exact(imf::sigmoid(x), 1.0L / (1.0L + std::exp(-exact))));
  }
}

TEST_CASE("sigmoid and its logarithm have limits at infinity, and NaN stays NaN") {
  CHECK(imf::log_sigmoid(infinity) == 0.0);
  CHECK(imf::log_sigmoid(-infinity) == -infinity);
  CHECK(imf::log_sigmoid(-1e300) == -1e300);
  CHECK(imf::sigmoid(infinity) == 1.0);
  CHECK(imf::sigmoid(-infinity) == 0.0);
  CHECK(std::isnan(imf::log_sigmoid(not_a_number)));
  CHECK(std::isnan(imf::sigmoid(not_a_number)));
}

TEST_CASE("the value is the sum of positives and noise") {
  const PairObjective pair{3.0, 4.0};
  CHECK(pair.value(0.0) == Approx(-7.0 * std::log(2.0)).epsilon(1e-15));
  CHECK(pair.value(std::log(3.0)) ==
        Approx(3.0 * std::log(0.75) + 4.0 * std::log(0.25)).epsilon(1e-15));
  CHECK(pair.value(1000.0) == -4000.0);
  CHECK(pair.value(-1000.0) == -3000.0);
}

TEST_CASE("derivative and curvature are what differences of the value tend to") {
  constexpr double h = 0x1p-12;
  const auto differs = [](double difference, double derivative) {
    return std::abs(difference / derivative - 1.0) > 1e-7;
  };
  for (const PairObjective& pair : pairs)
    for (double x = -5.0; x <= 5.0; x += 0.25) {
      CAPTURE(pair.positives);
      CAPTURE(x);
      // Near the optimum nothing is left of the derivative to compare with.
      if (std::abs(x - pair.optimum()) > 0.2)
        CHECK_FALSE(differs((pair.value(x + h) - pair.value(x - h)) / (2 * h), pair.derivative(x)));
      CHECK_FALSE(
          differs((pair.derivative(x + h) - pair.derivative(x - h)) / (2 * h), pair.curvature(x)));
      CHECK(pair.curvature(x) < 0.0);
      CHECK(pair.value(x) < 0.0);
    }
}

TEST_CASE("at the optimum the derivative is 0 and every other value is lower") {
  for (const PairObjective& pair : pairs) {
    CAPTURE(pair.positives);
    const double x = pair.optimum();
    CHECK(std::abs(pair.derivative(x)) <= 1e-14 * pair.positives * imf::sigmoid(-x));
    for (const double step : {1e-3, 0.1, 1.0, 10.0, 100.0}) {
      CHECK(pair.value(x + step) < pair.value(x));
      CHECK(pair.value(x - step) < pair.value(x));
    }
  }
}

TEST_CASE("the optimum is PMI - log k") {
  // Ten pairs, of which four have the word, three the context and two both.
  const SGNSObjective objective(Counts{6, 3, 1}, 2.0);
  const PairObjective pair = objective.pair(2.0, 4.0, 1);
  const double pmi = std::log((2.0 / 10) / ((4.0 / 10) * (3.0 / 10)));
  CHECK(pair.optimum() == Approx(pmi - std::log(2.0)).epsilon(1e-14));
  CHECK(pair.positives == 2.0);
  CHECK(pair.noise == Approx(2.0 * 4.0 * 0.3).epsilon(1e-15));
  CHECK(objective.negatives() == 2.0);
  CHECK(SGNSObjective(Counts{6, 3, 1}, 0.5).pair(2.0, 4.0, 1).optimum() ==
        Approx(pmi - std::log(0.5)).epsilon(1e-14));
}

TEST_CASE("a pair that is only noise, or never noise, has its optimum at infinity") {
  const PairObjective noise{0.0, 5.0};
  CHECK(noise.optimum() == -infinity);
  CHECK(noise.derivative(-infinity) == 0.0);
  CHECK(noise.value(-infinity) == 0.0);
  CHECK(noise.derivative(-3.0) < 0.0);
  const PairObjective positive{5.0, 0.0};
  CHECK(positive.optimum() == infinity);
  CHECK(positive.value(infinity) == 0.0);
  CHECK(positive.derivative(3.0) > 0.0);
}

TEST_CASE("the noise sums to 1 and follows the distribution") {
  const Counts counts{16, 0, 4, 1};
  const auto check_noise = [&](const auto& objective, const std::vector<double>& weights) {
    double sum = 0.0;
    for (WordId c = 0; c < counts.size(); ++c) {
      CHECK(objective.noise(c) / objective.noise(3) == Approx(weights[c]).epsilon(1e-15));
      sum += objective.noise(c);
    }
    CHECK(sum == Approx(1.0).epsilon(1e-15));
    CHECK(objective.noise(1) == 0.0);
  };
  check_noise(SGNSObjective(counts), {16, 0, 4, 1});
  check_noise(SGNSObjective(counts, 5.0, SmoothedContexts{.alpha = 0.5}), {4, 0, 2, 1});
  check_noise(SGNSObjective(counts, 5.0, EvenContexts(7.0)), {1, 0, 1, 1});

  const SGNSObjective empirical(counts);
  const SGNSObjective smoothed(counts, 5.0, SmoothedContexts{.alpha = 1.0});
  for (WordId c = 0; c < counts.size(); ++c) CHECK(smoothed.noise(c) == empirical.noise(c));
}

TEST_CASE("options out of their ranges are refused by name, and counts that are all 0") {
  for (const double k : {0.0, -1.0, infinity, -infinity, not_a_number})
    CHECK(holds(message_of<imf::ConfigError>([&] { SGNSObjective(Counts{1}, k); }),
                "negatives: must be above 0 and finite, not " + std::to_string(k)));
  CHECK(holds(message_of<imf::ConfigError>(
                  [] { SGNSObjective(Counts{1}, 5.0, SmoothedContexts{.alpha = 1.5}); }),
              "alpha: "));
  for (const Counts& counts : {Counts{}, Counts{0, 0}})
    CHECK(holds(message_of<imf::InputError>([&] { SGNSObjective{counts}; }),
                "no context has a count above 0"));
}
