// SPDX-License-Identifier: MIT
#include <implicitmf/io/npy_format.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/memory.hpp>

#include "io/support.hpp"
#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using support::any_finite_values;
using support::bytes_of;
using support::holds;
using support::matrix_of;
using support::message_of;
using support::numbered_vocabulary;
using support::same_bits;
using support::vocabulary_of;
using namespace std::string_literals;

namespace {

const imf::AlignedMatrix two_vectors = matrix_of({{0.5F, -1.0F, 3.0F}, {-0.0F, 1e-30F, 0.1F}});
const imf::Vocabulary two_words = vocabulary_of({"the", "caf\xC3\xA9"});
const std::string two_as_words = "the\ncaf\xC3\xA9\n";
const std::string two_as_values = bytes_of(0.5F) + bytes_of(-1.0F) + bytes_of(3.0F) +
                                  bytes_of(-0.0F) + bytes_of(1e-30F) + bytes_of(0.1F);

/// An array with a header as it stands.
std::string array_of(const std::string& header, const std::string& values, int version = 1) {
  std::string bytes = "\x93NUMPY" + std::string(1, static_cast<char>(version)) + '\0';
  bytes += version == 1 ? support::little_endian(static_cast<std::uint16_t>(header.size()))
                        : support::little_endian(static_cast<std::uint32_t>(header.size()));
  return bytes + header + values;
}

std::string header_of(const std::string& type, const std::string& order, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }  \n";
}

imf::Embeddings load(const std::string& bytes, const std::string& words = two_as_words,
                     const imf::VectorReadOptions& options = {}) {
  const support::TemporaryDirectory directory;
  directory.write("v.vocab", words);
  return imf::load_npy(directory.write("v.npy", bytes), options);
}

std::string fault_in(const std::string& bytes, const std::string& words = two_as_words) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes, words)); });
}

}  // namespace

TEST_CASE("the bytes of both files are these") {
  const support::TemporaryDirectory directory;
  imf::save_npy(directory / "v.npy", two_vectors, two_words);
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  CHECK(support::read_bytes(directory / "v.npy") == "\x93NUMPY\x01\0\x76\0"s + header +
                                                        std::string(117 - header.size(), ' ') +
                                                        "\n" + two_as_values);
  CHECK(support::read_bytes(directory / "v.vocab") == two_as_words);
}

TEST_CASE("the words are beside the array, or where they are said to be") {
  CHECK(imf::words_beside("a/v.npy") == "a/v.vocab");
  CHECK(imf::words_beside("v.50.npy") == "v.50.vocab");
  CHECK(imf::words_beside("v") == "v.vocab");
  const support::TemporaryDirectory directory;
  imf::save_npy(directory / "v.npy", two_vectors, two_words);
  const auto others = directory.write("others", "x\ny\n");
  CHECK(imf::load_npy(directory / "v.npy").vocabulary() == two_words);
  CHECK(imf::load_npy(directory / "v.npy", {.words_file = others}).vocabulary() ==
        vocabulary_of({"x", "y"}));
  const support::NamedPipe pipe(support::read_bytes(directory / "v.npy"));
  CHECK(same_bits(imf::load_npy(pipe.path(), {.words_file = others}).vectors(), two_vectors));
  CHECK_THROWS_AS(static_cast<void>(imf::load_npy(directory / "absent.npy")), imf::IoError);
  std::filesystem::remove(directory / "v.vocab");
  CHECK(holds(
      message_of<imf::IoError>([&] { static_cast<void>(imf::load_npy(directory / "v.npy")); }),
      "v.vocab"));
}

TEST_CASE("every finite float comes back bit for bit") {
  const support::TemporaryDirectory directory;
  for (const std::size_t dimension : {1U, 15U, 16U, 300U, 9000U}) {
    const auto vectors = any_finite_values(dimension == 1 ? 1 : 100, dimension);
    const auto words = numbered_vocabulary(vectors.rows());
    imf::save_npy(directory / "v.npy", vectors, words);
    for (const std::size_t threads : {1U, 2U}) {
      const auto back = imf::load_npy(directory / "v.npy", {.threads = threads});
      CHECK(same_bits(back.vectors(), vectors));
      CHECK(back.vocabulary() == words);
    }
  }
}

