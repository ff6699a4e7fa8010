// SPDX-License-Identifier: MIT
#include <implicitmf/io/projector_format.hpp>

#include <doctest/doctest.h>

#include "io/support.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using support::matrix_of;
using support::vocabulary_of;

TEST_CASE("the bytes of both tables are these") {
  const support::TemporaryDirectory directory;
  imf::save_projector(directory / "v.tsv", matrix_of({{0.5F, -1.0F}, {-0.0F, 1e-30F}}),
                      vocabulary_of({"the", "caf\xC3\xA9"}));
  CHECK(support::read_bytes(directory / "v.tsv") == "0.5\t-1\n-0\t1e-30\n");
  CHECK(support::read_bytes(directory / "v.metadata.tsv") == "the\ncaf\xC3\xA9\n");
  imf::save_projector(directory / "one", matrix_of({{7}}), vocabulary_of({"a"}));
  CHECK(support::read_bytes(directory / "one") == "7\n");
  CHECK(support::read_bytes(directory / "one.metadata.tsv") == "a\n");
}

TEST_CASE("what has no place in the tables is refused, and no half file is left") {
  const support::TemporaryDirectory directory;
  const auto vectors = matrix_of({{1, 2}});
  CHECK_THROWS_AS(imf::save_projector("-", vectors, vocabulary_of({"a"})), imf::ConfigError);
  for (const char* word : {"a\tb", "a\nb", ""})
    CHECK_THROWS_AS(imf::save_projector(directory / "v", vectors, vocabulary_of({word})),
                    imf::InputError);
  CHECK(directory.entries() == 0);
  const support::FileSizeLimit limit(1000);
  const imf::AlignedMatrix large(1, 5000);
  CHECK_THROWS_AS(imf::save_projector(directory / "v", large, vocabulary_of({"a"})), imf::IoError);
  CHECK(directory.entries() == 0);
}
