// SPDX-License-Identifier: MIT
/// \file
/// What this process takes of the machine's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#endif

namespace implicitmf {

/// Largest resident size of this process so far, in bytes; 0 where the system does not tell.
[[nodiscard]] inline std::uint64_t peak_memory_bytes() noexcept {
#if defined(__unix__) || defined(__APPLE__)
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#if defined(__APPLE__)
  return static_cast<std::uint64_t>(usage.ru_maxrss);
#else
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024U;
#endif
#else
  return 0;
#endif
}

/// "12.3 MiB": one decimal, binary units, "B" alone below 1 KiB.
[[nodiscard]] inline std::string format_bytes(std::uint64_t bytes) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  std::uint64_t scaled = bytes;
  std::uint64_t tenths = 0;
  while (scaled >= 1024) {
    tenths = scaled % 1024 * 10 / 1024;
    scaled /= 1024;
    ++unit;
  }
  std::string text = std::to_string(scaled);
  if (unit > 0) text.append(1, '.').append(std::to_string(tenths));
  return text.append(1, ' ').append(units[unit]);
}

}  // namespace implicitmf
