// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/sigmoid.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::ExactSigmoid;
using implicitmf::kernels::FastSigmoid;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::Sigmoid;
using namespace kernel_tests;

/// FastSigmoid's σ is constant beyond ±limit.
constexpr float limit = 87.0F;

/// A point and the two functions there.
struct Point {
  float x;
  long double sigmoid;
  long double log_sigmoid;
};

Point point(float x) {
  const long double v{x};
  const long double decay = std::exp(-std::fabs(v));
  return {x, (v < 0 ? decay : 1.0L) / (1.0L + decay), std::min(v, 0.0L) - std::log1p(decay)};
}

/// Ascending points of [-100, 100]: a grid, random ones, and powers of two down to the least float.
const std::vector<Point>& points() {
  static const std::vector<Point> all = [] {
    std::vector<float> x = {0.0F, -0.0F, limit, -limit};
    for (int i = -100 * 128; i <= 100 * 128; ++i) x.push_back(static_cast<float>(i) / 128);
    for (int e = -149; e <= 6; ++e)
      for (const float sign : {1.0F, -1.0F}) x.push_back(sign * std::ldexp(1.0F, e));
    Noise noise(1);
    for (int i = 0; i < 10'000; ++i) x.push_back(noise() * 100);
    std::sort(x.begin(), x.end());
    std::vector<Point> at;
    for (const float v : x) at.push_back(point(v));
    return at;
  }();
  return all;
}

template <class Arch, class Policy>
std::vector<float> sigmoids(const Policy& policy, std::vector<float> x) {
  const std::size_t n = x.size();
  x.resize((n + panel_width - 1) / panel_width * panel_width);
  for (std::size_t i = 0; i < x.size(); i += FloatBatch<Arch>::width)
    policy.sigmoid(FloatBatch<Arch>::load(&x[i])).store(&x[i]);
  x.resize(n);
  return x;
}

template <class Arch, class Policy>
std::vector<float> log_sigmoids(const Policy& policy, std::vector<float> x) {
  const std::size_t n = x.size();
  x.resize((n + panel_width - 1) / panel_width * panel_width);
  for (std::size_t i = 0; i < x.size(); i += FloatBatch<Arch>::width)
    policy.log_sigmoid(FloatBatch<Arch>::load(&x[i])).store(&x[i]);
  x.resize(n);
  return x;
}

std::vector<float> places() {
  std::vector<float> x;
  for (const Point& p : points()) x.push_back(p.x);
  return x;
}

/// The error of `got` in unit roundoffs of `exact`, or of the least normal number.
long double roundings(float got, long double exact) {
  const long double scale = std::max(std::fabs(exact), 0x1p-126L);
  const long double error = std::fabs(static_cast<long double>(got) - exact);
  return error / (scale * unit_roundoff);
}

/// The largest such error over the points between two, and where it is.
struct Worst {
  long double roundings = 0;
  float x = 0;
};

template <class Exact>
Worst worst(const std::vector<float>& got, float from, float to, const Exact& exact) {
  Worst w;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Point& p = points()[i];
    if (p.x < from || p.x > to) continue;
    const long double r = roundings(got[i], exact(p));
    if (!(r <= w.roundings)) w = {r, p.x};
  }
  return w;
}

constexpr auto exact_sigmoid = [](const Point& p) { return p.sigmoid; };
constexpr auto exact_log_sigmoid = [](const Point& p) { return p.log_sigmoid; };

/// `got` has at most `bound` unit roundoffs of error over the points between `from` and `to`.
template <class Exact>
void check_within(long double bound, const std::vector<float>& got, float from, float to,
                  const Exact& exact) {
  const Worst w = worst(got, from, to, exact);
  CAPTURE(w.x);
  CHECK(w.roundings <= bound);
}

}  // namespace

TEST_CASE_TEMPLATE("both sigmoids are Sigmoids", Arch, DefaultArch, PlainArch) {
  CHECK(Sigmoid<FastSigmoid, Arch>);
  CHECK(Sigmoid<ExactSigmoid, Arch>);
  CHECK_FALSE(Sigmoid<float, Arch>);
}

TEST_CASE_TEMPLATE("FastSigmoid is within its bounds", Arch, DefaultArch, PlainArch) {
  const std::vector<float> sigma = sigmoids<Arch>(FastSigmoid(), places());
  check_within(3, sigma, -limit, limit, exact_sigmoid);
  check_within(2, sigma, 0.0F, infinity, exact_sigmoid);
  check_within(4, log_sigmoids<Arch>(FastSigmoid(), places()), -infinity, limit, exact_log_sigmoid);
}

TEST_CASE_TEMPLATE("ExactSigmoid rounds once", Arch, DefaultArch, PlainArch) {
  constexpr long double once = 1.001L;
  check_within(once, sigmoids<Arch>(ExactSigmoid(), places()), -infinity, infinity, exact_sigmoid);
  check_within(once, log_sigmoids<Arch>(ExactSigmoid(), places()), -infinity, infinity,
               exact_log_sigmoid);
}

