// SPDX-License-Identifier: MIT
#include "report_html.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>

namespace app::html {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The length of the character of UTF-8 that the bytes begin with; 0: they are none. Neither
/// surrogates nor longer spellings than need be count as such (Unicode, table 3-7).
std::size_t character_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return 1;
  if (lead >= 0xC2U && lead <= 0xDFU) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0U && lead <= 0xEFU) {
    const unsigned low = lead == 0xE0U ? 0xA0U : 0x80U;
    const unsigned high = lead == 0xEDU ? 0x9FU : 0xBFU;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0U && lead <= 0xF4U) {
    const unsigned low = lead == 0xF0U ? 0x90U : 0x80U;
    const unsigned high = lead == 0xF4U ? 0x8FU : 0xBFU;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// C0, DEL and C1.
bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20U || lead == 0x7FU;
  return lead == 0xC2U && static_cast<unsigned char>(character[1]) < 0xA0U;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string print(const char* format, int digits, double x) {
  if (std::isnan(x)) return "–";
  char text[64];
  std::snprintf(text, sizeof text, format, digits, x);
  std::string result(text);
  if (result.starts_with('-')) result.replace(0, 1, "−");
  return result;
}

}  // namespace

std::string escape(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    const std::string_view character = bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(character))
      text += replacement;
    else if (const std::string_view name = entity(character[0]); !name.empty())
      text += name;
    else
      text += character;
    bytes.remove_prefix(character.size());
  }
  return text;
}

std::string number(double x, int digits) {
  const double size = std::abs(x);
  if (size >= 1e4 && size < 1e15)
    return (x < 0.0 ? "−" : "") + grouped(static_cast<std::uint64_t>(std::round(size)));
  return print("%.*g", digits, x);
}

std::string fixed(double x, int decimals) { return print("%.*f", decimals, x); }

std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, "\u202F");
  }
  return text;
}

std::string element(std::string_view tag, std::string_view text) {
  std::string result("<");
  result.append(tag).append(">").append(escape(text)).append("</");
  return result.append(tag.substr(0, tag.find(' '))).append(">");
}

}  // namespace app::html
