// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/singular_triplets.hpp>

#include <cstddef>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::SVDOptions;
using support::holds;
using support::message_of;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string refusal(const SVDOptions& options) {
  return message_of<imf::ConfigError>([&] { options.validate(30, 20); });
}

}  // namespace

TEST_CASE("options at the ends of their ranges are taken") {
  CHECK_NOTHROW(SVDOptions{}.validate(100, 100));
  CHECK_NOTHROW(SVDOptions{.dimension = 1}.validate(1, 1));
  CHECK_NOTHROW(SVDOptions{.dimension = 20}.validate(30, 20));
  CHECK_NOTHROW(SVDOptions{.dimension = 20}.validate(20, 30));
  CHECK_NOTHROW(SVDOptions{.dimension = 1, .power = 0.0}.validate(30, 20));
  CHECK_NOTHROW(SVDOptions{.dimension = 1, .power = 1.0}.validate(30, 20));
  CHECK_NOTHROW(SVDOptions{.dimension = 1, .tolerance = 1e-300}.validate(30, 20));
  CHECK_NOTHROW(SVDOptions{.dimension = 1, .tolerance = 100.0}.validate(30, 20));
  CHECK_NOTHROW(SVDOptions{.dimension = 1, .max_products = 2}.validate(30, 20));
}

TEST_CASE("a dimension out of its range is refused by name, with the range and its reason") {
  for (const std::size_t dimension :
       {std::size_t{0}, std::size_t{21}, std::numeric_limits<std::size_t>::max()})
    CHECK(holds(refusal({.dimension = dimension}),
                "dimension: must be 1 to 20, the smaller side of the 30 x 20 matrix, not " +
                    std::to_string(dimension)));
  CHECK_THROWS_AS(SVDOptions{.dimension = 1}.validate(0, 20), imf::ConfigError);
}

TEST_CASE("other options out of their ranges are refused by name") {
  for (const double power : {-0.1, 1.1, not_a_number, infinity, -infinity})
    CHECK(holds(refusal({.dimension = 1, .power = power}),
                "power: must be 0 to 1, not " + std::to_string(power)));
  for (const double tolerance : {0.0, -0.0, -1e-3, not_a_number, infinity, -infinity})
    CHECK(holds(refusal({.dimension = 1, .tolerance = tolerance}),
                "tolerance: must be above 0 and finite, not " + std::to_string(tolerance)));
  for (const std::size_t products : {0U, 1U})
    CHECK(holds(refusal({.dimension = 1, .max_products = products}),
                "max_products: must be at least 2"));
}
