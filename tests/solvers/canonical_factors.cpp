// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/canonical_factors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::canonical_factors;
using imf::Factors;
using support::random_matrix;
using support::row_dot;

namespace {

double column_dot(const AlignedMatrix& a, std::size_t i, std::size_t j) {
  double sum = 0.0;
  for (std::size_t r = 0; r < a.rows(); ++r)
    sum += static_cast<double>(a(r, i)) * static_cast<double>(a(r, j));
  return sum;
}

double largest_difference(const Factors& a, const Factors& b) {
  double most = 0.0;
  for (std::size_t i = 0; i < a.words.rows(); ++i)
    for (std::size_t j = 0; j < a.contexts.rows(); ++j)
      most = std::max(
          most, std::abs(row_dot(a.words, i, a.contexts, j) - row_dot(b.words, i, b.contexts, j)));
  return most;
}

}  // namespace

TEST_CASE("the product stays, and the columns are orthogonal with the singular values' powers") {
  imf::ThreadTeam team(2);
  for (const double power : {0.0, 0.3, 0.5, 1.0}) {
    CAPTURE(power);
    const Factors factors{random_matrix(70, 6, 1, 2.0F), random_matrix(50, 6, 2, 1.0F)};
    const imf::CanonicalFactors canonical = canonical_factors(factors, power, team);
    CHECK(largest_difference(canonical.factors, factors) < 1e-4);
    REQUIRE(canonical.singular_values.size() == 6);
    CHECK(std::is_sorted(canonical.singular_values.rbegin(), canonical.singular_values.rend()));
    for (std::size_t i = 0; i < 6; ++i) {
      const double sigma = canonical.singular_values[i];
      CHECK(column_dot(canonical.factors.words, i, i) ==
            Approx(std::pow(sigma, 2.0 * power)).epsilon(1e-5));
      CHECK(column_dot(canonical.factors.contexts, i, i) ==
            Approx(std::pow(sigma, 2.0 - 2.0 * power)).epsilon(1e-5));
      for (std::size_t j = 0; j < i; ++j)
        CHECK(std::abs(column_dot(canonical.factors.words, i, j)) <
              1e-5 * std::sqrt(column_dot(canonical.factors.words, i, i) *
                               column_dot(canonical.factors.words, j, j)));
      float largest = 0.0F;
      for (std::size_t r = 0; r < 70; ++r)
        if (std::abs(canonical.factors.words(r, i)) > std::abs(largest))
          largest = canonical.factors.words(r, i);
      CHECK(largest > 0.0F);
    }
  }
}

TEST_CASE("a linear map of the words and its inverse of the contexts change nothing") {
  imf::ThreadTeam team(1);
  const Factors factors{random_matrix(40, 2, 3, 1.0F), random_matrix(30, 2, 4, 1.0F)};
  // M = (2 1; 1 1), M⁻ᵀ = (1 −1; −1 2).
  Factors mapped = factors;
  for (std::size_t r = 0; r < 40; ++r) {
    mapped.words(r, 0) = 2 * factors.words(r, 0) + factors.words(r, 1);
    mapped.words(r, 1) = factors.words(r, 0) + factors.words(r, 1);
  }
  for (std::size_t r = 0; r < 30; ++r) {
    mapped.contexts(r, 0) = factors.contexts(r, 0) - factors.contexts(r, 1);
    mapped.contexts(r, 1) = 2 * factors.contexts(r, 1) - factors.contexts(r, 0);
  }
  const auto a = canonical_factors(factors, 0.5, team);
  const auto b = canonical_factors(mapped, 0.5, team);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(a.singular_values[k] == Approx(b.singular_values[k]).epsilon(1e-5));
    for (std::size_t r = 0; r < 40; ++r)
      CHECK(std::abs(a.factors.words(r, k) - b.factors.words(r, k)) < 1e-4F);
  }
}

