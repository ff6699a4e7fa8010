// SPDX-License-Identifier: MIT
#include <implicitmf/core/file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
namespace fs = std::filesystem;
using imf::BufferedReader;
using imf::InputFile;
using imf::OutputFile;
using support::holds;
using support::message_of;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// Bytes that never repeat nearby, longer than any buffer. Compared in double parentheses, so that
/// a failure doesn't print them.
std::string long_bytes(std::size_t size = 700001) {
  std::string bytes;
  bytes.reserve(size + 8);
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ";";
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("InputFile reads on, and at any place") {
  const support::TemporaryDirectory directory;
  const std::string bytes = long_bytes();
  InputFile file(directory.write("f", bytes));
  CHECK(file.is_regular());
  CHECK(file.size() == bytes.size());
  std::string part(1000, '\0');
  CHECK(file.read(part.data(), 10) == 10);
  CHECK(file.read_at(500000, part.data() + 10, 90) == 90);
  CHECK(file.read(part.data() + 100, 900) == 900);
  CHECK((part == bytes.substr(0, 10) + bytes.substr(500000, 90) + bytes.substr(10, 900)));
  CHECK(file.read_at(bytes.size() - 5, part.data(), 100) == 5);
  CHECK(file.read_at(bytes.size() + 5, part.data(), 100) == 0);
  CHECK(file.read_at(0, nullptr, 0) == 0);
}

TEST_CASE("InputFile reads a pipe to its end, and doesn't know its size") {
  const std::string bytes = long_bytes();
  const support::NamedPipe pipe(bytes);
  InputFile file(pipe.path());
  CHECK(!file.is_regular());
  CHECK(file.size() == 0);
  std::string read(bytes.size() + 10, '\0');
  CHECK(file.read(read.data(), 400000) == 400000);
  CHECK(file.read(read.data() + 400000, read.size() - 400000) == bytes.size() - 400000);
  CHECK((read.substr(0, bytes.size()) == bytes));
  char more{};
  CHECK_THROWS_AS(static_cast<void>(file.read_at(0, &more, 1)), imf::IoError);
}

TEST_CASE("InputFile refuses what is missing, and directories") {
  const support::TemporaryDirectory directory;
  CHECK(holds(message_of<imf::IoError>([&] { InputFile file(directory / "absent"); }), "absent"));
  CHECK(holds(message_of<imf::IoError>([&] { InputFile file(directory.path()); }), "can't read"));
  try {
    InputFile file(directory / "absent");
  } catch (const imf::IoError& error) {
    CHECK(error.error_number() == ENOENT);
  }
}

TEST_CASE("InputFile: the path - is standard input") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("f", "from standard input");
  const int saved = ::dup(STDIN_FILENO);
  const int fd = ::open(path.c_str(), O_RDONLY);
  ::dup2(fd, STDIN_FILENO);
  std::string text(100, '\0');
  {
    InputFile file("-");
    CHECK(!file.is_regular());  // it may not stand at its beginning
    CHECK(file.name() == "standard input");
    text.resize(file.read(text.data(), text.size()));
  }
  CHECK(::fcntl(STDIN_FILENO, F_GETFD) != -1);  // left open
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(fd);
  CHECK(text == "from standard input");
}

TEST_CASE("OutputFile: nothing stands at the path before commit(), all after it") {
  const support::TemporaryDirectory directory;
  const std::string bytes = long_bytes();
  OutputFile file(directory / "f");
  file.write(bytes);
  CHECK(!fs::exists(directory / "f"));
  CHECK(file.size() == bytes.size());
  file.commit();
  CHECK((support::read_bytes(directory / "f") == bytes));
  CHECK(directory.entries() == 1);
}

TEST_CASE("OutputFile keeps the order of small and large writes") {
  const support::TemporaryDirectory directory;
  std::string expected;
  OutputFile file(directory / "f");
  for (const std::size_t size : {1U, 300000U, 0U, 7U, 262144U, 262143U, 1U, 262145U, 3U}) {
    const std::string part = long_bytes(size);
    file.write(part);
    expected += part;
    CHECK(file.size() == expected.size());
  }
  file.commit();
  CHECK((support::read_bytes(directory / "f") == expected));
}

