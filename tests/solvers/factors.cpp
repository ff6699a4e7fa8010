// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/factors.hpp>

#include <limits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>

#include "support/messages.hpp"

using implicitmf::AlignedMatrix;
using implicitmf::Factors;

TEST_CASE("factors are two matrices, of other numbers of rows where need be") {
  AlignedMatrix words(2, 3);
  AlignedMatrix contexts(4, 3);
  words(1, 2) = 5.0F;
  contexts(3, 0) = -1.0F;
  const Factors factors{words, contexts};
  CHECK(factors.words == words);
  CHECK(factors.contexts == contexts);
}

TEST_CASE("factors are equal if both matrices are") {
  const Factors factors{AlignedMatrix(2, 3), AlignedMatrix(4, 3)};
  Factors other = factors;
  CHECK(other == factors);
  other.contexts(0, 0) = 1.0F;
  CHECK(other != factors);
  other = factors;
  other.words(0, 0) = 1.0F;
  CHECK(other != factors);
  CHECK(Factors{AlignedMatrix(4, 3), AlignedMatrix(2, 3)} != factors);
}

TEST_CASE("factors start empty, and move") {
  Factors factors;
  CHECK(factors.words.empty());
  CHECK(factors.contexts.empty());
  factors.words = AlignedMatrix(2, 3);
  const float* const data = factors.words.row_data(0);
  const Factors moved = std::move(factors);
  CHECK(moved.words.row_data(0) == data);
}

TEST_CASE("vectors to begin from have the right shape and sane entries") {
  const auto refused = [](const Factors& start) {
    return support::message_of<implicitmf::InputError>(
        [&] { implicitmf::detail::require_start(start, 2, 4, 3); });
  };
  const Factors good{AlignedMatrix(2, 3), AlignedMatrix(4, 3)};
  implicitmf::detail::require_start(good, 2, 4, 3);
  CHECK(refused({AlignedMatrix(2, 3), AlignedMatrix(4, 2)}) == "start: 4 x 2 vectors, not 4 x 3");
  Factors bad = good;
  bad.words(1, 2) = std::numeric_limits<float>::quiet_NaN();
  CHECK(refused(bad) == "start: the vector of word 1 is not finite");
  bad = good;
  bad.contexts(3, 0) = -2e6F;
  CHECK(refused(bad) == "start: the vector of context 3 has an entry beyond 1e6");
}

TEST_CASE("a result is widened by columns of zeros") {
  struct Result {
    Factors factors{AlignedMatrix(2, 1), AlignedMatrix(4, 1)};
    std::vector<double> singular_values{3.0};
  } result;
  result.factors.words(1, 0) = 5.0F;
  result.factors.contexts(3, 0) = 7.0F;
  implicitmf::detail::widen(result, 20);
  CHECK(result.factors.words.cols() == 20);
  CHECK(result.factors.contexts.rows() == 4);
  CHECK(result.factors.words(1, 0) == 5.0F);
  CHECK(result.factors.contexts(3, 0) == 7.0F);
  CHECK(result.factors.contexts(3, 19) == 0.0F);
  CHECK(result.singular_values.size() == 20);
  CHECK(result.singular_values[0] == 3.0);
  CHECK(result.singular_values[19] == 0.0);
}
