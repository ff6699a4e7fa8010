// SPDX-License-Identifier: MIT
#include <implicitmf/io/word2vec_format.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/memory.hpp>

#include "io/support.hpp"
#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using imf::VectorFormat;
using support::any_finite_values;
using support::bytes_of;
using support::holds;
using support::matrix_of;
using support::message_of;
using support::same_bits;
using support::vocabulary_of;
using namespace std::string_literals;

namespace {

constexpr VectorFormat both_formats[] = {VectorFormat::text, VectorFormat::binary};

/// Loads bytes as a file.
imf::Embeddings load(const std::string& bytes, const imf::VectorReadOptions& options = {}) {
  const support::TemporaryDirectory directory;
  return imf::load_word2vec(directory.write("vectors", bytes), options);
}

std::string fault_in(const std::string& bytes, const imf::VectorReadOptions& options = {}) {
  return message_of<imf::InputError>([&] { load(bytes, options); });
}

const imf::AlignedMatrix two_vectors = matrix_of({{0.5F, -1.0F, 3.0F}, {-0.0F, 1e-30F, 0.1F}});
const imf::Vocabulary two_words = vocabulary_of({"the", "caf\xC3\xA9"});
const std::string two_as_text = "2 3\nthe 0.5 -1 3\ncaf\xC3\xA9 -0 1e-30 0.1\n";
const std::string two_as_binary = "2 3\nthe " + bytes_of(0.5F) + bytes_of(-1.0F) + bytes_of(3.0F) +
                                  "\ncaf\xC3\xA9 " + bytes_of(-0.0F) + bytes_of(1e-30F) +
                                  bytes_of(0.1F) + "\n";

}  // namespace

TEST_CASE("the bytes of both forms are these") {
  const support::TemporaryDirectory directory;
  imf::save_word2vec(directory / "v.txt", two_vectors, two_words);
  CHECK(support::read_bytes(directory / "v.txt") == two_as_text);
  imf::save_word2vec(directory / "v.vec", two_vectors, two_words);
  CHECK(support::read_bytes(directory / "v.vec") == two_as_text);
  for (const char* name : {"v.bin", "v", "txt", "v.txt.bin", ".vec"}) {
    imf::save_word2vec(directory / name, two_vectors, two_words);
    CHECK(support::read_bytes(directory / name) == two_as_binary);
  }
  imf::save_word2vec(directory / "v.bin", two_vectors, two_words, VectorFormat::text);
  CHECK(support::read_bytes(directory / "v.bin") == two_as_text);
  imf::save_word2vec(directory / "v.txt", two_vectors, two_words, VectorFormat::binary);
  CHECK(support::read_bytes(directory / "v.txt") == two_as_binary);
}

TEST_CASE("both forms are read, recognized or named") {
  for (const std::string& bytes : {two_as_text, two_as_binary}) {
    const VectorFormat format = bytes == two_as_text ? VectorFormat::text : VectorFormat::binary;
    for (const VectorFormat asked : {VectorFormat::automatic, format}) {
      const auto vectors = load(bytes, {.format = asked});
      CHECK(vectors.vocabulary() == two_words);
      CHECK(same_bits(vectors.vectors(), two_vectors));
    }
  }
}

TEST_CASE("every finite float comes back bit for bit, in both forms, whatever the dimension") {
  const support::TemporaryDirectory directory;
  for (const std::size_t dimension : {1U, 2U, 15U, 16U, 17U, 300U, 9000U}) {
    const std::size_t rows = dimension == 1 ? 1 : 40;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < rows; ++i) words.push_back('w' + std::to_string(i));
    const auto vectors = any_finite_values(rows, dimension);
    for (const VectorFormat format : both_formats) {
      imf::save_word2vec(directory / "v", vectors, vocabulary_of(words), format);
      const auto back = imf::load_word2vec(directory / "v");
      CHECK(same_bits(back.vectors(), vectors));
      CHECK(back.vocabulary() == vocabulary_of(words));
    }
  }
}

TEST_CASE("extreme floats come back") {
  using Limits = std::numeric_limits<float>;
  const auto vectors = matrix_of({{Limits::max(), Limits::lowest(), Limits::min(),
                                   Limits::denorm_min(), -Limits::denorm_min(), 0.0F, -0.0F}});
  const support::TemporaryDirectory directory;
  for (const VectorFormat format : both_formats) {
    imf::save_word2vec(directory / "v", vectors, vocabulary_of({"w"}), format);
    CHECK(same_bits(imf::load_word2vec(directory / "v").vectors(), vectors));
  }
}

