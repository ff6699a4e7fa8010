// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/axpy.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::DefaultArch;
using implicitmf::kernels::axpy;
using implicitmf::kernels::scale;
using namespace kernel_tests;

constexpr std::size_t longest = 67;
constexpr std::size_t shifts = 16;
constexpr float guard = -77.0F;

/// `values` from place `shift` on, with guards before and behind.
std::vector<float> shifted(const std::vector<float>& values, std::size_t shift) {
  std::vector<float> out(values.size() + 2 * shifts, guard);
  std::copy(values.begin(), values.end(), out.begin() + static_cast<std::ptrdiff_t>(shift));
  return out;
}

/// Whether `line` is shifted(values, shift), bit for bit.
bool holds(const std::vector<float>& line, const std::vector<float>& values, std::size_t shift) {
  const std::vector<float> expected = shifted(values, shift);
  return std::equal(line.begin(), line.end(), expected.begin(), expected.end(), same_bits);
}

}  // namespace

TEST_CASE_TEMPLATE("axpy is exact to its roundings at every length and alignment", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t n = 0; n <= longest; ++n) {
    CAPTURE(n);
    const std::vector<float> x = noise_vector(n, 2 * n);
    const std::vector<float> y = noise_vector(n, 2 * n + 1);
    std::vector<float> expected(n);
    for (std::size_t i = 0; i < n; ++i) expected[i] = multiply_add(0.7F, x[i], y[i]);

    std::vector<float> exact_size = y;
    axpy<Arch>(0.7F, x.data(), exact_size.data(), n);
    CHECK(exact_size == expected);

    bool same = true;
    for (std::size_t i = 0; i < shifts; ++i)
      for (std::size_t j = 0; j < shifts; ++j) {
        std::vector<float> from = shifted(x, i);
        std::replace(from.begin(), from.end(), guard, quiet_nan);
        std::vector<float> to = shifted(y, j);
        axpy<Arch>(0.7F, from.data() + i, to.data() + j, n);
        same = same && holds(to, expected, j);
      }
    CHECK(same);
  }
}

TEST_CASE_TEMPLATE("axpy of a vector to itself", Arch, DefaultArch, PlainArch) {
  const std::vector<float> x = noise_vector(1031, 5);
  std::vector<float> y = x;
  axpy<Arch>(0.7F, y.data(), y.data(), y.size());
  bool same = true;
  for (std::size_t i = 0; i < x.size(); ++i)
    same = same && same_bits(y[i], multiply_add(0.7F, x[i], x[i]));
  CHECK(same);
}

TEST_CASE_TEMPLATE("axpy passes on NaN and infinity in their own elements, whatever alpha", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t n = 1; n <= longest; ++n)
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<float> x(n, 1.0F);
      std::vector<float> y(n, 2.0F);
      x[i] = infinity;
      axpy<Arch>(0.0F, x.data(), y.data(), n);
      REQUIRE(std::isnan(y[i]));
      REQUIRE(std::count(y.begin(), y.end(), 2.0F) == static_cast<std::ptrdiff_t>(n - 1));
      y[i] = 2.0F;
      axpy<Arch>(-1.0F, x.data(), y.data(), n);
      REQUIRE(y[i] == -infinity);
    }
}

TEST_CASE_TEMPLATE("scale is exact to its rounding at every length and alignment", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t n = 0; n <= longest; ++n) {
    CAPTURE(n);
    const std::vector<float> x = noise_vector(n, n);
    std::vector<float> expected(n);
    for (std::size_t i = 0; i < n; ++i) expected[i] = 0.7F * x[i];

    std::vector<float> exact_size = x;
    scale<Arch>(0.7F, exact_size.data(), n);
    CHECK(exact_size == expected);

    bool same = true;
    for (std::size_t i = 0; i < shifts; ++i) {
      std::vector<float> to = shifted(x, i);
      scale<Arch>(0.7F, to.data() + i, n);
      same = same && holds(to, expected, i);
    }
    CHECK(same);
  }
}

TEST_CASE_TEMPLATE("scale by zero keeps NaN and makes it of infinity", Arch, DefaultArch,
                   PlainArch) {
  for (const float bad : {quiet_nan, infinity, -infinity})
    for (std::size_t i = 0; i < longest; ++i) {
      std::vector<float> x(longest, 1.0F);
      x[i] = bad;
      scale<Arch>(0.0F, x.data(), longest);
      REQUIRE(std::isnan(x[i]));
      REQUIRE(std::count(x.begin(), x.end(), 0.0F) == static_cast<std::ptrdiff_t>(longest - 1));
    }
}

TEST_CASE_TEMPLATE("axpy and scale of no floats touch none", Arch, DefaultArch, PlainArch) {
  axpy<Arch>(1.0F, nullptr, nullptr, 0);
  scale<Arch>(1.0F, nullptr, 0);
}
