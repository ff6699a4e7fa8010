// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/simd.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::register_count;
using namespace kernel_tests;

/// Whether reduce_adds of N batches, of which batch `bad` has `value` in a lane, gives their sums.
template <class Arch, std::size_t N>
bool sums_are_single(std::uint64_t seed, std::size_t bad = 0, std::size_t lane = 0,
                     const float* value = nullptr) {
  using Batch = FloatBatch<Arch>;
  std::vector<float> x = noise_vector(N * Batch::width, seed);
  if (value != nullptr) x[bad * Batch::width + lane] = *value;
  std::array<Batch, N> batches;
  for (std::size_t i = 0; i < N; ++i) batches[i] = Batch::load(&x[i * Batch::width]);
  const std::vector<float> sums = lanes_of(Batch::template reduce_adds<N>(batches.data()));
  for (std::size_t i = 0; i < N; ++i) {
    const float single = reduce_add(batches[i]);
    if (std::isnan(single) ? !std::isnan(sums[i]) : !same_bits(sums[i], single)) return false;
  }
  return true;
}

/// Calls function(integral_constant<N>) for each N of 1, ..., width.
template <class Arch, class Function>
void for_each_count(const Function& function) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (function(std::integral_constant<std::size_t, I + 1>{}), ...);
  }
  (std::make_index_sequence<FloatBatch<Arch>::width>{});
}

}  // namespace

TEST_CASE("the default instruction set is what the build's flags say") {
#if defined(IMPLICITMF_NO_SIMD)
  CHECK(std::is_same_v<DefaultArch, implicitmf::ScalarArch>);
#elif defined(__AVX512F__)
  CHECK(FloatBatch<DefaultArch>::width == 16);
#elif defined(__AVX2__)
  CHECK(FloatBatch<DefaultArch>::width == 8);
#elif defined(__SSE2__)
  CHECK(FloatBatch<DefaultArch>::width == 4);
#endif
  CHECK(DefaultArch::name() != nullptr);
}

TEST_CASE_TEMPLATE("batches load, store and broadcast lane by lane", Arch, DefaultArch, PlainArch) {
  using Batch = FloatBatch<Arch>;
  CHECK(panel_width % Batch::width == 0);
  CHECK(lanes_are(Batch(), [](std::size_t) { return 0.0F; }));
  CHECK(lanes_are(Batch::broadcast(2.5F), [](std::size_t) { return 2.5F; }));

  alignas(64) float line[2 * panel_width];
  Noise noise(1);
  for (float& x : line) x = noise();
  for (std::size_t shift = 0; shift <= panel_width; ++shift)
    CHECK(lanes_are(Batch::load(line + shift), [&](std::size_t i) { return line[shift + i]; }));

  alignas(64) float copy[panel_width] = {};
  Batch::load_aligned(line).store_aligned(copy);
  for (std::size_t i = 0; i < Batch::width; ++i) CHECK(same_bits(copy[i], line[i]));
}

TEST_CASE_TEMPLATE("partial loads and stores touch the first n floats only", Arch, DefaultArch,
                   PlainArch) {
  using Batch = FloatBatch<Arch>;
  for (std::size_t n = 0; n < Batch::width; ++n) {
    CAPTURE(n);
    const std::vector<float> from = noise_vector(n, n);
    const Batch batch = Batch::load_partial(from.data(), n);
    CHECK(lanes_are(batch, [&](std::size_t i) { return i < n ? from[i] : 0.0F; }));

    std::vector<float> exact(n);
    Batch::broadcast(3.0F).store_partial(exact.data(), n);
    CHECK(exact == std::vector<float>(n, 3.0F));
    std::vector<float> line(panel_width, -1.0F);
    Batch::broadcast(3.0F).store_partial(line.data(), n);
    for (std::size_t i = 0; i < panel_width; ++i) CHECK(line[i] == (i < n ? 3.0F : -1.0F));
  }
}