TEST_CASE("words are bytes: not UTF-8, control bytes, numbers, very long") {
  const std::vector<std::string> words = {
      "\xFF\xFE", "\x01\x7F", "0.5", "-1", "</s>", "nan", std::string(1U << 20U, 'x'), "a\0b"s};
  imf::AlignedMatrix vectors(words.size(), 2);
  for (std::size_t i = 0; i < words.size(); ++i) vectors(i, 1) = static_cast<float>(i) / 3.0F;
  const support::TemporaryDirectory directory;
  for (const VectorFormat format : both_formats) {
    imf::save_word2vec(directory / "v", vectors, vocabulary_of(words), format);
    const auto back = imf::load_word2vec(directory / "v", {.format = format});
    CHECK(back.vocabulary() == vocabulary_of(words));
    CHECK(same_bits(back.vectors(), vectors));
  }
}

TEST_CASE("what could not be read back is refused before anything is written") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("old", "old");
  const auto refuse = [&](const imf::AlignedMatrix& vectors, const imf::Vocabulary& words) {
    std::string message;
    for (const VectorFormat format : both_formats)
      message =
          message_of<imf::InputError>([&] { imf::save_word2vec(path, vectors, words, format); });
    CHECK(support::read_bytes(path) == "old");
    CHECK(directory.entries() == 1);
    return message;
  };
  for (const std::string word : {"", "New York", "a\nb", "a\tb", "a\r", " a", "a\v"}) {
    const auto message = refuse(matrix_of({{1}, {2}}), vocabulary_of({"fine", word}));
    CHECK(holds(message, imf::in_quotes(word)));
  }
  for (const float bad :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()})
    CHECK(holds(refuse(matrix_of({{1, 2}, {3, bad}}), two_words), "caf\xC3\xA9"));
  CHECK(holds(refuse(matrix_of({{1}}), two_words), "1 vectors for 2 words"));
  CHECK(holds(refuse(imf::AlignedMatrix(2, 0), two_words), "none to write"));
  CHECK(holds(refuse(imf::AlignedMatrix(), imf::Vocabulary()), "none to write"));
  CHECK(holds(refuse(imf::AlignedMatrix(1, (1U << 20U) + 1), vocabulary_of({"w"})), "dimension"));
}

TEST_CASE("text: other writers' lines are read") {
  for (const std::string bytes : {
           "2 3\r\nthe 0.5 -1 3\r\ncaf\xC3\xA9 -0 1e-30 0.1\r\n",    // Windows
           "2 3\nthe 0.5 -1 3 \ncaf\xC3\xA9 -0 1e-30 0.1 \n",        // word2vec.c ends with a blank
           "2 3\nthe 0.5 -1 3\ncaf\xC3\xA9 -0 1e-30 0.1",            // no last newline
           "2 3\nthe 0.5 -1 3\ncaf\xC3\xA9 -0 1e-30 0.1\n\n \r\n",   // empty lines at the end
           "2\t3\nthe\t0.5\t-1\t3\ncaf\xC3\xA9\t-0\t1e-30\t0.1\n",   // tabs
           "2  3 \nthe  0.5  -1  3\ncaf\xC3\xA9  -0  1e-30  0.1\n",  // two blanks
           "2 3\nthe 0.500000 -1.000000 3.000000\ncaf\xC3\xA9 -0.0 1e-30 0.10000000149011612\n",
       }) {
    const auto vectors = load(bytes);
    CHECK(vectors.vocabulary() == two_words);
    CHECK(same_bits(vectors.vectors(), two_vectors));
  }
}

TEST_CASE("text: a word may hold blanks, the values are taken from the right") {
  const auto vectors = load("4 2\n. . .  0.5  1\nNew\tYork \t2 3\nat name@domain.com 4 5\nx 6 7\n");
  CHECK(vectors.vocabulary() == vocabulary_of({". . .", "New\tYork", "at name@domain.com", "x"}));
  CHECK(same_bits(vectors.vectors(), matrix_of({{0.5F, 1}, {2, 3}, {4, 5}, {6, 7}})));
}

