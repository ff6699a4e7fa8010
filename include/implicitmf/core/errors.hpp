// SPDX-License-Identifier: MIT
/// \file
/// What the library throws: one base, one class for each kind of thing a user can mend.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace implicitmf {

/// Base of all errors that the library throws by itself (std::bad_alloc passes through).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Input that can't be read as what it claims to be. The message names the source and the place.
class InputError : public Error {
 public:
  using Error::Error;

  /// "SOURCE:LINE: WHAT", lines counted from 1.
  [[nodiscard]] static InputError at_line(std::string_view source, std::uint64_t line,
                                          std::string_view what) {
    return InputError(std::string(source) + ":" + std::to_string(line) + ": " + std::string(what));
  }
  /// "SOURCE: at byte OFFSET: WHAT", bytes counted from 0.
  [[nodiscard]] static InputError at_byte(std::string_view source, std::uint64_t offset,
                                          std::string_view what) {
    return InputError(std::string(source) + ": at byte " + std::to_string(offset) + ": " +
                      std::string(what));
  }
};

/// An option out of its range. The message names the option and the range.
class ConfigError : public Error {
 public:
  ConfigError(std::string_view option, std::string_view rule)
      : Error(std::string(option) + ": " + std::string(rule)), option_(option) {}
  /// Name of the option as the options struct spells it.
  [[nodiscard]] const std::string& option() const noexcept { return option_; }

 private:
  std::string option_;
};

/// The operating system refused: "PATH: WHAT: reason".
class IoError : public Error {
 public:
  IoError(const std::filesystem::path& path, std::string_view what, int error_number)
      : Error(path.string() + ": " + std::string(what) + ": " +
              std::generic_category().message(error_number)),
        error_number_(error_number) {}
  /// The errno value behind the message.
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

/// A computation left the finite numbers; the message names the step and the row.
class NumericError : public Error {
 public:
  using Error::Error;
};

}  // namespace implicitmf
