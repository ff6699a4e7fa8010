// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/global_objective.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/counting/counts_from_triples.hpp>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::SmoothedContexts;
using imf::WordId;
using support::holds;
using support::message_of;
using support::random_counts;
using support::random_matrix;
using support::row_dot;

namespace {

/// L as the paper writes it, cell by cell.
double slow_value(const imf::CooccurrenceCounts& counts, double k, double alpha,
                  const AlignedMatrix& words, const AlignedMatrix& contexts) {
  const double unit = static_cast<double>(counts.unit());
  double mass = 0.0;
  for (const imf::Count count : counts.context_sums())
    mass += std::pow(static_cast<double>(count), alpha);
  double sum = 0.0;
  for (std::size_t w = 0; w < words.rows(); ++w)
    for (std::size_t c = 0; c < contexts.rows(); ++c) {
      const double x = row_dot(words, w, contexts, c);
      const double positives =
          static_cast<double>(counts.cells().at(w, static_cast<WordId>(c))) / unit;
      const double noise = k * static_cast<double>(counts.word_sums()[w]) / unit *
                           std::pow(static_cast<double>(counts.context_sums()[c]), alpha) / mass;
      sum -= positives * std::log1p(std::exp(-x)) + noise * std::log1p(std::exp(x));
    }
  return sum;
}

/// The largest difference of two matrices beside the largest entry of one.
double apart(const AlignedMatrix& a, const std::vector<double>& b) {
  double most = 0.0;
  double largest = 0.0;
  for (std::size_t r = 0; r < a.rows(); ++r)
    for (std::size_t k = 0; k < a.cols(); ++k) {
      most = std::max(most, std::abs(static_cast<double>(a(r, k)) - b[r * a.cols() + k]));
      largest = std::max(largest, std::abs(b[r * a.cols() + k]));
    }
  return most / largest;
}

struct Shape {
  std::size_t words;
  std::size_t contexts;
  std::size_t dimension;
};

}  // namespace

TEST_CASE("the part of observed pairs is that of theirs alone") {
  const auto counts = random_counts(150, 40, 900, 3);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0, SmoothedContexts{0.75}}};
  const AlignedMatrix words = random_matrix(150, 6, 1, 0.5F);
  const AlignedMatrix contexts = random_matrix(40, 6, 2, 0.5F);
  double sum = 0.0;
  for (WordId w = 0; w < 150; ++w)
    for (WordId c = 0; c < 40; ++c)
      if (const imf::PairObjective pair = objective.pair(w, c); pair.positives > 0.0)
        sum += pair.value(row_dot(words, w, contexts, c));
  imf::ThreadTeam one(1);
  imf::ThreadTeam three(3);
  const double value = objective.observed_value(words, contexts, one);
  CHECK(value == Approx(sum).epsilon(1e-6));
  CHECK(objective.observed_value(words, contexts, three) == value);
  CHECK(value > objective.value(words, contexts, one));
  CHECK(value < objective.optimum());
  CHECK(holds(message_of<imf::InputError>(
                  [&] { static_cast<void>(objective.observed_value(contexts, words, one)); }),
              "do not fit 150 x 40 cells"));
}

TEST_CASE("value and gradient are those of a slow sum over all cells") {
  for (const Shape shape :
       {Shape{1, 1, 1}, Shape{7, 5, 3}, Shape{5, 7, 20}, Shape{130, 530, 16}, Shape{700, 600, 2}})
    for (const double alpha : {1.0, 0.6}) {
      const std::size_t words = shape.words;
      const std::size_t contexts = shape.contexts;
      const std::size_t dimension = shape.dimension;
      CAPTURE(words);
      CAPTURE(alpha);
      const auto counts = random_counts(words, contexts, 4 * (words + contexts), 1);
      const GlobalObjective objective{counts,
                                      SGNSObjective{counts, 2.5, SmoothedContexts{.alpha = alpha}}};
      const AlignedMatrix w = random_matrix(words, dimension, 2, 1.0F);
      const AlignedMatrix c = random_matrix(contexts, dimension, 3, 1.0F);
      const double slow = slow_value(counts, 2.5, alpha, w, c);
      CHECK(objective.value(w, c, 1) == Approx(slow).epsilon(1e-6));

      std::vector<double> by_words(words * dimension, 0.0);
      std::vector<double> by_contexts(contexts * dimension, 0.0);
      for (std::size_t i = 0; i < words; ++i)
        for (std::size_t j = 0; j < contexts; ++j) {
          const double g = objective.pair(static_cast<WordId>(i), static_cast<WordId>(j))
                               .derivative(row_dot(w, i, c, j));
          for (std::size_t k = 0; k < dimension; ++k) {
            by_words[i * dimension + k] += g * static_cast<double>(c(j, k));
            by_contexts[j * dimension + k] += g * static_cast<double>(w(i, k));
          }
        }
      AlignedMatrix of_words(words, dimension);
      AlignedMatrix of_contexts(contexts, dimension);
      imf::ThreadTeam team(2);
      const double value = objective.value_and_gradient(w, c, of_words, of_contexts, team);
      CHECK(value == objective.value(w, c, 1));
      CHECK(apart(of_words, by_words) < 2e-6);
      CHECK(apart(of_contexts, by_contexts) < 2e-6);
    }
}