TEST_CASE("columns that are nearly dependent come out orthonormal all the same") {
  imf::ThreadTeam team(2);
  Factors factors{random_matrix(900, 5, 9, 1.0F), random_matrix(700, 5, 10, 1.0F)};
  // Columns over five orders of magnitude, mixed: W of a condition of about 1e5.
  for (std::size_t k = 0; k < 5; ++k) {
    const float scale = std::pow(10.0F, -1.25F * static_cast<float>(k));
    for (std::size_t r = 0; r < 900; ++r) factors.words(r, k) *= scale;
    for (std::size_t r = 0; r < 700; ++r) factors.contexts(r, k) /= scale;
  }
  for (std::size_t k = 1; k < 5; ++k) {
    for (std::size_t r = 0; r < 900; ++r) factors.words(r, k) += 0.5F * factors.words(r, 0);
    for (std::size_t r = 0; r < 700; ++r) factors.contexts(r, 0) -= 0.5F * factors.contexts(r, k);
  }
  const auto canonical = canonical_factors(factors, 0.0, team);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      CHECK(column_dot(canonical.factors.words, i, j) ==
            Approx(i == j ? 1.0 : 0.0).epsilon(1e-5).scale(1.0));
  double largest = 0.0;
  for (std::size_t i = 0; i < 900; i += 7)
    for (std::size_t j = 0; j < 700; j += 7)
      largest = std::max(
          largest, std::abs(row_dot(factors.words, i, factors.contexts, j) -
                            row_dot(canonical.factors.words, i, canonical.factors.contexts, j)));
  CHECK(largest < 1e-4);
}

TEST_CASE("more dimensions than words, and sums of columns, leave no false singular values") {
  imf::ThreadTeam team(1);
  Factors wide{random_matrix(4, 20, 11, 1.0F), random_matrix(300, 20, 12, 1.0F)};
  const auto of_wide = canonical_factors(wide, 0.5, team);
  CHECK(of_wide.singular_values[3] > 0.1);
  for (std::size_t k = 4; k < 20; ++k) CHECK(of_wide.singular_values[k] == 0.0);
  Factors sums{random_matrix(300, 4, 13, 1.0F), random_matrix(300, 4, 14, 1.0F)};
  for (std::size_t r = 0; r < 300; ++r) sums.words(r, 3) = sums.words(r, 0) + sums.words(r, 1);
  CHECK(canonical_factors(sums, 0.5, team).singular_values[3] == 0.0);
}

TEST_CASE("columns beyond the rank are zero, those of nothing at all too") {
  imf::ThreadTeam team(1);
  Factors factors{random_matrix(20, 4, 5, 1.0F), random_matrix(20, 4, 6, 1.0F)};
  for (std::size_t r = 0; r < 20; ++r) {
    factors.words(r, 3) = factors.words(r, 0);
    factors.contexts(r, 2) = 0.0F;
  }
  const auto canonical = canonical_factors(factors, 0.0, team);
  CHECK(canonical.singular_values[1] > 0.1);
  CHECK(canonical.singular_values[2] == 0.0);
  CHECK(canonical.singular_values[3] == 0.0);
  for (std::size_t r = 0; r < 20; ++r) CHECK(canonical.factors.words(r, 3) == 0.0F);
  CHECK(largest_difference(canonical.factors, factors) < 1e-4);

  const auto nothing = canonical_factors({AlignedMatrix(3, 2), AlignedMatrix(4, 2)}, 0.5, team);
  CHECK(nothing.singular_values == std::vector{0.0, 0.0});
  CHECK(nothing.factors == Factors{AlignedMatrix(3, 2), AlignedMatrix(4, 2)});
}

TEST_CASE("the bits do not depend on the threads, and dimensions that differ are refused") {
  imf::ThreadTeam one(1);
  imf::ThreadTeam three(3);
  const Factors factors{random_matrix(3000, 9, 7, 1.0F), random_matrix(2000, 9, 8, 1.0F)};
  CHECK(canonical_factors(factors, 0.5, one).factors ==
        canonical_factors(factors, 0.5, three).factors);
  CHECK(support::holds(
      support::message_of<imf::InputError>([&] {
        static_cast<void>(canonical_factors({AlignedMatrix(3, 2), AlignedMatrix(4, 3)}, 0.5, one));
      }),
      "words of 2 dimensions, contexts of 3"));
}
