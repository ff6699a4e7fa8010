// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/tokenizer.hpp>

#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cwctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;
using imf::RawTextTokenizer;
using imf::WhitespaceTokenizer;
using namespace std::string_view_literals;

namespace {

using Tokens = std::vector<std::string>;

/// Tokens as they come; a sentence end is "\n", which no token can be.
struct Collector {
  Tokens tokens;
  void token(std::string_view word) { tokens.emplace_back(word); }
  void end_sentence() { tokens.emplace_back("\n"); }
};
static_assert(imf::TokenSink<Collector>);

template <imf::Tokenizer T = RawTextTokenizer>
Tokens split(std::string_view text) {
  // A copy without room to spare, so that a sanitizer sees the first byte read too far.
  const std::vector<char> exact(text.begin(), text.end());
  Collector collector;
  T{}(std::string_view(exact.data(), exact.size()), collector);
  return collector.tokens;
}

/// UTF-8 by definition, for any code point, valid or not.
std::string utf8(std::uint32_t c, std::size_t length) {
  static constexpr std::uint32_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  if (length == 1) return std::string(1, static_cast<char>(c));
  std::string bytes(1, static_cast<char>(leads[length] | (c >> (6 * (length - 1)))));
  for (std::size_t i = length - 1; i-- > 0;)
    bytes.push_back(static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU)));
  return bytes;
}
std::size_t utf8_length(std::uint32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}
std::string utf8(std::uint32_t c) { return utf8(c, utf8_length(c)); }

}  // namespace

TEST_CASE("the first white space is found at every place, whatever bytes stand before it") {
  for (std::size_t length = 0; length <= 20; ++length)
    for (std::size_t at = 0; at <= length; ++at)
      for (int c = 0; c < 256; ++c) {
        std::vector<char> bytes(length, static_cast<char>(c));
        if (imf::is_ascii_space(static_cast<char>(c))) bytes.assign(length, '\xA0');
        if (at < length) bytes[at] = " \t\n\v\f\r"[at % 6];
        const char* const end = bytes.data() + length;
        REQUIRE(imf::detail::find_ascii_space(bytes.data(), end) == bytes.data() + at);
      }
}

TEST_CASE("white space is ASCII's six kinds") {
  for (int c = 0; c < 256; ++c) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
    CHECK(imf::is_ascii_space(static_cast<char>(c)) == space);
  }
}

TEST_CASE("WhitespaceTokenizer leaves bytes as they are") {
  CHECK(split<WhitespaceTokenizer>("") == Tokens{});
  CHECK(split<WhitespaceTokenizer>(" \t\r\v\f ") == Tokens{});
  CHECK(split<WhitespaceTokenizer>("a") == Tokens{"a"});
  CHECK(split<WhitespaceTokenizer>(" The cat\tsat,\r\non  the\vmat.\f\n") ==
        Tokens{"The", "cat", "sat,", "\n", "on", "the", "mat.", "\n"});
  CHECK(split<WhitespaceTokenizer>("\n\na\n") == Tokens{"\n", "\n", "a", "\n"});
  CHECK(split<WhitespaceTokenizer>("\xC2\xA0 \xFF\xC3 a\0b"sv) ==
        Tokens{"\xC2\xA0", "\xFF\xC3", std::string("a\0b", 3)});
}

