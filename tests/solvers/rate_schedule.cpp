// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/rate_schedule.hpp>

#include <doctest/doctest.h>

using doctest::Approx;
using implicitmf::rate_after;
using implicitmf::RateSchedule;

static_assert(rate_after(0.5, RateSchedule::cooldown) == 1.0);

TEST_CASE("a rate begins whole and ends at one in ten thousand, or stays") {
  for (const auto schedule : {RateSchedule::cooldown, RateSchedule::linear}) {
    CHECK(rate_after(0.0, schedule) == 1.0);
    for (const double done : {1.0, 1.0 + 1e-12}) CHECK(rate_after(done, schedule) == 1e-4);
  }
  for (const double done : {0.0, 0.5, 1.0}) CHECK(rate_after(done, RateSchedule::constant) == 1.0);
}

TEST_CASE("a linear rate falls all the way, that of a cooldown after it has stayed, by squares") {
  for (const double done : {0.1, 0.25, 0.5, 0.75}) {
    CHECK(rate_after(done, RateSchedule::linear) == Approx(1.0 - done));
    CHECK(rate_after(0.5 * done, RateSchedule::cooldown) == 1.0);
    CHECK(rate_after(0.5 + 0.5 * done, RateSchedule::cooldown) ==
          Approx((1.0 - done) * (1.0 - done)));
  }
}
