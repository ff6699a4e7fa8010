// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/training_windows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>

#include "archetypes.hpp"
#include "support/messages.hpp"
#include "support/window_lists.hpp"

namespace imf = implicitmf;
using imf::WindowSide;
using support::holds;
using support::keep_all;
using support::message_of;
using support::random_corpus;
using support::Window;
using support::windows_of;

static_assert(imf::WindowSource<imf::CorpusWindows> && imf::WindowSource<imf::PairWindows>);

namespace {

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
