// SPDX-License-Identifier: MIT
/// \file
/// The vector registers that kernels are written with. No other header includes xsimd.
///
/// Every kernel, its helpers and whatever inlines them take the instruction set as a template
/// parameter `Arch`: two translation units built with different -m flags then share no symbol of
/// ours, and the linker cannot hand one of them the other's code.
#pragma once

#include <bit>
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

/// For the few functions whose arguments must stay in registers, and which compilers call all the
/// same where they are used often.
#if defined(__GNUC__) || defined(__clang__)
#define IMPLICITMF_ALWAYS_INLINE [[gnu::always_inline]] inline
#else
#define IMPLICITMF_ALWAYS_INLINE inline
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

/// Lanes of a and b added by halves of `Step` lanes: the sums of a's in the lower places.
template <class Arch, std::size_t Step>
[[nodiscard]] inline __m128 join_halves(__m128 a, __m128 b) noexcept {
  if constexpr (Step == 2)
    return _mm_add_ps(_mm_movelh_ps(a, b), _mm_movehl_ps(b, a));
  else
    return _mm_add_ps(_mm_shuffle_ps(a, b, 0x88), _mm_shuffle_ps(a, b, 0xDD));
}

// Where an operand is NaN these give the second one.
template <class Arch>
[[nodiscard]] inline __m128 lesser(__m128 a, __m128 b) noexcept {
  return _mm_min_ps(a, b);
}
template <class Arch>
[[nodiscard]] inline __m128 greater(__m128 a, __m128 b) noexcept {
  return _mm_max_ps(a, b);
}
/// 2^n in each lane whose low nine bits are n.
template <class Arch>
[[nodiscard]] inline __m128 power_of_low_bits(__m128 v) noexcept {
  return _mm_castsi128_ps(
      _mm_add_epi32(_mm_slli_epi32(_mm_castps_si128(v), 23), _mm_set1_epi32(0x3F80'0000)));
}
#endif

#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_AVX
template <class Arch>
[[nodiscard]] inline float halving_sum(__m256 v) noexcept {
  return halving_sum<Arch>(_mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)));
}

template <class Arch, std::size_t Step>
[[nodiscard]] inline __m256 join_halves(__m256 a, __m256 b) noexcept {
  if constexpr (Step == 4)
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
  else if constexpr (Step == 2)
    return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x44), _mm256_shuffle_ps(a, b, 0xEE));
  else
    return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xDD));
}
template <class Arch>
[[nodiscard]] inline __m256 lesser(__m256 a, __m256 b) noexcept {
  return _mm256_min_ps(a, b);
}
template <class Arch>
[[nodiscard]] inline __m256 greater(__m256 a, __m256 b) noexcept {
  return _mm256_max_ps(a, b);
}
template <class Arch>
[[nodiscard]] inline __m256 power_of_low_bits(__m256 v) noexcept {
#if XSIMD_WITH_AVX2
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32(_mm256_castps_si256(v), 23),
                                              _mm256_set1_epi32(0x3F80'0000)));
#else
  return _mm256_insertf128_ps(
      _mm256_castps128_ps256(power_of_low_bits<Arch>(_mm256_castps256_ps128(v))),
      power_of_low_bits<Arch>(_mm256_extractf128_ps(v, 1)), 1);
#endif
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
template <class Arch, std::size_t Step>
[[nodiscard]] inline __m512 join_halves(__m512 a, __m512 b) noexcept {
  if constexpr (Step == 8)
    return _mm512_add_ps(_mm512_maskz_shuffle_f32x4(0xFFFF, a, b, 0x44),
                         _mm512_maskz_shuffle_f32x4(0xFFFF, a, b, 0xEE));
  else if constexpr (Step == 4)
    return _mm512_add_ps(_mm512_maskz_shuffle_f32x4(0xFFFF, a, b, 0x88),
                         _mm512_maskz_shuffle_f32x4(0xFFFF, a, b, 0xDD));
  else if constexpr (Step == 2)
    return _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xEE));
  else
    return _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xDD));
}
template <class Arch>
[[nodiscard]] inline __m512 lesser(__m512 a, __m512 b) noexcept {
  return _mm512_maskz_min_ps(0xFFFF, a, b);
}
template <class Arch>
[[nodiscard]] inline __m512 greater(__m512 a, __m512 b) noexcept {
  return _mm512_maskz_max_ps(0xFFFF, a, b);
}
template <class Arch>
[[nodiscard]] inline __m512 power_of_low_bits(__m512 v) noexcept {
  const __m512i shifted = _mm512_maskz_slli_epi32(0xFFFF, _mm512_castps_si512(v), 23);
  return _mm512_castsi512_ps(_mm512_add_epi32(shifted, _mm512_set1_epi32(0x3F80'0000)));
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

/// Registers of floats that Arch has; kernels choose their tiles by it.
template <class Arch>
[[nodiscard]] constexpr std::size_t register_count() noexcept {
#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_AVX512F
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) return 32;
#endif
  return 16;
}

/// The Arch of registers of half the width, see kernels/half_register.hpp.
template <class Arch>
struct HalfArch {};

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
  friend FloatBatch operator/(FloatBatch a, FloatBatch b) noexcept { return a.lanes_ / b.lanes_; }
  friend FloatBatch abs(FloatBatch a) noexcept { return xsimd::abs(a.lanes_); }
  friend FloatBatch sqrt(FloatBatch a) noexcept { return xsimd::sqrt(a.lanes_); }

  /// The nearest to x of [low, high]; NaN where x is.
  friend FloatBatch clamp(FloatBatch x, FloatBatch low, FloatBatch high) noexcept {
#if XSIMD_WITH_SSE2
    return Batch(detail::lesser<Arch>(
        static_cast<Register>(high.lanes_),
        detail::greater<Arch>(static_cast<Register>(low.lanes_), static_cast<Register>(x.lanes_))));
#else
    return by_lanes(x, [&](std::size_t i, float v) {
      return v < low.lane(i) ? low.lane(i) : v > high.lane(i) ? high.lane(i) : v;
    });
#endif
  }

  /// x rounded to the nearest integer n, halves to even, and 2^n in `power`; |x| <= 126.
  friend FloatBatch round(FloatBatch x, FloatBatch& power) noexcept {
    const FloatBatch magic = broadcast(0x1.8p23F);  // n stands in the lowest bits of x + magic
    const FloatBatch sum = x + magic;
#if XSIMD_WITH_SSE2
    power = Batch(detail::power_of_low_bits<Arch>(static_cast<Register>(sum.lanes_)));
#else
    power = by_lanes(sum - magic,
                     [](std::size_t, float n) { return std::ldexp(1.0F, static_cast<int>(n)); });
#endif
    return sum - magic;
  }

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

  /// Makes the compiler hold the lanes in a register here, rather than load them again for every
  /// use: g++ 12 folds the load of a shared operand into each of its multiply-adds.
  void keep_in_register() noexcept {
#if XSIMD_WITH_SSE2 && (defined(__GNUC__) || defined(__clang__))
    Register lanes = lanes_;
#if XSIMD_WITH_AVX512F
    asm("" : "+v"(lanes));
#else
    asm("" : "+x"(lanes));
#endif
    lanes_ = Batch(lanes);
#endif
  }

  /// reduce_add(v[i]) in lane i, bit for bit, for i < N; whatever in the lanes beyond. One pass
  /// that transposes as it adds: a fifth of the work of N single sums. 1 <= N <= width.
  template <std::size_t N>
  [[nodiscard]] IMPLICITMF_ALWAYS_INLINE static FloatBatch reduce_adds(
      const FloatBatch* v) noexcept {
    static_assert(N >= 1 && N <= width);
#if XSIMD_WITH_SSE2
    const FloatBatch low = join<2>(quad<N, 0>(v), quad < N, N == 1 ? 0 : 1 > (v));
    if constexpr (N <= 2)
      return join<1>(low, low);
    else
      return join<1>(low, join<2>(quad<N, 2>(v), quad < N, N == 3 ? 2 : 3 > (v)));
#else
    float lanes[width] = {};
    for (std::size_t i = 0; i < N; ++i) lanes[i] = reduce_add(v[i]);
    return load(lanes);
#endif
  }

 private:
  friend class FloatBatch<HalfArch<Arch>>;
  using Batch = xsimd::batch<float, Arch>;
  using Register = typename Batch::register_type;

  FloatBatch(Batch lanes) noexcept : lanes_(lanes) {}

#if XSIMD_WITH_SSE2
  template <std::size_t Step>
  [[nodiscard]] IMPLICITMF_ALWAYS_INLINE static FloatBatch join(FloatBatch a,
                                                                FloatBatch b) noexcept {
    return Batch(detail::join_halves<Arch, Step>(static_cast<Register>(a.lanes_),
                                                 static_cast<Register>(b.lanes_)));
  }
  /// Four partial sums of each of v[I], v[I + 4], v[I + 8] and v[I + 12], as far as Arch has lanes;
  /// where one is beyond N another stands for it.
  template <std::size_t N, std::size_t I>
  [[nodiscard]] IMPLICITMF_ALWAYS_INLINE static FloatBatch quad(const FloatBatch* v) noexcept {
    constexpr auto or_before = [](std::size_t i, std::size_t before) { return i < N ? i : before; };
    if constexpr (width == 4) {
      return v[I];
    } else if constexpr (width == 8) {
      return join<4>(v[I], v[or_before(I + 4, I)]);
    } else {
      const FloatBatch low = join<8>(v[I], v[or_before(I + 4, I)]);
      if constexpr (I + 8 < N)
        return join<4>(low, join<8>(v[I + 8], v[or_before(I + 12, I + 8)]));
      else
        return join<4>(low, low);
    }
  }
#else
  [[nodiscard]] float lane(std::size_t i) const noexcept {
    float lanes[width];
    store(lanes);
    return lanes[i];
  }
  template <class Function>
  [[nodiscard]] static FloatBatch by_lanes(FloatBatch x, const Function& function) noexcept {
    float lanes[width];
    x.store(lanes);
    for (std::size_t i = 0; i < width; ++i) lanes[i] = function(i, lanes[i]);
    return load(lanes);
  }
#endif

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
  friend FloatBatch operator/(FloatBatch a, FloatBatch b) noexcept { return a.value_ / b.value_; }
  friend FloatBatch abs(FloatBatch a) noexcept { return std::abs(a.value_); }
  friend FloatBatch sqrt(FloatBatch a) noexcept { return std::sqrt(a.value_); }

  friend FloatBatch clamp(FloatBatch x, FloatBatch low, FloatBatch high) noexcept {
    const float raised = x.value_ < low.value_ ? low.value_ : x.value_;
    return raised > high.value_ ? high.value_ : raised;
  }
  friend FloatBatch round(FloatBatch x, FloatBatch& power) noexcept {
    const float sum = x.value_ + 0x1.8p23F;
    const std::uint32_t bits = (std::bit_cast<std::uint32_t>(sum) << 23U) + 0x3F80'0000U;
    power = std::bit_cast<float>(bits);
    return sum - 0x1.8p23F;
  }

  friend FloatBatch fma(FloatBatch a, FloatBatch b, FloatBatch c) noexcept {
#if defined(__FMA__)
    // Said outright: a compiler that may contract a · b + c need not do so everywhere alike.
    return std::fma(a.value_, b.value_, c.value_);
#else
    return a.value_ * b.value_ + c.value_;
#endif
  }

  friend float reduce_add(FloatBatch a) noexcept { return a.value_; }
  void keep_in_register() noexcept {}
  template <std::size_t N>
  [[nodiscard]] static FloatBatch reduce_adds(const FloatBatch* v) noexcept {
    static_assert(N == 1);
    return v[0];
  }

 private:
  FloatBatch(float value) noexcept : value_(value) {}

  float value_ = 0.0F;
};

}  // namespace implicitmf::kernels
