// SPDX-License-Identifier: MIT
#include <implicitmf/io/vocabulary_file.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/types.hpp>

#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using support::holds;
using support::message_of;
using namespace std::string_view_literals;

namespace {

imf::Vocabulary load(const std::string& bytes) {
  const support::TemporaryDirectory directory;
  return imf::load_vocabulary(directory.write("words", bytes));
}

std::string fault_in(const std::string& bytes) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
}

const imf::Vocabulary three_words(std::vector<imf::WordCount>{
    {"the", 12}, {"caf\xC3\xA9", 3}, {"rare", 0}});
const std::string three_as_text = "the 12\ncaf\xC3\xA9 3\nrare 0\n";

}  // namespace

TEST_CASE("the bytes are these, and they are read back") {
  const support::TemporaryDirectory directory;
  imf::save_vocabulary(directory / "words", three_words);
  CHECK(support::read_bytes(directory / "words") == three_as_text);
  CHECK(imf::load_vocabulary(directory / "words") == three_words);
}

TEST_CASE("words are bytes and may hold blanks, in the file's order") {
  const std::vector<imf::WordCount> words{
      {"b", 1}, {"New York", 5}, {" ", 2},   {"a ", 3}, {" a", 3},     {"\xFF\xFE", 4},
      {"7", 7}, {"a\tb", 9},     {"x\r", 1}, {"\v", 1}, {"a\0b"sv, 1}, {"max", ~imf::Count{0} - 38},
  };
  const support::TemporaryDirectory directory;
  imf::save_vocabulary(directory / "words", imf::Vocabulary(words));
  CHECK(imf::load_vocabulary(directory / "words") == imf::Vocabulary(words));
}

TEST_CASE("other writers' lines are read") {
  for (const std::string bytes :
       {"the 12\r\ncaf\xC3\xA9 3\r\nrare 0\r\n", "the 12\ncaf\xC3\xA9 3\nrare 0",
        "the\t12\ncaf\xC3\xA9\t3\nrare\t0\n", "the 12 \ncaf\xC3\xA9 3 \nrare 00\n\n \r\n"})
    CHECK(load(bytes) == three_words);
  const support::NamedPipe pipe(three_as_text);
  CHECK(imf::load_vocabulary(pipe.path()) == three_words);
}

TEST_CASE("a long vocabulary comes back") {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "word" + std::to_string(i) + " 5\n";
  const auto words = load(text);
  CHECK(words.size() == 100000);
  CHECK(words.word(77777) == "word77777");
  const support::TemporaryDirectory directory;
  imf::save_vocabulary(directory / "words", words);
  CHECK(support::read_bytes(directory / "words") == text);
}

TEST_CASE("faults are named with their line") {
  CHECK(holds(fault_in(""), "holds no words"));
  CHECK(holds(fault_in("\n\n"), "holds no words"));
  CHECK(holds(fault_in("the 12\na\n"), ":2: expected \"WORD COUNT\""));
  CHECK(holds(fault_in("the 12\n 3\n"), ":2: expected \"WORD COUNT\""));
  CHECK(holds(fault_in("the 12\na 3x\n"), ":2: expected \"WORD COUNT\", not \"a 3x\""));
  CHECK(holds(fault_in("the -1\n"), ":1: expected \"WORD COUNT\""));
  CHECK(holds(fault_in("the 1.5\n"), "not \"the 1.5\""));
  CHECK(holds(fault_in("the 18446744073709551616\n"), "not \"the 18446744073709551616\""));
  CHECK(holds(fault_in("a 18446744073709551615\nb 1\n"), ":2: the counts sum to 2^64 or more"));
  CHECK(holds(fault_in("a 1\nb 2\na 3\n"), ":3: the word \"a\" comes twice"));
  CHECK(holds(fault_in("a 1\n\nb 2\n"), ":3: words after an empty line"));
  CHECK(holds(fault_in(std::string(100, '\0')), ":1: expected"));
}

TEST_CASE("what could not be read back is refused before anything is written") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("words", "old");
  for (const std::string word : {"", "\n", "a\nb"}) {
    const imf::Vocabulary words(std::vector<imf::WordCount>{{"a", 1}, {word, 2}});
    CHECK(holds(message_of<imf::InputError>([&] { imf::save_vocabulary(path, words); }),
                imf::in_quotes(word)));
  }
  CHECK_THROWS_AS(imf::save_vocabulary(path, imf::Vocabulary()), imf::InputError);
  CHECK(support::read_bytes(path) == "old");
}

TEST_CASE("paths that are no file, and a full disk") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(static_cast<void>(imf::load_vocabulary(directory / "absent")), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::load_vocabulary(directory.path())), imf::IoError);
  const auto path = directory.write("words", "old");
  const support::FileSizeLimit limit(5);
  CHECK_THROWS_AS(imf::save_vocabulary(path, three_words), imf::IoError);
  CHECK(support::read_bytes(path) == "old");
  CHECK(directory.entries() == 1);
}

TEST_CASE("words alone, one a line") {
  const auto words = [](const std::string& bytes) {
    const support::TemporaryDirectory directory;
    return imf::load_words(directory.write("words", bytes));
  };
  const imf::Vocabulary two(std::vector<imf::WordCount>{{"the", 0}, {"New York 3x", 0}});
  CHECK(words("the\nNew York 3x\n") == two);
  CHECK(words("the\r\nNew York 3x \n\r\n\n") == two);
  CHECK(words("1\n2").count(1) == 0);
  // Counts are taken off only if all lines have one.
  CHECK(words("b 3\na b 5\n") ==
        imf::Vocabulary(std::vector<imf::WordCount>{{"b", 3}, {"a b", 5}}));
  CHECK(words("b 3\na 5\nc\n").word(1) == "a 5");

  const auto fault = [&](const std::string& bytes) {
    return message_of<imf::InputError>([&] { static_cast<void>(words(bytes)); });
  };
  CHECK(holds(fault(""), "holds no words"));
  CHECK(holds(fault("a\n\nb\n"), ":3: words after an empty line"));
  CHECK(holds(fault("a\nb\na\n"), ":3: the word \"a\" comes twice"));
  CHECK(holds(fault("a 1\na 2\n"), "the word \"a\" comes twice"));
}
