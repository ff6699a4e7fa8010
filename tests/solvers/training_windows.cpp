// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/training_windows.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>

#include "archetypes.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::WindowSide;
using support::holds;
using support::message_of;

static_assert(imf::WindowSource<imf::CorpusWindows> && imf::WindowSource<imf::PairWindows>);

namespace {

constexpr imf::Subsampling keep_all{.threshold = 0.0};

/// A context and its words, in order.
using Window = std::pair<imf::WordId, std::vector<imf::WordId>>;

std::vector<Window> windows_of(const imf::WindowList& list) {
  std::vector<Window> windows;
  std::uint64_t pairs = 0;
  for (const imf::TrainingWindow& w : list.windows) {
    Window window{w.context, {}};
    for (std::uint32_t at = w.from; at < w.to; ++at)
      if (at != w.self && list.tokens[at] != imf::removed_token)
        window.second.push_back(list.tokens[at]);
    REQUIRE(!window.second.empty());
    pairs += window.second.size();
    windows.push_back(std::move(window));
  }
  CHECK(pairs == list.pairs);
  return windows;
}

/// All windows of a source, filled in ranges of so many units.
template <class Source>
std::vector<Window> all_windows(const Source& source, std::size_t epoch, std::size_t units) {
  std::vector<Window> windows;
  imf::WindowList list;
  for (std::size_t begin = 0; begin < source.size(); begin += units) {
    source.fill({begin, std::min(begin + units, source.size())}, epoch, list);
    CHECK(list.contexts == list.windows.size());
    for (Window& window : windows_of(list)) windows.push_back(std::move(window));
  }
  return windows;
}

imf::EncodedCorpus random_corpus(std::size_t sentences, std::size_t longest, int words,
                                 bool holes = false) {
  imf::RandomStream random(3, imf::RandomPurpose::test_data);
  std::vector<std::vector<int>> text(sentences);
  for (auto& sentence : text)
    for (std::size_t n = random.below(static_cast<std::uint32_t>(longest) + 1); n > 0; --n)
      sentence.push_back(
          static_cast<int>(random.below(1 + random.below(static_cast<std::uint32_t>(words)))));
  return imf::encode_sentences(text, {.min_count = holes ? 8U : 1U, .keep_positions = holes});
}

}  // namespace

TEST_CASE("a uniform window holds every word around a context, within its sentence") {
  const std::vector<std::vector<int>> text = {{7, 7, 8}, {}, {8}, {9, 7, 8, 9}};
  const auto corpus = imf::encode_sentences(text, {.min_count = 1});
  const auto id = [&](const char* word) { return corpus.vocabulary().find(word).value(); };
  const auto a = id("7");
  const auto b = id("8");
  const auto c = id("9");
  const imf::CorpusWindows symmetric(corpus, imf::UniformWindow{.radius = 1}.table(), keep_all, 1);
  CHECK(all_windows(symmetric, 0, 100) ==
        std::vector<Window>{
            {a, {a}}, {a, {a, b}}, {b, {a}}, {c, {a}}, {a, {c, b}}, {b, {a, c}}, {c, {b}}});
  // Contexts to the left of a word: so the words stand to the right of a context.
  const imf::CorpusWindows left(
      corpus, imf::UniformWindow{.radius = 2, .side = WindowSide::left}.table(), keep_all, 1);
  CHECK(all_windows(left, 0, 100) ==
        std::vector<Window>{{a, {a, b}}, {a, {b}}, {c, {a, b}}, {a, {b, c}}, {b, {c}}});
}

TEST_CASE("cutting the stream otherwise gives the same windows") {
  for (const bool holes : {false, true}) {
    const auto corpus = random_corpus(60, 30, 40, holes);
    const imf::CorpusWindows source(corpus, imf::DynamicWindow{.radius = 5}.table(),
                                    {.threshold = 0.02}, 9);
    const auto whole = all_windows(source, 2, source.size());
    CHECK(whole.size() > 100);
    for (const std::size_t units : {1U, 2U, 7U, 64U, 500U})
      CHECK(all_windows(source, 2, units) == whole);
    CHECK(all_windows(source, 3, source.size()) != whole);
  }
}

