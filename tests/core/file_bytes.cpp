// SPDX-License-Identifier: MIT
#include <implicitmf/core/file_bytes.hpp>

#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <implicitmf/core/errors.hpp>

#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using namespace std::string_literals;

namespace {

/// Bytes that are not all alike.
std::string numbered(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += std::to_string(bytes.size()) + '\n';
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("a file and a pipe show the same bytes") {
  const support::TemporaryDirectory directory;
  for (const std::size_t size : {0U, 1U, 4096U, 4097U, 3000001U}) {
    CAPTURE(size);
    const std::string bytes = numbered(size);
    const auto path = directory.write("file", bytes);
    const support::NamedPipe pipe(bytes);
    for (const auto& source : {path, pipe.path()}) {
      imf::FileBytes file(source);
      CHECK(file.head(5) == bytes.substr(0, 5));
      CHECK(file.head(0) == "");
      CHECK(file.head(4096) == bytes.substr(0, 4096));
      CHECK(file.head(5) == bytes.substr(0, 5));
      CHECK(file.all() == bytes);
      CHECK(file.head(4096) == bytes.substr(0, 4096));
      CHECK(file.all() == bytes);
    }
  }
}

TEST_CASE("a file whose size the system does not tell is read") {
  if (!std::filesystem::exists("/proc/self/stat")) return;
  imf::FileBytes file("/proc/self/stat");
  CHECK(file.all().find('(') != std::string_view::npos);
}

TEST_CASE("the head of a pipe is there before its end") {
  const support::TemporaryDirectory directory;
  imf::FileBytes zeros("/dev/zero");  // has no end
  CHECK(zeros.head(10) == std::string(10, '\0'));
}

TEST_CASE("what can't be opened is an IoError, and has a name") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(imf::FileBytes(directory / "absent"), imf::IoError);
  CHECK_THROWS_AS(imf::FileBytes(directory.path()), imf::IoError);
  const auto path = directory.write("file", "x");
  CHECK(imf::FileBytes(path).name() == path.string());
}
