// SPDX-License-Identifier: MIT
#include <implicitmf/counting/cooccurrence_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/csr.hpp>

#include "archetypes.hpp"
#include "counting/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace counting_tests;
using imf::CooccurrenceCounter;
using imf::CooccurrenceCounts;
using imf::Count;
using imf::CounterOptions;
using imf::DynamicWindow;
using imf::HarmonicWindow;
using imf::UniformWindow;
using imf::WindowSide;
using support::holds;
using support::message_of;

namespace {

constexpr imf::WordId hole = imf::removed_token;

template <imf::WindowPolicy Window>
CooccurrenceCounts count(const imf::EncodedCorpus& corpus, const Window& window,
                         std::size_t threads = 1) {
  return CooccurrenceCounter(window, CounterOptions{.threads = threads}).count(corpus);
}

/// The cells of sentences over a vocabulary of four.
template <imf::WindowPolicy Window>
Cells count_cells(const Sentences& sentences, const Window& window) {
  return cells_of(count(corpus_of(sentences, 4), window).cells());
}

imf::WindowTable table_of(std::vector<Count> before, std::vector<Count> after) {
  return {.unit = 1, .before = std::move(before), .after = std::move(after), .description = "own"};
}

/// Calls check(window) for each shape and side.
template <class Check>
void for_each_window(std::size_t radius, Check&& check) {
  for (const WindowSide side : {WindowSide::symmetric, WindowSide::left, WindowSide::right}) {
    check(UniformWindow{radius, side});
    check(DynamicWindow{radius, side});
    check(HarmonicWindow{radius, side});
  }
}

constexpr Regime regimes[] = {
    {"none", 0, 0, 0, 0},         {"empty", 5, 0, 0, 0},
    {"one word", 40, 1, 1, 0},    {"shorter than the window", 60, 0, 4, 0},
    {"mixed", 30, 0, 40, 0},      {"with holes", 30, 0, 40, 20},
    {"holes alone", 5, 3, 9, 64}, {"one line", 1, 900, 900, 4},
};

}  // namespace

TEST_CASE("uniform windows, counted by hand") {
  const Sentences abc{{0, 1, 2}};
  CHECK(count_cells(abc, UniformWindow{.radius = 1}) ==
        Cells{{{0, 1}, 1}, {{1, 0}, 1}, {{1, 2}, 1}, {{2, 1}, 1}});
  CHECK(count_cells(abc, UniformWindow{.radius = 1, .side = WindowSide::left}) ==
        Cells{{{1, 0}, 1}, {{2, 1}, 1}});
  CHECK(count_cells(abc, UniformWindow{.radius = 1, .side = WindowSide::right}) ==
        Cells{{{0, 1}, 1}, {{1, 2}, 1}});
  CHECK(count_cells(abc, UniformWindow{.radius = 2, .side = WindowSide::left}) ==
        Cells{{{1, 0}, 1}, {{2, 0}, 1}, {{2, 1}, 1}});
}

TEST_CASE("dynamic windows, counted by hand") {
  const Sentences abca{{0, 1, 2, 0}};
  CHECK(count_cells(abca, DynamicWindow{.radius = 2}) ==
        Cells{{{0, 1}, 3}, {{0, 2}, 3}, {{1, 0}, 3}, {{1, 2}, 2}, {{2, 0}, 3}, {{2, 1}, 2}});
  CHECK(count_cells(abca, DynamicWindow{.radius = 3, .side = WindowSide::right}) ==
        Cells{{{0, 0}, 1}, {{0, 1}, 3}, {{0, 2}, 2}, {{1, 0}, 2}, {{1, 2}, 3}, {{2, 0}, 3}});
}

TEST_CASE("harmonic windows, counted by hand") {
  const Sentences aab{{0, 0, 1}};
  CHECK(count_cells(aab, HarmonicWindow{.radius = 2}) ==
        Cells{{{0, 0}, 4}, {{0, 1}, 3}, {{1, 0}, 3}});
  CHECK(count_cells(aab, HarmonicWindow{.radius = 2, .side = WindowSide::left}) ==
        Cells{{{0, 0}, 2}, {{1, 0}, 3}});
}

TEST_CASE("a word beside itself is counted from both places") {
  CHECK(count_cells({{3, 3, 3}}, UniformWindow{.radius = 1}) == Cells{{{3, 3}, 4}});
  CHECK(count_cells({{3, 3, 3}}, UniformWindow{.radius = 2}) == Cells{{{3, 3}, 6}});
}

TEST_CASE("no window crosses the border of a sentence") {
  CHECK(count_cells({{0, 1}, {2, 3}}, UniformWindow{.radius = 5}) ==
        Cells{{{0, 1}, 1}, {{1, 0}, 1}, {{2, 3}, 1}, {{3, 2}, 1}});
  CHECK(count_cells({{0}, {1}, {}, {2}}, UniformWindow{.radius = 5}).empty());
}

