// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/corpus_builder.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/corpus/tokenizer.hpp>

#include "support/messages.hpp"
#include "support/reference_corpus.hpp"

namespace imf = implicitmf;
using imf::CorpusOptions;
using imf::detail::CorpusBuilder;
using support::holds;
using support::message_of;

namespace {

/// Builds from pieces of text, piece i in the numbers of counter i % counters. The tokens of every
/// other piece pass for views that don't stay.
imf::EncodedCorpus build(const std::vector<std::string>& pieces, const CorpusOptions& options,
                         std::size_t counters = 1) {
  CorpusBuilder builder("text", options);
  builder.prepare(pieces.size(), counters);
  for (std::size_t i = 0; i < pieces.size(); ++i)
    builder.fill(i, i % counters, i % 2 == 0 ? pieces[i] : std::string_view(),
                 [&](CorpusBuilder::Sink& sink) { imf::WhitespaceTokenizer{}(pieces[i], sink); });
  imf::ThreadTeam team(2);
  return builder.finish(team);
}

std::string random_text(std::uint64_t seed, std::size_t tokens) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  static constexpr std::string_view spaces[] = {" ", " ", " ", "\n", "\n\n", " \t"};
  std::string text;
  for (std::size_t i = 0; i < tokens; ++i) {
    text += 'w' + std::to_string(random.below(1 + random.below(30)));
    text += spaces[random.below(std::size(spaces))];
  }
  return text;
}

}  // namespace

TEST_CASE("options out of their range are named") {
  CHECK_NOTHROW(CorpusOptions{}.validate());
  CHECK(holds(message_of<imf::ConfigError>([] { CorpusOptions{.min_count = 0}.validate(); }),
              "min_count: must be at least 1"));
  CHECK(holds(message_of<imf::ConfigError>([] {
                CorpusOptions{.vocabulary = std::make_shared<const imf::Vocabulary>()}.validate();
              }),
              "vocabulary: has no words"));
}

TEST_CASE("a corpus does not depend on where its text was cut, nor on who read which piece") {
  const std::string text = random_text(1, 60);
  const support::Sentences sentences = support::lines_of(text);
  for (const bool keep_positions : {false, true})
    for (const imf::Count min_count : {1U, 2U, 3U}) {
      const CorpusOptions options{.min_count = min_count, .keep_positions = keep_positions};
      const auto expected = support::reference_corpus(sentences, options);
      for (std::size_t a = 0; a < text.size(); ++a) {
        if (!imf::is_ascii_space(text[a])) continue;
        const std::size_t b = text.find_first_of(" \t\n", a + (text.size() - a) / 2);
        const std::vector<std::string> pieces{text.substr(0, a), text.substr(a, b - a), "",
                                              text.substr(b)};
        REQUIRE(build(pieces, options) == expected);
        REQUIRE(build(pieces, options, 3) == expected);
      }
    }
}

TEST_CASE("every token a piece of its own") {
  const std::string text = random_text(2, 500);
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (imf::is_ascii_space(c)) pieces.emplace_back();
    pieces.back() += c;
  }
  const CorpusOptions options{.min_count = 5, .max_vocabulary = 7};
  CHECK(build(pieces, options, 5) == support::reference_corpus(support::lines_of(text), options));
}

TEST_CASE("sentence borders are joined within pieces and between them") {
  const CorpusOptions all{.min_count = 1};
  const auto expected = build({"a b\nc"}, all);
  CHECK(build({"\n\na b\n", "\n", "\n\n", "\nc\n\n\n", "", "\n"}, all) == expected);
  CHECK(build({"a", " b", "\n", "c"}, all) == expected);
  CHECK(build({"a b c"}, all) != expected);
}

TEST_CASE("a vocabulary that is given is kept, its counts too") {
  const auto vocabulary = std::make_shared<const imf::Vocabulary>(
      std::vector<imf::WordCount>{{"absent", 9}, {"b", 1}, {"a", 0}});
  const auto corpus = build({"a x b\nx\na"}, {.min_count = 100, .vocabulary = vocabulary});
  CHECK(corpus.shared_vocabulary() == vocabulary);
  CHECK(std::vector<imf::WordId>(corpus.stream().begin(), corpus.stream().end()) ==
        std::vector<imf::WordId>{imf::sentence_break, 2, 1, imf::sentence_break, 2,
                                 imf::sentence_break});
  CHECK(corpus.statistics() ==
        imf::CorpusStatistics{
            .tokens_read = 5, .distinct_words = 3, .tokens_kept = 3, .sentences = 2});
}

TEST_CASE("texts that leave no word are refused, saying why") {
  CHECK(holds(message_of<imf::InputError>([] { build({}, {}); }), "text: no tokens"));
  CHECK(holds(message_of<imf::InputError>([] { build({" \n", "\n"}, {}); }), "text: no tokens"));
  const auto message = message_of<imf::InputError>([] {
    build({"a b a c", " d"}, {.min_count = 3});
  });
  CHECK(holds(message, "4 distinct words"));
  CHECK(holds(message, "5 tokens"));
  CHECK(holds(message, "min_count = 3"));
}

TEST_CASE("tokens that wait and tokens that don't keep their order and their sentences") {
  const std::string text = "a b c d e f g h i j a b";
  std::vector<std::string> gone = {"x", "a", "much longer than a slot", ""};
  CorpusBuilder builder("text", {.min_count = 1});
  builder.prepare(1, 1);
  builder.fill(0, 0, text, [&](CorpusBuilder::Sink& sink) {
    for (std::string& word : gone) {
      imf::WhitespaceTokenizer{}(text, sink);
      sink.token(word);
      word.assign(word.size(), '#');
      sink.token(std::string_view(text).substr(2, 1));
      sink.end_sentence();
    }
  });
  imf::ThreadTeam team(1);
  const auto corpus = builder.finish(team);
  std::string seen;
  for (const imf::WordId id : corpus.stream()) {
    if (id == imf::sentence_break)
      seen += '|';
    else
      (seen += corpus.vocabulary().word(id)) += ' ';
  }
  std::string expected = "|";
  for (const char* const word : {"x", "a", "much longer than a slot", ""})
    expected += text + ' ' + word + " b |";
  CHECK(seen == expected);
}