TEST_CASE("text: numbers too small for a float become the nearest float") {
  const auto vectors = load("1 4\nw 1e-46 -1e-300 1e-45 0.1000000000000000055511151231257827\n");
  CHECK(same_bits(vectors.vectors(), matrix_of({{0.0F, -0.0F, 1e-45F, 0.1F}})));
  // Beyond the range of double too.
  const auto smaller = load("1 3\nw 1e-400 -2.5E-400 0." + std::string(400, '0') + "1\n");
  CHECK(same_bits(smaller.vectors(), matrix_of({{0.0F, -0.0F, 0.0F}})));
}

TEST_CASE("text: faults are named with their line") {
  const auto fault = [](const std::string& bytes) {
    return fault_in(bytes, {.format = VectorFormat::text});
  };
  CHECK(holds(fault("2 3\nthe 1 2 3\na 4 5\n"), ":3: 2 values where the first line says 3"));
  CHECK(holds(fault("2 3\nthe 1 2 3\naaaaa\n\n"), ":3: 0 values"));
  CHECK(holds(fault("2 2\nthe 1 2 3\na 4 5\n"), ":2: more than the 2 values"));
  CHECK(holds(fault("2 2\nthe 1 x\na 4 5\n"), ":2: \"x\" is not a number"));
  CHECK(holds(fault("2 2\nthe 1 2\na 4,5 5\n"), ":3: \"4,5\" is not a number"));
  CHECK(holds(fault("2 2\nthe 1 0x2\na 4 5\n"), "\"0x2\" is not a number"));
  CHECK(holds(fault("2 2\nthe 1 2\na b 1- 5\n"), "\"1-\" is not a number"));
  CHECK(holds(fault("1 2\nthe 1 nan\n"), ":2: \"nan\" is not a finite number"));
  CHECK(holds(fault("1 2\nthe -inf 1\n"), ":2: \"-inf\" is not a finite number"));
  CHECK(holds(fault("1 2\nthe 1e39 1\n"), ":2: \"1e39\" is not a finite number"));
  CHECK(holds(fault("1 2\nthe 1 1e999\n"), "\"1e999\" is not a finite number"));
  CHECK(holds(fault("2 1\nthe 1\nthe 2\n"), ":3: the word \"the\" comes twice"));
  CHECK(holds(fault("2 1\nthe 1\n\na 2\n"), ":3: an empty line"));
  CHECK(holds(fault("2 1\nthe 1\n 23\n"), ":3: a line without a word"));
  CHECK(holds(fault("2 1\nthe 1\na 2\nb 3\n"), ":4: more than the 2 words"));
  CHECK(holds(fault("3 1\nthe 1.25\na 2.25\n"), ":3: the file ends after 2 of 3 words"));
}

TEST_CASE("text: a faulty first line is told as text's fault, unasked") {
  CHECK(holds(fault_in("2 3\nthe 0.123456 0.123456\na 0.1 0.1 0.1\n"), ":2: 2 values"));
  CHECK(holds(fault_in("2 3\nthe 0.123456 nan 0.123456\na 1 2 3\n"), "not a finite number"));
}

TEST_CASE("binary: vectors without newlines between them are read") {
  std::string bytes = "2 3\nthe " + bytes_of(0.5F) + bytes_of(-1.0F) + bytes_of(3.0F);
  bytes += "caf\xC3\xA9 " + bytes_of(-0.0F) + bytes_of(1e-30F) + bytes_of(0.1F);
  CHECK(same_bits(load(bytes).vectors(), two_vectors));
  CHECK(load(bytes).vocabulary() == two_words);
}

TEST_CASE("binary: values that look like text, newlines and spaces are read") {
  std::string row;
  for (int i = 0; i < 8; ++i) row += " \n 1";
  const auto vectors = load("2 8\na " + row + "\nb " + row + "\n");
  CHECK(vectors.vocabulary() == vocabulary_of({"a", "b"}));
  float value{};
  std::memcpy(&value, " \n 1", 4);
  CHECK(vectors.vector(1)[7] == value);
}