TEST_CASE("OutputFile without commit() leaves what was there") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("f", "old");
  {
    OutputFile file(path);
    file.write(long_bytes());
  }
  CHECK(support::read_bytes(path) == "old");
  CHECK(directory.entries() == 1);
  {
    auto first = std::make_unique<OutputFile>(path);
    first->write("new");
    OutputFile second(std::move(*first));
    first.reset();  // takes nothing with it
    second.write("er");
    second.commit();
  }
  CHECK(support::read_bytes(path) == "newer");
  CHECK(directory.entries() == 1);
}

TEST_CASE("OutputFile on a full disk: an error, the old file, nothing half-written") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("f", "old");
  {
    const support::FileSizeLimit limit(1000);
    OutputFile file(path);
    file.write(std::string(2000, 'x'));
    CHECK_THROWS_AS(file.commit(), imf::IoError);
    OutputFile large(path);
    CHECK_THROWS_AS(large.write(std::string(1U << 20U, 'x')), imf::IoError);
  }
  CHECK(support::read_bytes(path) == "old");
  CHECK(directory.entries() == 1);
  if (!fs::exists("/dev/full")) return;
  OutputFile full("/dev/full");
  full.write("x");
  CHECK_THROWS_AS(full.commit(), imf::IoError);
}

TEST_CASE("OutputFile refuses directories and folders that are not there") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(OutputFile(directory.path()), imf::IoError);
  CHECK_THROWS_AS(OutputFile(directory / "no/where"), imf::IoError);
  CHECK_THROWS_AS(OutputFile(""), imf::IoError);
  CHECK(directory.entries() == 0);
}

TEST_CASE("OutputFile writes through a symbolic link, and into a pipe") {
  const support::TemporaryDirectory directory;
  const auto target = directory.write("target", "old");
  fs::create_symlink(target, directory / "link");
  OutputFile file(directory / "link");
  file.write("new");
  file.commit();
  CHECK(fs::is_symlink(directory / "link"));
  CHECK(support::read_bytes(target) == "new");

  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  std::string read;
  std::thread reader([&] { read = support::read_bytes(directory / "pipe"); });
  const std::string bytes = long_bytes();
  {
    OutputFile pipe(directory / "pipe");
    pipe.write(bytes);
    pipe.commit();
  }
  reader.join();
  CHECK((read == bytes));
  CHECK(directory.entries() == 3);
}

TEST_CASE("OutputFile: a link that leads nowhere gets its target") {
  const support::TemporaryDirectory directory;
  fs::create_symlink("target", directory / "link");
  OutputFile file(directory / "link");
  file.write("new");
  file.commit();
  CHECK(fs::is_symlink(directory / "link"));
  CHECK(support::read_bytes(directory / "target") == "new");
}

TEST_CASE("OutputFile: two at once for one path don't mix") {
  const support::TemporaryDirectory directory;
  OutputFile first(directory / "f");
  OutputFile second(directory / "f");
  first.write("first");
  second.write("second one");
  second.commit();
  CHECK(support::read_bytes(directory / "f") == "second one");
  first.commit();
  CHECK(support::read_bytes(directory / "f") == "first");
  CHECK(directory.entries() == 1);
}

TEST_CASE("BufferedReader gives all bytes, in pieces of any size") {
  const support::TemporaryDirectory directory;
  const std::string bytes = long_bytes();
  const auto path = directory.write("f", bytes);
  for (const std::size_t size : {1U, 7U, 4096U, 262143U, 262144U, 300000U, 1000000U}) {
    BufferedReader reader(path);
    std::string read;
    std::string piece(size, '\0');
    bool consistent = true;
    while (!reader.at_end()) {
      consistent &= reader.peek() == static_cast<unsigned char>(bytes[read.size()]);
      read.append(piece, 0, reader.read(piece.data(), size));
      consistent &= reader.position() == read.size();
    }
    CHECK(consistent);
    CHECK((read == bytes));
    CHECK(reader.peek() == -1);
    CHECK(reader.read(piece.data(), size) == 0);
  }
}

