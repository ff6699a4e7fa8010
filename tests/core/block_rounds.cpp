// SPDX-License-Identifier: MIT
#include <implicitmf/core/block_rounds.hpp>

#include <cstddef>
#include <set>
#include <utility>

#include <doctest/doctest.h>

namespace imf = implicitmf;

namespace {

using Places = std::multiset<std::pair<std::size_t, std::size_t>>;

Places places_of(const imf::BlockRounds& rounds) {
  Places all;
  for (const auto& round : rounds)
    for (const imf::BlockPlace place : round) all.insert({place.rows, place.columns});
  return all;
}

}  // namespace

TEST_CASE("the rounds of a square hold each block once, and no stripe twice") {
  for (std::size_t stripes = 1; stripes <= 9; ++stripes) {
    CAPTURE(stripes);
    Places expected;
    for (std::size_t i = 0; i < stripes; ++i)
      for (std::size_t j = 0; j < stripes; ++j) expected.insert({i, j});
    const imf::BlockRounds rounds = imf::square_rounds(stripes);
    CHECK(places_of(rounds) == expected);
    for (const auto& round : rounds) {
      std::set<std::size_t> rows;
      std::set<std::size_t> columns;
      for (const imf::BlockPlace place : round) {
        CHECK(rows.insert(place.rows).second);
        CHECK(columns.insert(place.columns).second);
      }
    }
  }
}

TEST_CASE("the rounds of a triangle hold each block once, and no stripe in two blocks") {
  for (std::size_t stripes = 1; stripes <= 9; ++stripes) {
    CAPTURE(stripes);
    Places expected;
    for (std::size_t i = 0; i < stripes; ++i)
      for (std::size_t j = i; j < stripes; ++j) expected.insert({i, j});
    const imf::BlockRounds rounds = imf::triangle_rounds(stripes);
    CHECK(places_of(rounds) == expected);
    CHECK(rounds.size() <= stripes + 1);
    for (const auto& round : rounds) {
      std::set<std::size_t> met;
      for (const imf::BlockPlace place : round) {
        CHECK(met.insert(place.rows).second);
        if (place.rows != place.columns) CHECK(met.insert(place.columns).second);
      }
    }
  }
}
