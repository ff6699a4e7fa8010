// SPDX-License-Identifier: MIT
#include <implicitmf/counting/counts_from_triples.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

namespace {

namespace imf = implicitmf;

std::shared_ptr<const imf::Vocabulary> vocabulary(const std::vector<imf::WordCount>& words) {
  return std::make_shared<const imf::Vocabulary>(words);
}
const auto users = vocabulary({{"ann", 3}, {"bob", 2}, {"cy", 0}});
const auto films = vocabulary({{"alien", 4}, {"brazil", 1}});

}  // namespace

TEST_CASE("whole weights are summed exactly, in any order") {
  const std::vector<imf::CountTriple> triples{{1, 0, 2.0}, {0, 1, 1.0}, {1, 0, 5.0}, {0, 0, 3.0}};
  const auto counts = imf::counts_from_triples(users, films, triples);
  CHECK(counts.unit() == 1);
  CHECK(counts.cells().at(0, 0) == 3);
  CHECK(counts.cells().at(0, 1) == 1);
  CHECK(counts.cells().at(1, 0) == 7);
  CHECK(counts.cells().nonzeros() == 3);
  CHECK(counts.word_sums() == std::vector<imf::Count>{4, 7, 0});
  CHECK(counts.context_sums() == std::vector<imf::Count>{10, 1});
  const std::vector<imf::CountTriple> reversed(triples.rbegin(), triples.rend());
  CHECK(imf::counts_from_triples(users, films, reversed) == counts);
}

TEST_CASE("fractions are rounded to 2^-20, and what rounds to 0 is dropped") {
  const auto counts =
      imf::counts_from_triples(users, films, {{0, 0, 0.1}, {0, 0, 0.2}, {2, 1, 0x1p-30}});
  CHECK(counts.unit() == imf::Count{1} << 20U);
  CHECK(counts.cells().nonzeros() == 1);
  CHECK(std::abs(static_cast<double>(counts.cells().at(0, 0)) / 0x1p20 - 0.3) <= 0x1p-20);
}

TEST_CASE("no triples make no cells") {
  const auto counts = imf::counts_from_triples(users, films, {});
  CHECK(counts.cells().nonzeros() == 0);
  CHECK(counts.cells().rows() == 3);
  CHECK(counts.total() == 0);
}

TEST_CASE("ids and weights out of range are refused by number") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const imf::CountTriple bad :
       {imf::CountTriple{3, 0, 1.0}, imf::CountTriple{0, 2, 1.0}, imf::CountTriple{0, 0, -1.0},
        imf::CountTriple{0, 0, nan}, imf::CountTriple{0, 0, 0x1p40}})
    CHECK_THROWS_WITH_AS(
        static_cast<void>(imf::counts_from_triples(users, films, {{0, 0, 1.0}, bad})),
        doctest::Contains("triple 1:"), imf::InputError);
}