TEST_CASE("arrays of both types, in both orders, of all versions") {
  for (const int version : {1, 2, 3}) {
    CHECK(same_bits(
        load(array_of(header_of("<f4", "False", "(2, 3)"), two_as_values, version)).vectors(),
        two_vectors));
  }
  std::string floats;
  std::string doubles;
  std::string doubles_by_columns;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t r = 0; r < 2; ++r) {
      floats += bytes_of(two_vectors(r, c));
      doubles_by_columns += bytes_of(static_cast<double>(two_vectors(r, c)));
    }
  for (std::size_t r = 0; r < 2; ++r)
    for (const float x : two_vectors.row(r)) doubles += bytes_of(static_cast<double>(x));
  const auto vectors = [](const char* type, const char* order, const std::string& values) {
    return load(array_of(header_of(type, order, "(2, 3)"), values)).vectors();
  };
  CHECK(same_bits(vectors("<f4", "True", floats), two_vectors));
  CHECK(same_bits(vectors("<f8", "False", doubles), two_vectors));
  CHECK(same_bits(vectors("<f8", "True", doubles_by_columns), two_vectors));
}

TEST_CASE("doubles are rounded to the nearest float") {
  std::string values;
  for (const double x : {0.1, 1e-300, 16777217.0, -3.4028235e38}) values += bytes_of(x);
  CHECK(same_bits(load(array_of(header_of("<f8", "False", "(2, 2)"), values)).vectors(),
                  matrix_of({{0.1F, 0.0F}, {16777216.0F, -3.4028235e38F}})));
}

TEST_CASE("headers that others write") {
  for (const std::string header : {
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
           "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}\n",
           " { 'descr' : '<f4' , 'shape' : ( 2 , 3 , ) , 'fortran_order' : False , } ",
       })
    CHECK(same_bits(load(array_of(header, two_as_values)).vectors(), two_vectors));
}

TEST_CASE("a limit reads the first rows and words") {
  const auto bytes = array_of(header_of("<f4", "False", "(2, 3)"), two_as_values);
  const auto one = load(bytes, two_as_words, {.limit = 1});
  CHECK(one.vocabulary() == vocabulary_of({"the"}));
  CHECK(same_bits(one.vectors(), matrix_of({{0.5F, -1.0F, 3.0F}})));
  CHECK(load(bytes, two_as_words, {.limit = 3}).size() == 2);
}

TEST_CASE("what is no array of vectors is told with its byte") {
  const auto fault = [](const std::string& header) {
    return fault_in(array_of(header, two_as_values));
  };
  CHECK(holds(fault_in(""), "at byte 0: this is no array of NumPy"));
  CHECK(holds(fault_in("\x93NUMPX" + two_as_values), "at byte 0: this is no array of NumPy"));
  CHECK(holds(fault_in("\x93NUMPY\x01"), "at byte 7: the array has no header"));
  CHECK(holds(fault_in("\x93NUMPY\x04" + std::string(100, ' ')), "at byte 6: version 4"));
  CHECK(
      holds(fault_in("\x93NUMPY\x01\0\xFF\xFF{'descr'"s), "at byte 8: the file ends in the head"));
  CHECK(holds(fault(header_of(">f4", "False", "(2, 3)")), "type \">f4\""));
  CHECK(
      holds(fault(header_of("<f2", "False", "(2, 3)")), "at byte 25: in the header of the array"));
  CHECK(holds(fault(header_of("<f4", "Maybe", "(2, 3)")), "expected \"False\""));
  CHECK(holds(fault(header_of("<f4", "False", "(6,)")), "one dimension"));
  CHECK(holds(fault(header_of("<f4", "False", "(1, 2, 3)")), "more than two dimensions"));
  CHECK(holds(fault(header_of("<f4", "False", "()")), "expected a size"));
  CHECK(holds(fault(header_of("<f4", "False", "(2, -3)")), "expected a size"));
  CHECK(holds(fault(header_of("<f4", "False", "(0, 3)")), "rows must be 1 to"));
  CHECK(holds(fault(header_of("<f4", "False", "(4294967294, 3)")), "rows must be 1 to"));
  CHECK(holds(fault(header_of("<f4", "False", "(2, 0)")), "columns must be 1 to"));
  CHECK(holds(fault(header_of("<f4", "False", "(2, 1048577)")), "columns must be 1 to"));
  CHECK(holds(fault(header_of("<f4", "False", "(99999999999999999999, 1)")), "expected a size"));
  CHECK(holds(fault("{'descr': '<f4', 'shape': (2, 3), 'order': 0}"), "unknown entry \"order\""));
  CHECK(holds(fault("{'descr': '<f4', 'shape': (2, 3)}"), "expected \",\""));
  CHECK(holds(fault("{'descr': '<f4', 'descr': '<f4', 'fortran_order': True}"), "no shape"));
  CHECK(holds(fault("{'descr': '<f4"), "a text without an end"));
  CHECK(holds(fault(header_of("<f4", "False", "(2, 3)") + "x"), "more than a header"));
  CHECK(holds(fault(""), "expected \"{\""));
}

