// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/sgns_cells.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/buffer.hpp>

#include "support.hpp"

namespace {

using implicitmf::Buffer;
using implicitmf::DefaultArch;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::noise_cells;
using implicitmf::kernels::observed_cells;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::detail::sigmoid_and_softplus;
using namespace kernel_tests;

long double exact_sigmoid(long double x) {
  const long double decay = std::exp(-std::fabs(x));
  return (x < 0 ? decay : 1.0L) / (1.0L + decay);
}
long double exact_softplus(long double x) {
  return std::max(x, 0.0L) + std::log1p(std::exp(-std::fabs(x)));
}

bool within(float got, long double exact, long double roundings) {
  const long double scale = std::max(std::fabs(exact), 0x1p-126L);
  return std::fabs(static_cast<long double>(got) - exact) <= roundings * unit_roundoff * scale;
}

/// Points of [-87, 87]: a grid, and powers of two down to the least float.
std::vector<float> points() {
  std::vector<float> x = {0.0F, -0.0F};
  for (int i = -87 * 64; i <= 87 * 64; ++i) x.push_back(static_cast<float>(i) / 64);
  for (int e = -149; e <= 6; ++e)
    for (const float sign : {1.0F, -1.0F}) x.push_back(sign * std::ldexp(1.0F, e));
  return x;
}

/// Values and, behind them up to a whole panel, zeros.
Buffer<float> padded(const std::vector<float>& values) {
  Buffer<float> x((values.size() + panel_width - 1) / panel_width * panel_width, 0.0F);
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}

/// The documented bound of a sum of n terms.
template <class Arch>
long double sum_roundings(std::size_t n) {
  const auto width = static_cast<long double>(FloatBatch<Arch>::width);
  return static_cast<long double>(n) / width + std::log2(width) + 6;
}

std::vector<float> weights(std::size_t n, std::uint64_t seed) {
  std::vector<float> w = noise_vector(n, seed);
  for (float& x : w) x = std::fabs(x);
  return w;
}

std::vector<float> wide(std::size_t n, std::uint64_t seed) {
  std::vector<float> x = noise_vector(n, seed);
  for (float& v : x) v *= 20.0F;
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("sigmoid and softplus are within their bounds", Arch, DefaultArch, PlainArch) {
  const Buffer<float> x = padded(points());
  for (std::size_t i = 0; i < x.size(); i += FloatBatch<Arch>::width) {
    const auto both = sigmoid_and_softplus(FloatBatch<Arch>::load(&x[i]));
    float sigmoid[FloatBatch<Arch>::width];
    float softplus[FloatBatch<Arch>::width];
    both.sigmoid.store(sigmoid);
    both.softplus.store(softplus);
    for (std::size_t l = 0; l < FloatBatch<Arch>::width; ++l) {
      CAPTURE(x[i + l]);
      REQUIRE(within(sigmoid[l], exact_sigmoid(x[i + l]), 5));
      REQUIRE(within(softplus[l], exact_softplus(x[i + l]), 5));
    }
  }
}

TEST_CASE_TEMPLATE("noise_cells is e times the sigmoid, and sums q times the softplus", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t n = 0; n <= 512; n += n < 67 ? 1 : 89) {
    CAPTURE(n);
    const std::vector<float> x = wide(n, 1);
    const std::vector<float> q = weights(n, 2);
    Buffer<float> got = padded(x);
    const Buffer<float> noise = padded(q);
    const double sum = noise_cells<Arch>(got.size(), got.data(), 3.0F, noise.data());
    long double exact = 0;
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE(within(got[i], 3.0L * q[i] * exact_sigmoid(x[i]), 7));
      exact += q[i] * exact_softplus(x[i]);
    }
    for (std::size_t i = n; i < got.size(); ++i) CHECK(got[i] == 0.0F);
    CHECK(std::fabs(sum - exact) <= sum_roundings<Arch>(got.size()) * unit_roundoff * exact);
  }
}

TEST_CASE_TEMPLATE("observed_cells pulls each cell up by its count", Arch, DefaultArch, PlainArch) {
  for (std::size_t n = 0; n <= 512; n += n < 67 ? 1 : 89) {
    CAPTURE(n);
    const std::vector<float> x = wide(n, 3);
    const std::vector<float> counts = weights(n, 4);
    Buffer<float> got = padded(x);
    const Buffer<float> count = padded(counts);
    const double sum = observed_cells<Arch>(got.size(), got.data(), count.data());
    long double exact = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const long double v = x[i];
      REQUIRE(within(got[i], -counts[i] * exact_sigmoid(-v), 7));
      exact += counts[i] * exact_softplus(-v);
    }
    CHECK(std::fabs(sum - exact) <= sum_roundings<Arch>(got.size()) * unit_roundoff * exact);
  }
}

TEST_CASE_TEMPLATE("cells far out stay finite, and NaN stays NaN", Arch, DefaultArch, PlainArch) {
  const Buffer<float> ones = padded(std::vector<float>(4, 1.0F));
  Buffer<float> far = padded({1e30F, -1e30F, infinity, -infinity});
  CHECK(noise_cells<Arch>(panel_width, far.data(), 1.0F, ones.data()) > 1e30);
  CHECK(far[0] == 1.0F);
  CHECK(far[2] == 1.0F);
  CHECK(far[1] >= 0.0F);
  CHECK(far[1] < 1e-37F);
  CHECK(far[3] < 1e-37F);
  Buffer<float> nan = padded({1.0F, quiet_nan, 1.0F, 1.0F});
  CHECK(std::isnan(noise_cells<Arch>(panel_width, nan.data(), 1.0F, ones.data())));
  CHECK(std::isnan(nan[1]));
  CHECK_FALSE(std::isnan(nan[0]));
  Buffer<float> observed = padded({1.0F, quiet_nan, 1.0F, 1.0F});
  CHECK(std::isnan(observed_cells<Arch>(panel_width, observed.data(), ones.data())));
  CHECK(std::isnan(observed[1]));
}
