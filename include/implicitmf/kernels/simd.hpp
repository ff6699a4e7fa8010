// SPDX-License-Identifier: MIT
/// \file
/// The vector registers that kernels are written with. No other header includes xsimd.
///
/// Every kernel, its helpers and whatever inlines them take the instruction set as a template
/// parameter `Arch`: two translation units built with different -m flags then share no symbol of
/// ours, and the linker cannot hand one of them the other's code.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#if !defined(IMPLICITMF_NO_SIMD)
#include <xsimd/xsimd.hpp>
#if !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define IMPLICITMF_HAS_XSIMD 1
#endif
#endif

namespace implicitmf {

/// Plain floats and no xsimd. The compiler may still vectorise such code as its flags allow, so
/// `Flags` says which they were and keeps apart what was built with different ones.
template <unsigned Flags>
struct BasicScalarArch {
  static constexpr const char* name() noexcept { return "scalar"; }
};

namespace detail {

/// One bit for each set of instructions that changes the code of a plain float loop.
[[nodiscard]] constexpr unsigned scalar_flags() noexcept {
  unsigned flags = 0;
#if defined(__AVX__)
  flags |= 1U;
#endif
#if defined(__FMA__)
  flags |= 2U;
#endif
#if defined(__AVX2__)
  flags |= 4U;
#endif
#if defined(__AVX512F__)
  flags |= 8U;
#endif
  return flags;
}

}  // namespace detail

/// The Arch of kernels without SIMD.
using ScalarArch = BasicScalarArch<detail::scalar_flags()>;

/// The Arch that kernels take unless told otherwise: the best that this translation unit's flags
/// allow, ScalarArch where xsimd knows none or IMPLICITMF_NO_SIMD is defined.
#if defined(IMPLICITMF_HAS_XSIMD)
using DefaultArch = xsimd::default_arch;
#else
using DefaultArch = ScalarArch;
#endif

}  // namespace implicitmf

namespace implicitmf::kernels {

/// Floats in a cache line. Panels (the dense operands of block kernels) are this many columns
/// wide, or a multiple; every FloatBatch width divides it.
inline constexpr std::size_t panel_width = 16;

namespace detail {

// One set of overloads for each register type. xsimd's own sums are not used: they add in an order
// that differs between its instruction sets and its versions.

#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_SSE2
template <class Arch>
[[nodiscard]] inline float halving_sum(__m128 v) noexcept {
  const __m128 two = _mm_add_ps(v, _mm_movehl_ps(v, v));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
#endif

#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_AVX
template <class Arch>
[[nodiscard]] inline float halving_sum(__m256 v) noexcept {
  return halving_sum<Arch>(_mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)));
}

/// A mask of the first n of 8 lanes. n <= 8.
template <class Arch>
[[nodiscard]] inline __m256i first_lanes(std::size_t n) noexcept {
  alignas(64) static constexpr std::int32_t mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(mask + (8 - n)));
}
template <class Arch>
inline void load_first(__m256& to, const float* from, std::size_t n) noexcept {
  to = _mm256_maskload_ps(from, first_lanes<Arch>(n));
}
template <class Arch>
inline void store_first(float* to, __m256 from, std::size_t n) noexcept {
  _mm256_maskstore_ps(to, first_lanes<Arch>(n), from);
}
#endif

#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_AVX512F
template <class Arch>
[[nodiscard]] inline float halving_sum(__m512 v) noexcept {
  // Masked by all ones, as g++ 12 warns of an uninitialised value inside the plain intrinsics.
  const __m512d bits = _mm512_castps_pd(v);
  const __m256 low = _mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(0xFF, bits, 0));
  const __m256 high = _mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(0xFF, bits, 1));
  return halving_sum<Arch>(_mm256_add_ps(low, high));
}
template <class Arch>
inline void load_first(__m512& to, const float* from, std::size_t n) noexcept {
  to = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1U), from);
}
template <class Arch>
inline void store_first(float* to, __m512 from, std::size_t n) noexcept {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << n) - 1U), from);
}
#endif

}  // namespace detail

/// A register of floats: `width` lanes, each holding its own value. Loads and stores touch exactly
/// the floats named, aligned ones need 4 · width bytes of alignment.
template <class Arch>
class FloatBatch {
#if defined(IMPLICITMF_HAS_XSIMD)
 public:
  static constexpr std::size_t width = xsimd::batch<float, Arch>::size;
  static_assert(panel_width % width == 0, "kernels cut panels of 16 columns into whole registers");

  /// Zero in every lane.
  FloatBatch() noexcept : lanes_(0.0F) {}

