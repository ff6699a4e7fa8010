// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/subsampling.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::Subsampling;
using imf::Vocabulary;
using imf::WordCount;
using support::holds;
using support::message_of;

TEST_CASE("a word of frequency f is kept with probability sqrt(t / f) + t / f") {
  // t / f is 1/4, 1/100 and 1/10000.
  CHECK(Subsampling{0.01}.keep(40, 1000) == Approx(0.75).epsilon(1e-15));
  CHECK(Subsampling{0.001}.keep(100, 1000) == Approx(0.11).epsilon(1e-15));
  CHECK(Subsampling{1e-5}.keep(50'000'000'000, 500'000'000'000) == Approx(0.0101).epsilon(1e-15));
  CHECK(Subsampling{}.keep(1000, 1000) == Approx(std::sqrt(1e-3) + 1e-3).epsilon(1e-15));
}

TEST_CASE("words that are rare enough are always kept") {
  // The formula reaches 1 where t / f is ((√5 − 1) / 2)², which is 0.382.
  CHECK(Subsampling{0.1}.keep(261, 1000) == 1.0);
  CHECK(Subsampling{0.1}.keep(263, 1000) < 1.0);
  CHECK(Subsampling{1e-3}.keep(1, 1'000'000'000) == 1.0);
  CHECK(Subsampling{1.0}.keep(1000, 1000) == 1.0);
  CHECK(Subsampling{1e-3}.keep(0, 1000) == 1.0);
}

TEST_CASE("a threshold of 0 keeps every token") {
  for (const imf::Count count : {0U, 1U, 500U, 1000U})
    CHECK(Subsampling{0.0}.keep(count, 1000) == 1.0);
  const Vocabulary vocabulary({{"a", 900}, {"b", 100}});
  CHECK(Subsampling{0.0}.limits(vocabulary) == std::vector<std::uint32_t>(2, 0xFFFF'FFFFU));
}

TEST_CASE("the more often a word occurs, the less it is kept") {
  constexpr imf::Count tokens = 1'000'000'000'000;
  for (const double threshold : {1e-8, 1e-3, 0.3}) {
    const Subsampling subsampling{threshold};
    double before = 1.0;
    for (imf::Count count = 1; count <= tokens; count = count + count / 3 + 1) {
      const double now = subsampling.keep(count, tokens);
      CHECK(now > 0.0);
      CHECK((before == 1.0 ? now <= before : now < before));
      before = now;
    }
    CHECK(before < 1.0);
  }
}

TEST_CASE("limits keep that share of 2^32 numbers, of the vocabulary's tokens") {
  std::vector<WordCount> words{{"the", 60'000'000'000}, {"of", 3'000'000'000}, {"a", 700'000'000},
                               {"on", 12'345'678},      {"by", 9999},          {"at", 1}};
  const Vocabulary vocabulary(words);
  for (const double threshold : {1e-20, 1e-8, 1e-5, 1e-3, 0.3}) {
    const Subsampling subsampling{threshold};
    const std::vector<std::uint32_t> limits = subsampling.limits(vocabulary);
    REQUIRE(limits.size() == words.size());
    for (imf::WordId id = 0; id < limits.size(); ++id) {
      CAPTURE(id);
      const double share = std::ldexp(static_cast<double>(limits[id]) + 1.0, -32);
      const double keep = subsampling.keep(vocabulary.count(id), vocabulary.tokens());
      CHECK(std::abs(share - keep) <= 0x1p-32);
      if (keep == 1.0) CHECK(limits[id] == 0xFFFF'FFFFU);
    }
  }
  CHECK(Subsampling{}.limits(Vocabulary()).empty());
}

TEST_CASE("a threshold out of its range is refused by name") {
  for (const double threshold : {0.0, 1e-300, 1e-3, 1.0})
    CHECK_NOTHROW(Subsampling{threshold}.validate());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double threshold : {-1e-3, std::nextafter(1.0, 2.0), 5.0, infinity, -infinity,
                                 std::numeric_limits<double>::quiet_NaN()})
    CHECK(holds(message_of<imf::ConfigError>([&] { Subsampling{threshold}.validate(); }),
                "subsample: must be 0 (none) to 1, not " + std::to_string(threshold)));
}