TEST_CASE_TEMPLATE("batch arithmetic is float arithmetic in every lane", Arch, DefaultArch,
                   PlainArch) {
  using Batch = FloatBatch<Arch>;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> x = noise_vector(3 * Batch::width, seed);
    const float* const a = x.data();
    const float* const b = a + Batch::width;
    const float* const c = b + Batch::width;
    const Batch left = Batch::load(a);
    const Batch right = Batch::load(b);
    CHECK(lanes_are(left + right, [&](std::size_t i) { return a[i] + b[i]; }));
    CHECK(lanes_are(left - right, [&](std::size_t i) { return a[i] - b[i]; }));
    CHECK(lanes_are(left * right, [&](std::size_t i) { return a[i] * b[i]; }));
    CHECK(lanes_are(fma(left, right, Batch::load(c)),
                    [&](std::size_t i) { return multiply_add(a[i], b[i], c[i]); }));
  }
}

TEST_CASE_TEMPLATE("reduce_add sums by halves", Arch, DefaultArch, PlainArch) {
  using Batch = FloatBatch<Arch>;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> x = noise_vector(Batch::width, seed);
    CHECK(same_bits(reduce_add(Batch::load(x.data())), halving_sum(x)));
  }
  for (std::size_t i = 0; i < Batch::width; ++i) {
    std::vector<float> x(Batch::width, 1.0F);
    x[i] = infinity;
    CHECK(reduce_add(Batch::load(x.data())) == infinity);
    x[i] = quiet_nan;
    CHECK(std::isnan(reduce_add(Batch::load(x.data()))));
  }
}

TEST_CASE_TEMPLATE("reduce_adds gives the single sums bit for bit", Arch, DefaultArch, PlainArch) {
  for_each_count<Arch>([](auto n) {
    CAPTURE(n());
    for (std::uint64_t seed = 0; seed < 20; ++seed) CHECK(sums_are_single<Arch, n()>(seed));
  });
}

TEST_CASE_TEMPLATE("reduce_adds keeps NaN and infinity to their sums", Arch, DefaultArch,
                   PlainArch) {
  for_each_count<Arch>([](auto n) {
    CAPTURE(n());
    for (const float value : {quiet_nan, infinity})
      for (std::size_t bad = 0; bad < n(); ++bad)
        for (std::size_t lane = 0; lane < FloatBatch<Arch>::width; ++lane)
          REQUIRE(sums_are_single<Arch, n()>(1, bad, lane, &value));
  });
}

TEST_CASE_TEMPLATE("batches divide, take roots and magnitudes in every lane", Arch, DefaultArch,
                   PlainArch) {
  using Batch = FloatBatch<Arch>;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> x = noise_vector(2 * Batch::width, seed);
    const float* const a = x.data();
    const float* const b = a + Batch::width;
    const Batch left = Batch::load(a);
    CHECK(lanes_are(left / Batch::load(b), [&](std::size_t i) { return a[i] / b[i]; }));
    CHECK(lanes_are(abs(left), [&](std::size_t i) { return std::fabs(a[i]); }));
    CHECK(lanes_are(sqrt(abs(left)), [&](std::size_t i) { return std::sqrt(std::fabs(a[i])); }));
  }
  const auto all = [](float x) { return [x](std::size_t) { return x; }; };
  const auto is_nan = [](Batch batch) { return std::isnan(lanes_of(batch)[0]); };
  const Batch zero;
  const Batch one = Batch::broadcast(1.0F);
  const Batch minus_zero = Batch::broadcast(-0.0F);
  const Batch nan = Batch::broadcast(quiet_nan);
  CHECK(lanes_are(one / zero, all(infinity)));
  CHECK(lanes_are(one / minus_zero, all(-infinity)));
  CHECK(is_nan(zero / zero));
  CHECK(lanes_are(abs(minus_zero), all(0.0F)));
  CHECK(lanes_are(abs(Batch::broadcast(-infinity)), all(infinity)));
  CHECK(is_nan(abs(nan)));
  CHECK(lanes_are(sqrt(minus_zero), all(-0.0F)));
  CHECK(lanes_are(sqrt(Batch::broadcast(infinity)), all(infinity)));
  CHECK(is_nan(sqrt(Batch::broadcast(-1.0F))));
  CHECK(is_nan(sqrt(nan)));
}

