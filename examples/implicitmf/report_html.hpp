// SPDX-License-Identifier: MIT
/// \file
/// Text and numbers as HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace app::html {

/// Bytes as text of an HTML element or of an attribute in double quotes: what would be markup is
/// escaped; what is no UTF-8, or a control character, becomes U+FFFD.
[[nodiscard]] std::string escape(std::string_view bytes);

/// A number of so many significant digits, all its whole ones above 10⁴; "–" for NaN.
[[nodiscard]] std::string number(double x, int digits = 4);

/// A number with so many decimals; "–" for NaN.
[[nodiscard]] std::string fixed(double x, int decimals);

/// An integer in groups of three, with narrow no-break spaces between them.
[[nodiscard]] std::string grouped(std::uint64_t n);

/// <th scope="row">...</th>, <td>...</td> and their like: text is escaped.
[[nodiscard]] std::string element(std::string_view tag, std::string_view text);

}  // namespace app::html