TEST_CASE("every code point is decoded from its shortest form") {
  for (std::uint32_t c = 1; c < 0x11'0000U; ++c) {
    const std::string bytes = utf8(c) + "x";
    const auto decoded = imf::detail::decode_utf8(bytes);
    if (c >= 0xD800U && c < 0xE000U) {
      REQUIRE(decoded.value == 0x11'0000U + 0xEDU);
      REQUIRE(decoded.length == 1);
    } else {
      REQUIRE(decoded.value == c);
      REQUIRE(decoded.length == utf8_length(c));
    }
  }
}

TEST_CASE("bytes that are no UTF-8 are taken one by one") {
  std::vector<std::string> bad{
      "\x80",      "\xBF",      "\xC0\x80",      "\xC1\xBF",     "\xF5\x80\x80\x80",
      "\xFF",      "\xC3",      "\xE2\x82",      "\xF0\x9F\x98", "\xC3x",
      "\xE2\x82x", "\xE2x\x82", "\xF0\x9F\x98x", "\xED\xA0\x80", "\xF4\x90\x80\x80"};
  for (const std::uint32_t c : {0x0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU})  // longer than needed
    for (std::size_t length = utf8_length(c) + 1; length <= 4; ++length)
      bad.push_back(utf8(c, length));
  for (const std::string& bytes : bad) {
    const auto decoded = imf::detail::decode_utf8(bytes);
    CHECK(decoded.length == 1);
    CHECK(decoded.value == 0x11'0000U + static_cast<unsigned char>(bytes[0]));
    CHECK(split(bytes + " A" + bytes + "Z") != Tokens{});
  }
  CHECK(split("\xFF\xFE A\x80Z \xC3") == Tokens{"\xFF\xFE", "a\x80z", "\xC3"});
}

TEST_CASE("case is folded in the scripts that are promised") {
  CHECK(split("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == Tokens{"abcdefghijklmnopqrstuvwxyz"});
  CHECK(split("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ") == Tokens{"àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ"});
  CHECK(split("ĄĆĘŁŃŚŹŻ ČĎĚŇŘŠŤŮŽ ŐŰ ĞİŞ ŒŸ ĀĒĪŪ ĦŊŦ ĲĶĹŁŇŐ") ==
        Tokens{"ąćęłńśźż", "čďěňřšťůž", "őű", "ğiş", "œÿ", "āēīū", "ħŋŧ", "ĳķĺłňő"});
  CHECK(split("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ ΆΈΉΊΌΎΏΪΫ") ==
        Tokens{"αβγδεζηθικλμνξοπρστυφχψω", "άέήίόύώϊϋ"});
  CHECK(split("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ ЁЂЃЄЅІЇЈЉЊЋЌЎЏ ҐҒҚҢҮҰӘӨӀӁӐ") ==
        Tokens{"абвгдежзийклмнопрстуфхцчшщъыьэюя", "ёђѓєѕіїјљњћќўџ", "ґғқңүұәөӏӂӑ"});
}

TEST_CASE("what is lower already, or has no case, stays") {
  for (const std::string text :
       {"straße", "ﬁn", "ς", "日本語", "العربية", "हिन्दी", "ℵ", "ŀŉſ", "ı", "𐐀"})
    CHECK(split(text) == Tokens{text});
}

TEST_CASE("fold_case() does what the C library's towlower() does, in its blocks") {
  const std::string before = std::setlocale(LC_CTYPE, nullptr);
  const bool known = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  const auto differs_in = [](std::uint32_t first, std::uint32_t last) {
    std::optional<std::uint32_t> found;
    for (std::uint32_t c = first; c <= last; ++c)
      if (imf::detail::fold_case(c) != std::towlower(static_cast<std::wint_t>(c))) found = c;
    return found.value_or(0);
  };
  if (known) {
    CHECK(differs_in(1, 0x17F) == 0);
    CHECK(differs_in(0x380, 0x3CE) == 0);
    CHECK(differs_in(0x400, 0x52F) == 0);
  }
  std::setlocale(LC_CTYPE, before.c_str());
}

TEST_CASE("fold_case() of a text folds each letter and keeps all other bytes") {
  CHECK(imf::fold_case("") == "");
  CHECK(imf::fold_case("New_York-2 \xC3\x89\xCE\xA3") == "new_york-2 \xC3\xA9\xCF\x83");
  CHECK(imf::fold_case("\xFF\xC3Z\xE6\x97\xA5") == "\xFF\xC3z\xE6\x97\xA5");
}

TEST_CASE("fold_case() twice is fold_case() once, and changes nothing elsewhere") {
  for (std::uint32_t c = 0; c < 0x11'0100U; ++c) {
    const std::uint32_t folded = imf::detail::fold_case(c);
    REQUIRE(imf::detail::fold_case(folded) == folded);
    const bool block = c < 0x180 || (c >= 0x370 && c < 0x530);
    REQUIRE((folded == c || block));
    REQUIRE(imf::detail::separates_words(folded) == imf::detail::separates_words(c));
  }
}

TEST_CASE("punctuation and symbols stand between words") {
  for (char c = ' '; c < '\x7F'; ++c) {
    const bool letter =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    CHECK(imf::detail::separates_words(static_cast<std::uint32_t>(c)) == !letter);
  }
  CHECK(split("Hello, world! (It's 3.14_15: \"yes\".)") ==
        Tokens{"hello", "world", "it's", "3", "14_15", "yes"});
  CHECK(split("«Oui» – non… “a”‘b’ ¿qué? ¡sí!") == Tokens{"oui", "non", "a", "b", "qué", "sí"});
  CHECK(split("日本、語。「東京」（とう）！ａ，ｂ") ==
        Tokens{"日本", "語", "東京", "とう", "ａ", "ｂ"});
  CHECK(split("a\u00A0b\u2003c\u3000d\uFEFFe\u200Bf\u2028g") ==
        Tokens{"a", "b", "c", "d", "e", "f", "g"});
  CHECK(split("3×4÷2 ªº µm") == Tokens{"3", "4", "2", "ªº", "µm"});
  CHECK(split("x\x01y\x7Fz\0w"sv) == Tokens{"x", "y", "z", "w"});
}

TEST_CASE("an apostrophe or a hyphen inside a word stays, in its ASCII form") {
  CHECK(split("don't don’t well-known well‐known well‑known") ==
        Tokens{"don't", "don't", "well-known", "well-known", "well-known"});
  CHECK(split("'tis rock'n'roll dogs' -x- x- -x") ==
        Tokens{"tis", "rock'n'roll", "dogs", "x", "x", "x"});
  CHECK(split("a--b a'-b a-'b --- ' - a -b") == Tokens{"a", "b", "a", "b", "a", "b", "a", "b"});
  CHECK(split("l'État-Nation К-Ц") == Tokens{"l'état-nation", "к-ц"});
  CHECK(split("a-\nb") == Tokens{"a", "\n", "b"});
  CHECK(split("a-\xFF'\x80") == Tokens{"a-\xFF'\x80"});
}

TEST_CASE("a newline ends a sentence, other white space doesn't") {
  CHECK(split("A.\nB\r\n\r\nC\v\fD\n") == Tokens{"a", "\n", "b", "\n", "\n", "c", "d", "\n"});
}

TEST_CASE(
    "tokens hold no ASCII white space and no capital, and don't depend on where text is cut") {
  imf::RandomStream random(21, imf::RandomPurpose::test_data);
  static constexpr std::string_view pieces[] = {
      "a",    "Z",    "'",        "-",    "’",  "‐",     " ", "\n",  "\t",   "é",
      "É",    "Σ",    "Ж",        "。",   "😀",  "_",     "7", ".",   "\xC3", "\xE2\x80",
      "\xFF", "\x80", "\xC2\xA0", "\r\n", "  ", "don't", "",  "\0"sv};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += pieces[random.below(std::size(pieces))];
    const Tokens raw = split(text);
    const Tokens plain = split<WhitespaceTokenizer>(text);
    for (const std::string& token : raw) {
      REQUIRE(!token.empty());
      REQUIRE((token == "\n" || token.find_first_of(" \t\n\v\f\rAZ") == token.npos));
      REQUIRE((token == "\n" || split(token) == Tokens{token}));
    }
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      if (!imf::is_ascii_space(text[cut])) continue;
      const auto joined = [&](auto&& split_part) {
        Tokens tokens = split_part(text.substr(0, cut));
        for (std::string& token : split_part(text.substr(cut))) tokens.push_back(std::move(token));
        return tokens;
      };
      REQUIRE(joined([](const std::string& part) { return split(part); }) == raw);
      REQUIRE(joined([](const std::string& part) { return split<WhitespaceTokenizer>(part); }) ==
              plain);
    }
  }
}
