// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/weighted_problem.hpp>

#include <cmath>
#include <cstddef>

#include <doctest/doctest.h>

#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::Factors;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using imf::WordId;
using support::random_matrix;

namespace {

/// The gradient against differences of the value, in some entries of both matrices.
template <class Problem>
void check_gradient(Problem& problem, Factors point) {
  Factors gradient = point;
  Factors other = point;
  problem.evaluate(point, gradient);
  for (AlignedMatrix* const m : {&point.words, &point.contexts}) {
    const AlignedMatrix& of = m == &point.words ? gradient.words : gradient.contexts;
    for (std::size_t r = 0; r < m->rows(); r += 3)
      for (std::size_t k = 0; k < m->cols(); ++k) {
        const float x = (*m)(r, k);
        const auto at = [&](float step) {
          (*m)(r, k) = x + step;
          return problem.evaluate(point, other);
        };
        const float h = 0x1p-5F;
        const double wide = (at(h) - at(-h)) / (2.0 * static_cast<double>(h));
        const double near = (at(h / 2) - at(-h / 2)) / static_cast<double>(h);
        (*m)(r, k) = x;
        CHECK(static_cast<double>(of(r, k)) ==
              Approx((4.0 * near - wide) / 3.0).epsilon(1e-3).scale(10.0));
      }
  }
}

}  // namespace

TEST_CASE("the operator of the start is its matrix") {
  const auto counts = support::random_counts(30, 20, 200, 1);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{0.75}}};
  const imf::detail::RowScales scales(objective);
  const auto a = imf::detail::start_operator(objective, scales);
  CHECK_FALSE(a.is_symmetric());
  const auto cell = [&](std::size_t w, std::size_t c) {
    const auto pair = objective.pair(static_cast<WordId>(w), static_cast<WordId>(c));
    const double rho = pair.positives / pair.noise * objective.negatives();
    return static_cast<double>(scales.words[w] * scales.contexts[c]) *
           (rho > 1.0 ? std::log(rho) : rho - 1.0);
  };
  imf::ThreadTeam team(2);
  const AlignedMatrix x = random_matrix(20, 16, 2, 1.0F);
  AlignedMatrix y(30, 16);
  a.apply(x, y, team);
  const AlignedMatrix u = random_matrix(30, 16, 3, 1.0F);
  AlignedMatrix v(20, 16);
  a.apply_transpose(u, v, team);
  for (std::size_t k = 0; k < 16; ++k) {
    for (std::size_t w = 0; w < 30; ++w) {
      double sum = 0.0;
      for (std::size_t c = 0; c < 20; ++c) sum += cell(w, c) * static_cast<double>(x(c, k));
      CHECK(static_cast<double>(y(w, k)) == Approx(sum).epsilon(1e-4).scale(1.0));
    }
    for (std::size_t c = 0; c < 20; ++c) {
      double sum = 0.0;
      for (std::size_t w = 0; w < 30; ++w) sum += cell(w, c) * static_cast<double>(u(w, k));
      CHECK(static_cast<double>(v(c, k)) == Approx(sum).epsilon(1e-4).scale(1.0));
    }
  }
}

TEST_CASE("the operator of a symmetric start is symmetric, bit for bit") {
  const auto counts = support::random_symmetric_counts(60, 800, 4);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  CHECK(imf::detail::start_operator(objective, imf::detail::RowScales(objective)).is_symmetric());
}

TEST_CASE("gradients are what differences of the values tend to") {
  imf::ThreadTeam team(1);
  const auto counts = support::random_symmetric_counts(12, 100, 5);
  for (const double l2 : {0.0, 2.0}) {
    CAPTURE(l2);
    const GlobalObjective plain{counts, SGNSObjective{counts, 5.0}};
    const imf::detail::RowScales scales(plain);
    imf::detail::SymmetricProblem<imf::DefaultArch> symmetric(plain, scales, l2, team);
    check_gradient(symmetric, symmetric.point_of(
                                  {random_matrix(12, 3, 6, 0.7F), random_matrix(12, 3, 7, 0.7F)}));
    const GlobalObjective smoothed{counts, SGNSObjective{counts, 5.0, SmoothedContexts{0.75}}};
    const imf::detail::RowScales other_scales(smoothed);
    imf::detail::GeneralProblem<imf::DefaultArch> general(smoothed, other_scales, l2, team);
    check_gradient(
        general, general.point_of({random_matrix(12, 3, 8, 0.7F), random_matrix(12, 3, 9, 0.7F)}));
  }
}

