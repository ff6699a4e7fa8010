// SPDX-License-Identifier: MIT
#include <implicitmf/io/text_vectors.hpp>

#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "io/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace imf::detail;
using support::holds;
using support::message_of;

TEST_CASE("a line: the word and the values, or what is wrong") {
  LineParser parser;
  std::vector<float> values(2);
  for (const std::string_view line :
       {"w 1 -2.5", "w\t1\t-2.5", "w  1 \t -2.5 \t", "w 1.0 -25e-1", "w 0.1e1 -2.50000000001"}) {
    CHECK_FALSE(parser.parse(line, values));
    CHECK(parser.word() == "w");
    CHECK(values == std::vector<float>{1.0F, -2.5F});
  }
  CHECK_FALSE(parser.parse("a b\tc 1 2", values));
  CHECK(parser.word() == "a b\tc");
  CHECK(parser.parse("", values) == "an empty line");
  CHECK(parser.parse(" 1 2", values) == "a line without a word");
  CHECK(parser.parse("w 1", values) == "1 values where the first line says 2");
  CHECK(parser.parse("w 1 2 3", values) == "more than the 2 values that the first line says");
  CHECK(parser.parse("w 1 +2", values) == "\"+2\" is not a number");
  CHECK(parser.parse("w 1 -nan", values) == "\"-nan\" is not a finite number");
}

TEST_CASE("lines are taken as they come") {
  std::string_view text = "a\n\r\nb c\r\n\n d";
  for (const std::string_view line : {"a", "", "b c", "", " d", ""}) CHECK(take_line(text) == line);
  CHECK(first_lines("a\nb\nc", 0) == "");
  CHECK(first_lines("a\nb\nc", 2) == "a\nb\n");
  CHECK(first_lines("a\nb\nc", 3) == "a\nb\nc");
  CHECK(first_lines("a\nb\nc", 9) == "a\nb\nc");
  CHECK(first_lines("", 9) == "");
}

TEST_CASE("pieces hold every line once, whatever their length") {
  std::string text;
  std::vector<std::string> expected;
  for (std::size_t i = 0; text.size() < (5U << 20U); ++i) {
    // Short lines, empty ones, some longer than a piece, and borders at every place of a line.
    const std::size_t size = i % 1000 == 7 ? (i % 3 + 1) << 19U : i % 11;
    expected.push_back(std::string(size, static_cast<char>('a' + i % 26)));
    text += expected.back() + '\n';
  }
  text.pop_back();
  for (const std::size_t threads : {1U, 3U}) {
    imf::ThreadTeam team(threads);
    const LinePieces pieces(text, team);
    CHECK(pieces.size() > 2);
    REQUIRE(pieces.lines() == expected.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i)
      pieces.for_each_line(i, [&](std::size_t number, std::string_view line) {
        REQUIRE(number == next);
        REQUIRE(line == expected[next++]);
        return true;
      });
    CHECK(next == expected.size());
  }
  imf::ThreadTeam team(1);
  CHECK(LinePieces("", team).lines() == 0);
  CHECK(LinePieces("\n", team).lines() == 1);
  CHECK(LinePieces("a", team).lines() == 1);
}

TEST_CASE("what is read is what a stream reads") {
  const auto vectors = support::any_finite_values(3000, 60);
  std::ostringstream out;
  out.precision(9);
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    out << "w" << r;
    for (const float x : vectors.row(r)) out << ' ' << x;
    out << (r % 3 == 0 ? " \r\n" : "\n");
  }
  const std::string text = out.str();
  REQUIRE(text.size() > (2U << 20U));
  for (const std::size_t threads : {1U, 2U, 5U}) {
    const auto read = read_text_vectors("file", text, {.dimension = 60}, {.threads = threads});
    CHECK(support::same_bits(read.vectors(), vectors));
    CHECK(read.vocabulary() == support::numbered_vocabulary(3000));
  }
  const auto first =
      read_text_vectors("file", text, {.dimension = 60, .words = 3000}, {.limit = 2999});
  CHECK(first.size() == 2999);
}

TEST_CASE("the first fault is told, whoever finds it") {
  std::string text;
  for (int i = 0; i < 400000; ++i)
    text += "word" + std::to_string(i) + (i == 90000 || i > 399990 ? " x\n" : " 1\n");
  for (int turn = 0; turn < 20; ++turn)
    CHECK(holds(message_of<imf::InputError>([&] {
                  static_cast<void>(
                      read_text_vectors("file", text, {.dimension = 1}, {.threads = 4}));
                }),
                "file:90001: \"x\" is not a number"));
}

TEST_CASE("numbers are the shortest that read back") {
  NumberWriter numbers(3);
  const std::vector<float> values{0.1F, -1.17549435e-38F, 16777216.0F};
  CHECK(numbers(values, ' ') == " 0.1 -1.1754944e-38 16777216");
  CHECK(numbers(values, '\t') == "\t0.1\t-1.1754944e-38\t16777216");
}
