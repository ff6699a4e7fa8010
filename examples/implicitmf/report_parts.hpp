// SPDX-License-Identifier: MIT
/// \file
/// What sections of a report are put together from.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace app {

/// A section with its heading; `title` and `body` are HTML.
[[nodiscard]] std::string section(const std::string& id, const std::string& title,
                                  const std::string& body);

/// A picture with its caption, both HTML; "" where there is no picture.
[[nodiscard]] std::string figure(const std::string& picture, const std::string& caption);

/// A table that scrolls by itself where it is too wide. The caption is text, the others HTML.
[[nodiscard]] std::string table(const std::string& caption, const std::string& head,
                                const std::string& rows);

/// Heads of columns: one for the names of the rows, and one for each model.
[[nodiscard]] std::string model_heads(const Report& report, const char* first);

/// A row of one value, HTML, for each model; marked where they differ.
[[nodiscard]] std::string value_row(const std::string& name, const std::vector<std::string>& values,
                                    const std::string& attributes = {});

/// The square of a model's colour.
[[nodiscard]] std::string key(std::size_t model);

/// Names of models beside their colours.
[[nodiscard]] std::string legend(const Report& report);

/// What an object has by a name; null where it is none, or has not.
[[nodiscard]] const Json& member(const Json& object, const std::string& name);

}  // namespace app
