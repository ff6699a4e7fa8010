// SPDX-License-Identifier: MIT
/// \file
/// What the system says about the pages of this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <sstream>
#include <string>

namespace support {

/// Whether huge pages were asked for where `p` points to; nothing where the system has none, or
/// does not say.
[[nodiscard]] inline std::optional<bool> asked_for_huge_pages(const void* p) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) return std::nullopt;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  std::ifstream maps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = ' ';
    if (fields >> std::hex >> begin >> dash >> end && dash == '-')
      here = begin <= address && address < end;
    else if (here && line.starts_with("VmFlags:"))
      return line.find(" hg") != std::string::npos;
  }
  return std::nullopt;
}

}  // namespace support