TEST_CASE("the gradient is what differences of the value tend to") {
  const auto counts = random_counts(6, 5, 40, 4);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  AlignedMatrix w = random_matrix(6, 3, 5, 0.7F);
  const AlignedMatrix c = random_matrix(5, 3, 6, 0.7F);
  AlignedMatrix of_words(6, 3);
  AlignedMatrix of_contexts(5, 3);
  imf::ThreadTeam team(1);
  objective.value_and_gradient(w, c, of_words, of_contexts, team);
  const float h = 0x1p-7F;
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      const float x = w(i, k);
      const auto at = [&](float step) {
        w(i, k) = x + step;
        return slow_value(counts, 5.0, 1.0, w, c);
      };
      // Richardson's extrapolation of two central differences: an error of h^4.
      const double h_wide = static_cast<double>((x + h) - (x - h));
      const double h_near = static_cast<double>((x + h / 2) - (x - h / 2));
      const double wide = (at(h) - at(-h)) / h_wide;
      const double near = (at(h / 2) - at(-h / 2)) / h_near;
      w(i, k) = x;
      CHECK(static_cast<double>(of_words(i, k)) ==
            Approx((4.0 * near - wide) / 3.0).epsilon(1e-5).scale(1.0));
    }
}

TEST_CASE("a symmetric objective is the same over half of the pairs") {
  for (const std::size_t n :
       {std::size_t{1}, std::size_t{40}, std::size_t{530}, std::size_t{800}}) {
    CAPTURE(n);
    const auto counts = support::random_symmetric_counts(n, 8 * n, 7);
    const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
    REQUIRE(objective.is_symmetric());
    const SGNSObjective smoothed{counts, 5.0, SmoothedContexts{0.5}};
    CHECK(GlobalObjective{counts, smoothed}.is_symmetric() == (n == 1));
    const AlignedMatrix w = random_matrix(n, 5, 8, 1.0F);
    AlignedMatrix c = w;
    for (std::size_t r = 0; r < n; ++r) c(r, 1) = -c(r, 1);
    AlignedMatrix gradient(n, 5);
    imf::ThreadTeam team(2);
    const double value = objective.symmetric_value_and_gradient(w, c, gradient, team);
    CHECK(value == Approx(objective.value(w, c, 2)).epsilon(1e-7));

    AlignedMatrix of_words(n, 5);
    AlignedMatrix of_contexts(n, 5);
    objective.value_and_gradient(w, c, of_words, of_contexts, team);
    std::vector<double> together;
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t k = 0; k < 5; ++k)
        together.push_back(static_cast<double>(of_words(r, k)) +
                           (k == 1 ? -1.0 : 1.0) * static_cast<double>(of_contexts(r, k)));
    CHECK(apart(gradient, together) < 2e-6);
  }
}

TEST_CASE("the optimum is reached at PMI - log k alone, and passed by nothing") {
  const auto counts = random_counts(4, 5, 60, 9);
  const GlobalObjective objective{counts, SGNSObjective{counts, 3.0, SmoothedContexts{0.75}}};
  // With d = 5 any 4 × 5 matrix x is W Cᵀ: C = I.
  AlignedMatrix best(4, 5);
  AlignedMatrix identity(5, 5);
  double optimum = 0.0;
  for (WordId c = 0; c < 5; ++c) {
    identity(c, c) = 1.0F;
    for (WordId w = 0; w < 4; ++w) {
      const imf::PairObjective pair = objective.pair(w, c);
      best(w, c) = static_cast<float>(std::max(pair.optimum(), -80.0));
      optimum += pair.value(pair.optimum());
    }
  }
  CHECK(objective.optimum() == Approx(optimum).epsilon(1e-14));
  CHECK(objective.value(best, identity, 1) == Approx(optimum).epsilon(1e-6));
  CHECK(objective.deviation(objective.optimum()) == 0.0);
  CHECK(objective.deviation(2.0 * optimum) == Approx(1.0));
  for (std::size_t w = 0; w < 4; ++w)
    for (std::size_t c = 0; c < 5; ++c)
      for (const float step : {-0.5F, 0.5F}) {
        AlignedMatrix other = best;
        other(w, c) = best(w, c) <= -80.0F ? 2.0F * step : best(w, c) + step;
        CHECK(objective.value(other, identity, 1) < objective.value(best, identity, 1));
      }
}