TEST_CASE_TEMPLATE("clamp gives the nearest of the range and passes on NaN", Arch, DefaultArch,
                   PlainArch) {
  using Batch = FloatBatch<Arch>;
  const auto nearest = [](float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
  };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<float> x = noise_vector(3 * Batch::width, seed);
    float* const low = x.data() + Batch::width;
    float* const high = low + Batch::width;
    for (std::size_t i = 0; i < Batch::width; ++i)
      if (high[i] < low[i]) std::swap(low[i], high[i]);
    const Batch clamped = clamp(Batch::load(x.data()), Batch::load(low), Batch::load(high));
    CHECK(lanes_are(clamped, [&](std::size_t i) { return nearest(x[i], low[i], high[i]); }));
  }
  const Batch low = Batch::broadcast(-2.0F);
  const Batch high = Batch::broadcast(3.0F);
  constexpr float largest = std::numeric_limits<float>::max();
  for (const float x : {-infinity, -largest, -2.0F, -0x1p-149F, 1.0F, 3.0F, largest, infinity})
    CHECK(lanes_are(clamp(Batch::broadcast(x), low, high),
                    [&](std::size_t) { return nearest(x, -2.0F, 3.0F); }));
  for (std::size_t bad = 0; bad < Batch::width; ++bad) {
    std::vector<float> x(Batch::width, 7.0F);
    x[bad] = quiet_nan;
    const std::vector<float> lanes = lanes_of(clamp(Batch::load(x.data()), low, high));
    for (std::size_t i = 0; i < Batch::width; ++i)
      CHECK((i == bad ? std::isnan(lanes[i]) : lanes[i] == 3.0F));
  }
}

TEST_CASE_TEMPLATE("round takes halves to even and gives the power of two", Arch, DefaultArch,
                   PlainArch) {
  using Batch = FloatBatch<Arch>;
  std::vector<float> x;
  for (int i = -2 * 126; i <= 2 * 126; ++i) {
    const float half = static_cast<float>(i) / 2;
    for (const float to : {-126.0F, half, 126.0F}) x.push_back(std::nextafter(half, to));
  }
  Noise noise(1);
  for (int i = 0; i < 1000; ++i) x.push_back(126 * noise());
  x.resize((x.size() + panel_width - 1) / panel_width * panel_width);
  for (std::size_t at = 0; at < x.size(); at += Batch::width) {
    Batch power;
    const std::vector<float> n = lanes_of(round(Batch::load(&x[at]), power));
    const std::vector<float> powers = lanes_of(power);
    for (std::size_t i = 0; i < Batch::width; ++i) {
      CAPTURE(x[at + i]);
      REQUIRE(n[i] == std::nearbyint(x[at + i]));
      REQUIRE(powers[i] == std::ldexp(1.0F, static_cast<int>(n[i])));
    }
  }
}

TEST_CASE_TEMPLATE("round passes on NaN and keeps it to its lane", Arch, DefaultArch, PlainArch) {
  using Batch = FloatBatch<Arch>;
  for (std::size_t bad = 0; bad < Batch::width; ++bad) {
    std::vector<float> x(Batch::width, 2.75F);
    x[bad] = quiet_nan;
    Batch power;
    const std::vector<float> n = lanes_of(round(Batch::load(x.data()), power));
    const std::vector<float> powers = lanes_of(power);
    for (std::size_t i = 0; i < Batch::width; ++i) {
      CHECK((i == bad ? std::isnan(n[i]) : n[i] == 3.0F));
      if (i != bad) CHECK(powers[i] == 8.0F);
    }
  }
}

TEST_CASE_TEMPLATE("a batch kept in a register is the same batch", Arch, DefaultArch, PlainArch) {
  using Batch = FloatBatch<Arch>;
  const std::vector<float> x = noise_vector(Batch::width, 1);
  Batch batch = Batch::load(x.data());
  batch.keep_in_register();
  CHECK(lanes_are(batch, [&](std::size_t i) { return x[i]; }));
}

TEST_CASE("wide registers are twice as many") {
  CHECK(register_count<DefaultArch>() == (FloatBatch<DefaultArch>::width == 16 ? 32 : 16));
  CHECK(register_count<PlainArch>() == 16);
}