TEST_CASE("binary: faults are named with their byte") {
  const std::string one = bytes_of(1.0F);
  const auto fault = [](const std::string& bytes) {
    return fault_in(bytes, {.format = VectorFormat::binary});
  };
  CHECK(
      holds(fault("2 1\na " + one + "\na " + one + "\n"), "at byte 11: the word \"a\" comes twi"));
  CHECK(holds(fault("2 1\na " + one + "\n " + one + "b\n"), "at byte 11: a vector without a word"));
  CHECK(holds(fault("1 1\na " + one + "\nb"), "at byte 11: more bytes than the 1 words"));
  CHECK(holds(fault("1 1\na " + bytes_of(std::numeric_limits<float>::quiet_NaN())),
              "at byte 4: the vector of \"a\" has a value that is not finite"));
  CHECK(holds(fault("1 2\na " + one + bytes_of(-std::numeric_limits<float>::infinity())),
              "not finite"));
  CHECK(holds(fault("2 1\naaaaaa" + one + one), "the file ends after 0 of 2 words"));
}

TEST_CASE("a file cut off anywhere is refused, or is whole but for its last newline") {
  for (const std::string& bytes : {two_as_text, two_as_binary})
    for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
      if (bytes == two_as_text && size + 3 >= bytes.size()) continue;  // "0." and "0" are numbers
      CAPTURE(size);
      CHECK_THROWS_AS(load(bytes.substr(0, size)), imf::InputError);
      const support::NamedPipe pipe(bytes.substr(0, size));
      CHECK_THROWS_AS(static_cast<void>(imf::load_word2vec(pipe.path())), imf::InputError);
    }
  for (const std::string& bytes : {two_as_text, two_as_binary})
    CHECK(load(bytes.substr(0, bytes.size() - 1)).size() == 2);
}

TEST_CASE("the smallest files are long enough") {
  CHECK(same_bits(load("2 1\na 5\nb 6").vectors(), matrix_of({{5}, {6}})));
  CHECK(same_bits(load("1 1\na " + bytes_of(-5.0F)).vectors(), matrix_of({{-5}})));
}

TEST_CASE("no first line that is none is believed") {
  for (const std::string first : {"", "\n", "5\n", "a b\n", "2\n", "2 \n", " 2 3\n", "2 3 4\n",
                                  "-2 3\n", "2 -3\n", "2.0 3\n", "0 3\n", "2 0\n", "the 0.5 1\n",
                                  "2 1048577\n", "4294967294 3\n", "99999999999999999999 3\n"}) {
    CAPTURE(first);
    CHECK(holds(fault_in(first + "the 1 2 3\na 1 2 3\n"), ":1: "));
  }
  const std::string rest = "the 1 2 3\na 1 2 3\n";
  CHECK(
      holds(fault_in("4294967294 3\n" + rest), ":1: the number of words must be 1 to 4294967293"));
  CHECK(holds(fault_in("2 1048577\n" + rest), ":1: the dimension must be 1 to 1048576"));
  CHECK(holds(fault_in("the 0.5 0.25 0.125\n"), "GloVe"));
  CHECK(holds(fault_in(std::string(5000, 'x')), "expected \"WORDS DIMENSION\""));
  CHECK(holds(fault_in(std::string(5000, '\0')), "expected \"WORDS DIMENSION\""));
  CHECK(holds(fault_in(""), "the file is empty"));
}

TEST_CASE("sizes that the file cannot hold are refused before room is made for them") {
  const std::uint64_t before = imf::peak_memory_bytes();
  for (const VectorFormat format : both_formats)
    for (const std::string first : {"4294967293 1048576\n", "1000000000 1\n", "1 1000000\n"})
      CHECK(
          holds(fault_in(first + two_as_binary, {.format = format}), ":1: the file is too short"));
  CHECK(imf::peak_memory_bytes() - before < (32U << 20U));
}

TEST_CASE("a pipe gives what the file gives, and its claims cost nothing") {
  for (const std::string& bytes : {two_as_text, two_as_binary}) {
    const support::NamedPipe pipe(bytes);
    const auto vectors = imf::load_word2vec(pipe.path());
    CHECK(vectors.vocabulary() == two_words);
    CHECK(same_bits(vectors.vectors(), two_vectors));
  }
  const std::uint64_t before = imf::peak_memory_bytes();
  for (const VectorFormat format : both_formats) {
    const support::NamedPipe pipe("4294967293 300000\na 1 2 3");
    CHECK(holds(message_of<imf::InputError>([&] {
                  static_cast<void>(imf::load_word2vec(pipe.path(), {.format = format}));
                }),
                ":1: the file is too short for 4294967293 words"));
  }
  CHECK(imf::peak_memory_bytes() - before < (64U << 20U));
}

