// SPDX-License-Identifier: MIT
#include <implicitmf/io/matrix_market.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>

#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using support::holds;
using support::message_of;

namespace {

/// 3 × 4: two entries in the first row, none in the second, one in the third.
template <class Value>
imf::Csr<Value> small_matrix(Value a, Value b, Value c) {
  imf::Csr<Value> matrix;
  matrix.cols = 4;
  matrix.offsets = {0, 2, 2, 3};
  matrix.columns = {0, 3, 2};
  matrix.values = {a, b, c};
  return matrix;
}

template <class... Arguments>
std::string saved(const Arguments&... arguments) {
  const support::TemporaryDirectory directory;
  imf::save_matrix_market(directory / "m.mtx", arguments...);
  return support::read_bytes(directory / "m.mtx");
}

}  // namespace

TEST_CASE("integers") {
  CHECK(saved(small_matrix<imf::Count>(1, 20, ~imf::Count{0})) ==
        "%%MatrixMarket matrix coordinate integer general\n"
        "3 4 3\n1 1 1\n1 4 20\n3 3 18446744073709551615\n");
  CHECK(saved(small_matrix<std::int32_t>(-1, 0, 7)) ==
        "%%MatrixMarket matrix coordinate integer general\n3 4 3\n1 1 -1\n1 4 0\n3 3 7\n");
}

TEST_CASE("real numbers are the shortest that read back") {
  CHECK(saved(small_matrix<float>(0.1F, -2.0F, 1e-30F)) ==
        "%%MatrixMarket matrix coordinate real general\n3 4 3\n1 1 0.1\n1 4 -2\n3 3 1e-30\n");
  CHECK(saved(small_matrix<double>(0.1, 1.0 / 3.0, -2.2250738585072014e-308)) ==
        "%%MatrixMarket matrix coordinate real general\n"
        "3 4 3\n1 1 0.1\n1 4 0.3333333333333333\n3 3 -2.2250738585072014e-308\n");
}

TEST_CASE("comments stand after a percent sign, each line of them") {
  const std::string text = saved(small_matrix<float>(1, 2, 3), "two lines\nof comment\n");
  CHECK(text ==
        "%%MatrixMarket matrix coordinate real general\n% two lines\n% of comment\n"
        "3 4 3\n1 1 1\n1 4 2\n3 3 3\n");
  CHECK(holds(saved(small_matrix<float>(1, 2, 3), "a\n\nb"), "\n% a\n% \n% b\n3 4 3\n"));
}

TEST_CASE("matrices without entries, rows or columns") {
  imf::Csr<float> matrix;
  CHECK(saved(matrix) == "%%MatrixMarket matrix coordinate real general\n0 0 0\n");
  matrix.cols = 7;
  matrix.offsets.assign(3, 0);
  CHECK(saved(matrix) == "%%MatrixMarket matrix coordinate real general\n2 7 0\n");
}

TEST_CASE("counts are written in steps, and the comment says how many one count is") {
  using imf::Vocabulary;
  const auto words =
      std::make_shared<const Vocabulary>(std::vector<imf::WordCount>{{"a", 3}, {"b", 2}, {"c", 1}});
  const auto contexts = std::make_shared<const Vocabulary>(
      std::vector<imf::WordCount>{{"w", 3}, {"x", 2}, {"y", 1}, {"z", 1}});
  CHECK(saved(imf::CooccurrenceCounts(words, contexts, small_matrix<imf::Count>(60, 30, 90), 60,
                                      "harmonic window of 5")) ==
        "%%MatrixMarket matrix coordinate integer general\n"
        "% unit: one count is 60\n% harmonic window of 5\n3 4 3\n1 1 60\n1 4 30\n3 3 90\n");
}

TEST_CASE("a large matrix is read back by an obvious reader") {
  imf::RandomStream random(3, imf::RandomPurpose::test_data);
  imf::Csr<float> matrix;
  matrix.cols = 1000;
  for (std::size_t r = 0; r < 500; ++r) {
    for (imf::WordId c = random.below(40); c < matrix.cols; c += 1 + random.below(40)) {
      matrix.columns.push_back(c);
      matrix.values.push_back(static_cast<float>(random.uniform() - 0.5));
    }
    matrix.offsets.push_back(matrix.columns.size());
  }
  std::istringstream in(saved(matrix));
  std::string banner;
  std::getline(in, banner);
  std::size_t rows = 0, cols = 0, entries = 0, row = 0, column = 0;
  float value = 0;
  in >> rows >> cols >> entries;
  CHECK(rows == 500);
  CHECK(cols == 1000);
  REQUIRE(entries == matrix.nonzeros());
  bool same = true;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::uint64_t i = matrix.offsets[r]; i < matrix.offsets[r + 1]; ++i) {
      in >> row >> column >> value;
      same = same && row == r + 1 && column == matrix.columns[i] + 1 && value == matrix.values[i];
    }
  CHECK(in);
  CHECK(same);
}

TEST_CASE("values that are not finite are refused before anything is written") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("m.mtx", "old");
  for (const float bad : {std::numeric_limits<float>::infinity(), -HUGE_VALF, std::nanf("")})
    CHECK(holds(message_of<imf::InputError>(
                    [&] { imf::save_matrix_market(path, small_matrix<float>(1, 2, bad)); }),
                "row 2 has a value that is not finite"));
  CHECK(support::read_bytes(path) == "old");
}

TEST_CASE("a full disk leaves the old file") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("m.mtx", "old");
  const support::FileSizeLimit limit(20);
  CHECK_THROWS_AS(imf::save_matrix_market(path, small_matrix<float>(1, 2, 3)), imf::IoError);
  CHECK(support::read_bytes(path) == "old");
  CHECK(directory.entries() == 1);
}
