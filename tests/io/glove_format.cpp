// SPDX-License-Identifier: MIT
#include <implicitmf/io/glove_format.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/support.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using support::any_finite_values;
using support::holds;
using support::matrix_of;
using support::message_of;
using support::numbered_vocabulary;
using support::same_bits;
using support::vocabulary_of;

namespace {

imf::Embeddings load(const std::string& bytes, const imf::VectorReadOptions& options = {}) {
  const support::TemporaryDirectory directory;
  return imf::load_glove(directory.write("vectors", bytes), options);
}

std::string fault_in(const std::string& bytes) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
}

}  // namespace

TEST_CASE("the bytes are these") {
  const support::TemporaryDirectory directory;
  imf::save_glove(directory / "v", matrix_of({{0.5F, -1.0F}, {-0.0F, 1e-30F}}),
                  vocabulary_of({"the", "caf\xC3\xA9"}));
  CHECK(support::read_bytes(directory / "v") == "the 0.5 -1\ncaf\xC3\xA9 -0 1e-30\n");
}

TEST_CASE("every finite float comes back bit for bit") {
  const support::TemporaryDirectory directory;
  for (const std::size_t dimension : {1U, 2U, 16U, 17U, 300U}) {
    const auto vectors = any_finite_values(dimension == 1 ? 1 : 400, dimension);
    const auto words = numbered_vocabulary(vectors.rows());
    imf::save_glove(directory / "v", vectors, words);
    for (const std::size_t threads : {1U, 2U}) {
      const auto back = imf::load_glove(directory / "v", {.threads = threads});
      CHECK(same_bits(back.vectors(), vectors));
      CHECK(back.vocabulary() == words);
    }
    const support::NamedPipe pipe(support::read_bytes(directory / "v"));
    CHECK(same_bits(imf::load_glove(pipe.path()).vectors(), vectors));
  }
}

TEST_CASE("the dimension is that of the first line") {
  CHECK(same_bits(load("a 1 2 3\nb 4 5 6\n\n").vectors(), matrix_of({{1, 2, 3}, {4, 5, 6}})));
  CHECK(same_bits(load("7 1 2\r\nb 4 5").vectors(), matrix_of({{1, 2}, {4, 5}})));
  CHECK(same_bits(load("a 1").vectors(), matrix_of({{1}})));
  const auto spaced = load(". . . 1 2\nat name@domain.com 3 4\n\xFF 5 6\n");
  CHECK(spaced.vocabulary() == vocabulary_of({". . .", "at name@domain.com", "\xFF"}));
  CHECK(same_bits(spaced.vectors(), matrix_of({{1, 2}, {3, 4}, {5, 6}})));
}

TEST_CASE("a limit reads the first words and ignores the rest") {
  const auto one = load("a 1 2\nb x", {.limit = 1});
  CHECK(one.vocabulary() == vocabulary_of({"a"}));
  CHECK(load("a 1 2\nb 3 4\n", {.limit = 9}).size() == 2);
}

TEST_CASE("faults are named with their line") {
  CHECK(holds(fault_in(""), ":1: the file is empty"));
  CHECK(holds(fault_in("\n\n"), ":1: expected a word and its vector"));
  CHECK(holds(fault_in("hello\n"), ":1: expected a word and its vector, not \"hello\""));
  CHECK(holds(fault_in("hello world\n"), ":1: expected a word and its vector"));
  CHECK(holds(fault_in(" 1 2\n"), ":1: a line without a word"));
  CHECK(holds(fault_in("a 1 2\nb 3\nc 4 5\n"), ":2: 1 values where the first line says 2"));
  CHECK(holds(fault_in("a 1 2\nb 3 4 5\n"), ":2: more than the 2 values"));
  CHECK(holds(fault_in("a 1 2\n\nc 4 5\n"), ":2: an empty line"));
  CHECK(holds(fault_in("a 1 2\nb 3 x\n"), ":2: \"x\" is not a number"));
  CHECK(holds(fault_in("a 1 nan\n"), ":1: \"nan\" is not a finite number"));
  CHECK(holds(fault_in("a 1 2\nb 3 inf\n"), ":2: \"inf\" is not a finite number"));
  CHECK(holds(fault_in("a 1\nb 2\na 3\n"), ":3: the word \"a\" comes twice"));
  std::string many = "a";
  for (std::size_t i = 0; i <= (1U << 20U); ++i) many += " 1";
  CHECK(holds(fault_in(many), ":1: more than 1048576 values"));
}

TEST_CASE("one long line promises nothing for the short ones") {
  std::string bytes = "a";
  for (int i = 0; i < 100000; ++i) bytes += " 1";
  for (int i = 0; i < 100000; ++i) bytes += "\nb" + std::to_string(i);
  CHECK(holds(fault_in(bytes), ":2: 0 values where the first line says 100000"));  // not 40 GB
}
