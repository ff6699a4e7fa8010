// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/alias_table.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::AliasTable;
using imf::RandomStream;
using imf::WordId;
using support::holds;
using support::message_of;

namespace {

using Weights = std::vector<double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t rests = std::uint64_t{1} << 32U;  // of each column

/// The least 64 bits that hit a column with a rest.
std::uint64_t bits_of(std::uint64_t column, std::uint64_t rest, std::uint64_t size) {
  const std::uint64_t high = column * rests + rest;
  return high / size * rests + ((high % size) * rests + size - 1) / size;
}

/// What each element gets of all columns, summed. In a column one border is sought: a test of its
/// own looks between.
Weights probabilities(const AliasTable& table) {
  const std::uint64_t size = table.size();
  Weights sums(size);
  const double column_share = 1.0 / static_cast<double>(size);
  for (std::uint64_t column = 0; column < size; ++column) {
    std::uint64_t own = 0;
    for (std::uint64_t end = rests; own < end;) {
      const std::uint64_t middle = (own + end) / 2;
      if (table.draw(bits_of(column, middle, size)) == column)
        own = middle + 1;
      else
        end = middle;
    }
    const double share = static_cast<double>(own) / static_cast<double>(rests);
    sums[column] += share * column_share;
    if (own < rests) sums[table.draw(bits_of(column, own, size))] += (1.0 - share) * column_share;
  }
  return sums;
}

/// Weights over their sum.
Weights normalised(const Weights& weights) {
  const long double sum = std::accumulate(weights.begin(), weights.end(), 0.0L);
  Weights shares;
  for (const double weight : weights) shares.push_back(static_cast<double>(weight / sum));
  return shares;
}

Weights zipf(std::size_t size) {
  Weights weights;
  for (std::size_t i = 0; i < size; ++i) weights.push_back(1e6 / static_cast<double>(i + 1));
  return weights;
}

/// Every element's probability is right, and every weight of 0 has none.
void check_probabilities(const Weights& weights) {
  const Weights expected = normalised(weights);
  const Weights got = probabilities(AliasTable(weights));
  const double average = 1.0 / static_cast<double>(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(i);
    // Every column is rounded once; only heavy elements have more than their own.
    const double columns = expected[i] < 0.999 * average ? 1.0 : static_cast<double>(got.size());
    REQUIRE(std::abs(got[i] - expected[i]) <= 1.001 * 0x1p-32 * columns * average);
    if (weights[i] == 0.0) REQUIRE(got[i] == 0.0);
  }
}

}  // namespace

TEST_CASE("each element has its share of all 64-bit numbers") {
  constexpr std::uint64_t points = std::uint64_t{1} << 18U;
  for (const Weights& weights :
       {Weights{1, 1}, Weights{1, 2, 3, 4}, Weights{5, 0, 1}, Weights{0.1, 0.2, 0.7},
        Weights{0, 3, 0, 0, 1, 2, 0}, Weights{1e-3, 1, 1e3}, Weights{8, 4, 2, 1, 0.5, 0.25}}) {
    const AliasTable table(weights);
    CHECK(table.size() == weights.size());
    std::vector<std::uint64_t> counts(weights.size());
    for (std::uint64_t i = 0; i < points; ++i) {
      const WordId drawn = table.draw((2 * i + 1) << 45U);
      REQUIRE(drawn < weights.size());
      ++counts[drawn];
    }
    // An element's numbers are one stretch of each column at most, each counted to within one.
    const Weights expected = normalised(weights);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      CAPTURE(i);
      const double share = static_cast<double>(counts[i]) / static_cast<double>(points);
      CHECK(std::abs(share - expected[i]) <=
            static_cast<double>(weights.size()) / static_cast<double>(points));
    }
    check_probabilities(weights);
  }
}

