// SPDX-License-Identifier: MIT
#include <implicitmf/core/varint.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;
using namespace std::string_literals;

namespace {

std::string put(std::uint64_t number) {
  std::string bytes(imf::most_varint_bytes, '\0');
  bytes.resize(static_cast<std::size_t>(imf::put_varint(number, bytes.data()) - bytes.data()));
  return bytes;
}

/// The number that takes all the bytes. In a block of its own, for the sanitizer to see its end.
std::optional<std::uint64_t> get(const std::string& bytes) {
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const char* const end = exact.data() + exact.size();
  std::uint64_t number = 0;
  const char* const at = imf::get_varint(exact.data(), end, number);
  if (at == nullptr || at != end) return std::nullopt;
  return number;
}

}  // namespace

TEST_CASE("numbers have these bytes") {
  CHECK(put(0) == "\0"s);
  CHECK(put(127) == "\x7F");
  CHECK(put(128) == "\x80\x01");
  CHECK(put(300) == "\xAC\x02");
  CHECK(put(~std::uint64_t{0}) == std::string(9, '\xFF') + '\x01');
}

TEST_CASE("numbers of every length come back, and no part of one is one") {
  imf::RandomStream random(2, imf::RandomPurpose::test_data);
  for (unsigned bits = 0; bits < 64; ++bits)
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t number = random() >> bits;
      const std::string bytes = put(number);
      REQUIRE(get(bytes) == number);
      REQUIRE(imf::varint_bytes(number) == bytes.size());
      for (std::size_t size = 0; size < bytes.size(); ++size)
        REQUIRE_FALSE(get(bytes.substr(0, size)).has_value());
    }
}

TEST_CASE("a reader stops behind its number") {
  const std::string bytes = put(300) + put(5);
  std::uint64_t number = 0;
  const char* at = imf::get_varint(bytes.data(), bytes.data() + bytes.size(), number);
  CHECK(number == 300);
  REQUIRE(at == bytes.data() + 2);
  at = imf::get_varint(at, bytes.data() + bytes.size(), number);
  CHECK(number == 5);
  CHECK(at == bytes.data() + bytes.size());
}

TEST_CASE("longer forms and numbers over 64 bits are none") {
  CHECK_FALSE(get("\x80\0"s).has_value());
  CHECK_FALSE(get("\xAC\x82\0"s).has_value());
  CHECK_FALSE(get(std::string(9, '\xFF') + '\x02').has_value());
  CHECK_FALSE(get(std::string(9, '\x80') + '\x02').has_value());
  CHECK_FALSE(get(std::string(10, '\xFF') + '\x01').has_value());
  CHECK_FALSE(get("").has_value());
}