TEST_CASE("more or fewer values than the header says are refused before room is made") {
  const std::uint64_t before = imf::peak_memory_bytes();
  for (const char* shape : {"(2, 2)", "(2, 4)", "(3, 3)", "(4294967293, 1048576)"})
    CHECK(holds(fault_in(array_of(header_of("<f4", "False", shape), two_as_values)),
                "24 bytes of values where an array of"));
  CHECK(imf::peak_memory_bytes() - before < (32U << 20U));
}

TEST_CASE("a file cut off anywhere is refused") {
  const support::TemporaryDirectory directory;
  imf::save_npy(directory / "v.npy", two_vectors, two_words);
  const std::string bytes = support::read_bytes(directory / "v.npy");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(load(bytes.substr(0, size)), imf::InputError);
  CHECK_THROWS_AS(load(bytes + "x"), imf::InputError);
}

TEST_CASE("words and rows that differ in number, and values that are not finite") {
  const auto bytes = array_of(header_of("<f4", "False", "(2, 3)"), two_as_values);
  CHECK(holds(fault_in(bytes, "a\n"), "1 words for the 2 vectors of "));
  CHECK(holds(fault_in(bytes, "a\nb\nc\n"), "v.vocab: 3 words for the 2 vectors of "));
  CHECK(holds(fault_in(bytes, "a\na\n"), ":2: the word \"a\" comes twice"));
  const auto values = [](const char* type, const std::string& two) {
    return fault_in(array_of(header_of(type, "False", "(2, 1)"), two));
  };
  for (const float bad : {INFINITY, -INFINITY, NAN})
    CHECK(holds(values("<f4", bytes_of(1.0F) + bytes_of(bad)),
                "row 1, the vector of \"caf\xC3\xA9\", has a value that is not finite"));
  CHECK(holds(values("<f8", bytes_of(1e39) + bytes_of(1.0)), "row 0, the vector of \"the\""));
}

TEST_CASE("what could not be read back, or has no place for its words, is refused") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(imf::save_npy("-", two_vectors, two_words), imf::ConfigError);
  CHECK_THROWS_AS(imf::save_npy(directory / "v.vocab", two_vectors, two_words), imf::ConfigError);
  CHECK_THROWS_AS(imf::save_npy(directory / "v", two_vectors, vocabulary_of({"a", "b c"})),
                  imf::InputError);
  CHECK_THROWS_AS(imf::save_npy(directory / "v", two_vectors, vocabulary_of({"a"})),
                  imf::InputError);
  CHECK(directory.entries() == 0);
}

TEST_CASE("a full disk leaves the old files and nothing half-written") {
  const support::TemporaryDirectory directory;
  const auto array = directory.write("v.npy", "old");
  const auto words = directory.write("v.vocab", "old");
  const support::FileSizeLimit limit(1000);
  CHECK_THROWS_AS(imf::save_npy(array, any_finite_values(2, 5000), two_words), imf::IoError);
  CHECK(support::read_bytes(array) == "old");
  CHECK(support::read_bytes(words) == "old");
  CHECK(directory.entries() == 2);
}