TEST_CASE("a removed token keeps its place and is nobody's context") {
  CHECK(count_cells({{0, hole, 1}}, UniformWindow{.radius = 1}).empty());
  CHECK(count_cells({{0, hole, 1}}, DynamicWindow{.radius = 2}) == Cells{{{0, 1}, 1}, {{1, 0}, 1}});
  CHECK(count_cells({{hole, 0, hole, hole, 1, hole}}, DynamicWindow{.radius = 3}) ==
        Cells{{{0, 1}, 1}, {{1, 0}, 1}});
}

TEST_CASE("every window counts as the definition does, on corpora of every kind") {
  for (const Regime& regime : regimes)
    for (const std::size_t vocabulary : {1U, 10U, 300U})
      for (const std::size_t radius : {1U, 3U, 12U}) {
        const Sentences sentences = random_sentences(regime, vocabulary, radius + vocabulary);
        const auto corpus = corpus_of(sentences, vocabulary);
        for_each_window(radius, [&](const auto& window) {
          CAPTURE(regime.name);
          CAPTURE(vocabulary);
          CAPTURE(window.table().description);
          const CooccurrenceCounts counts = count(corpus, window);
          CHECK(is_well_formed(counts.cells()));
          CHECK(counts.cells().rows() == vocabulary);
          CHECK(counts.cells().cols == vocabulary);
          CHECK(cells_of(counts.cells()) == reference_cells(sentences, window.table()));
          CHECK(counts.unit() == window.table().unit);
          CHECK(counts.made_with() == window.table().description);
          CHECK(counts.shared_words() == corpus.shared_vocabulary());
          CHECK(counts.shared_contexts() == corpus.shared_vocabulary());
        });
      }
}

TEST_CASE("marginals and total are the sums of the cells") {
  const Sentences sentences = random_sentences({"", 50, 0, 30, 6}, 40, 1);
  for_each_window(4, [&](const auto& window) {
    const CooccurrenceCounts counts = count(corpus_of(sentences, 40), window);
    std::vector<Count> words(40);
    std::vector<Count> contexts(40);
    for (const auto& [pair, n] : cells_of(counts.cells())) {
      words[pair.first] += n;
      contexts[pair.second] += n;
    }
    CHECK(counts.word_sums() == words);
    CHECK(counts.context_sums() == contexts);
    CHECK(counts.total() == std::accumulate(words.begin(), words.end(), Count{0}));
  });
}

TEST_CASE("symmetric windows give symmetric counts, and the two sides are each other's transpose") {
  const Sentences sentences = random_sentences({"", 60, 0, 25, 6}, 50, 2);
  const auto corpus = corpus_of(sentences, 50);
  CHECK(imf::is_symmetric(count(corpus, UniformWindow{4}).cells()));
  CHECK(imf::is_symmetric(count(corpus, DynamicWindow{4}).cells()));
  CHECK(imf::is_symmetric(count(corpus, HarmonicWindow{4}).cells()));

  const auto left = count(corpus, DynamicWindow{4, WindowSide::left});
  const auto right = count(corpus, DynamicWindow{4, WindowSide::right});
  CHECK(!imf::is_symmetric(left.cells()));
  CHECK(left.cells() == imf::transpose(right.cells()));
  CHECK(count(corpus, DynamicWindow{4}).total() == left.total() + right.total());
}