TEST_CASE("both problems see the same objective") {
  imf::ThreadTeam team(1);
  const auto counts = support::random_symmetric_counts(12, 100, 10);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const imf::detail::RowScales scales(objective);
  imf::detail::SymmetricProblem<imf::DefaultArch> symmetric(objective, scales, 3.0, team);
  imf::detail::GeneralProblem<imf::DefaultArch> general(objective, scales, 3.0, team);
  Factors start{random_matrix(12, 3, 11, 1.0F), {}};
  start.contexts = start.words;
  for (std::size_t r = 0; r < 12; ++r) start.contexts(r, 2) *= -1.0F;
  Factors gradient = start;
  const double general_value = general.evaluate(start, gradient);
  Factors point = symmetric.point_of(start);
  Factors of_words = point;
  CHECK(symmetric.evaluate(point, of_words) == Approx(general_value).epsilon(1e-6));
  CHECK(symmetric.penalty(point) == Approx(general.penalty(start)).epsilon(1e-6));
}

TEST_CASE("dividing by a Gram matrix undoes a product with it") {
  imf::ThreadTeam team(1);
  const AlignedMatrix b = random_matrix(500, 6, 12, 1.0F);
  const AlignedMatrix a = random_matrix(40, 6, 13, 1.0F);
  AlignedMatrix product(40, 6);
  double trace = 0.0;
  for (std::size_t k = 0; k < 6; ++k)
    for (std::size_t r = 0; r < 500; ++r)
      trace += static_cast<double>(b(r, k)) * static_cast<double>(b(r, k));
  for (std::size_t i = 0; i < 40; ++i)
    for (std::size_t k = 0; k < 6; ++k) {
      double sum = 1e-3 * trace / 6.0 * static_cast<double>(a(i, k));
      for (std::size_t r = 0; r < 500; ++r)
        for (std::size_t l = 0; l < 6; ++l)
          sum += static_cast<double>(a(i, l)) * static_cast<double>(b(r, l)) *
                 static_cast<double>(b(r, k));
      product(i, k) = static_cast<float>(sum);
    }
  imf::detail::divide_by_gram<imf::DefaultArch>(product, b, team);
  for (std::size_t i = 0; i < 40; ++i)
    for (std::size_t k = 0; k < 6; ++k) CHECK(std::abs(product(i, k) - a(i, k)) < 1e-4F);
}

TEST_CASE("what is not counted has scale 0 and stays 0") {
  // The last word and the last context meet nothing.
  const auto words = support::numbered_words(3);
  const auto counts =
      imf::counts_from_triples(words, words, {{0, 0, 2.0}, {0, 1, 1.0}, {1, 0, 1.0}});
  const GlobalObjective objective{counts, SGNSObjective{counts, 2.0}};
  const imf::detail::RowScales scales(objective);
  CHECK(scales.words[2] == 0.0F);
  CHECK(imf::detail::RowScales::inverse(scales.words)[2] == 0.0F);
  const Factors start = imf::detail::start_factors(objective, scales, 4, 1, 1);
  for (std::size_t k = 0; k < 4; ++k) CHECK(start.words(2, k) == 0.0F);
}

TEST_CASE("the start of a symmetric objective does not mind a first word without contexts") {
  const auto words = support::numbered_words(4);
  const auto counts = imf::counts_from_triples(
      words, words, {{1, 1, 2.0}, {1, 2, 5.0}, {2, 1, 5.0}, {2, 3, 1.0}, {3, 2, 1.0}});
  const GlobalObjective objective{counts, SGNSObjective{counts, 2.0}};
  REQUIRE(objective.is_symmetric());
  const Factors start =
      imf::detail::start_factors(objective, imf::detail::RowScales(objective), 3, 1, 1);
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t k = 0; k < 3; ++k) CHECK(std::isfinite(start.words(r, k)));
}
