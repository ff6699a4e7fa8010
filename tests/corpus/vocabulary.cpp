// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/vocabulary.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

#include "support/messages.hpp"

namespace imf = implicitmf;
using imf::Vocabulary;
using imf::WordCount;
using support::holds;
using support::message_of;
using namespace std::string_view_literals;

namespace {

std::vector<std::string> words_of(const Vocabulary& vocabulary) {
  std::vector<std::string> words;
  for (imf::WordId id = 0; id < vocabulary.size(); ++id) words.emplace_back(vocabulary.word(id));
  return words;
}

}  // namespace

TEST_CASE("words keep the order they are given in") {
  const Vocabulary vocabulary(std::vector<WordCount>{{"b", 1}, {"a", 5}, {"", 0}, {"a\0"sv, 2}});
  CHECK(vocabulary.size() == 4);
  CHECK(!vocabulary.empty());
  CHECK(vocabulary.word(0) == "b");
  CHECK(vocabulary.word(2).empty());
  CHECK(vocabulary.word(3) == "a\0"sv);
  CHECK(vocabulary.count(1) == 5);
  CHECK(vocabulary.tokens() == 8);
  for (imf::WordId id = 0; id < 4; ++id) CHECK(vocabulary.find(vocabulary.word(id)) == id);
  for (const auto word : {"c"sv, "aa"sv, "A"sv, "\0"sv, "a\0\0"sv}) CHECK(!vocabulary.find(word));
}

TEST_CASE("no words") {
  const Vocabulary vocabulary;
  CHECK(vocabulary.empty());
  CHECK(vocabulary.tokens() == 0);
  CHECK(!vocabulary.find(""));
  CHECK(vocabulary == Vocabulary(std::vector<WordCount>{}));
}

TEST_CASE("a word that comes twice, and counts beyond 64 bits, are refused") {
  CHECK(holds(message_of<imf::InputError>([] {
                Vocabulary(std::vector<WordCount>{{"a", 1}, {"b", 1}, {"a", 2}});
              }),
              "\"a\" comes twice"));
  CHECK_THROWS_AS(Vocabulary(std::vector<WordCount>{{"", 1}, {"", 2}}), imf::InputError);
  CHECK_THROWS_AS(Vocabulary(std::vector<WordCount>{{"a", ~imf::Count{0}}, {"b", 1}}),
                  imf::InputError);
  CHECK(Vocabulary(std::vector<WordCount>{{"a", ~imf::Count{0}}, {"b", 0}}).tokens() ==
        ~imf::Count{0});
}

TEST_CASE("most_frequent() orders by count, then by bytes") {
  const std::vector<WordCount> words{{"b", 3},    {"a", 3}, {"rare", 1}, {"\xC3\xA9", 3},
                                     {"top", 90}, {"Z", 3}, {"", 3},     {"twice", 2}};
  const std::vector<std::string> order{"top", "", "Z", "a", "b", "\xC3\xA9", "twice", "rare"};
  CHECK(words_of(Vocabulary::most_frequent(words, 1)) == order);
  CHECK(words_of(Vocabulary::most_frequent(words, 2)) ==
        std::vector<std::string>(order.begin(), order.end() - 1));
  CHECK(words_of(Vocabulary::most_frequent(words, 4)) == std::vector<std::string>{"top"});
  CHECK(Vocabulary::most_frequent(words, 91).empty());
  CHECK(words_of(Vocabulary::most_frequent(words, 1, 3)) ==
        std::vector<std::string>{"top", "", "Z"});
  CHECK(words_of(Vocabulary::most_frequent(words, 1, 100)) == order);
  CHECK(Vocabulary::most_frequent(words, 1, 3).tokens() == 96);
}

TEST_CASE("the order of the words given doesn't matter to most_frequent()") {
  imf::RandomStream random(41, imf::RandomPurpose::test_data);
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back('w' + std::to_string(i));
  std::vector<WordCount> words;
  for (const std::string& text : texts) words.push_back({text, random.below(20)});
  const auto vocabulary = Vocabulary::most_frequent(words, 3);
  for (std::size_t i = words.size(); i > 1; --i)
    std::swap(words[i - 1], words[random.below(static_cast<std::uint32_t>(i))]);
  CHECK(Vocabulary::most_frequent(words, 3) == vocabulary);
  for (const WordCount& w : words) {
    const auto id = vocabulary.find(w.word);
    REQUIRE(id.has_value() == (w.count >= 3));
    if (id) REQUIRE(vocabulary.count(*id) == w.count);
  }
  for (imf::WordId id = 1; id < vocabulary.size(); ++id)
    REQUIRE(vocabulary.count(id - 1) >= vocabulary.count(id));
}

TEST_CASE("a vocabulary owns its words, and copies are equal") {
  Vocabulary copy;
  {
    std::string text = "a word too long for a small string to hold it";
    const Vocabulary vocabulary(std::vector<WordCount>{{text, 1}});
    std::fill(text.begin(), text.end(), 'x');
    copy = vocabulary;
    CHECK(copy == vocabulary);
  }
  CHECK(copy.word(0) == "a word too long for a small string to hold it");
  CHECK(copy != Vocabulary(std::vector<WordCount>{{copy.word(0), 2}}));
}
