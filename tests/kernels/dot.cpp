// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/dot.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::dot;
using implicitmf::kernels::FloatBatch;
using namespace kernel_tests;

std::vector<std::size_t> lengths() {
  std::vector<std::size_t> n = {100, 255, 256, 257, 300, 1000, 1031};
  for (std::size_t i = 0; i <= 67; ++i) n.push_back(i);
  return n;
}

/// The sum as dot documents it, one float at a time.
template <class Arch>
float documented_dot(const std::vector<float>& a, const std::vector<float>& b) {
  constexpr std::size_t w = FloatBatch<Arch>::width;
  std::vector<std::vector<float>> sum(4, std::vector<float>(w));
  for (std::size_t i = 0; i < a.size(); ++i) {
    float& lane = sum[i / w % 4][i % w];
    lane = multiply_add(a[i], b[i], lane);
  }
  for (std::size_t l = 0; l < w; ++l) sum[0][l] = (sum[0][l] + sum[1][l]) + (sum[2][l] + sum[3][l]);
  return halving_sum(sum[0]);
}

}  // namespace

TEST_CASE_TEMPLATE("dot is within its bound and in its order at every length", Arch, DefaultArch,
                   PlainArch) {
  constexpr auto w = static_cast<long double>(FloatBatch<Arch>::width);
  for (const std::size_t n : lengths()) {
    CAPTURE(n);
    const std::vector<float> a = noise_vector(n, 2 * n);
    const std::vector<float> b = noise_vector(n, 2 * n + 1);
    ExactSum exact;
    for (std::size_t i = 0; i < n; ++i) exact.add(a[i], b[i]);
    const float got = dot<Arch>(a.data(), b.data(), n);
    CHECK(exact.admits(got, static_cast<long double>(n) / (4 * w) + std::log2(w) + 4));
    CHECK(same_bits(got, documented_dot<Arch>(a, b)));
  }
}

TEST_CASE_TEMPLATE("dot gives the same bits at every alignment and ignores what lies around", Arch,
                   DefaultArch, PlainArch) {
  constexpr std::size_t shifts = 16;
  for (const std::size_t n : lengths()) {
    CAPTURE(n);
    const std::vector<float> a = noise_vector(n, 3 * n);
    const std::vector<float> b = noise_vector(n, 3 * n + 1);
    const float expected = dot<Arch>(a.data(), b.data(), n);
    bool same = true;
    for (std::size_t i = 0; i < shifts; ++i) {
      std::vector<float> left(n + 2 * shifts, quiet_nan);
      std::copy(a.begin(), a.end(), left.begin() + static_cast<std::ptrdiff_t>(i));
      for (std::size_t j = 0; j < shifts; ++j) {
        std::vector<float> right(n + 2 * shifts, quiet_nan);
        std::copy(b.begin(), b.end(), right.begin() + static_cast<std::ptrdiff_t>(j));
        same = same && same_bits(dot<Arch>(left.data() + i, right.data() + j, n), expected);
      }
    }
    CHECK(same);
  }
}

TEST_CASE_TEMPLATE("dot passes on NaN and infinity from every place", Arch, DefaultArch,
                   PlainArch) {
  for (std::size_t n = 1; n <= 67; ++n)
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<float> a(n, 1.0F);
      const std::vector<float> b(n, 2.0F);
      a[i] = quiet_nan;
      REQUIRE(std::isnan(dot<Arch>(a.data(), b.data(), n)));
      a[i] = -infinity;
      REQUIRE(dot<Arch>(a.data(), b.data(), n) == -infinity);
      if (n == 1) continue;
      a[(i + n / 2) % n] = infinity;
      REQUIRE(std::isnan(dot<Arch>(a.data(), b.data(), n)));
    }
}

TEST_CASE_TEMPLATE("dot of no floats is zero and reads none", Arch, DefaultArch, PlainArch) {
  CHECK(same_bits(dot<Arch>(nullptr, nullptr, 0), 0.0F));
}

TEST_CASE("dot takes the default instruction set unless told otherwise") {
  const std::vector<float> a = noise_vector(300, 1);
  CHECK(same_bits(dot(a.data(), a.data(), 300), dot<DefaultArch>(a.data(), a.data(), 300)));
}
