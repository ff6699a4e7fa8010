// SPDX-License-Identifier: MIT
#include "report_html.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>

#include <implicitmf/corpus/tokenizer.hpp>

namespace app::html {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Whether a code point is a character, no stray byte and no control (C0, DEL, C1).
bool is_shown(std::uint32_t code) {
  return code >= 0x20U && !(code >= 0x7FU && code < 0xA0U) && code <= 0x10'FFFFU;
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
    const auto [code, length] = implicitmf::detail::decode_utf8(bytes);
    if (!is_shown(code))
      text += replacement;
    else if (const std::string_view name = entity(bytes[0]); !name.empty())
      text += name;
    else
      text += bytes.substr(0, length);
    bytes.remove_prefix(length);
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
