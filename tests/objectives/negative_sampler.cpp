// SPDX-License-Identifier: MIT
#include <implicitmf/objectives/negative_sampler.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using archetypes::EvenContexts;
using imf::Collision;
using imf::EmpiricalContexts;
using imf::NegativeSampler;
using imf::RandomStream;
using imf::SampledNegatives;
using imf::SmoothedContexts;
using imf::WordId;
using support::holds;
using support::message_of;

namespace {

using Counts = std::vector<imf::Count>;

RandomStream stream(std::uint64_t seed) { return {seed, imf::RandomPurpose::test_data}; }

/// The sampler draws as a table of the weights does.
void check_draws(const NegativeSampler& sampler, const std::vector<double>& weights) {
  const imf::AliasTable table(weights);
  RandomStream random = stream(1);
  RandomStream same = stream(1);
  for (int i = 0; i < 1000; ++i) REQUIRE(sampler.draw(random) == table.draw(same()));
}

}  // namespace

TEST_CASE("negatives come from the distribution of the counts that is asked for") {
  const Counts counts{16, 0, 4, 1, 81};
  check_draws(NegativeSampler(counts, EmpiricalContexts{}, Collision::keep), {16, 0, 4, 1, 81});
  check_draws(NegativeSampler(counts, SmoothedContexts{.alpha = 0.5}, Collision::skip),
              {4, 0, 2, 1, 9});
  check_draws(NegativeSampler(counts, SmoothedContexts{}, Collision::redraw),
              {8, 0, std::pow(4.0, 0.75), 1, 27});
  check_draws(NegativeSampler(counts, EvenContexts(2.0), Collision::keep), {2, 0, 2, 2, 2});
  CHECK(NegativeSampler(counts, EvenContexts(2.0), Collision::redraw).collision() ==
        Collision::redraw);
}

TEST_CASE("a context that never occurs is never a negative, whatever the distribution gives it") {
  const Counts counts{0, 5, 0, 0, 3};
  CHECK(NegativeSampler::weights_of(counts, EvenContexts(3.0)) ==
        std::vector<double>{0, 3, 0, 0, 3});
  const NegativeSampler sampler(counts, EvenContexts(3.0), Collision::keep);
  RandomStream random = stream(2);
  for (int i = 0; i < 10000; ++i) REQUIRE(counts[sampler.draw(random)] > 0);
}

TEST_CASE("contexts of a class are about as probable, whatever their order") {
  const auto classes = [](const Counts& counts, const auto& distribution) {
    const NegativeSampler sampler(counts, distribution, Collision::keep);
    std::vector<int> all;
    for (WordId c = 0; c < counts.size(); ++c) all.push_back(sampler.class_of(c));
    return all;
  };
  // Two classes for each halving of q.
  CHECK(classes({1, 1024, 600, 512, 300}, EmpiricalContexts{}) == std::vector<int>{20, 0, 1, 2, 3});
  CHECK(classes({1, 16, 256}, SmoothedContexts{.alpha = 0.5}) == std::vector<int>{8, 4, 0});
  CHECK(classes({1, 1000, 7}, EvenContexts(2.0)) == std::vector<int>{0, 0, 0});
  constexpr int last = NegativeSampler::class_count - 1;
  CHECK(classes({0, imf::Count{1} << 60U, 1}, EmpiricalContexts{}) ==
        std::vector<int>{last, 0, last});
}

TEST_CASE("a negative beside another context is used as it is, under each rule") {
  for (const Collision rule : {Collision::keep, Collision::skip, Collision::redraw}) {
    const NegativeSampler sampler(Counts{1, 1, 1}, EmpiricalContexts{}, rule);
    RandomStream random = stream(3);
    for (WordId positive = 0; positive < 3; ++positive) {
      WordId negative = (positive + 1) % 3;
      CHECK(sampler.settle(positive, negative, random));
      CHECK(negative == (positive + 1) % 3);
    }
    CHECK(random() == stream(3)());  // nothing was drawn
  }
}

TEST_CASE("keep uses a collision, skip leaves it out, and neither draws") {
  RandomStream random = stream(4);
  WordId negative = 1;
  const NegativeSampler keep(Counts{1, 1, 1}, EmpiricalContexts{}, Collision::keep);
  CHECK(keep.settle(1, negative, random));
  CHECK(negative == 1);
  const NegativeSampler skip(Counts{1, 1, 1}, EmpiricalContexts{}, Collision::skip);
  CHECK_FALSE(skip.settle(1, negative, random));
  CHECK(random() == stream(4)());
}

TEST_CASE("redraw takes the first of the next draws that is no collision") {
  const NegativeSampler sampler(Counts{6, 3, 1}, EmpiricalContexts{}, Collision::redraw);
  RandomStream random = stream(5);
  int redrawn = 0;
  for (int i = 0; i < 1000; ++i) {
    RandomStream ahead = random;
    WordId expected = sampler.draw(ahead);
    for (int tries = 1; tries < 8 && expected == 1; ++tries, ++redrawn)
      expected = sampler.draw(ahead);
    WordId negative = 1;
    REQUIRE(sampler.settle(1, negative, random));
    REQUIRE(negative == expected);
    REQUIRE(random() == ahead());
  }
  CHECK(redrawn > 100);
}

