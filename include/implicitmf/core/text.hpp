// SPDX-License-Identifier: MIT
/// \file
/// Text files: lines with their numbers, numbers without a locale, and input quoted in messages.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>

namespace implicitmf {

/// Bytes of input as messages show them: in double quotes, control bytes as \\xNN, and only the
/// beginning of a long text, cut between characters of UTF-8.
[[nodiscard]] inline std::string in_quotes(std::string_view bytes) {
  constexpr std::size_t most = 60;
  constexpr char digits[] = "0123456789ABCDEF";
  std::size_t shown = bytes.size();
  if (shown > most)
    for (shown = most; shown > 0 && (static_cast<unsigned char>(bytes[shown]) & 0xC0U) == 0x80U;)
      --shown;
  std::string text = "\"";
  for (const char c : bytes.substr(0, shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20U && byte != 0x7FU)
      text.push_back(c);
    else
      text.append("\\x").append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return text.append(shown < bytes.size() ? "...\"" : "\"");
}

/// Whether a byte separates the fields of a line: a space or a tab.
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// The text without the blanks at its end.
[[nodiscard]] constexpr std::string_view without_trailing_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The text without the blanks at both its ends.
[[nodiscard]] constexpr std::string_view without_blanks_around(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return without_trailing_blanks(text);
}

/// The number that the whole text spells in decimal, if it does and the type can hold it. No
/// leading '+' or blank, whatever the locale.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) noexcept {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// Reads a text line by line and counts the lines. A line ends at '\n' or at the end of the file;
/// a carriage return before it (Windows) is no part of the line.
class LineReader {
 public:
  /// \param reader  outlives this, at the start of a line
  /// \param number  lines that were read before
  explicit LineReader(BufferedReader& reader, std::uint64_t number = 0) noexcept
      : reader_(reader), number_(number) {}

  /// The next line, valid until the call after; false at the end of the file.
  /// \throws IoError
  [[nodiscard]] bool next() {
    if (!reader_.read_until('\n', line_, std::numeric_limits<std::size_t>::max())) return false;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    ++number_;
    return true;
  }
  [[nodiscard]] std::string_view line() const noexcept { return line_; }
  /// Number of the line, counted from 1; 0 before the first.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// The error that the line is not what it should be.
  [[nodiscard]] InputError error(std::string_view what) const {
    return InputError::at_line(reader_.file().name(), number_, what);
  }

 private:
  BufferedReader& reader_;
  std::string line_;
  std::uint64_t number_;
};

}  // namespace implicitmf
