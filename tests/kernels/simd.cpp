// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/simd.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::panel_width;
using namespace kernel_tests;

template <class Arch>
std::vector<float> lanes_of(FloatBatch<Arch> batch) {
  std::vector<float> lanes(FloatBatch<Arch>::width);
  batch.store(lanes.data());
  return lanes;
}

/// Whether lane i of `batch` is expected(i), bit for bit, for every i.
template <class Arch, class Expected>
bool lanes_are(FloatBatch<Arch> batch, const Expected& expected) {
  const std::vector<float> lanes = lanes_of(batch);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (!same_bits(lanes[i], expected(i))) return false;
  return true;
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
