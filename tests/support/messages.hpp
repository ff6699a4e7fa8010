// SPDX-License-Identifier: MIT
/// \file
/// What an error says.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include <implicitmf/core/errors.hpp>

namespace support {

/// The message of the error of kind E that `work` throws. A message that is not thrown, or of
/// another kind, fails the test.
template <class E = implicitmf::Error, class Work>
[[nodiscard]] std::string message_of(Work&& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    FAIL_CHECK("another kind of error: ", error.what());
    return {};
  }
  FAIL_CHECK("no error");
  return {};
}

/// Whether a text holds a part; for CHECKs that show the text where it does not.
[[nodiscard]] inline bool holds(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE("\"", text, "\" does not hold \"", part, "\"");
  return found;
}

}  // namespace support