TEST_CASE("probabilities are exact to 2^-32, and small ones to 2^-32 of a column") {
  check_probabilities(Weights(1000, 0.3));
  check_probabilities(zipf(5000));
  Weights rising = zipf(3000);
  std::reverse(rising.begin(), rising.end());
  check_probabilities(rising);
  Weights one_heavy(2000, 1.0);
  one_heavy[777] = 1e6;
  check_probabilities(one_heavy);
  Weights all_but_one(2000, 1.0);
  all_but_one[777] = 0.0;
  check_probabilities(all_but_one);
}

TEST_CASE("a weight of 0 is never drawn, however sizes and roundings fall") {
  RandomStream random(1, imf::RandomPurpose::test_data);
  for (int i = 0; i < 2000; ++i) {
    Weights weights(1 + random.below(40));
    for (double& weight : weights)
      if (random.below(2) == 0) weight = std::exp(20.0 * random.uniform() - 10.0);
    weights[random.below(static_cast<std::uint32_t>(weights.size()))] = 0.1;
    check_probabilities(weights);
  }
}

TEST_CASE("a single weight takes every draw") {
  for (const Weights& weights : {Weights{0.3}, Weights{0, 0, 1e-3, 0}, Weights{0, 7}})
    for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1} << 63U, rests,
                                     std::uint64_t{0x0123'4567'89AB'CDEF}, ~std::uint64_t{0}})
      CHECK(weights[AliasTable(weights).draw(bits)] > 0.0);
}

TEST_CASE("weights may lie as far apart as numbers do") {
  constexpr double least = std::numeric_limits<double>::denorm_min();
  constexpr double most = std::numeric_limits<double>::max();
  check_probabilities({1e-300, 1e300, 0, 1e-300, 3e300});
  check_probabilities({least, 2 * least, 0, 5 * least});
  check_probabilities({most / 2, least, most / 4, 0, 1});
  CHECK(probabilities(AliasTable(Weights{1e-300, 1e300})) == Weights{0, 1});
}

TEST_CASE("a million draws follow a Zipf distribution") {
  const Weights weights = zipf(1000);
  const Weights expected = normalised(weights);
  const AliasTable table(weights);
  RandomStream random(2, imf::RandomPurpose::test_data);
  std::vector<int> counts(weights.size());
  constexpr int draws = 1'000'000;
  for (int i = 0; i < draws; ++i) ++counts[table.draw(random())];
  double chi_square = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    chi_square += std::pow(counts[i] - draws * expected[i], 2) / (draws * expected[i]);
  // Between the quantiles 0.001 and 0.999 for 999 degrees of freedom.
  CHECK(chi_square > 867.0);
  CHECK(chi_square < 1142.0);
}

TEST_CASE("the draws are these, so that a change is a decision") {
  const AliasTable table(Weights{40, 0, 1, 2.5, 20, 7, 7, 0.125, 11, 3});
  RandomStream random(3, imf::RandomPurpose::test_data);
  std::vector<WordId> draws;
  for (int i = 0; i < 16; ++i) draws.push_back(table.draw(random()));
  CHECK(draws == std::vector<WordId>{0, 8, 0, 4, 4, 0, 2, 0, 0, 4, 8, 3, 6, 0, 8, 6});
}

TEST_CASE("weights that are no distribution are refused, by index where one is to blame") {
  const auto refusal = [](const Weights& weights) {
    return message_of<imf::InputError>([&] { AliasTable{weights}; });
  };
  CHECK(holds(refusal({}), "the weights sum to 0"));
  CHECK(holds(refusal({0, 0.0, -0.0}), "the weights sum to 0"));
  CHECK(holds(refusal({1e308, 1e308}), "the weights sum to inf"));
  CHECK(holds(refusal({1, 2, -0.5, 3}), "weight 2 is -0.5"));
  CHECK(holds(refusal({-1, -2}), "weight 0 is -1"));
  CHECK(holds(refusal({1, infinity}), "weight 1 is inf"));
  CHECK(holds(refusal({1, 2, 3, -infinity}), "weight 3 is -inf"));
  CHECK(holds(refusal({1, not_a_number}), "weight 1 is "));
}
