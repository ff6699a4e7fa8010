// SPDX-License-Identifier: MIT
#include <implicitmf/evaluation/association_density.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/counting/counts_from_triples.hpp>

#include "support/messages.hpp"
#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::association_density;
using imf::AssociationDensity;
using imf::GlobalObjective;
using imf::SGNSObjective;
using support::holds;
using support::message_of;
using support::random_counts;
using support::random_matrix;
using support::row_dot;

namespace {

struct Pair {
  double optimum;
  double product;
};

/// PMI(w,c) − log k by the counts, and w·c, of each observed pair.
std::vector<Pair> slow_pairs(const imf::CooccurrenceCounts& counts, double k,
                             const AlignedMatrix& words, const AlignedMatrix& contexts) {
  std::vector<Pair> pairs;
  const auto total = static_cast<double>(counts.total());
  for (std::size_t w = 0; w < words.rows(); ++w)
    for (std::size_t c = 0; c < contexts.rows(); ++c) {
      const auto n = static_cast<double>(counts.cells().at(w, static_cast<imf::WordId>(c)));
      if (n == 0.0) continue;
      const auto of_word = static_cast<double>(counts.word_sums()[w]);
      const auto of_context = static_cast<double>(counts.context_sums()[c]);
      pairs.push_back({std::log(n * total / (of_word * of_context)) - std::log(k),
                       row_dot(words, w, contexts, c)});
    }
  return pairs;
}

double mean(const std::vector<Pair>& pairs, double (*value)(const Pair&)) {
  double sum = 0.0;
  for (const Pair& pair : pairs) sum += value(pair);
  return sum / static_cast<double>(pairs.size());
}

}  // namespace

TEST_CASE("every observed pair falls in its square, and the figures are theirs") {
  constexpr double k = 3.0;
  const auto counts = random_counts(150, 90, 1500, 5);
  const GlobalObjective objective{counts, SGNSObjective{counts, k}};
  const AlignedMatrix words = random_matrix(150, 9, 1, 1.0F);
  const AlignedMatrix contexts = random_matrix(90, 9, 2, 1.0F);
  imf::ThreadTeam team(2);
  const AssociationDensity density = association_density(objective, words, contexts, 40, team);
  const auto pairs = slow_pairs(counts, k, words, contexts);

  CHECK(density.pairs == pairs.size());
  CHECK(density.pairs == counts.cells().nonzeros());
  std::vector<std::uint64_t> squares(40 * 40);
  // Of squares whose edge a pair lies on within rounding, either may have it.
  std::size_t near_edges = 0;
  for (const Pair& pair : pairs) {
    const double step = (density.high - density.low) / 40.0;
    const auto place = [&](double x) { return (x - density.low) / step; };
    const auto bin = [&](double x) {
      return static_cast<std::size_t>(std::clamp(std::floor(place(x)), 0.0, 39.0));
    };
    for (const double x : {place(pair.optimum), place(pair.product)})
      near_edges += std::abs(x - std::round(x)) < 1e-4 ? 1U : 0U;
    ++squares[bin(pair.product) * 40 + bin(pair.optimum)];
  }
  std::uint64_t apart = 0;
  for (std::size_t i = 0; i < squares.size(); ++i)
    apart += std::max(squares[i], density.squares[i]) - std::min(squares[i], density.squares[i]);
  CHECK(apart <= 2 * near_edges);
  CHECK(near_edges < 20);
  CHECK(std::accumulate(density.squares.begin(), density.squares.end(), std::uint64_t{0}) ==
        density.pairs);

  const double x = mean(pairs, [](const Pair& p) { return p.optimum; });
  const double y = mean(pairs, [](const Pair& p) { return p.product; });
  const double xx = mean(pairs, [](const Pair& p) { return p.optimum * p.optimum; }) - x * x;
  const double yy = mean(pairs, [](const Pair& p) { return p.product * p.product; }) - y * y;
  const double xy = mean(pairs, [](const Pair& p) { return p.optimum * p.product; }) - x * y;
  CHECK(density.correlation == Approx(xy / std::sqrt(xx * yy)).epsilon(1e-4));
  CHECK(density.mean_difference == Approx(y - x).epsilon(1e-4));
  CHECK(density.rms_difference == Approx(std::sqrt(mean(pairs, [](const Pair& p) {
                                    return (p.product - p.optimum) * (p.product - p.optimum);
                                  }))).epsilon(1e-4));
  CHECK(density.low <= x - std::sqrt(xx));
  CHECK(density.high >= x + std::sqrt(xx));
}

