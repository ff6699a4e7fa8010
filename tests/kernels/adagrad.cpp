// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/adagrad.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <doctest/doctest.h>

#include <implicitmf/core/buffer.hpp>

#include "support.hpp"

namespace {

using implicitmf::Buffer;
using implicitmf::DefaultArch;
using implicitmf::kernels::adagrad;
using implicitmf::kernels::panel_width;
using namespace kernel_tests;

/// What adagrad moves: n floats of each, and NaN behind them.
struct Example {
  explicit Example(std::size_t n)
      : gradient(n + panel_width, quiet_nan),
        squares(n + panel_width, quiet_nan),
        x(n + panel_width, quiet_nan),
        size(n) {
    Noise noise(n);
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] = noise();
      squares[i] = i % 3 == 0 ? 0.0F : std::fabs(noise());
      x[i] = noise();
    }
  }

  template <class Arch>
  void move(float rate) {
    adagrad<Arch>(rate, gradient.data(), squares.data(), x.data(), size);
  }

  Buffer<float> gradient;
  Buffer<float> squares;
  Buffer<float> x;
  std::size_t size;
};

bool all_nan_from(const Buffer<float>& v, std::size_t n) {
  return std::all_of(v.begin() + static_cast<std::ptrdiff_t>(n), v.end(),
                     [](float y) { return std::isnan(y); });
}

}  // namespace

TEST_CASE_TEMPLATE("adagrad is within its bound and touches n floats only", Arch, DefaultArch,
                   PlainArch) {
  constexpr float rate = 0.3F;
  for (std::size_t n = 0; n <= 20 * panel_width; n += panel_width) {
    CAPTURE(n);
    Example e(n);
    for (int step = 0; step < 3; ++step) {
      const Example before = e;
      e.move<Arch>(rate);
      for (std::size_t i = 0; i < n; ++i) {
        const double g{before.gradient[i]};
        const double squares = double{before.squares[i]} + g * g;
        const double move = double{rate} * g / std::sqrt(squares + 1e-12);
        const double x = double{before.x[i]} + move;
        constexpr double u = 0x1p-24;
        // The sum of squares rounds at most twice, and then once with 1e-12; a root halves that.
        REQUIRE(std::fabs(double{e.squares[i]} - squares) <= 2.001 * u * squares);
        const double bound = (1.5 + 3) * std::fabs(move) + std::fabs(x);
        REQUIRE(std::fabs(double{e.x[i]} - x) <= 1.001 * u * bound);
        REQUIRE(same_bits(e.gradient[i], before.gradient[i]));
      }
      REQUIRE(all_nan_from(e.gradient, n));
      REQUIRE(all_nan_from(e.squares, n));
      REQUIRE(all_nan_from(e.x, n));
    }
  }
}

TEST_CASE_TEMPLATE("adagrad first moves by its rate whatever the gradient's size", Arch,
                   DefaultArch, PlainArch) {
  Example e(panel_width);
  for (std::size_t i = 0; i < panel_width; ++i) {
    e.gradient[i] = std::ldexp(i % 2 == 0 ? 1.0F : -1.0F, 3 * static_cast<int>(i) - 12);
    e.squares[i] = 0.0F;
    e.x[i] = 0.0F;
  }
  e.move<Arch>(0.5F);
  for (std::size_t i = 0; i < panel_width; ++i)
    CHECK(std::fabs(e.x[i] - (i % 2 == 0 ? 0.5F : -0.5F)) < 1e-5F);
}

TEST_CASE_TEMPLATE("adagrad leaves x where the gradient is zero", Arch, DefaultArch, PlainArch) {
  for (const float squares : {0.0F, 1e-30F, 1.0F, 1e30F}) {
    CAPTURE(squares);
    Example e(3 * panel_width);
    for (std::size_t i = 0; i < e.size; ++i) {
      e.gradient[i] = i % 2 == 0 ? 0.0F : -0.0F;
      e.squares[i] = squares;
    }
    const Example before = e;
    e.move<Arch>(1e6F);
    for (std::size_t i = 0; i < e.size; ++i) {
      CHECK(e.x[i] == before.x[i]);
      CHECK(e.squares[i] == squares);
    }
  }
}

TEST_CASE_TEMPLATE("adagrad passes on NaN and keeps it to its place", Arch, DefaultArch,
                   PlainArch) {
  constexpr std::size_t n = 2 * panel_width;
  Example clean(n);
  clean.move<Arch>(0.5F);
  for (std::size_t at = 0; at < n; ++at)
    for (int where = 0; where < 3; ++where) {
      Example e(n);
      (where == 0 ? e.gradient : where == 1 ? e.squares : e.x)[at] = quiet_nan;
      e.move<Arch>(0.5F);
      for (std::size_t i = 0; i < n; ++i) {
        REQUIRE((i == at ? std::isnan(e.x[i]) : same_bits(e.x[i], clean.x[i])));
        const bool spoilt = i == at && where != 2;
        REQUIRE((spoilt ? std::isnan(e.squares[i]) : same_bits(e.squares[i], clean.squares[i])));
      }
    }
  Example e(n);
  e.gradient[5] = infinity;
  e.move<Arch>(0.5F);
  CHECK(std::isnan(e.x[5]));
  CHECK(e.squares[5] == infinity);
}

TEST_CASE_TEMPLATE("adagrad stands still where the squares overflow", Arch, DefaultArch,
                   PlainArch) {
  Example e(panel_width);
  e.gradient[3] = 1e30F;
  const float before = e.x[3];
  e.move<Arch>(0.5F);
  CHECK(e.squares[3] == infinity);
  CHECK(e.x[3] == before);
}

TEST_CASE("adagrad takes the default instruction set unless told otherwise") {
  Example a(4 * panel_width);
  Example b = a;
  adagrad(0.5F, a.gradient.data(), a.squares.data(), a.x.data(), a.size);
  b.move<DefaultArch>(0.5F);
  for (std::size_t i = 0; i < a.size; ++i) CHECK(same_bits(a.x[i], b.x[i]));
}
