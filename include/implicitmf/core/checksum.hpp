// SPDX-License-Identifier: MIT
/// \file
/// CRC-32, the checksum of our files, so that zlib (and Python's zlib.crc32) can verify them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace implicitmf {

namespace detail {

/// Tables for eight bytes at a time: [k][b] is the CRC of byte b followed by k zero bytes.
[[nodiscard]] constexpr std::array<std::array<std::uint32_t, 256>, 8> make_crc_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB8'8320U : 0U);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b) {
      const std::uint32_t before = tables[k - 1][b];
      tables[k][b] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  return tables;
}
inline constexpr auto crc_tables = make_crc_tables();

}  // namespace detail

/// Running CRC-32 (IEEE 802.3, reflected, as in zlib and PNG), by eight tables
/// (Kounavis & Berry 2008, "slicing by 8").
class Crc32 {
 public:
  void update(const void* data, std::size_t size) noexcept {
    const auto* p = static_cast<const unsigned char*>(data);
    const auto& t = detail::crc_tables;
    std::uint32_t crc = state_;
    if constexpr (std::endian::native == std::endian::little)
      for (; size >= 8; p += 8, size -= 8) {
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        std::memcpy(&low, p, 4);
        std::memcpy(&high, p + 4, 4);
        low ^= crc;
        crc = t[7][low & 0xFFU] ^ t[6][(low >> 8U) & 0xFFU] ^ t[5][(low >> 16U) & 0xFFU] ^
              t[4][low >> 24U] ^ t[3][high & 0xFFU] ^ t[2][(high >> 8U) & 0xFFU] ^
              t[1][(high >> 16U) & 0xFFU] ^ t[0][high >> 24U];
      }
    for (; size > 0; ++p, --size) crc = (crc >> 8U) ^ t[0][(crc ^ *p) & 0xFFU];
    state_ = crc;
  }
  /// The checksum of all bytes so far; of none it is 0.
  [[nodiscard]] std::uint32_t value() const noexcept { return ~state_; }

 private:
  std::uint32_t state_ = 0xFFFF'FFFFU;
};

}  // namespace implicitmf
