// SPDX-License-Identifier: MIT
#include <implicitmf/core/text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using namespace std::literals;

TEST_CASE("in_quotes() shows bytes so that a terminal survives them") {
  CHECK(imf::in_quotes("") == "\"\"");
  CHECK(imf::in_quotes("caf\xC3\xA9 au lait") == "\"caf\xC3\xA9 au lait\"");
  CHECK(imf::in_quotes("a\n\t\x1B[31m\x7F\0"sv) == "\"a\\x0A\\x09\\x1B[31m\\x7F\\x00\"");
}

TEST_CASE("in_quotes() shows the beginning of a long text, and cuts no character") {
  CHECK(imf::in_quotes(std::string(60, 'x')) == '"' + std::string(60, 'x') + "\"");
  CHECK(imf::in_quotes(std::string(61, 'x')) == '"' + std::string(60, 'x') + "...\"");
  CHECK(imf::in_quotes(std::string(59, 'x') + "\xC3\xA9!") == '"' + std::string(59, 'x') + "...\"");
  CHECK(imf::in_quotes(std::string(58, 'x') + "\xC3\xA9!") ==
        '"' + std::string(58, 'x') + "\xC3\xA9...\"");
  CHECK(imf::in_quotes(std::string(100, '\x80')) == "\"...\"");
}

TEST_CASE("blanks are spaces and tabs") {
  CHECK(imf::is_blank(' '));
  CHECK(imf::is_blank('\t'));
  for (const char c : "\n\r\v\fa\0\xA0"sv) CHECK(!imf::is_blank(c));
  CHECK(imf::without_trailing_blanks(" a \t ") == " a");
  CHECK(imf::without_trailing_blanks(" \t").empty());
  CHECK(imf::without_trailing_blanks("").empty());
  CHECK(imf::without_blanks_around("\t a b \t ") == "a b");
  CHECK(imf::without_blanks_around(" \t").empty());
  CHECK(imf::without_blanks_around("").empty());
}

TEST_CASE("parse_number() takes the whole text or nothing") {
  CHECK(imf::parse_number<std::uint64_t>("18446744073709551615") == ~std::uint64_t{0});
  CHECK(imf::parse_number<int>("-7") == -7);
  CHECK(imf::parse_number<float>("0.1") == 0.1F);
  CHECK(imf::parse_number<double>("1e-3") == 1e-3);
  for (const auto text : {"", " 1", "1 ", "+1", "0x1", "1.5", "1e2", "-1", "18446744073709551616"})
    CHECK(!imf::parse_number<std::uint64_t>(text));
  for (const auto text : {"", " 1", "1 ", "+1", "0x1", "1,5", "1e", "1e39", "1e-60", "."})
    CHECK(!imf::parse_number<float>(text));
}

TEST_CASE("LineReader gives every line once, with its number, without its end") {
  struct Case {
    std::string_view bytes;
    std::vector<std::string> lines;
  };
  const support::TemporaryDirectory directory;
  for (const Case& c : {
           Case{"", {}},
           Case{"\n", {""}},
           Case{"a", {"a"}},
           Case{"a\n", {"a"}},
           Case{"a\r\n\r\nb\r", {"a", "", "b"}},
           Case{"\n\na\rb\r\r\n", {"", "", "a\rb\r"}},
           Case{"a\0b\n\xFF\n"sv, {"a\0b"s, "\xFF"}},
       }) {
    imf::BufferedReader reader(directory.write("lines", c.bytes));
    imf::LineReader lines(reader);
    CHECK(lines.number() == 0);
    for (std::size_t i = 0; i < c.lines.size(); ++i) {
      REQUIRE(lines.next());
      CHECK(lines.line() == c.lines[i]);
      CHECK(lines.number() == i + 1);
    }
    CHECK(!lines.next());
    CHECK(!lines.next());
    CHECK(lines.number() == c.lines.size());
  }
}

TEST_CASE("LineReader reads lines longer than the reader's buffer") {
  const support::TemporaryDirectory directory;
  const std::string line(3U << 20U, 'x');
  imf::BufferedReader reader(directory.write("lines", line + "\n" + line + "y\n"));
  imf::LineReader lines(reader);
  REQUIRE(lines.next());
  CHECK(lines.line() == line);
  REQUIRE(lines.next());
  CHECK(lines.line() == line + "y");
  CHECK(!lines.next());
}

TEST_CASE("LineReader's errors name the file and the line, counted from where it began") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("lines", "a\nb\n");
  imf::BufferedReader reader(path);
  imf::LineReader lines(reader, 7);
  REQUIRE(lines.next());
  CHECK(std::string(lines.error("no").what()) == path.string() + ":8: no");
}
