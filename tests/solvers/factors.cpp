// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/factors.hpp>

#include <utility>

#include <doctest/doctest.h>

#include <implicitmf/core/matrix.hpp>

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
