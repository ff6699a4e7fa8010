// SPDX-License-Identifier: MIT
/// \file
/// Numbers in as few bytes as they need: LEB128 of unsigned 64-bit integers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace implicitmf {

/// The most bytes that one number takes.
inline constexpr std::size_t most_varint_bytes = 10;

/// Bytes that a number takes.
[[nodiscard]] constexpr std::size_t varint_bytes(std::uint64_t number) noexcept {
  return (static_cast<std::size_t>(std::bit_width(number | 1U)) + 6) / 7;
}

/// Writes a number, seven bits a byte from the lowest on, the high bit set on all bytes but the
/// last (unsigned LEB128, as DWARF 5 section 7.6 has it), and returns the end. Room for
/// most_varint_bytes is needed.
[[nodiscard]] inline char* put_varint(std::uint64_t number, char* to) noexcept {
  for (; number >= 0x80U; number >>= 7U) *to++ = static_cast<char>(0x80U | (number & 0x7FU));
  *to++ = static_cast<char>(number);
  return to;
}

/// Reads a number of [at, end) and returns its end; nullptr where none stands: it is cut off, needs
/// more than 64 bits, or is not in its shortest form (so that equal numbers are equal bytes).
[[nodiscard]] inline const char* get_varint(const char* at, const char* end,
                                            std::uint64_t& number) noexcept {
  number = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t byte = static_cast<unsigned char>(*at++);
    number |= (byte & 0x7FU) << shift;
    if (byte < 0x80U) return (byte == 0 && shift > 0) || (shift == 63 && byte > 1) ? nullptr : at;
  }
  return nullptr;
}

}  // namespace implicitmf