TEST_CASE("redraw gives up after 8 draws where no context is another") {
  for (const Counts& counts : {Counts{7}, Counts{7, 0}}) {
    const NegativeSampler sampler(counts, EmpiricalContexts{}, Collision::redraw);
    RandomStream random = stream(6);
    WordId negative = 0;
    CHECK_FALSE(sampler.settle(0, negative, random));
    CHECK(random() == stream(6).at(8));
  }
}

TEST_CASE("the rules give a pair as many negatives as their optima say") {
  // A word's pairs with four contexts, of which the third never meets it.
  const std::vector<double> pairs{40, 10, 0, 50};
  const std::vector<double> q{0.35, 0.25, 0.3, 0.1};
  const double all = std::accumulate(pairs.begin(), pairs.end(), 0.0);
  constexpr int k = 5;
  constexpr int rounds = 1000;
  const auto expected = [&](Collision rule, std::size_t c) {
    if (rule == Collision::keep) return k * all * q[c];
    if (rule == Collision::skip) return k * q[c] * (all - pairs[c]);
    double others = 0.0;
    for (std::size_t i = 0; i < q.size(); ++i)
      if (i != c) others += pairs[i] * q[c] / (1.0 - q[i]);
    return k * others;
  };
  for (const Collision rule : {Collision::keep, Collision::skip, Collision::redraw}) {
    CAPTURE(static_cast<int>(rule));
    const NegativeSampler sampler(Counts{35, 25, 30, 10}, EmpiricalContexts{}, rule);
    RandomStream random = stream(7);
    std::vector<double> negatives(q.size());
    for (WordId positive = 0; positive < q.size(); ++positive)
      for (int i = 0; i < rounds * k * static_cast<int>(pairs[positive]); ++i) {
        WordId negative = sampler.draw(random);
        if (sampler.settle(positive, negative, random)) ++negatives[negative];
      }
    for (std::size_t c = 0; c < q.size(); ++c) {
      CAPTURE(c);
      const double mean = rounds * expected(rule, c);
      CHECK(std::abs(negatives[c] - mean) < 4.0 * std::sqrt(mean));
    }
  }
}

TEST_CASE("negatives cannot be drawn where nothing was counted") {
  for (const Counts& counts : {Counts{}, Counts{0, 0}})
    CHECK(holds(message_of<imf::InputError>(
                    [&] { NegativeSampler(counts, EvenContexts(1.0), Collision::keep); }),
                "no context has a count above 0"));
}

TEST_CASE("weights that are no weights are refused, with the count") {
  for (const double weight :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK(
        holds(message_of<imf::InputError>([&] {
                static_cast<void>(NegativeSampler::weights_of(Counts{0, 7}, EvenContexts(weight)));
              }),
              "noise distribution: the weight of a context of count 7 is "));
}

TEST_CASE("windows share negatives as told, and else by the dimension") {
  using imf::NegativeSharing;
  CHECK(SampledNegatives<>{}.sharing(1) == NegativeSharing{2, 0.8});
  CHECK(SampledNegatives<>{}.sharing(200) == NegativeSharing{2, 0.8});
  CHECK(SampledNegatives<>{}.sharing(201) == NegativeSharing{1, 0.8});
  for (const std::size_t windows : {0U, 1U, 7U})
    CHECK(SampledNegatives<>{.shared_by_windows = windows}.sharing(300) ==
          NegativeSharing{windows, 1.0});
}

TEST_CASE("options out of their ranges are refused by name") {
  CHECK_NOTHROW(SampledNegatives<>{}.validate());
  for (const std::size_t windows : {0U, 1U, 64U})
    CHECK_NOTHROW(SampledNegatives<>{.shared_by_windows = windows}.validate());
  for (const std::size_t windows : {std::size_t{65}, std::numeric_limits<std::size_t>::max()})
    CHECK(holds(message_of<imf::ConfigError>(
                    [&] { SampledNegatives<>{.shared_by_windows = windows}.validate(); }),
                "shared_by_windows: must be 0 to 64, not " + std::to_string(windows)));
  CHECK(holds(message_of<imf::ConfigError>(
                  [] { SampledNegatives<>{.distribution = {.alpha = 2.0}}.validate(); }),
              "alpha: "));
  CHECK(holds(message_of<imf::ConfigError>([] {
                NegativeSampler(Counts{1}, SmoothedContexts{.alpha = 0.0}, Collision::keep);
              }),
              "alpha: "));
}

TEST_CASE("any context distribution will do") {
  const SampledNegatives<EvenContexts> even{.distribution = EvenContexts(4.0)};
  CHECK_NOTHROW(even.validate());
  check_draws(NegativeSampler(Counts{9, 0, 1}, even.distribution, even.collision), {4, 0, 4});
}
