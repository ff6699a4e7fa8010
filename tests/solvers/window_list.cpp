// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/window_list.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/counting/window.hpp>
#include <implicitmf/solvers/training_windows.hpp>

#include "support/window_lists.hpp"

namespace imf = implicitmf;
using support::keep_all;
using support::random_corpus;
using support::Window;
using support::windows_of;

TEST_CASE("windows cut to pieces are the same pairs in the same order") {
  const auto corpus = random_corpus(40, 20, 20, true);
  const imf::CorpusWindows source(corpus, imf::DynamicWindow{.radius = 6}.table(), keep_all, 1);
  const auto pairs_of = [](const imf::WindowList& list) {
    std::vector<Window> pairs;
    for (const auto& [context, words] : windows_of(list))
      for (const imf::WordId word : words) pairs.push_back({context, {word}});
    return pairs;
  };
  for (const std::uint32_t most : {1U, 2U, 3U, 5U, 13U, 100U}) {
    imf::WindowList list;
    source.fill({0, source.size()}, 0, list);
    const auto expected = pairs_of(list);
    const std::size_t contexts = list.contexts;
    list.split(most);
    CHECK(pairs_of(list) == expected);
    CHECK(list.contexts == contexts);
    for (const auto& window : list.windows) REQUIRE(window.to - window.from <= most);
    if (most == 1) CHECK(windows_of(list) == expected);
    if (most >= 13) CHECK(list.windows.size() == contexts);
  }
}

TEST_CASE("groups are successive windows, as many as allowed and no wider") {
  const auto corpus = random_corpus(40, 20, 20);
  const imf::CorpusWindows source(corpus, imf::DynamicWindow{.radius = 6}.table(), keep_all, 1);
  imf::WindowList list;
  list.group({});
  CHECK(list.group_count() == 0);
  list.batch({});
  CHECK(list.batch_count() == 0);
  source.fill({0, source.size()}, 0, list);
  const auto span = [&](imf::IndexRange range) {
    std::size_t tokens = 0;
    for (std::size_t i = range.begin; i < range.end; ++i)
      tokens += list.windows[i].to - list.windows[i].from;
    return tokens;
  };
  for (const std::size_t windows : {1U, 3U, 4U, 64U})
    for (const std::size_t tokens : {1U, 13U, 30U, 1000U}) {
      list.group({.windows = windows, .tokens = tokens, .word_pairs = 1'000'000});
      std::size_t next = 0;
      for (std::size_t g = 0; g < list.group_count(); ++g) {
        const imf::IndexRange range = list.group_windows(g);
        REQUIRE(range.begin == next);
        REQUIRE(range.size() >= 1);
        REQUIRE(range.size() <= windows);
        REQUIRE((range.size() == 1 || span(range) <= tokens));
        next = range.end;
        if (next < list.windows.size())
          REQUIRE((range.size() == windows || span({range.begin, next + 1}) > tokens));
      }
      CHECK(next == list.windows.size());
    }
}

TEST_CASE("no word stands in a group so often that it meets more than it may") {
  const auto corpus = random_corpus(40, 20, 20);
  const imf::CorpusWindows source(corpus, imf::DynamicWindow{.radius = 6}.table(), keep_all, 1);
  imf::WindowList list;
  source.fill({0, source.size()}, 0, list);
  std::size_t groups = 0;
  for (const std::size_t word_pairs : {1U, 8U, 16U, 32U}) {
    list.group({.windows = 6, .tokens = 60, .word_pairs = word_pairs});
    for (std::size_t g = 0; g < list.group_count(); ++g) {
      const imf::IndexRange range = list.group_windows(g);
      // Each place of the text counts once, from where the first window begins.
      std::map<imf::WordId, std::size_t> times;
      std::uint32_t reached = list.windows[range.begin].from;
      for (std::size_t i = range.begin; i < range.end; ++i)
        for (; reached < list.windows[i].to; ++reached) ++times[list.tokens[reached]];
      for (const auto& [word, n] : times)
        REQUIRE((range.size() == 1 || n * range.size() <= word_pairs));
    }
    if (word_pairs > 1) CHECK(list.group_count() < groups);
    groups = list.group_count();
  }
}

TEST_CASE("batches are as long as no word or context meets too often in one and that before") {
  const auto corpus = random_corpus(60, 20, 200);
  const imf::CorpusWindows source(corpus, imf::DynamicWindow{.radius = 6}.table(), keep_all, 1);
  imf::WindowList list;
  source.fill({0, source.size()}, 0, list);
  list.group({});
  const auto most_met = [&](std::size_t begin, std::size_t end) {
    std::map<imf::WordId, std::size_t> words;
    std::map<imf::WordId, std::size_t> contexts;
    for (std::size_t g = begin; g < end; ++g) {
      const imf::IndexRange range = list.group_windows(g);
      std::uint32_t reached = list.windows[range.begin].from;
      for (std::size_t i = range.begin; i < range.end; ++i) {
        const auto& window = list.windows[i];
        contexts[window.context] += window.to - window.from;
        for (; reached < window.to; ++reached) words[list.tokens[reached]] += range.size();
      }
    }
    std::size_t most = 0;
    for (const auto* met : {&words, &contexts})
      for (const auto& [row, n] : *met) most = std::max(most, n);
    return most;
  };
  std::size_t together = 0;
  for (const std::size_t groups : {1U, 2U, 5U, 1000U})
    for (const std::size_t pairs : {1U, 60U, 120U, 30'000U}) {
      list.batch({.groups = groups, .batch_pairs = pairs});
      const std::size_t most_groups = std::max<std::size_t>(1, groups / 2);
      std::size_t next = 0;
      std::size_t before = 0;  // where the groups begin that a batch may be beside
      for (std::size_t b = 0; b < list.batch_count(); ++b) {
        const imf::IndexRange range = list.batch_groups(b);
        REQUIRE(range.begin == next);
        REQUIRE(range.size() >= 1);
        REQUIRE(range.size() <= most_groups);
        // Of the first group alone, so that a batch is not apart because it is long.
        REQUIRE(list.batch_apart(b) == (groups == 1 || most_met(before, range.begin + 1) > pairs));
        if (list.batch_apart(b))
          before = range.begin;
        else
          together += b > 0 ? 1 : 0;
        REQUIRE((range.size() == 1 || most_met(before, range.end) <= pairs));
        next = range.end;
        if (next < list.group_count())
          REQUIRE((range.size() == most_groups || most_met(before, next + 1) > pairs));
        before = range.begin;
      }
      CHECK(next == list.group_count());
    }
  CHECK(together > 100);
}
