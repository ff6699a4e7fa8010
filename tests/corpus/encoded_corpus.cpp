// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/encoded_corpus.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::EncodedCorpus;
using support::holds;
using support::message_of;

namespace {

constexpr imf::WordId border = imf::sentence_break;
constexpr imf::WordId hole = imf::removed_token;
using Ids = std::vector<imf::WordId>;

const auto abc = std::make_shared<const imf::Vocabulary>(
    std::vector<imf::WordCount>{{"a", 3}, {"b", 2}, {"c", 1}});

EncodedCorpus corpus_of(const Ids& stream, imf::Count tokens = 0, imf::Count words = 0) {
  return {abc, imf::Buffer<imf::WordId>(stream.begin(), stream.end()), tokens, words};
}

std::vector<Ids> sentences_of(const EncodedCorpus& corpus) {
  std::vector<Ids> sentences;
  corpus.for_each_sentence([&](std::span<const imf::WordId> sentence) {
    sentences.emplace_back(sentence.begin(), sentence.end());
  });
  return sentences;
}

}  // namespace

TEST_CASE("a corpus is its stream") {
  const auto corpus = corpus_of({border, 0, 1, border, 2, hole, 0, border});
  CHECK(Ids(corpus.stream().begin(), corpus.stream().end()) ==
        Ids{border, 0, 1, border, 2, hole, 0, border});
  CHECK(sentences_of(corpus) == std::vector<Ids>{{0, 1}, {2, hole, 0}});
  CHECK(&corpus.vocabulary() == abc.get());
  CHECK(corpus.shared_vocabulary() == abc);
  CHECK(corpus.memory_bytes() == 32);
}

TEST_CASE("statistics count what is kept, and take what was read as told") {
  const auto corpus = corpus_of({border, 0, 1, border, hole, border, border, 2, border}, 10, 7);
  CHECK(corpus.statistics() ==
        imf::CorpusStatistics{
            .tokens_read = 10, .distinct_words = 7, .tokens_kept = 3, .sentences = 2});
  CHECK(corpus_of({border, 0, hole, 1, border}).statistics() ==
        imf::CorpusStatistics{
            .tokens_read = 2, .distinct_words = 3, .tokens_kept = 2, .sentences = 1});
}

TEST_CASE("streams without sentences") {
  CHECK(sentences_of(corpus_of({border})).empty());
  CHECK(sentences_of(corpus_of({border, border, border})).empty());
  CHECK(sentences_of(corpus_of({border, hole, border})) == std::vector<Ids>{{hole}});
  CHECK(corpus_of({border, hole, border}).statistics().sentences == 0);
}

TEST_CASE("streams that are none are refused") {
  for (const Ids& stream : {Ids{}, Ids{0}, Ids{border, 0}, Ids{0, border}, Ids{hole, border}})
    CHECK_THROWS_AS(corpus_of(stream), imf::InputError);
  CHECK(holds(message_of<imf::InputError>([] {
                corpus_of({border, 3, border});
              }),
              "id 3 is not below 3"));
  CHECK_THROWS_AS(corpus_of({border, imf::max_vocabulary, border}), imf::InputError);
}

TEST_CASE("equal corpora are equal in words, stream and statistics") {
  const auto corpus = corpus_of({border, 0, border});
  CHECK(corpus == corpus_of({border, 0, border}));
  CHECK(corpus != corpus_of({border, 1, border}));
  CHECK(corpus != corpus_of({border, 0, border}, 5));
  const auto other = std::make_shared<const imf::Vocabulary>(
      std::vector<imf::WordCount>{{"a", 3}, {"b", 2}, {"d", 1}});
  CHECK(corpus != EncodedCorpus(other, imf::Buffer<imf::WordId>{border, 0, border}));
}
