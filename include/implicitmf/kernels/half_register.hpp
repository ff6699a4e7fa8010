// SPDX-License-Identifier: MIT
/// \file
/// Registers of half an instruction set's width, for what would leave most of a whole one empty.
#pragma once

#include <cstddef>
#include <type_traits>

#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// Where Arch's registers have 16 lanes those of 8, else Arch: processors that take 16 lanes in two
/// halves spend half as much on them.
template <class Arch>
using NarrowArch = std::conditional_t<FloatBatch<Arch>::width == 16, HalfArch<Arch>, Arch>;

#if defined(IMPLICITMF_HAS_XSIMD) && XSIMD_WITH_AVX512F
/// Eight floats, with FloatBatch's functions but for sqrt, partial loads and stores, and
/// reduce_adds. Not xsimd's batch of AVX2, whose functions a unit built for AVX2 alone has, too,
/// and which would be built with more here.
template <class Arch>
class FloatBatch<HalfArch<Arch>> {
 public:
  static constexpr std::size_t width = 8;

  FloatBatch() noexcept : lanes_(_mm256_setzero_ps()) {}

  [[nodiscard]] static FloatBatch broadcast(float x) noexcept { return _mm256_set1_ps(x); }
  [[nodiscard]] static FloatBatch load(const float* p) noexcept { return _mm256_loadu_ps(p); }
  [[nodiscard]] static FloatBatch load_aligned(const float* p) noexcept {
    return _mm256_load_ps(p);
  }
  void store(float* p) const noexcept { _mm256_storeu_ps(p, lanes_); }
  void store_aligned(float* p) const noexcept { _mm256_store_ps(p, lanes_); }

  friend FloatBatch operator+(FloatBatch a, FloatBatch b) noexcept {
    return _mm256_add_ps(a.lanes_, b.lanes_);
  }
  friend FloatBatch operator-(FloatBatch a, FloatBatch b) noexcept {
    return _mm256_sub_ps(a.lanes_, b.lanes_);
  }
  friend FloatBatch operator*(FloatBatch a, FloatBatch b) noexcept {
    return _mm256_mul_ps(a.lanes_, b.lanes_);
  }
  friend FloatBatch operator/(FloatBatch a, FloatBatch b) noexcept {
    return _mm256_div_ps(a.lanes_, b.lanes_);
  }
  friend FloatBatch fma(FloatBatch a, FloatBatch b, FloatBatch c) noexcept {
#if defined(__FMA__)
    return _mm256_fmadd_ps(a.lanes_, b.lanes_, c.lanes_);
#else
    // g++'s -mavx512f has no fma of half registers.
    const auto whole = [](FloatBatch x) { return _mm512_castps256_ps512(x.lanes_); };
    return _mm512_castps512_ps256(_mm512_fmadd_ps(whole(a), whole(b), whole(c)));
#endif
  }
  friend FloatBatch abs(FloatBatch a) noexcept {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a.lanes_);
  }
  friend FloatBatch clamp(FloatBatch x, FloatBatch low, FloatBatch high) noexcept {
    return detail::lesser<Arch>(high.lanes_, detail::greater<Arch>(low.lanes_, x.lanes_));
  }
  friend FloatBatch round(FloatBatch x, FloatBatch& power) noexcept {
    const FloatBatch magic = broadcast(0x1.8p23F);
    const FloatBatch sum = x + magic;
    power = detail::power_of_low_bits<Arch>(sum.lanes_);
    return sum - magic;
  }
  friend float reduce_add(FloatBatch a) noexcept { return detail::halving_sum<Arch>(a.lanes_); }

  void keep_in_register() noexcept {
#if defined(__GNUC__) || defined(__clang__)
    asm("" : "+v"(lanes_));
#endif
  }
  /// These lanes, and zeros in as many above them.
  [[nodiscard]] FloatBatch<Arch> widened() const noexcept {
    // Masked by all ones, as g++ 12 warns of an uninitialised value inside the plain intrinsic.
    return FloatBatch<Arch>(_mm512_castpd_ps(
        _mm512_maskz_insertf64x4(0xFF, _mm512_setzero_pd(), _mm256_castps_pd(lanes_), 0)));
  }

 private:
  FloatBatch(__m256 lanes) noexcept : lanes_(lanes) {}

  __m256 lanes_;
};
#endif

}  // namespace implicitmf::kernels