TEST_CASE_TEMPLATE("FastSigmoid stays where it is beyond its range", Arch, DefaultArch, PlainArch) {
  for (const float x : {limit, 87.5F, 100.0F, 1e30F, std::numeric_limits<float>::max(), infinity}) {
    CAPTURE(x);
    const std::vector<float> ends = {x, limit, -x, -limit};
    const std::vector<float> sigma = sigmoids<Arch>(FastSigmoid(), ends);
    CHECK(same_bits(sigma[0], sigma[1]));
    CHECK(same_bits(sigma[2], sigma[3]));
    const std::vector<float> log_sigma = log_sigmoids<Arch>(FastSigmoid(), ends);
    CHECK(same_bits(log_sigma[0], log_sigma[1]));
    CHECK(log_sigma[2] == -x);
  }
}

TEST_CASE_TEMPLATE("ExactSigmoid goes to its limits", Arch, DefaultArch, PlainArch) {
  const std::vector<float> ends = {infinity, -infinity};
  CHECK(sigmoids<Arch>(ExactSigmoid(), ends) == std::vector{1.0F, 0.0F});
  CHECK(log_sigmoids<Arch>(ExactSigmoid(), ends) == std::vector{0.0F, -infinity});
}

TEST_CASE_TEMPLATE("sigmoids halve at zero", Arch, DefaultArch, PlainArch) {
  const std::vector<float> zeros = {0.0F, -0.0F};
  const std::vector<float> halves = {0.5F, 0.5F};
  const std::vector<float> log_halves(2, static_cast<float>(-std::log(2.0L)));
  CHECK(sigmoids<Arch>(FastSigmoid(), zeros) == halves);
  CHECK(sigmoids<Arch>(ExactSigmoid(), zeros) == halves);
  CHECK(log_sigmoids<Arch>(FastSigmoid(), zeros) == log_halves);
  CHECK(log_sigmoids<Arch>(ExactSigmoid(), zeros) == log_halves);
}

TEST_CASE_TEMPLATE("sigmoids rise from each point of a grid to the next", Arch, DefaultArch,
                   PlainArch) {
  std::vector<float> grid;  // a step beyond the error: neighbouring floats may fall back by it
  for (int i = -87 * 1024; i <= 87 * 1024; ++i) grid.push_back(static_cast<float>(i) / 1024);
  const auto rises = [](const std::vector<float>& y) { return std::is_sorted(y.begin(), y.end()); };
  CHECK(rises(sigmoids<Arch>(FastSigmoid(), grid)));
  CHECK(rises(sigmoids<Arch>(ExactSigmoid(), grid)));
  CHECK(rises(log_sigmoids<Arch>(FastSigmoid(), grid)));
  CHECK(rises(log_sigmoids<Arch>(ExactSigmoid(), grid)));
}

TEST_CASE_TEMPLATE("sigmoids of opposite numbers sum to one", Arch, DefaultArch, PlainArch) {
  std::vector<float> opposite = places();
  for (float& x : opposite) x = -x;
  const auto check = [&](const auto& policy, long double bound) {
    const std::vector<float> a = sigmoids<Arch>(policy, places());
    const std::vector<float> b = sigmoids<Arch>(policy, opposite);
    long double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const long double sum = static_cast<long double>(a[i]) + static_cast<long double>(b[i]);
      most = std::max(most, std::fabs(sum - 1.0L));
    }
    CHECK(most <= bound * unit_roundoff);
  };
  check(FastSigmoid(), 2);
  check(ExactSigmoid(), 1);
}

TEST_CASE_TEMPLATE("sigmoids keep NaN to its lane", Arch, DefaultArch, PlainArch) {
  const auto check = [](const auto& function) {
    const std::vector<float> clean = {-100,  -87,  -20, -3, -1, -0.5F, -1e-9F, 0,
                                      1e-9F, 0.5F, 1,   3,  20, 87,    100,    infinity};
    const std::vector<float> expected = function(clean);
    for (std::size_t i = 0; i < clean.size(); ++i) {
      std::vector<float> x = clean;
      x[i] = quiet_nan;
      const std::vector<float> y = function(x);
      for (std::size_t l = 0; l < y.size(); ++l)
        REQUIRE((l == i ? std::isnan(y[l]) : same_bits(y[l], expected[l])));
    }
  };
  check([](const std::vector<float>& x) { return sigmoids<Arch>(FastSigmoid(), x); });
  check([](const std::vector<float>& x) { return sigmoids<Arch>(ExactSigmoid(), x); });
  check([](const std::vector<float>& x) { return log_sigmoids<Arch>(FastSigmoid(), x); });
  check([](const std::vector<float>& x) { return log_sigmoids<Arch>(ExactSigmoid(), x); });
}
