// SPDX-License-Identifier: MIT
/// \file
/// The sigmoid σ(x) = 1 / (1 + e^−x) and its logarithm, on registers of floats.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// log σ(x) = −log(1 + e^−x) in nats, without overflow or cancellation.
[[nodiscard]] inline double log_sigmoid(double x) noexcept {
  return x < 0.0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x));
}
/// σ(x) = 1 / (1 + e^−x).
[[nodiscard]] inline double sigmoid(double x) noexcept { return 1.0 / (1.0 + std::exp(-x)); }

namespace kernels {

/// Computes σ(x) and log σ(x) = −log(1 + e^−x), in nats, of each lane; NaN of NaN.
template <class S, class Arch = DefaultArch>
concept Sigmoid = std::copyable<S> && requires(const S& s, FloatBatch<Arch> x) {
  { s.sigmoid(x) } -> std::same_as<FloatBatch<Arch>>;
  { s.log_sigmoid(x) } -> std::same_as<FloatBatch<Arch>>;
};

namespace detail {

/// Beyond ±this, e^x comes near the ends of float's normal range.
inline constexpr float exp_limit = 87.0F;

/// e^x for |x| <= exp_limit: 2^n · e^r with n = round(x / log 2), |r| <= log(2) / 2. The polynomial
/// is the minimax one of degree 6 for the relative error (3.2e-9, by Remez's algorithm).
template <class Arch>
[[nodiscard]] inline FloatBatch<Arch> exp_in_range(FloatBatch<Arch> x) noexcept {
  using Batch = FloatBatch<Arch>;
  const auto constant = [](float c) { return Batch::broadcast(c); };
  Batch power;
  const Batch n = round(x * constant(0x1.715476p+0F), power);
  // log 2 in two parts (Cody & Waite 1980): n times the first is exact.
  Batch r = fma(n, constant(-0x1.62e400p-1F), x);
  r = fma(n, constant(-0x1.7f7d1cp-20F), r);
  Batch p = constant(0x1.6db42ap-10F);
  p = fma(p, r, constant(0x1.123b56p-7F));
  p = fma(p, r, constant(0x1.55545ep-5F));
  p = fma(p, r, constant(0x1.55548ep-3F));
  p = fma(p, r, constant(0x1.000000p-1F));
  p = fma(p, r * r, r);
  return fma(p, power, power);
}

/// log(1 + t) for 0 <= t <= 1 from s = t / (2 + t) <= 1/3: 2 atanh(s). The polynomial is the
/// minimax one of degree 3 in s² (relative error 1.6e-8).
template <class Arch>
[[nodiscard]] inline FloatBatch<Arch> twice_atanh(FloatBatch<Arch> s) noexcept {
  using Batch = FloatBatch<Arch>;
  const auto constant = [](float c) { return Batch::broadcast(c); };
  const Batch u = s * s;
  Batch p = constant(0x1.1349c4p-3F);
  p = fma(p, u, constant(0x1.21169cp-3F));
  p = fma(p, u, constant(0x1.99ae00p-3F));
  p = fma(p, u, constant(0x1.55554cp-2F));
  const Batch twice = s + s;
  return fma(p, u * twice, twice);
}

/// σ(x) and log(1 + e^x) of each lane.
template <class Arch>
struct SigmoidAndSoftplus {
  FloatBatch<Arch> sigmoid;
  FloatBatch<Arch> softplus;
};

/// Both from one exponential and one division. Beyond ±87 the exponential stays as it is there.
/// Within 5u relative, u = 2⁻²⁴; NaN of NaN.
template <class Arch>
[[nodiscard]] inline SigmoidAndSoftplus<Arch> sigmoid_and_softplus(FloatBatch<Arch> x) noexcept {
  using Batch = FloatBatch<Arch>;
  const Batch zero;
  const Batch one = Batch::broadcast(1.0F);
  const Batch limit = Batch::broadcast(exp_limit);
  const Batch highest = Batch::broadcast(std::numeric_limits<float>::max());
  const Batch t = exp_in_range(clamp(zero - abs(x), zero - limit, zero));  // e^−|x|
  const Batch a = one + t;
  const Batch b = one + a;
  const Batch inverse = one / (a * b);
  // σ(x) is 1 / (1 + t) from 0 up and t / (1 + t) below; near 0 t is 1.
  const Batch above = clamp(x * highest, zero, one);
  const Batch numerator = fma(above, one - t, t);
  return {numerator * b * inverse, clamp(x, zero, highest) + twice_atanh(t * a * inverse)};
}

}  // namespace detail

/// The sigmoid by polynomials: some twenty operations for a register.
///
/// \par Valid range  all x; beyond ±87 σ stays at σ(±87), and log σ(x) of x > 87 at log σ(87).
/// \par Max error    sigmoid: 3u relative for |x| <= 87, and 2u from 0 up; log_sigmoid: 4u relative
///                   up to 87; u = 2⁻²⁴. Held by the tests against long double.
/// \par NaN, inf     NaN of NaN; log σ(−inf) = −inf.
struct FastSigmoid {
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> sigmoid(FloatBatch<Arch> x) const noexcept {
    using Batch = FloatBatch<Arch>;
    const Batch limit = Batch::broadcast(detail::exp_limit);
    const Batch one = Batch::broadcast(1.0F);
    return one / (one + detail::exp_in_range(clamp(Batch() - x, Batch() - limit, limit)));
  }
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> log_sigmoid(FloatBatch<Arch> x) const noexcept {
    using Batch = FloatBatch<Arch>;
    const Batch limit = Batch::broadcast(detail::exp_limit);
    const Batch lowest = Batch::broadcast(-std::numeric_limits<float>::infinity());
    // log σ(x) = min(x, 0) − log(1 + e^−|x|): no term overflows or cancels.
    const Batch decay = detail::exp_in_range(clamp(Batch() - abs(x), Batch() - limit, Batch()));
    return clamp(x, lowest, Batch()) -
           detail::twice_atanh(decay / (Batch::broadcast(2.0F) + decay));
  }
};

/// The sigmoid in double, lane by lane, rounded once: within u relative (absolute below float's
/// normal range: u · 2⁻¹²⁶). For tests and measures.
struct ExactSigmoid {
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> sigmoid(FloatBatch<Arch> x) const noexcept {
    return by_lanes(x, [](double v) { return implicitmf::sigmoid(v); });
  }
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> log_sigmoid(FloatBatch<Arch> x) const noexcept {
    return by_lanes(x, [](double v) { return implicitmf::log_sigmoid(v); });
  }

 private:
  template <class Arch, class Function>
  [[nodiscard]] static FloatBatch<Arch> by_lanes(FloatBatch<Arch> x,
                                                 const Function& function) noexcept {
    float lanes[FloatBatch<Arch>::width];
    x.store(lanes);
    for (float& lane : lanes) lane = static_cast<float>(function(static_cast<double>(lane)));
    return FloatBatch<Arch>::load(lanes);
  }
};
static_assert(Sigmoid<FastSigmoid> && Sigmoid<ExactSigmoid>);

}  // namespace kernels

}  // namespace implicitmf
