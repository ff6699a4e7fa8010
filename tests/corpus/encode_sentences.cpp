// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/encode_sentences.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/reference_corpus.hpp"

namespace imf = implicitmf;
using support::holds;
using support::message_of;

namespace {

/// The words of the sentences again; a hole is "_".
support::Sentences words_of(const imf::EncodedCorpus& corpus) {
  support::Sentences sentences;
  corpus.for_each_sentence([&](std::span<const imf::WordId> ids) {
    sentences.emplace_back();
    for (const imf::WordId id : ids)
      sentences.back().push_back(
          id == imf::removed_token ? "_" : std::string(corpus.vocabulary().word(id)));
  });
  return sentences;
}

/// Sentences that exist only while they are walked: one pass, and elements by value.
class CountingSentences {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = std::vector<int>;
    Iterator() = default;
    explicit Iterator(int* at) : at_(at) {}
    value_type operator*() const { return value_type(static_cast<std::size_t>(*at_), *at_); }
    Iterator& operator++() {
      ++*at_;
      return *this;
    }
    void operator++(int) { ++*at_; }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return *a.at_ == 4; }

   private:
    int* at_ = nullptr;
  };
  Iterator begin() { return Iterator(&at_); }
  static std::default_sentinel_t end() { return {}; }

 private:
  int at_ = 0;
};

}  // namespace

TEST_CASE("what a sentence and its tokens may be") {
  using Strings = std::vector<std::vector<std::string>>;
  static_assert(imf::SentenceRange<Strings>);
  static_assert(imf::SentenceRange<const Strings&>);
  static_assert(imf::SentenceRange<std::list<std::set<std::string_view>>>);
  static_assert(imf::SentenceRange<std::vector<std::vector<const char*>>>);
  static_assert(imf::SentenceRange<std::vector<std::vector<std::uint64_t>>>);
  static_assert(imf::SentenceRange<std::span<const std::span<const int>>>);
  static_assert(imf::SentenceRange<CountingSentences&>);
  static_assert(!imf::SentenceRange<std::vector<std::string>>);  // would be words of letters
  static_assert(!imf::SentenceRange<std::vector<std::vector<bool>>>);
  static_assert(!imf::SentenceRange<std::vector<std::vector<double>>>);
  static_assert(!imf::SentenceRange<std::vector<int>>);
}

TEST_CASE("sentences of words") {
  const support::Sentences sentences{{"a", "b", "a"}, {}, {"c d", ""}, {"b"}};
  for (const bool keep_positions : {false, true})
    for (const imf::Count min_count : {1U, 2U}) {
      const imf::CorpusOptions options{.min_count = min_count, .keep_positions = keep_positions};
      CHECK(imf::encode_sentences(sentences, options) ==
            support::reference_corpus(sentences, options));
    }
  const auto corpus = imf::encode_sentences(sentences, {.min_count = 2, .keep_positions = true});
  CHECK(words_of(corpus) == support::Sentences{{"a", "b", "a"}, {"_", "_"}, {"b"}});
}

TEST_CASE("words may be strings, views, literals") {
  const auto expected =
      imf::encode_sentences(support::Sentences{{"x", "y"}, {"x"}}, {.min_count = 1});
  CHECK(imf::encode_sentences(std::vector<std::vector<const char*>>{{"x", "y"}, {"x"}},
                              {.min_count = 1}) == expected);
  CHECK(imf::encode_sentences(std::list<std::list<std::string_view>>{{"x", "y"}, {"x"}},
                              {.min_count = 1}) == expected);
}

TEST_CASE("ids are words of their digits, whatever integer they are") {
  const auto corpus = imf::encode_sentences(
      std::vector<std::vector<std::int64_t>>{{42, -7, 42}, {9223372036854775807, 42}},
      {.min_count = 1});
  CHECK(words_of(corpus) == support::Sentences{{"42", "-7", "42"}, {"9223372036854775807", "42"}});
  CHECK(corpus.vocabulary().find("42") == 0);
  CHECK(corpus.vocabulary().count(0) == 3);
  CHECK(words_of(imf::encode_sentences(
            std::vector<std::vector<std::uint64_t>>{{18446744073709551615U}}, {.min_count = 1})) ==
        support::Sentences{{"18446744073709551615"}});
  CHECK(words_of(imf::encode_sentences(std::vector<std::vector<std::int8_t>>{{-128, 65}},
                                       {.min_count = 1})) == support::Sentences{{"-128", "65"}});
}

TEST_CASE("one pass is enough") {
  CountingSentences sentences;
  CHECK(words_of(imf::encode_sentences(sentences, {.min_count = 1})) ==
        support::Sentences{{"1"}, {"2", "2"}, {"3", "3", "3"}});
}

TEST_CASE("nothing to encode is refused, saying why") {
  CHECK(holds(message_of<imf::InputError>([] {
                static_cast<void>(imf::encode_sentences(support::Sentences{{}, {}}));
              }),
              "sentences: no tokens"));
  CHECK(holds(message_of<imf::InputError>([] {
                static_cast<void>(imf::encode_sentences(support::Sentences{{"a", "b"}}));
              }),
              "none of the 2 distinct words in 2 tokens occurs min_count = 5 times"));
  CHECK_THROWS_AS(
      static_cast<void>(imf::encode_sentences(support::Sentences{{"a"}}, {.min_count = 0})),
      imf::ConfigError);
}

TEST_CASE("the progress callback is told of sentences, and can stop") {
  const std::vector<std::vector<int>> sentences(50000, {1, 2});
  std::vector<std::uint64_t> told;
  imf::CorpusOptions options{.progress = [&](const imf::Progress& progress) {
    CHECK(progress.unit == "sentences");
    told.push_back(progress.done);
    return imf::ProgressAction::proceed;
  }};
  CHECK(imf::encode_sentences(sentences, options).statistics().sentences == 50000);
  CHECK(told == std::vector<std::uint64_t>{16384, 32768, 49152});
  options.progress = [](const imf::Progress&) { return imf::ProgressAction::stop; };
  CHECK_THROWS_AS(static_cast<void>(imf::encode_sentences(sentences, options)), imf::Stopped);
}