TEST_CASE("a uniform window as long as every sentence pairs each token with all the others") {
  const Sentences sentences = random_sentences({"", 25, 0, 20, 0}, 15, 3);
  std::vector<Count> pairs(15);
  Count total = 0;
  for (const Ids& sentence : sentences)
    for (const imf::WordId id : sentence) {
      pairs[id] += sentence.size() - 1;
      total += sentence.size() - 1;
    }
  for (const std::size_t radius : {19U, 20U, 10'000U}) {
    const CooccurrenceCounts counts = count(corpus_of(sentences, 15), UniformWindow{radius});
    CHECK(counts.word_sums() == pairs);
    CHECK(counts.context_sums() == pairs);
    CHECK(counts.total() == total);
  }
}

TEST_CASE("counts are the same bytes for any number of threads") {
  const Regime one_line{"", 1, 60'000, 60'000, 3};
  const Regime lines{"", 3000, 0, 40, 3};
  for (const Regime& regime : {one_line, lines})
    for (const std::size_t vocabulary : {10U, 5000U}) {
      CAPTURE(vocabulary);
      const auto corpus = corpus_of(random_sentences(regime, vocabulary, 4), vocabulary);
      const CooccurrenceCounts counts = count(corpus, DynamicWindow{5}, 1);
      for (const std::size_t threads : {2U, 3U, 7U})
        CHECK(count(corpus, DynamicWindow{5}, threads) == counts);
    }
}

TEST_CASE("rows of few contexts and of many in small and large vocabularies") {
  // One frequent word that meets all the others, and many rare ones that meet a few.
  for (const std::size_t vocabulary : {10U, 5000U}) {
    Sentences sentences;
    for (std::size_t i = 1; i < vocabulary; ++i)
      sentences.push_back({static_cast<imf::WordId>(vocabulary - i), 0,
                           static_cast<imf::WordId>(i * 7 % vocabulary)});
    const CooccurrenceCounts counts = count(corpus_of(sentences, vocabulary), UniformWindow{2}, 2);
    CHECK(is_well_formed(counts.cells()));
    CHECK(counts.cells().row_columns(0).size() == vocabulary - 1);
    CHECK(cells_of(counts.cells()) == reference_cells(sentences, UniformWindow{2}.table()));
  }
}

TEST_CASE("rows pass 32 bits where the weights are large") {
  const Sentences sentences = random_sentences({"", 20, 0, 30, 2}, 12, 5);
  // The sums of a row may pass 32 bits by little or by much, in one step or in many.
  for (const Count weight : {Count{1} << 24U, Count{1} << 31U, (Count{1} << 32U) - 1,
                             Count{1} << 32U, Count{1} << 50U}) {
    CAPTURE(weight);
    const archetypes::Window window(table_of({weight, 1}, {weight - 1}));
    CHECK(cells_of(count(corpus_of(sentences, 12), window).cells()) ==
          reference_cells(sentences, window.table()));
  }
  const HarmonicWindow harmonic{.radius = 30};
  CHECK(cells_of(count(corpus_of(sentences, 12), harmonic).cells()) ==
        reference_cells(sentences, harmonic.table()));
}

TEST_CASE("a window may have its own shape, with gaps, or reach nothing") {
  const Sentences sentences = random_sentences({"", 40, 0, 30, 2}, 6, 6);
  for (const imf::WindowTable& table :
       {table_of({5}, {0, 7}), table_of({0, 0, 1}, {}), table_of({0}, {0, 0}), table_of({}, {})}) {
    const CooccurrenceCounts counts = count(corpus_of(sentences, 6), archetypes::Window(table));
    CHECK(is_well_formed(counts.cells()));
    CHECK(cells_of(counts.cells()) == reference_cells(sentences, table));
    CHECK(counts.made_with() == "own");
  }
}

TEST_CASE("sums that could pass 2^63 steps are refused before they are taken") {
  const auto corpus = corpus_of({{0, 1}, {2, 3}}, 4);  // four tokens
  constexpr Count most = (Count{1} << 63U) - 1;
  CHECK(count(corpus, archetypes::Window(table_of({}, {most / 4}))).total() == most / 4 * 2);
  for (const imf::WindowTable& table : {table_of({}, {most / 4 + 1}), table_of({most}, {})})
    CHECK(holds(message_of<imf::ConfigError>([&] { count(corpus, archetypes::Window(table)); }),
                "radius: the window's weights over this many tokens pass 2^63 steps"));
  CHECK(count(corpus_of({}, 4), archetypes::Window(table_of({most}, {most}))).total() == 0);
}

TEST_CASE("a radius out of its range is refused by name") {
  const auto corpus = corpus_of({{0, 1}}, 4);
  for (const std::size_t radius : {0U, 10'001U})
    CHECK(holds(message_of<imf::ConfigError>([&] { count(corpus, DynamicWindow{radius}); }),
                "radius: "));
}

TEST_CASE("a corpus of no words has no counts") {
  const CooccurrenceCounts counts = count(corpus_of({}, 0), UniformWindow{});
  CHECK(counts.total() == 0);
  CHECK(counts.cells().rows() == 0);
}

TEST_CASE("the window and the options have defaults") {
  const auto corpus = corpus_of({{0, 1, 2, 3}}, 4);
  CHECK(CooccurrenceCounter().count(corpus) == count(corpus, DynamicWindow{.radius = 5}));
}

TEST_CASE("the progress callback is told of tokens, and can stop") {
  const auto corpus = corpus_of(random_sentences({"", 500, 100, 100, 0}, 1000, 7), 1000);
  std::vector<std::uint64_t> told;
  const CooccurrenceCounter counter(
      UniformWindow{2},
      CounterOptions{.threads = 1, .progress = [&](const imf::Progress& progress) {
                       CHECK(progress.stage == "counting");
                       CHECK(progress.unit == "tokens");
                       CHECK(progress.total == 50'000);
                       told.push_back(progress.done);
                       return imf::ProgressAction::proceed;
                     }});
  CHECK(counter.count(corpus) == count(corpus, UniformWindow{2}));
  REQUIRE(told.size() > 1);
  for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i] > told[i - 1]);
  CHECK(told.back() == 50'000);

  std::size_t calls = 0;
  const CounterOptions stopping{.threads = 1, .progress = [&](const imf::Progress&) {
                                  ++calls;
                                  return imf::ProgressAction::stop;
                                }};
  CHECK(holds(message_of<imf::Stopped>([&] {
                static_cast<void>(CooccurrenceCounter(UniformWindow{2}, stopping).count(corpus));
              }),
              "counting: stopped"));
  CHECK(calls == 1);
}
