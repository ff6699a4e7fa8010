// SPDX-License-Identifier: MIT
#include <implicitmf/core/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace imf = implicitmf;

TEST_CASE("format_bytes() has one decimal, cut off, and binary units") {
  const auto kib = std::uint64_t{1} << 10U;
  CHECK(imf::format_bytes(0) == "0 B");
  CHECK(imf::format_bytes(1) == "1 B");
  CHECK(imf::format_bytes(1023) == "1023 B");
  CHECK(imf::format_bytes(kib) == "1.0 KiB");
  CHECK(imf::format_bytes(kib + kib / 2) == "1.5 KiB");
  CHECK(imf::format_bytes(kib * kib - 1) == "1023.9 KiB");
  CHECK(imf::format_bytes(kib * kib) == "1.0 MiB");
  CHECK(imf::format_bytes(12 * kib * kib + 400 * kib) == "12.3 MiB");
  CHECK(imf::format_bytes(kib * kib * kib) == "1.0 GiB");
  CHECK(imf::format_bytes(std::uint64_t{1} << 40U) == "1.0 TiB");
  CHECK(imf::format_bytes(std::uint64_t{1} << 50U) == "1.0 PiB");
  CHECK(imf::format_bytes(std::numeric_limits<std::uint64_t>::max()) == "15.9 EiB");
}

TEST_CASE("the peak grows with what is touched, and never sinks") {
  const std::uint64_t before = imf::peak_memory_bytes();
  if (before == 0) return;  // a system that does not tell
  constexpr std::size_t size = std::size_t{64} << 20U;
  {
    const std::vector<char> touched(size, 'x');
    CHECK(touched.back() == 'x');
    CHECK(imf::peak_memory_bytes() >= before + size / 2);
  }
  CHECK(imf::peak_memory_bytes() >= before + size / 2);
  CHECK(imf::peak_memory_bytes() < (std::uint64_t{1} << 40U));
}
