// SPDX-License-Identifier: MIT
/// \file
/// Counter-based random numbers: every stream is a pure function of its key, on every machine.
#pragma once

#include <cstdint>

namespace implicitmf {

/// What a random stream is for; part of its key, so that no two uses share numbers by accident.
enum class RandomPurpose : std::uint64_t {
  subsampling = 1,
  start_panel = 2,
  test_data = 3,
  start_vectors = 4,
  window_radius = 5,
  negatives = 6,
  held_out_negatives = 7,
  objective_samples = 8,
  cell_negatives = 9,
};

/// Mixes 64 bits: a bijection whose output bits each depend on every input bit.
/// Source: Stafford's variant 13 of the MurmurHash3 finalizer, as SplitMix64 uses it
/// (Steele, Lea & Flood, OOPSLA 2014).
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return x ^ (x >> 31U);
}

/// Uniform 64 bits to [0, bound), bound > 0, and what is left of them to [0, 2^32) in `rest`; each
/// value is as likely as the others to within bound / 2^64.
[[nodiscard]] constexpr std::uint64_t scale_bits(std::uint64_t bits, std::uint64_t bound,
                                                 std::uint32_t& rest) noexcept {
  // The 128-bit product of halves, for want of a standard type of that size.
  const std::uint64_t low = (bits & 0xFFFF'FFFFU) * (bound & 0xFFFF'FFFFU);
  const std::uint64_t cross = (bits >> 32U) * (bound & 0xFFFF'FFFFU) + (low >> 32U);
  const std::uint64_t other = (bits & 0xFFFF'FFFFU) * (bound >> 32U) + (cross & 0xFFFF'FFFFU);
  rest = static_cast<std::uint32_t>(other);
  return (bits >> 32U) * (bound >> 32U) + (cross >> 32U) + (other >> 32U);
}

/// The random stream of a key (seed, purpose, shard, step): element i is
/// mix_bits(key + (i + 1) · golden), which is SplitMix64 started at the mixed key.
///
/// Work that is cut by data (shards, steps) rather than by threads draws the same numbers whatever
/// the number of threads. Satisfies std::uniform_random_bit_generator; prefer below() and
/// uniform(), which give the same values with every standard library.
class RandomStream {
 public:
  using result_type = std::uint64_t;

  constexpr RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t shard = 0,
                         std::uint64_t step = 0) noexcept
      : key_(absorb(absorb(absorb(absorb(0, seed), static_cast<std::uint64_t>(purpose)), shard),
                    step)) {}

  [[nodiscard]] static constexpr result_type min() noexcept { return 0; }
  [[nodiscard]] static constexpr result_type max() noexcept { return ~result_type{0}; }

  /// The next 64 bits.
  constexpr result_type operator()() noexcept { return at(next_++); }

  /// Element i of the stream, wherever the stream stands.
  [[nodiscard]] constexpr result_type at(std::uint64_t i) const noexcept {
    return mix_bits(key_ + (i + 1) * golden);
  }

  /// The stream from element i on, wherever this one stands.
  [[nodiscard]] constexpr RandomStream from(std::uint64_t i) const noexcept {
    RandomStream rest = *this;
    rest.next_ = i;
    return rest;
  }

  /// Uniform integer in [0, bound), unbiased; bound > 0. Lemire (TOMACS 2019), on 32-bit halves.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    const std::uint32_t rejected = (0U - bound) % bound;
    for (;;) {
      const std::uint64_t product = (operator()() >> 32U) * bound;
      if (static_cast<std::uint32_t>(product) >= rejected)
        return static_cast<std::uint32_t>(product >> 32U);
    }
  }

  /// Uniform in [0, 1): a multiple of 2^-53.
  [[nodiscard]] constexpr double uniform() noexcept { return to_unit(operator()()); }
  /// Uniform in [0, 1) from given bits.
  [[nodiscard]] static constexpr double to_unit(std::uint64_t bits) noexcept {
    return static_cast<double>(bits >> 11U) * 0x1p-53;
  }

 private:
  static constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15U;
  static constexpr std::uint64_t absorb(std::uint64_t key, std::uint64_t part) noexcept {
    return mix_bits(key + golden + mix_bits(part + golden));
  }

  std::uint64_t key_;
  std::uint64_t next_ = 0;
};

}  // namespace implicitmf