TEST_CASE("vectors at the optimum lie on the diagonal") {
  // Three words, each seen with two contexts; the vectors hold the optima themselves.
  const auto names = support::numbered_words(3);
  const auto counts = imf::counts_from_triples(
      names, names, {{0, 1, 4.0}, {0, 2, 1.0}, {1, 0, 4.0}, {1, 2, 2.0}, {2, 0, 1.0}, {2, 1, 2.0}});
  const GlobalObjective objective{counts, SGNSObjective{counts, 1.0}};
  AlignedMatrix words(3, 3);
  AlignedMatrix contexts(3, 3);
  for (std::size_t w = 0; w < 3; ++w) {
    contexts(w, w) = 1.0F;
    objective.for_each_observed(w, [&](imf::WordId c, double) {
      words(w, c) = static_cast<float>(objective.pair(static_cast<imf::WordId>(w), c).optimum());
    });
  }
  imf::ThreadTeam team(1);
  const AssociationDensity density = association_density(objective, words, contexts, 7, team);
  CHECK(density.pairs == 6);
  CHECK(density.correlation == Approx(1.0).epsilon(1e-5));
  CHECK(std::abs(density.mean_difference) < 1e-6);
  CHECK(density.rms_difference < 1e-6);
  // PMI(0,1) = log(4 · 14 / (5 · 6)).
  CHECK(density.high == Approx(std::log(56.0 / 30.0)));
  CHECK(density.at(6, 6) == 2);
  // The same vectors, but for an error of 1 nat everywhere.
  for (std::size_t w = 0; w < 3; ++w)
    for (float& x : words.row(w)) x += 1.0F;
  const AssociationDensity shifted = association_density(objective, words, contexts, 7, team);
  CHECK(shifted.mean_difference == Approx(1.0));
  CHECK(shifted.rms_difference == Approx(1.0));
  CHECK(shifted.at(6, 6) == 0);
}

TEST_CASE("values far out are counted at the ends, and constants have no correlation") {
  const auto counts = random_counts(200, 200, 2000, 7);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  AlignedMatrix words(200, 1);
  AlignedMatrix contexts(200, 1);
  imf::ThreadTeam team(2);
  const AssociationDensity flat = association_density(objective, words, contexts, 16, team);
  CHECK(std::isnan(flat.correlation));
  CHECK(flat.rms_difference > 0.0);

  for (std::size_t c = 0; c < 200; ++c) contexts(c, 0) = 1.0F;
  words(199, 0) = 1e4F;
  const AssociationDensity far = association_density(objective, words, contexts, 16, team);
  CHECK(far.high < 1e4);
  CHECK(std::accumulate(far.squares.begin(), far.squares.end(), std::uint64_t{0}) == far.pairs);
  const auto top_row = far.squares.end() - 16;
  std::uint64_t observed = 0;
  objective.for_each_observed(199, [&](imf::WordId, double) { ++observed; });
  CHECK(std::accumulate(top_row, far.squares.end(), std::uint64_t{0}) == observed);

  const auto names = support::numbered_words(1);
  const auto single = imf::counts_from_triples(names, names, {{0, 0, 1.0}});
  const GlobalObjective of_one{single, SGNSObjective{single, 1.0}};
  const AlignedMatrix zero(1, 1);
  const AssociationDensity one = association_density(of_one, zero, zero, 3, team);
  CHECK(one.high - one.low == 1.0);
  CHECK(one.at(1, 1) == 1);
}

TEST_CASE("the same bits for any number of threads") {
  const auto counts = random_counts(1000, 500, 20000, 9);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  const AlignedMatrix words = random_matrix(1000, 12, 3, 1.0F);
  const AlignedMatrix contexts = random_matrix(500, 12, 4, 1.0F);
  imf::ThreadTeam alone(1);
  const AssociationDensity one = association_density(objective, words, contexts, 64, alone);
  for (const std::size_t threads : {2U, 5U}) {
    imf::ThreadTeam team(threads);
    const AssociationDensity other = association_density(objective, words, contexts, 64, team);
    CHECK(other.squares == one.squares);
    CHECK(other.low == one.low);
    CHECK(other.high == one.high);
    CHECK(other.correlation == one.correlation);
    CHECK(other.rms_difference == one.rms_difference);
  }
}

TEST_CASE("what is refused") {
  const auto counts = random_counts(20, 20, 50, 11);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  AlignedMatrix words(20, 4);
  const AlignedMatrix contexts(20, 4);
  imf::ThreadTeam team(2);
  CHECK(holds(message_of<imf::ConfigError>(
                  [&] { (void)association_density(objective, words, contexts, 0, team); }),
              "bins: must be 1 to 4096, not 0"));
  CHECK(holds(message_of<imf::ConfigError>(
                  [&] { (void)association_density(objective, words, contexts, 4097, team); }),
              "not 4097"));
  CHECK(holds(message_of<imf::InputError>([&] {
                (void)association_density(objective, AlignedMatrix(19, 4), contexts, 8, team);
              }),
              "do not fit 20 x 20 cells"));
  words(7, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK(holds(message_of<imf::NumericError>(
                  [&] { (void)association_density(objective, words, contexts, 8, team); }),
              "not finite"));
}