TEST_CASE("a pipe of many rows") {
  const support::TemporaryDirectory directory;
  std::vector<std::string> words;
  for (int i = 0; i < 3000; ++i) words.push_back(std::to_string(i));
  const auto vectors = any_finite_values(words.size(), 400);
  imf::save_word2vec(directory / "v.bin", vectors, vocabulary_of(words));
  const support::NamedPipe pipe(support::read_bytes(directory / "v.bin"));
  const auto back = imf::load_word2vec(pipe.path());
  CHECK(same_bits(back.vectors(), vectors));
  CHECK(back.vocabulary() == vocabulary_of(words));
}

TEST_CASE("a limit reads the first words and ignores the rest") {
  for (const std::string& bytes : {two_as_text, two_as_binary}) {
    const auto one = load(bytes + "anything", {.limit = 1});
    CHECK(one.vocabulary() == vocabulary_of({"the"}));
    CHECK(same_bits(one.vectors(), matrix_of({{0.5F, -1.0F, 3.0F}})));
    CHECK(load(bytes, {.limit = 2}).size() == 2);
    CHECK(load(bytes, {.limit = 3}).size() == 2);
  }
}

TEST_CASE("many threads read what one reads, and find the same fault") {
  const support::TemporaryDirectory directory;
  std::vector<std::string> words;
  for (int i = 0; i < 9000; ++i) words.push_back("w" + std::to_string(i));
  const auto vectors = any_finite_values(words.size(), 50);
  for (const VectorFormat format : both_formats) {
    imf::save_word2vec(directory / "v", vectors, vocabulary_of(words), format);
    std::string bytes = support::read_bytes(directory / "v");
    REQUIRE(bytes.size() > (3U << 19U));  // several pieces
    for (const std::size_t threads : {1U, 2U, 5U}) {
      const auto back = load(bytes, {.threads = threads});
      CHECK(same_bits(back.vectors(), vectors));
      CHECK(back.vocabulary() == vocabulary_of(words));
    }
    // Two vectors are faulty: each run names the first.
    for (const char* word : {"\nw8999 ", "\nw8 "}) {
      const std::size_t at = bytes.find(word) + std::string(word).size();
      bytes.replace(at, 4, format == VectorFormat::text ? "x 1 " : bytes_of(INFINITY));
    }
    for (const std::size_t threads : {1U, 2U, 5U})
      CHECK(holds(fault_in(bytes, {.format = format, .threads = threads}),
                  format == VectorFormat::text ? ":10: " : "the vector of \"w8\""));
  }
}

TEST_CASE("text: bytes that make up for the length of lines do not") {
  CHECK(
      holds(fault_in("2 3\na 1 2 3\nb 2\n" + std::string(20, '\n'), {.format = VectorFormat::text}),
            ":3: 1 values"));
}

TEST_CASE("a format that is none of word2vec's is refused") {
  const support::TemporaryDirectory directory;
  for (const VectorFormat format : {VectorFormat::glove, VectorFormat::npy}) {
    CHECK_THROWS_AS(imf::save_word2vec(directory / "v", two_vectors, two_words, format),
                    imf::ConfigError);
    CHECK_THROWS_AS(load(two_as_text, {.format = format}), imf::ConfigError);
  }
  CHECK(directory.entries() == 0);
}

TEST_CASE("paths that are no readable file") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(static_cast<void>(imf::load_word2vec(directory / "absent")), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::load_word2vec(directory.path())), imf::IoError);
  CHECK_THROWS_AS(imf::save_word2vec(directory.path(), two_vectors, two_words), imf::IoError);
  CHECK_THROWS_AS(imf::save_word2vec(directory / "no/where", two_vectors, two_words), imf::IoError);
}

TEST_CASE("a full disk leaves the old file and nothing half-written") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("v", "old");
  const auto vectors = any_finite_values(2, 5000);
  for (const VectorFormat format : both_formats) {
    const support::FileSizeLimit limit(1000);
    CHECK_THROWS_AS(imf::save_word2vec(path, vectors, two_words, format), imf::IoError);
    CHECK(support::read_bytes(path) == "old");
    CHECK(directory.entries() == 1);
  }
  if (std::filesystem::exists("/dev/full"))
    CHECK_THROWS_AS(imf::save_word2vec("/dev/full", two_vectors, two_words), imf::IoError);
}
