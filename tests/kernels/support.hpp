// SPDX-License-Identifier: MIT
/// \file
/// What the tests of the kernels share: inputs, bounds and the plain float operations that the
/// kernels' documented orders of summation are built from.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace kernel_tests {

/// ScalarArch, or its double where that is the default: no two tests may bear one name.
using PlainArch =
    std::conditional_t<std::is_same_v<implicitmf::DefaultArch, implicitmf::ScalarArch>,
                       implicitmf::BasicScalarArch<~0U>, implicitmf::ScalarArch>;

inline constexpr long double unit_roundoff = 0x1p-24L;
inline constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinity = std::numeric_limits<float>::infinity();

[[nodiscard]] inline bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// An endless stream of floats in ±[2⁻⁴, 1): their sums round, and in each order differently.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}

  float operator()() {
    const std::uint64_t bits = next();
    const auto mantissa = static_cast<float>(bits >> 40U) * 0x1p-24F;  // [0, 1)
    const float magnitude = std::ldexp(0.5F + mantissa / 2, -static_cast<int>(bits % 4));
    return (bits & 16U) != 0 ? magnitude : -magnitude;
  }
  /// A number in [0, bound).
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() >> 33U) % bound; }

 private:
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

/// A heap block of exactly n floats, so that an address sanitizer sees the first one too many.
[[nodiscard]] inline std::vector<float> noise_vector(std::size_t n, std::uint64_t seed) {
  Noise noise(seed);
  std::vector<float> v(n);
  for (float& x : v) x = noise();
  return v;
}

/// Noise in the first `cols` columns of each row, NaN in `spare` panels to the right of them.
[[nodiscard]] inline implicitmf::AlignedMatrix noise_matrix(std::size_t rows, std::size_t cols,
                                                            std::uint64_t seed,
                                                            std::size_t spare = 1) {
  Noise noise(seed);
  implicitmf::AlignedMatrix m(rows, cols + spare * implicitmf::kernels::panel_width);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < m.cols(); ++c) m(r, c) = c < cols ? noise() : quiet_nan;
  return m;
}

template <class Arch>
[[nodiscard]] std::vector<float> lanes_of(implicitmf::kernels::FloatBatch<Arch> batch) {
  std::vector<float> lanes(implicitmf::kernels::FloatBatch<Arch>::width);
  batch.store(lanes.data());
  return lanes;
}

/// Whether lane i of `batch` is expected(i), bit for bit, for every i.
template <class Arch, class Expected>
[[nodiscard]] bool lanes_are(implicitmf::kernels::FloatBatch<Arch> batch,
                             const Expected& expected) {
  const std::vector<float> lanes = lanes_of(batch);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (!same_bits(lanes[i], expected(i))) return false;
  return true;
}

/// FloatBatch::fma on one lane. Fused in every Arch of a build whose flags have FMA.
[[nodiscard]] inline float multiply_add(float a, float b, float c) {
#if defined(__FMA__)
  return std::fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// reduce_add of `lanes`, as its documentation says it.
[[nodiscard]] inline float halving_sum(std::vector<float> lanes) {
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

/// A sum in long double beside the sum of its terms' magnitudes, which error bounds multiply.
struct ExactSum {
  long double value = 0;
  long double magnitude = 0;

  void add(float a, float b) {
    const long double term = static_cast<long double>(a) * static_cast<long double>(b);
    value += term;
    magnitude += std::fabs(term);
  }
  /// Whether x is within `roundings` unit roundoffs, first order, of the sum.
  [[nodiscard]] bool admits(double x, long double roundings) const {
    const long double error = std::fabs(static_cast<long double>(x) - value);
    return error <= roundings * unit_roundoff * magnitude * 1.001L;
  }
};

}  // namespace kernel_tests
