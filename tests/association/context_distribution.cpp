// SPDX-License-Identifier: MIT
#include <implicitmf/association/context_distribution.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::EmpiricalContexts;
using imf::SmoothedContexts;
using support::holds;
using support::message_of;

TEST_CASE("empirical contexts weigh as often as they occur") {
  for (const double count : {1.0, 0.2, 12345.0, 1e15})
    CHECK(EmpiricalContexts{}.weight(count) == count);
  EmpiricalContexts{}.validate();
}

TEST_CASE("smoothed contexts weigh count^alpha") {
  CHECK(SmoothedContexts{.alpha = 0.5}.weight(9.0) == doctest::Approx(3.0));
  CHECK(SmoothedContexts{.alpha = 0.75}.weight(16.0) == doctest::Approx(8.0));
  CHECK(SmoothedContexts{}.weight(16.0) == doctest::Approx(8.0));
  CHECK(SmoothedContexts{.alpha = 0.75}.weight(1.0) == 1.0);
  for (const double alpha : {0.3, 0.75})
    for (double count = 0.25; count < 1e9; count *= 3) {
      const SmoothedContexts smoothed{alpha};
      CHECK(std::log(smoothed.weight(count)) == doctest::Approx(alpha * std::log(count)));
      // Flatter than the counts: doubling a count less than doubles its weight.
      CHECK(smoothed.weight(2 * count) < 2 * smoothed.weight(count));
      CHECK(smoothed.weight(2 * count) > smoothed.weight(count));
    }
}

TEST_CASE("alpha = 1 is the empirical distribution, to the last bit") {
  for (const double count : {1.0, 1.0 / 3.0, 12345.678, 1e15})
    CHECK(SmoothedContexts{.alpha = 1.0}.weight(count) == EmpiricalContexts{}.weight(count));
}

TEST_CASE("alpha out of its range is refused by name") {
  for (const double alpha : {1.0, 0.75, 1e-6, std::numeric_limits<double>::denorm_min()})
    CHECK_NOTHROW(SmoothedContexts{alpha}.validate());
  for (const double alpha :
       {0.0, -0.0, -0.75, std::nextafter(1.0, 2.0), 2.0, std::numeric_limits<double>::quiet_NaN(),
        std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})
    CHECK(holds(message_of<imf::ConfigError>([&] { SmoothedContexts{alpha}.validate(); }),
                "alpha: the smoothing exponent must be above 0 and at most 1, not " +
                    std::to_string(alpha)));
}

TEST_CASE("what a context distribution is") {
  static_assert(imf::ContextDistribution<archetypes::EvenContexts>);

  struct NoWeight {
    void validate() const;
  };
  struct NoValidate {
    double weight(double) const;
  };
  struct SinglePrecision {
    float weight(double) const;
    void validate() const;
  };
  struct Changing {
    double weight(double);
    void validate() const;
  };
  static_assert(!imf::ContextDistribution<NoWeight>);
  static_assert(!imf::ContextDistribution<NoValidate>);
  static_assert(!imf::ContextDistribution<SinglePrecision>);
  static_assert(!imf::ContextDistribution<Changing>);
}
