// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/half_register.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/kernels/sigmoid.hpp>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::ExactSigmoid;
using implicitmf::kernels::FastSigmoid;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::NarrowArch;
using implicitmf::kernels::panel_width;
using namespace kernel_tests;

using Whole = FloatBatch<DefaultArch>;
using Narrow = FloatBatch<NarrowArch<DefaultArch>>;
constexpr std::size_t width = Narrow::width;

}  // namespace

TEST_CASE("registers of 16 lanes have halves, others are as they are") {
  CHECK(width == std::min<std::size_t>(Whole::width, 8));
  CHECK(std::is_same_v<NarrowArch<DefaultArch>, DefaultArch> == (Whole::width <= 8));
  CHECK(std::is_same_v<NarrowArch<PlainArch>, PlainArch>);
}

TEST_CASE("a narrow register does lane by lane what one float would") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> a = noise_vector(width, 3 * seed);
    const std::vector<float> b = noise_vector(width, 3 * seed + 1);
    const std::vector<float> c = noise_vector(width, 3 * seed + 2);
    const Narrow x = Narrow::load(a.data());
    const Narrow y = Narrow::load(b.data());
    const Narrow z = Narrow::load(c.data());
    REQUIRE(lanes_are(x, [&](std::size_t i) { return a[i]; }));
    REQUIRE(lanes_are(x + y, [&](std::size_t i) { return a[i] + b[i]; }));
    REQUIRE(lanes_are(x - y, [&](std::size_t i) { return a[i] - b[i]; }));
    REQUIRE(lanes_are(x * y, [&](std::size_t i) { return a[i] * b[i]; }));
    REQUIRE(lanes_are(x / y, [&](std::size_t i) { return a[i] / b[i]; }));
    REQUIRE(lanes_are(abs(x), [&](std::size_t i) { return std::fabs(a[i]); }));
    REQUIRE(lanes_are(fma(x, y, z), [&](std::size_t i) { return multiply_add(a[i], b[i], c[i]); }));
    Narrow kept = x;
    kept.keep_in_register();
    REQUIRE(lanes_are(kept, [&](std::size_t i) { return a[i]; }));
    REQUIRE(same_bits(reduce_add(x), halving_sum(a)));
    Narrow power;
    const Narrow rounded = round(Narrow::broadcast(100.0F) * x, power);
    REQUIRE(lanes_are(rounded, [&](std::size_t i) { return std::nearbyint(100.0F * a[i]); }));
    REQUIRE(lanes_are(power, [&](std::size_t i) {
      return std::ldexp(1.0F, static_cast<int>(std::nearbyint(100.0F * a[i])));
    }));
  }
  CHECK(lanes_are(Narrow(), [](std::size_t) { return 0.0F; }));
  CHECK(lanes_are(Narrow::broadcast(1.5F), [](std::size_t) { return 1.5F; }));
}

TEST_CASE("a narrow register is clamped, and NaN stays NaN") {
  const Narrow low = Narrow::broadcast(-1.0F);
  const Narrow high = Narrow::broadcast(2.0F);
  const auto clamped = [&](float x) { return lanes_of(clamp(Narrow::broadcast(x), low, high))[0]; };
  CHECK(clamped(-infinity) == -1.0F);
  CHECK(clamped(-0.5F) == -0.5F);
  CHECK(clamped(infinity) == 2.0F);
  CHECK(std::isnan(clamped(quiet_nan)));
}

TEST_CASE("aligned loads and stores touch the lanes alone, at every eighth place") {
  for (const std::size_t place : {0U, 8U}) {
    alignas(64) float from[2 * panel_width];
    alignas(64) float to[2 * panel_width];
    std::fill(std::begin(from), std::end(from), quiet_nan);
    std::fill(std::begin(to), std::end(to), 3.0F);
    for (std::size_t i = 0; i < width; ++i) from[place + i] = static_cast<float>(i);
    Narrow::load_aligned(from + place).store_aligned(to + place);
    for (std::size_t i = 0; i < 2 * panel_width; ++i)
      CHECK(to[i] == (i < place || i >= place + width ? 3.0F : static_cast<float>(i - place)));
  }
}

TEST_CASE("sigmoids of a narrow register are those of a whole one") {
  for (const float x : {-100.0F, -87.0F, -3.5F, -1e-6F, 0.0F, 0.25F, 5.0F, 86.0F, 1e30F}) {
    CAPTURE(x);
    const auto same = [x](const auto& policy) {
      float whole[Whole::width];
      policy.sigmoid(Whole::broadcast(x)).store(whole);
      const bool sigma =
          lanes_are(policy.sigmoid(Narrow::broadcast(x)), [&](std::size_t) { return whole[0]; });
      policy.log_sigmoid(Whole::broadcast(x)).store(whole);
      return sigma && lanes_are(policy.log_sigmoid(Narrow::broadcast(x)),
                                [&](std::size_t) { return whole[0]; });
    };
    CHECK(same(FastSigmoid{}));
    CHECK(same(ExactSigmoid{}));
  }
  CHECK(std::isnan(lanes_of(FastSigmoid{}.sigmoid(Narrow::broadcast(quiet_nan)))[0]));
}

TEST_CASE_TEMPLATE("widened, a half has zeros above it", Arch, NarrowArch<DefaultArch>) {
  if constexpr (!std::is_same_v<Arch, DefaultArch>) {
    const std::vector<float> a = noise_vector(width, 9);
    float whole[Whole::width];
    FloatBatch<Arch>::load(a.data()).widened().store(whole);
    for (std::size_t i = 0; i < Whole::width; ++i) CHECK(whole[i] == (i < width ? a[i] : 0.0F));
  }
}