TEST_CASE("over many epochs words meet contexts as often as counting says, for every window") {
  const auto corpus = random_corpus(20, 12, 6);
  constexpr std::size_t epochs = 3000;
  const auto compare = [&](const auto& window) {
    const auto table = window.table();
    const imf::CorpusWindows source(corpus, table, keep_all, 5);
    std::map<std::pair<imf::WordId, imf::WordId>, double> met;
    imf::WindowList list;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
      source.fill({0, source.size()}, epoch, list);
      for (const auto& [context, words] : windows_of(list))
        for (const imf::WordId word : words) met[{word, context}] += 1.0;
    }
    const auto counts = imf::CooccurrenceCounter{window}.count(corpus);
    const double first =
        static_cast<double>(table.before.empty() ? table.after.front() : table.before.front());
    for (imf::WordId w = 0; w < corpus.vocabulary().size(); ++w)
      for (imf::WordId c = 0; c < corpus.vocabulary().size(); ++c) {
        const double expected = static_cast<double>(counts.cells().at(w, c)) / first;
        // A sum of independent draws, whose variance is at most the expectation.
        const double deviation = std::sqrt(expected / epochs);
        CHECK(std::abs(met[{w, c}] / epochs - expected) <= 5.0 * deviation + 1e-12);
      }
  };
  compare(imf::DynamicWindow{.radius = 4});
  compare(imf::DynamicWindow{.radius = 3, .side = WindowSide::left});
  compare(imf::HarmonicWindow{.radius = 5, .side = WindowSide::right});
  compare(imf::HarmonicWindow{.radius = 30});
  compare(imf::UniformWindow{.radius = 2});
}

TEST_CASE("frequent words are left out as often as their threshold says, before windows are laid") {
  const auto corpus = random_corpus(400, 30, 10);
  const imf::Subsampling subsampling{.threshold = 0.05};
  const imf::CorpusWindows source(corpus, imf::UniformWindow{.radius = 40}.table(), subsampling, 1);
  std::vector<double> seen(corpus.vocabulary().size());
  constexpr std::size_t epochs = 40;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch)
    for (const auto& [context, words] : all_windows(source, epoch, source.size()))
      seen[context] += 1.0;
  for (imf::WordId id = 0; id < corpus.vocabulary().size(); ++id) {
    const auto count = corpus.vocabulary().count(id);
    const double tokens = static_cast<double>(count * epochs);
    const double expected = tokens * subsampling.keep(count, corpus.vocabulary().tokens());
    // Sentences of which one token is left give no window: about one in thirty here.
    CHECK(seen[id] <= expected + 5.0 * std::sqrt(expected));
    CHECK(seen[id] >= 0.9 * expected - 5.0 * std::sqrt(expected));
  }
}

TEST_CASE("pairs are windows of successive equal contexts, in their order") {
  const std::vector<imf::WordPair> pairs = {{1, 5}, {2, 5}, {3, 6}, {1, 5}, {1, 5}};
  const imf::PairWindows source(pairs);
  CHECK(source.size() == 5);
  const std::vector<Window> expected = {{5, {1, 2}}, {6, {3}}, {5, {1}}, {5, {1}}};
  CHECK(all_windows(source, 0, 5) == expected);
  CHECK(all_windows(source, 1, 5) == expected);
  CHECK(all_windows(source, 0, 1) ==
        std::vector<Window>{{5, {1}}, {5, {2}}, {6, {3}}, {5, {1}}, {5, {1}}});
}

TEST_CASE("a pair that comes many times over is as many windows") {
  const std::vector<imf::WordPair> pairs(20, {3, 2});
  std::vector<std::size_t> sizes;
  for (const auto& [context, words] : all_windows(imf::PairWindows(pairs), 0, 20))
    sizes.push_back(words.size());
  CHECK(sizes == std::vector<std::size_t>(20, 1));
}

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

TEST_CASE("windows whose weights rise with the distance, or that are none, are refused") {
  const auto corpus = random_corpus(3, 5, 3);
  const auto refusal = [&](std::vector<imf::Count> before, std::vector<imf::Count> after) {
    return message_of<imf::ConfigError>([&] {
      imf::CorpusWindows(corpus, archetypes::Window({1, before, after, ""}).table(), keep_all, 1);
    });
  };
  CHECK(holds(refusal({1, 2}, {1}), "window: training by sampling needs weights that fall"));
  CHECK(holds(refusal({}, {3, 1, 2}), "window: training by sampling"));
  CHECK(holds(refusal({}, {}), "window: has no weight at distance 1"));
  CHECK(holds(message_of<imf::ConfigError>([&] {
                imf::CorpusWindows(corpus, imf::DynamicWindow{}.table(), {.threshold = -1.0}, 1);
              }),
              "subsample"));
}