TEST_CASE("BufferedReader reads up to a byte") {
  const support::TemporaryDirectory directory;
  const std::string bytes = long_bytes();
  BufferedReader reader(directory.write("f", bytes));
  std::istringstream expected(bytes);
  std::string text;
  std::string piece;
  std::size_t pieces = 0;
  for (; std::getline(expected, piece, ';'); ++pieces)
    if (!reader.read_until(';', text, no_limit) || text != piece) break;
  CHECK(pieces > 100000);
  CHECK(!expected);
  CHECK(reader.at_end());
  BufferedReader edges(directory.write("g", ";;a"));
  CHECK((edges.read_until(';', text, 0) && text.empty()));
  CHECK((edges.read_until(';', text, 0) && text.empty()));
  CHECK((edges.read_until(';', text, 1) && text == "a"));
  CHECK(!edges.read_until(';', text, 1));
}

TEST_CASE("BufferedReader: a limit is kept to") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("f", "12345;" + std::string(600000, 'x') + ";");
  std::string text;
  BufferedReader reader(path);
  CHECK(reader.read_until(';', text, 5));
  CHECK_THROWS_AS(reader.read_until(';', text, 599999), imf::InputError);
  BufferedReader again(path);
  CHECK_THROWS_AS(again.read_until(';', text, 4), imf::InputError);
}

TEST_CASE("BufferedReader shows what comes without taking it") {
  const support::TemporaryDirectory directory;
  const std::string bytes = long_bytes();
  const support::NamedPipe pipe(bytes);
  for (const fs::path& path : {directory.write("f", bytes), pipe.path()}) {
    BufferedReader reader(path);
    std::string skipped(250000, '\0');
    for (const std::size_t at : {0U, 250000U, 500000U}) {  // near the ends of the buffer
      CAPTURE(at);
      REQUIRE(reader.position() == at);
      for (const std::size_t size : {0UL, 1UL, 1000UL, BufferedReader::most_lookahead})
        REQUIRE((reader.lookahead(size) == std::string_view(bytes).substr(at, size)));
      reader.read(skipped.data(), std::min(skipped.size(), bytes.size() - at));
    }
    CHECK(reader.at_end());
    CHECK(reader.lookahead(10).empty());
    CHECK(reader.position() == bytes.size());
  }
}

TEST_CASE("BufferedReader knows what a file can still hold, and of a pipe nothing") {
  const support::TemporaryDirectory directory;
  BufferedReader file(directory.write("f", "1234"));
  char byte{};
  file.read(&byte, 1);
  CHECK(file.may_have(3));
  CHECK(!file.may_have(4));
  CHECK(!file.may_have(~std::uint64_t{0}));
  const support::NamedPipe pipe("1234");
  CHECK(BufferedReader(pipe.path()).may_have(~std::uint64_t{0}));
}

TEST_CASE("a file flushed to the disk stands nowhere until it is committed") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("f", "old");
  {
    imf::OutputFile file(path);
    file.write("new");
    file.flush_to_disk();
    CHECK(support::read_bytes(path) == "old");
    file.write("er");
    file.commit();
    CHECK(support::read_bytes(path) == "newer");
  }
  {
    const support::FileSizeLimit limit(100);
    imf::OutputFile file(path);
    file.write(std::string(1000, 'x'));
    CHECK_THROWS_AS(file.flush_to_disk(), imf::IoError);
  }
  CHECK(support::read_bytes(path) == "newer");
  CHECK(directory.entries() == 1);
}

TEST_CASE("a file's bytes are mapped") {
  const support::TemporaryDirectory directory;
  const InputFile file(directory.write("f", "bytes"));
  void* const mapped = file.map();
  REQUIRE(mapped != nullptr);
  CHECK(std::memcmp(mapped, "bytes", 5) == 0);
  ::munmap(mapped, file.size());
  CHECK(InputFile(directory.write("empty", "")).map() == nullptr);
}
