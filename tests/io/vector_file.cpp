// SPDX-License-Identifier: MIT
#include <implicitmf/io/vector_file.hpp>

#include <string>

#include <doctest/doctest.h>

#include "io/support.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using imf::VectorFormat;
using support::holds;
using support::matrix_of;
using support::message_of;
using support::same_bits;
using support::vocabulary_of;

namespace {

const imf::AlignedMatrix vectors = matrix_of({{0.5F, -1.0F, 3.0F}, {-0.0F, 1e-30F, 0.1F}});
const imf::Vocabulary words = vocabulary_of({"the", "caf\xC3\xA9"});

imf::Embeddings load(const std::string& bytes, const imf::VectorReadOptions& options = {}) {
  const support::TemporaryDirectory directory;
  return imf::load_vectors(directory.write("vectors", bytes), options);
}

}  // namespace

TEST_CASE("the name tells the format that is written") {
  CHECK(imf::format_of_name("v.txt") == VectorFormat::text);
  CHECK(imf::format_of_name("a.npy/v.vec") == VectorFormat::text);
  CHECK(imf::format_of_name("v.npy") == VectorFormat::npy);
  CHECK(imf::format_of_name("v.tsv") == VectorFormat::projector);
  for (const char* name : {"v.bin", "v", "-", "txt", ".npy", "v.txt.bin", "v.TXT"})
    CHECK(imf::format_of_name(name) == VectorFormat::binary);
}

TEST_CASE("the content tells the format that is read, whatever the name") {
  const support::TemporaryDirectory directory;
  for (const VectorFormat format :
       {VectorFormat::text, VectorFormat::binary, VectorFormat::glove, VectorFormat::npy})
    for (const char* name : {"v.txt", "v.npy", "v.bin"}) {
      imf::save_vectors(directory / name, vectors, words, format);
      const auto back = imf::load_vectors(directory / name);
      CHECK(same_bits(back.vectors(), vectors));
      CHECK(back.vocabulary() == words);
      const auto named = imf::load_vectors(directory / name, {.format = format, .limit = 1});
      CHECK(named.vocabulary() == vocabulary_of({"the"}));
      const support::NamedPipe pipe(support::read_bytes(directory / name));
      const auto piped = imf::load_vectors(pipe.path(), {.words_file = directory / "v.vocab"});
      CHECK(same_bits(piped.vectors(), vectors));
    }
}

TEST_CASE("each name is written in its format") {
  const support::TemporaryDirectory directory;
  const auto written = [&](const char* name, VectorFormat format = VectorFormat::automatic) {
    imf::save_vectors(directory / name, vectors, words, format);
    return support::read_bytes(directory / name);
  };
  CHECK(written("v.vec").starts_with("2 3\nthe 0.5 -1 3\n"));
  CHECK(written("v.bin").starts_with(std::string("2 3\nthe \0\0\0\x3F", 12)));
  CHECK(written("v.npy").starts_with("\x93NUMPY"));
  CHECK(written("v.tsv").starts_with("0.5\t-1\t3\n"));
  CHECK(written("v.txt", VectorFormat::glove).starts_with("the 0.5 -1 3\n"));
}

TEST_CASE("first lines that could be of several formats") {
  // A word that is a number.
  CHECK(load("7 1 2\n8 3 4\n").vocabulary() == vocabulary_of({"7", "8"}));
  CHECK(load("7 1.5\n8 3\n").vocabulary() == vocabulary_of({"7", "8"}));
  // Two integers are word2vec's first line, unless GloVe is named.
  CHECK(load("1 2\nw 3 4\n").vocabulary() == vocabulary_of({"w"}));
  CHECK(load("7 1\n8 2\n", {.format = VectorFormat::glove}).size() == 2);
  // A line longer than what is looked at, cut in the middle of a number and between two.
  for (const std::size_t digits : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    std::string line = "a";
    for (int i = 0; i < 3000; ++i) line += " 1." + std::string(digits, '5');
    CHECK(load(line + "\n").dimension() == 3000);
    CHECK(load(line).dimension() == 3000);
  }
  CHECK(load("1 2000\na " + std::string(8000, '\0')).dimension() == 2000);
}

TEST_CASE("what is none of the formats is told") {
  const auto fault = [](const std::string& bytes) {
    return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
  };
  CHECK(holds(fault(""), ":1: the file is empty"));
  CHECK(holds(fault("hello world\n"), ":1: expected \"WORDS DIMENSION\", not \"hello world\""));
  CHECK(holds(fault("w nan nan\n"), ":1: \"nan\" is not a finite number"));
  CHECK(holds(fault("\x93NUMPY\x01"), "at byte 7: the array has no header"));
  CHECK(holds(fault("IMFCOUNT\x02"), ": a file of counts, where one of vectors is wanted"));
  for (const std::string& bytes : {std::string(100000, '\0'), std::string(100000, 'x'),
                                   std::string(100000, '\n'), std::string(100000, ' ')})
    CHECK(holds(fault(bytes), ":1: "));
}

TEST_CASE("the projector's tables are only written") {
  CHECK_THROWS_AS(load("1 2\n", {.format = VectorFormat::projector}), imf::InputError);
  for (const char* table : {"0.5\t1\t2\n1\t2\t3\n", "0.5\t1\n1\t2\n"})
    CHECK(holds(message_of<imf::InputError>([&] { static_cast<void>(load(table)); }),
                "a table of vectors without words"));
}
