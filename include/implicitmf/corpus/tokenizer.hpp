// SPDX-License-Identifier: MIT
/// \file
/// From bytes to tokens: the Tokenizer concept and the two tokenizers most text needs.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace implicitmf {

/// White space of ASCII: text may be cut into pieces there, so no token holds one.
[[nodiscard]] constexpr bool is_ascii_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// What a tokenizer writes to: token() for each token in turn, end_sentence() where windows end.
template <class S>
concept TokenSink = requires(S& sink, std::string_view token) {
  sink.token(token);
  sink.end_sentence();
};

namespace detail {
/// The least that a TokenSink is, to state the Tokenizer concept with.
struct NullSink {
  void token(std::string_view) {}
  void end_sentence() {}
};
}  // namespace detail

/// Splits a piece of text: tokenizer(text, sink) calls the sink for each token and sentence end.
/// The text comes in pieces cut at ASCII white space, on several threads at once; the tokens must
/// not depend on where it was cut, so a token never holds ASCII white space and nothing is carried
/// from piece to piece. The view handed to the sink need not outlive the call.
template <class T>
concept Tokenizer = std::copyable<T> &&
    requires(const T& t, std::string_view text, detail::NullSink& sink) {
  t(text, sink);
};

namespace detail {

/// The first ASCII white space in [p, end), or end. Eight bytes at a time: a loop over single bytes
/// ends where no processor can predict it, once a token.
[[nodiscard]] inline const char* find_ascii_space(const char* p, const char* end) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t high = 0x80 * ones;
  for (; end - p >= 8; p += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, p, 8);
    if constexpr (std::endian::native == std::endian::big) break;
    // Sums of seven bits each don't carry: the high bit says whether the byte is at least `bound`.
    const auto at_least = [low = bytes & ~high](std::uint64_t bound) {
      return low + (0x80 - bound) * ones;
    };
    const std::uint64_t spaces =
        ((at_least('\t') & ~at_least('\r' + 1)) | (at_least(' ') & ~at_least(' ' + 1))) & ~bytes &
        high;
    if (spaces != 0) return p + std::countr_zero(spaces) / 8;
  }
  while (p != end && !is_ascii_space(*p)) ++p;
  return p;
}

}  // namespace detail

/// Tokens are what stands between ASCII white space, bytes as they are; a newline ends a sentence.
struct WhitespaceTokenizer {
  template <TokenSink Sink>
  void operator()(std::string_view text, Sink& sink) const {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
      const char* const begin = p;
      p = detail::find_ascii_space(p, end);
      if (p != begin) sink.token({begin, static_cast<std::size_t>(p - begin)});
      for (; p != end && is_ascii_space(*p); ++p)
        if (*p == '\n') sink.end_sentence();
    }
  }
};
static_assert(Tokenizer<WhitespaceTokenizer>);

namespace detail {

/// One code point of UTF-8, or one byte that is none.
struct CodePoint {
  std::uint32_t value = 0;  ///< the code point; for a stray byte, 0x110000 + byte
  std::size_t length = 0;   ///< bytes taken, 1 to 4
};

/// Decodes the first code point of a non-empty text; overlong forms and surrogates are stray bytes.
[[nodiscard]] constexpr CodePoint decode_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80U) return {lead, 1};
  const CodePoint stray{0x11'0000U + lead, 1};
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < length) return stray;
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return stray;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80U, 0x800U, 0x1'0000U};
  const bool surrogate = value >= 0xD800U && value < 0xE000U;
  if (value < least[length] || value > 0x10'FFFFU || surrogate) return stray;
  return {value, length};
}