TEST_CASE("a block of frequent words has sums of its own and the margins of all") {
  const auto counts = random_counts(30, 40, 500, 10);
  const SGNSObjective noise{counts, 5.0};
  const GlobalObjective block{counts, noise, 10, 12};
  const AlignedMatrix w = random_matrix(10, 4, 11, 1.0F);
  const AlignedMatrix c = random_matrix(12, 4, 12, 1.0F);
  CHECK(block.value(w, c, 1) == Approx(slow_value(counts, 5.0, 1.0, w, c)).epsilon(1e-6));
  double total = 0.0;
  for (std::size_t i = 0; i < 10; ++i)
    block.for_each_observed(i, [&](WordId j, double count) {
      CHECK(j < 12);
      total += count;
    });
  CHECK(block.total() == Approx(total).epsilon(1e-15));
}

TEST_CASE("value and gradient have the same bits for any number of threads") {
  const auto counts = support::random_symmetric_counts(1500, 20'000, 13);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const AlignedMatrix w = random_matrix(1500, 7, 14, 1.0F);
  const AlignedMatrix c = random_matrix(1500, 7, 15, 1.0F);
  const auto all = [&](std::size_t threads) {
    imf::ThreadTeam team(threads);
    AlignedMatrix a(1500, 7);
    AlignedMatrix b(1500, 7);
    AlignedMatrix s(1500, 7);
    const double value = objective.value_and_gradient(w, c, a, b, team);
    const double symmetric = objective.symmetric_value_and_gradient(w, w, s, team);
    return std::tuple(value, symmetric, a, b, s);
  };
  const auto by_one = all(1);
  for (const std::size_t threads : {2U, 3U, 7U}) CHECK(all(threads) == by_one);
}

TEST_CASE("words and contexts that do not fit are refused") {
  const auto counts = random_counts(4, 5, 30, 16);
  const SGNSObjective noise{counts, 5.0};
  const GlobalObjective objective{counts, noise};
  const auto refused = [&](std::size_t w, std::size_t c, std::size_t of_words,
                           std::size_t of_contexts) {
    return message_of<imf::InputError>([&] {
      static_cast<void>(
          objective.value(AlignedMatrix(w, of_words), AlignedMatrix(c, of_contexts), 1));
    });
  };
  CHECK(holds(refused(5, 5, 3, 3), "words of 5 x 3 and contexts of 5 x 3 do not fit 4 x 5 cells"));
  CHECK(holds(refused(4, 4, 3, 3), "do not fit"));
  CHECK(holds(refused(4, 5, 3, 2), "do not fit"));
  CHECK(holds(message_of<imf::ConfigError>([&] { GlobalObjective(counts, noise, 5); }),
              "words: the counts have 4, not 5"));
  CHECK(holds(message_of<imf::InputError>([&] {
                GlobalObjective(counts, SGNSObjective(std::vector<imf::Count>{1, 2}, 5.0));
              }),
              "its noise is of 2 contexts, the counts have 5"));
  CHECK(holds(message_of<imf::InputError>([&] {
                GlobalObjective(counts, SGNSObjective(std::vector<imf::Count>{1, 0, 1, 1, 1}, 5.0));
              }),
              "context 1 is observed, but has no noise"));
  AlignedMatrix of_words(4, 3);
  AlignedMatrix too_narrow(5, 2);
  imf::ThreadTeam team(1);
  CHECK(holds(message_of<imf::InputError>([&] {
                objective.value_and_gradient(AlignedMatrix(4, 3), AlignedMatrix(5, 3), of_words,
                                             too_narrow, team);
              }),
              "do not fit"));
  CHECK(holds(message_of<imf::InputError>([&] {
                objective.symmetric_value_and_gradient(AlignedMatrix(4, 3), AlignedMatrix(5, 3),
                                                       of_words, team);
              }),
              "it is not symmetric"));
}
