// SPDX-License-Identifier: MIT
#include <implicitmf/core/checksum.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;

namespace {

std::uint32_t crc_of(std::string_view bytes) {
  imf::Crc32 crc;
  crc.update(bytes.data(), bytes.size());
  return crc.value();
}

/// The definition: one bit at a time.
std::uint32_t slow_crc_of(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes)
    for (unsigned bit = 0; bit < 8; ++bit) {
      const bool differs = ((crc ^ (static_cast<unsigned char>(c) >> bit)) & 1U) != 0;
      crc = (crc >> 1U) ^ (differs ? 0xEDB8'8320U : 0U);
    }
  return ~crc;
}

std::string random_bytes(std::size_t size) {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::string bytes;
  while (bytes.size() < size) bytes.push_back(static_cast<char>(random.below(256)));
  return bytes;
}

}  // namespace

TEST_CASE("the check value of CRC-32, as zlib computes it") {
  CHECK(crc_of("123456789") == 0xCBF4'3926U);
  CHECK(crc_of("") == 0U);
  CHECK(crc_of("a") == 0xE8B7'BE43U);
  CHECK(crc_of(std::string(1, '\0')) == 0xD202'EF8DU);
  CHECK(crc_of(std::string(32, '\xFF')) == 0xFF6C'AB0BU);
}

TEST_CASE("it is what the definition says, at every length and alignment") {
  const std::string bytes = random_bytes(100);
  for (std::size_t begin = 0; begin < 9; ++begin)
    for (std::size_t size = 0; size + begin <= bytes.size(); ++size) {
      const auto piece = std::string_view(bytes).substr(begin, size);
      REQUIRE(crc_of(piece) == slow_crc_of(piece));
    }
}

TEST_CASE("it does not matter in which pieces the bytes come") {
  const std::string bytes = random_bytes(5000);
  imf::RandomStream random(2, imf::RandomPurpose::test_data);
  for (int round = 0; round < 50; ++round) {
    imf::Crc32 crc;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min<std::size_t>(random.below(300), bytes.size() - at);
      crc.update(bytes.data() + at, size);
      at += size;
    }
    REQUIRE(crc.value() == crc_of(bytes));
  }
}

TEST_CASE("every changed bit changes it") {
  std::string bytes = random_bytes(64);
  const std::uint32_t before = crc_of(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = [&] {
      bytes[bit / 8] =
          static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << bit % 8));
    };
    flip();
    CHECK(crc_of(bytes) != before);
    flip();
  }
}
