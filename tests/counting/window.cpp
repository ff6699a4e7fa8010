// SPDX-License-Identifier: MIT
#include <implicitmf/counting/window.hpp>

#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::DynamicWindow;
using imf::HarmonicWindow;
using imf::UniformWindow;
using imf::WindowSide;
using support::holds;
using support::message_of;

namespace {

using Weights = std::vector<imf::Count>;

}  // namespace

TEST_CASE("a uniform window weighs all its contexts alike") {
  const imf::WindowTable table = UniformWindow{.radius = 3}.table();
  CHECK(table.unit == 1);
  CHECK(table.before == Weights{1, 1, 1});
  CHECK(table.after == Weights{1, 1, 1});
  CHECK(table.weight_sum() == 6);
}

TEST_CASE("a dynamic window weighs (L - d + 1) / L") {
  const imf::WindowTable table = DynamicWindow{.radius = 4}.table();
  CHECK(table.unit == 4);
  CHECK(table.before == Weights{4, 3, 2, 1});
  CHECK(table.after == Weights{4, 3, 2, 1});
  CHECK(table.weight_sum() == 20);
}

TEST_CASE("a harmonic window weighs 1 / d") {
  const imf::WindowTable table = HarmonicWindow{.radius = 5}.table();
  CHECK(table.unit == 60);
  CHECK(table.before == Weights{60, 30, 20, 15, 12});
  CHECK(table.after == Weights{60, 30, 20, 15, 12});
  CHECK(table.weight_sum() == 274);
}

TEST_CASE("of radius 1 the windows are the same") {
  for (const imf::WindowTable& table :
       {UniformWindow{1}.table(), DynamicWindow{1}.table(), HarmonicWindow{1}.table()}) {
    CHECK(table.unit == 1);
    CHECK(table.before == Weights{1});
    CHECK(table.after == Weights{1});
  }
}

TEST_CASE("a harmonic window is exact to radius 22, in the fewest steps") {
  for (std::size_t radius = 1; radius <= 22; ++radius) {
    CAPTURE(radius);
    const imf::WindowTable table = HarmonicWindow{.radius = radius}.table();
    imf::Count divisor = 0;
    for (std::size_t d = 1; d <= radius; ++d) {
      CHECK(table.after[d - 1] * d == table.unit);
      divisor = std::gcd(divisor, table.after[d - 1]);
    }
    CHECK(divisor == 1);
  }
  CHECK(HarmonicWindow{.radius = 22}.table().unit == 232'792'560);
}

TEST_CASE("beyond radius 22 a harmonic window is rounded to the nearest 2^-32") {
  for (const std::size_t radius : {23U, 100U, 10'000U}) {
    CAPTURE(radius);
    const imf::WindowTable table = HarmonicWindow{.radius = radius}.table();
    CHECK(table.unit == 4'294'967'296);
    REQUIRE(table.after.size() == radius);
    for (std::size_t d = 1; d <= radius; ++d) {
      const imf::Count product = table.after[d - 1] * d;
      const imf::Count error = product > table.unit ? product - table.unit : table.unit - product;
      CHECK(2 * error <= d);
    }
  }
}

TEST_CASE("a window has two sides or one") {
  const auto check_sides = [](auto window) {
    window.radius = 3;
    const imf::WindowTable both = window.table();
    CHECK(both.before == both.after);
    window.side = WindowSide::left;
    CHECK(window.table().before == both.before);
    CHECK(window.table().after.empty());
    window.side = WindowSide::right;
    CHECK(window.table().before.empty());
    CHECK(window.table().after == both.after);
    CHECK(window.table().unit == both.unit);
    CHECK(2 * window.table().weight_sum() == both.weight_sum());
  };
  check_sides(UniformWindow{});
  check_sides(DynamicWindow{});
  check_sides(HarmonicWindow{});
}

TEST_CASE("a window says what it is") {
  CHECK(UniformWindow{.radius = 2}.table().description == "window=uniform radius=2 side=symmetric");
  CHECK(DynamicWindow{.radius = 10, .side = WindowSide::left}.table().description ==
        "window=dynamic radius=10 side=left");
  CHECK(HarmonicWindow{.side = WindowSide::right}.table().description ==
        "window=harmonic radius=5 side=right");
}

TEST_CASE("a radius out of its range is refused by name") {
  const auto check_radius = [](auto window) {
    for (const std::size_t radius :
         {std::size_t{0}, std::size_t{10'001}, std::numeric_limits<std::size_t>::max()}) {
      window.radius = radius;
      CHECK(
          holds(message_of<imf::ConfigError>([&] { static_cast<void>(window.table()); }),
                "radius: the window must reach 1 to 10000 tokens, not " + std::to_string(radius)));
    }
    for (const std::size_t radius : {1U, 10'000U}) {
      window.radius = radius;
      CHECK(window.table().before.size() == radius);
    }
  };
  check_radius(UniformWindow{});
  check_radius(DynamicWindow{});
  check_radius(HarmonicWindow{});
}

TEST_CASE("what a window policy is") {
  static_assert(imf::WindowPolicy<archetypes::Window>);

  struct NoTable {};
  struct OtherTable {
    std::vector<imf::Count> table() const;
  };
  struct ChangingTable {
    imf::WindowTable table();
  };
  struct Pinned {
    Pinned(const Pinned&) = delete;
    imf::WindowTable table() const;
  };
  static_assert(!imf::WindowPolicy<NoTable>);
  static_assert(!imf::WindowPolicy<OtherTable>);
  static_assert(!imf::WindowPolicy<ChangingTable>);
  static_assert(!imf::WindowPolicy<Pinned>);
}
