// SPDX-License-Identifier: MIT
#include <implicitmf/core/random.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

namespace imf = implicitmf;
using imf::RandomPurpose;
using imf::RandomStream;

namespace {

RandomStream stream(std::uint64_t seed, std::uint64_t shard = 0, std::uint64_t step = 0) {
  return {seed, RandomPurpose::test_data, shard, step};
}

/// How far counts lie from equal shares, in standard deviations of chi-square.
double excess_of_chi_square(const std::vector<std::uint64_t>& counts) {
  double total = 0.0;
  for (const std::uint64_t n : counts) total += static_cast<double>(n);
  const double expected = total / static_cast<double>(counts.size());
  double chi_square = 0.0;
  for (const std::uint64_t n : counts)
    chi_square += std::pow(static_cast<double>(n) - expected, 2) / expected;
  const double freedom = static_cast<double>(counts.size() - 1);
  return (chi_square - freedom) / std::sqrt(2.0 * freedom);
}

}  // namespace

TEST_CASE("the streams are these, so that a change is a decision") {
  CHECK(imf::mix_bits(0) == 0);
  CHECK(imf::mix_bits(1) == 0x5692'161D'100B'05E5U);
  auto random = stream(1);
  CHECK(random() == 0xAA45'24E8'790C'76C4U);
  CHECK(random() == 0x049A'19F3'6C7E'1608U);
  CHECK(random.below(1000) == 87U);
  CHECK(random.uniform() == 0x1.d32728bc29c80p-1);
  CHECK(stream(2, 3, 4)() == 0x2E38'85B1'D9B6'D409U);
  CHECK(RandomStream(1, RandomPurpose::subsampling)() == 0x6BFA'A49D'4A74'A94CU);
  CHECK(RandomStream(1, RandomPurpose::start_vectors)() == 0xF1BA'6F93'B2BA'60ABU);
  CHECK(RandomStream(1, RandomPurpose::window_radius)() == 0xC149'7ACE'BC38'9AD9U);
  CHECK(RandomStream(1, RandomPurpose::negatives)() == 0x882C'24D9'767F'A4DDU);
  CHECK(RandomStream(1, RandomPurpose::held_out_negatives)() == 0x52AF'BED5'E41C'909AU);
}

TEST_CASE("mix_bits is SplitMix64's output function") {
  // The first outputs of SplitMix64 with seed 0, as its authors' program prints them.
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15U;
  CHECK(imf::mix_bits(golden) == 0xE220'A839'7B1D'CDAFU);
  CHECK(imf::mix_bits(2 * golden) == 0x6E78'9E6A'A1B9'65F4U);
  CHECK(imf::mix_bits(3 * golden) == 0x06C4'5D18'8009'454FU);
}

TEST_CASE("an element is the same however it is reached") {
  auto random = stream(9, 8, 7);
  const RandomStream fresh = random;
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(random() == fresh.at(i));
  for (RandomStream rest : {fresh.from(50), random.from(50)})
    for (std::uint64_t i = 50; i < 60; ++i) CHECK(rest() == fresh.at(i));
  static_assert(RandomStream(1, RandomPurpose::test_data).at(5) ==
                RandomStream(1, RandomPurpose::test_data).at(5));
  static_assert(std::uniform_random_bit_generator<RandomStream>);
}

TEST_CASE("every part of the key makes another stream") {
  std::set<std::uint64_t> firsts;
  std::size_t keys = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    for (const auto purpose :
         {RandomPurpose::subsampling, RandomPurpose::start_panel, RandomPurpose::test_data,
          RandomPurpose::start_vectors, RandomPurpose::window_radius, RandomPurpose::negatives,
          RandomPurpose::held_out_negatives})
      for (std::uint64_t shard = 0; shard < 8; ++shard)
        for (std::uint64_t step = 0; step < 8; ++step, ++keys)
          firsts.insert(RandomStream(seed, purpose, shard, step)());
  CHECK(firsts.size() == keys);
}

TEST_CASE("below() stays below, and takes every value as often") {
  auto random = stream(11);
  for (const std::uint32_t bound : {1U, 2U, 3U, 7U, 64U, 100U, 1000U}) {
    std::vector<std::uint64_t> counts(bound);
    for (int i = 0; i < 200000; ++i) {
      const std::uint32_t x = random.below(bound);
      REQUIRE(x < bound);
      ++counts[x];
    }
    CAPTURE(bound);
    if (bound > 1) CHECK(std::abs(excess_of_chi_square(counts)) < 5.0);
  }
}

TEST_CASE("below() is fair where the bound is no divisor of 2^32") {
  // Without rejection every third value of 3 · 2^30 would come twice as often as the others.
  auto random = stream(12);
  std::vector<std::uint64_t> thirds(3);
  for (int i = 0; i < 300000; ++i) ++thirds[random.below(3U << 30U) % 3];
  CHECK(std::abs(excess_of_chi_square(thirds)) < 5.0);
  for (int i = 0; i < 1000; ++i) CHECK(random.below(0xFFFF'FFFFU) < 0xFFFF'FFFFU);
}

TEST_CASE("scale_bits() is the 128-bit product of bits and bound") {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t most = ~std::uint64_t{0};
  std::vector<std::uint64_t> numbers{
      0, 1, 2, 3, 1000, 0xFFFF'FFFFU, 0x1'0000'0000U, 0x1'0000'0001U, most >> 1U, most - 1, most};
  auto random = stream(15);
  for (unsigned bits = 0; bits < 64; ++bits) numbers.push_back(random() >> bits);
  for (const std::uint64_t bits : numbers)
    for (const std::uint64_t bound : numbers) {
      if (bound == 0) continue;
      CAPTURE(bits);
      CAPTURE(bound);
      const Wide product = Wide{bits} * bound;
      std::uint32_t rest = 0;
      const std::uint64_t scaled = imf::scale_bits(bits, bound, rest);
      REQUIRE(scaled == static_cast<std::uint64_t>(product >> 64U));
      REQUIRE(rest == static_cast<std::uint32_t>(product >> 32U));
      REQUIRE(scaled < bound);
    }
}

TEST_CASE("scale_bits() takes each value as often as the others, and leaves an even rest") {
  auto random = stream(16);
  std::vector<std::uint64_t> values(100);
  std::vector<std::uint64_t> remainders(64);
  for (int i = 0; i < 200000; ++i) {
    std::uint32_t rest = 0;
    ++values[imf::scale_bits(random(), values.size(), rest)];
    ++remainders[rest >> 26U];
  }
  CHECK(std::abs(excess_of_chi_square(values)) < 5.0);
  CHECK(std::abs(excess_of_chi_square(remainders)) < 5.0);
}

TEST_CASE("uniform() lies in [0, 1) and fills it evenly") {
  auto random = stream(13);
  std::vector<std::uint64_t> counts(100);
  for (int i = 0; i < 200000; ++i) {
    const double x = random.uniform();
    REQUIRE(x >= 0.0);
    REQUIRE(x < 1.0);
    ++counts[static_cast<std::size_t>(x * 100.0)];
  }
  CHECK(std::abs(excess_of_chi_square(counts)) < 5.0);
  CHECK(RandomStream::to_unit(0) == 0.0);
  CHECK(RandomStream::to_unit(~std::uint64_t{0}) == 1.0 - 0x1p-53);
}

TEST_CASE("every bit is set half the time, in a stream and between neighbouring keys") {
  std::array<int, 64> along{};
  std::array<int, 64> across{};
  auto random = stream(14);
  constexpr int draws = 40000;
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t a = random();
    const std::uint64_t b = stream(14, static_cast<std::uint64_t>(i))() ^
                            stream(14, static_cast<std::uint64_t>(i) + 1)();
    for (std::size_t bit = 0; bit < 64; ++bit) {
      along[bit] += static_cast<int>((a >> bit) & 1U);
      across[bit] += static_cast<int>((b >> bit) & 1U);
    }
  }
  for (std::size_t bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    CHECK(std::abs(along[bit] - draws / 2) < 500);  // five standard deviations
    CHECK(std::abs(across[bit] - draws / 2) < 500);
  }
}