constexpr void append_utf8(std::uint32_t c, std::string& to) {
  const auto put = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (c < 0x80U) return put(c);
  if (c < 0x800U) {
    put(0xC0U | (c >> 6U));
  } else {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

/// Lower case of ASCII, Latin-1, Latin Extended-A, the modern Greek letters and Cyrillic; all else
/// stays. Source: the simple lowercase mappings of the Unicode Character Database.
[[nodiscard]] constexpr std::uint32_t fold_case(std::uint32_t c) noexcept {
  const auto within = [c](std::uint32_t first, std::uint32_t last) {
    return c >= first && c <= last;
  };
  const auto even_upper = [c] { return c | 1U; };
  const auto odd_upper = [c] { return c + (c & 1U); };
  if (c < 0x80U) return within('A', 'Z') ? c + 32 : c;
  if (c < 0x100U) return within(0xC0, 0xDE) && c != 0xD7 ? c + 32 : c;
  if (c < 0x180U) {  // Latin Extended-A
    if (c == 0x130) return 'i';
    if (c == 0x178) return 0xFF;
    if (c == 0x131 || c == 0x138 || c == 0x149 || c == 0x17F) return c;
    return within(0x139, 0x148) || within(0x179, 0x17E) ? odd_upper() : even_upper();
  }
  if (within(0x386, 0x3AB)) {  // Greek
    if (c == 0x386) return 0x3AC;
    if (within(0x388, 0x38A)) return c + 37;
    if (c == 0x38C) return 0x3CC;
    if (c == 0x38E || c == 0x38F) return c + 63;
    return within(0x391, 0x3AB) && c != 0x3A2 ? c + 32 : c;
  }
  if (within(0x400, 0x52F)) {  // Cyrillic
    if (c < 0x410) return c + 80;
    if (c < 0x430) return c + 32;
    if (within(0x460, 0x481) || within(0x48A, 0x4BF) || within(0x4D0, 0x52F)) return even_upper();
    if (c == 0x4C0) return 0x4CF;
    return within(0x4C1, 0x4CE) ? odd_upper() : c;
  }
  return c;
}

/// Appends a code point, `bytes` in UTF-8, with its case folded.
constexpr void append_folded(std::uint32_t c, std::string_view bytes, std::string& to) {
  const std::uint32_t folded = fold_case(c);
  if (folded == c)
    to.append(bytes);
  else
    append_utf8(folded, to);
}

/// Punctuation, symbols and spaces that stand between words: ASCII but for '_', Latin-1, general,
/// supplemental, CJK and full-width punctuation.
[[nodiscard]] constexpr bool separates_words(std::uint32_t c) noexcept {
  const auto within = [c](std::uint32_t first, std::uint32_t last) {
    return c >= first && c <= last;
  };
  if (c < 0x80U) return !(within('0', '9') || within('a', 'z') || within('A', 'Z') || c == '_');
  if (c < 0x100U)
    return (c < 0xC0 && c != 0xAA && c != 0xB5 && c != 0xBA) || c == 0xD7 || c == 0xF7;
  return within(0x2000, 0x206F) || within(0x2E00, 0x2E7F) || within(0x3000, 0x3004) ||
         within(0x3008, 0x3020) || c == 0x3030 || within(0xFE30, 0xFE6F) ||
         within(0xFF01, 0xFF0F) || within(0xFF1A, 0xFF20) || within(0xFF3B, 0xFF40) ||
         within(0xFF5B, 0xFF65) || c == 0xFEFF;
}

/// The mark that joins two parts of one word: an apostrophe (either form, written ') or a hyphen.
[[nodiscard]] constexpr char joiner(std::uint32_t c) noexcept {
  if (c == '\'' || c == 0x2019U) return '\'';
  return c == '-' || c == 0x2010U || c == 0x2011U ? '-' : '\0';
}

}  // namespace detail

/// A text in UTF-8 in lower case, by the table of detail::fold_case; what is no UTF-8 stays.
[[nodiscard]] inline std::string fold_case(std::string_view text) {
  std::string folded;
  while (!text.empty()) {
    const detail::CodePoint c = detail::decode_utf8(text);
    detail::append_folded(c.value, text.substr(0, c.length), folded);
    text.remove_prefix(c.length);
  }
  return folded;
}

/// For raw text in UTF-8: folds case, drops punctuation, keeps an apostrophe or a hyphen that
/// stands inside a word ("don't", "well-known"); a newline ends a sentence. Digits and '_' are
/// letters here. Bytes that are no UTF-8 pass through as letters.
struct RawTextTokenizer {
  template <TokenSink Sink>
  void operator()(std::string_view text, Sink& sink) const {
    std::string word;
    const auto finish_word = [&] {
      if (!word.empty()) sink.token(word);
      word.clear();
    };
    while (!text.empty()) {
      const detail::CodePoint c = detail::decode_utf8(text);
      const std::string_view bytes = text.substr(0, c.length);
      text.remove_prefix(c.length);
      if (!detail::separates_words(c.value)) {
        detail::append_folded(c.value, bytes, word);
      } else if (const char mark = detail::joiner(c.value);
                 mark != '\0' && !word.empty() && starts_word(text)) {
        word.push_back(mark);
      } else {
        finish_word();
        if (c.value == '\n') sink.end_sentence();
      }
    }
    finish_word();
  }

 private:
  static bool starts_word(std::string_view text) noexcept {
    return !text.empty() && !detail::separates_words(detail::decode_utf8(text).value);
  }
};
static_assert(Tokenizer<RawTextTokenizer>);

}  // namespace implicitmf
