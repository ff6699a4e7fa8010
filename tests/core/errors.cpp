// SPDX-License-Identifier: MIT
#include <implicitmf/core/errors.hpp>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

namespace imf = implicitmf;

TEST_CASE("every error of ours is caught as Error, and as std::runtime_error") {
  CHECK_THROWS_AS(throw imf::InputError("bad"), imf::Error);
  CHECK_THROWS_AS(throw imf::ConfigError("dimension", "at least 1"), imf::Error);
  CHECK_THROWS_AS(throw imf::IoError("file", "open", ENOENT), imf::Error);
  CHECK_THROWS_AS(throw imf::NumericError("not finite"), imf::Error);
  static_assert(std::is_base_of_v<std::runtime_error, imf::Error>);
}

TEST_CASE("no kind of error is caught as another kind") {
  static_assert(!std::is_base_of_v<imf::InputError, imf::ConfigError>);
  static_assert(!std::is_base_of_v<imf::ConfigError, imf::InputError>);
  static_assert(!std::is_base_of_v<imf::InputError, imf::IoError>);
  static_assert(!std::is_base_of_v<imf::IoError, imf::NumericError>);
  CHECK_THROWS_AS(throw imf::InputError("bad"), imf::InputError);
}

TEST_CASE("InputError names the source and the line, or the byte") {
  CHECK(std::string(imf::InputError::at_line("v.txt", 3, "4 numbers, not 5").what()) ==
        "v.txt:3: 4 numbers, not 5");
  CHECK(std::string(imf::InputError::at_byte("v.bin", 12, "the file ends").what()) ==
        "v.bin: at byte 12: the file ends");
}

TEST_CASE("InputError takes 64-bit places and empty texts") {
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  CHECK(std::string(imf::InputError::at_line("", last, "").what()) == ":18446744073709551615: ");
  CHECK(std::string(imf::InputError::at_byte("", last, "").what()) ==
        ": at byte 18446744073709551615: ");
}

TEST_CASE("ConfigError names the option, in the message and by itself") {
  const imf::ConfigError error("smoothing", "must lie in (0, 1]");
  CHECK(std::string(error.what()) == "smoothing: must lie in (0, 1]");
  CHECK(error.option() == "smoothing");
}

TEST_CASE("IoError keeps errno and says it in words") {
  const imf::IoError error("some/file.txt", "can't open", ENOENT);
  CHECK(error.error_number() == ENOENT);
  const std::string message = error.what();
  CHECK(message.starts_with("some/file.txt: can't open: "));
  CHECK(message.ends_with(std::generic_category().message(ENOENT)));
}

TEST_CASE("errors outlive the texts they were made of, and copies say the same") {
  const auto make = [] {
    const std::string option = "a name too long for the small-string buffer of any library";
    const std::string rule = "a rule too long for the small-string buffer of any library";
    return imf::ConfigError(option, rule);
  };
  const imf::ConfigError error = make();
  const imf::ConfigError copy = error;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(std::string(copy.what()) == std::string(error.what()));
  CHECK(copy.option() == "a name too long for the small-string buffer of any library");
}