  [[nodiscard]] static FloatBatch broadcast(float x) noexcept { return Batch(x); }
  [[nodiscard]] static FloatBatch load(const float* p) noexcept { return Batch::load_unaligned(p); }
  [[nodiscard]] static FloatBatch load_aligned(const float* p) noexcept {
    return Batch::load_aligned(p);
  }
  /// The first n floats at p, n < width; zero in the lanes beyond.
  [[nodiscard]] static FloatBatch load_partial(const float* p, std::size_t n) noexcept {
#if XSIMD_WITH_AVX
    if constexpr (width >= 8) {
      Register lanes;
      detail::load_first<Arch>(lanes, p, n);
      return Batch(lanes);
    } else
#endif
    {
      float lanes[width] = {};
      for (std::size_t i = 0; i < n; ++i) lanes[i] = p[i];
      return load(lanes);
    }
  }

  void store(float* p) const noexcept { lanes_.store_unaligned(p); }
  void store_aligned(float* p) const noexcept { lanes_.store_aligned(p); }
  /// Writes the first n lanes, n < width.
  void store_partial(float* p, std::size_t n) const noexcept {
#if XSIMD_WITH_AVX
    if constexpr (width >= 8) {
      detail::store_first<Arch>(p, static_cast<Register>(lanes_), n);
    } else
#endif
    {
      float lanes[width];
      store(lanes);
      for (std::size_t i = 0; i < n; ++i) p[i] = lanes[i];
    }
  }

  friend FloatBatch operator+(FloatBatch a, FloatBatch b) noexcept { return a.lanes_ + b.lanes_; }
  friend FloatBatch operator-(FloatBatch a, FloatBatch b) noexcept { return a.lanes_ - b.lanes_; }
  friend FloatBatch operator*(FloatBatch a, FloatBatch b) noexcept { return a.lanes_ * b.lanes_; }

  /// a · b + c, rounded once where Arch can, else twice.
  friend FloatBatch fma(FloatBatch a, FloatBatch b, FloatBatch c) noexcept {
#if XSIMD_WITH_AVX512F
    // xsimd 8 multiplies and adds here.
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>)
      return Batch(_mm512_fmadd_ps(a.lanes_, b.lanes_, c.lanes_));
    else
#endif
      return xsimd::fma(a.lanes_, b.lanes_, c.lanes_);
  }

  /// The sum of all lanes by halves: lane i + lane i + width/2 first, then the same on that half,
  /// down to one. The order is the same for every Arch and every version of xsimd.
  friend float reduce_add(FloatBatch a) noexcept {
#if XSIMD_WITH_SSE2
    return detail::halving_sum<Arch>(static_cast<Register>(a.lanes_));
#else
    float lanes[width];
    a.store(lanes);
    for (std::size_t half = width / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    return lanes[0];
#endif
  }

 private:
  using Batch = xsimd::batch<float, Arch>;
  using Register = typename Batch::register_type;

  FloatBatch(Batch lanes) noexcept : lanes_(lanes) {}

  Batch lanes_;
#else
  static_assert(sizeof(Arch) == 0, "without xsimd only ScalarArch can be used");
#endif
};

/// One float, so that a kernel written for registers is also its own plain loop.
template <unsigned Flags>
class FloatBatch<BasicScalarArch<Flags>> {
 public:
  static constexpr std::size_t width = 1;

  FloatBatch() = default;

  [[nodiscard]] static FloatBatch broadcast(float x) noexcept { return x; }
  [[nodiscard]] static FloatBatch load(const float* p) noexcept { return *p; }
  [[nodiscard]] static FloatBatch load_aligned(const float* p) noexcept { return *p; }
  [[nodiscard]] static FloatBatch load_partial(const float*, std::size_t) noexcept { return {}; }

  void store(float* p) const noexcept { *p = value_; }
  void store_aligned(float* p) const noexcept { *p = value_; }
  void store_partial(float*, std::size_t) const noexcept {}

  friend FloatBatch operator+(FloatBatch a, FloatBatch b) noexcept { return a.value_ + b.value_; }
  friend FloatBatch operator-(FloatBatch a, FloatBatch b) noexcept { return a.value_ - b.value_; }
  friend FloatBatch operator*(FloatBatch a, FloatBatch b) noexcept { return a.value_ * b.value_; }

  friend FloatBatch fma(FloatBatch a, FloatBatch b, FloatBatch c) noexcept {
#if defined(__FMA__)
    // Said outright: a compiler that may contract a · b + c need not do so everywhere alike.
    return std::fma(a.value_, b.value_, c.value_);
#else
    return a.value_ * b.value_ + c.value_;
#endif
  }

  friend float reduce_add(FloatBatch a) noexcept { return a.value_; }

 private:
  FloatBatch(float value) noexcept : value_(value) {}

  float value_ = 0.0F;
};

}  // namespace implicitmf::kernels
