// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/word_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>

namespace imf = implicitmf;
using imf::WordCounter;
using namespace std::string_view_literals;

namespace {

/// The obvious counter.
struct Reference {
  std::map<std::string, imf::WordId> numbers;
  std::vector<imf::Count> counts;

  imf::WordId add(const std::string& word, imf::Count count) {
    const auto [it, is_new] = numbers.try_emplace(word, static_cast<imf::WordId>(numbers.size()));
    if (is_new) counts.push_back(0);
    counts[it->second] += count;
    return it->second;
  }
};

void compare(const WordCounter& words, const Reference& reference) {
  REQUIRE(words.size() == reference.numbers.size());
  for (const auto& [word, number] : reference.numbers) {
    REQUIRE(words.word(number) == word);
    REQUIRE(words.count(number) == reference.counts[number]);
  }
}

}  // namespace

TEST_CASE("words are numbered as they appear, and counted") {
  WordCounter words;
  CHECK(words.size() == 0);
  CHECK(words.add("b") == 0);
  CHECK(words.add("a") == 1);
  CHECK(words.add("b") == 0);
  CHECK(words.add("c", 10) == 2);
  CHECK(words.add("a", 0) == 1);
  CHECK(words.size() == 3);
  CHECK(words.word(0) == "b");
  CHECK(words.count(0) == 2);
  CHECK(words.count(1) == 1);
  CHECK(words.count(2) == 10);
}

TEST_CASE("words are found, and finding adds none") {
  WordCounter words;
  CHECK(words.find("a") == std::nullopt);
  for (const std::string_view word : {"a", "eight888", "nine99999", "much longer than a slot"}) {
    CHECK(words.find(word) == std::nullopt);
    const imf::WordId number = words.add(word);
    CHECK(words.find(word) == number);
    CHECK(words.count(number) == 1);
  }
  CHECK(words.find("eight88") == std::nullopt);
  CHECK(words.find("nine99998") == std::nullopt);
  CHECK(words.find("") == std::nullopt);
  CHECK(words.size() == 4);
}

TEST_CASE("words are any bytes: none, zeros, and texts that differ in one byte anywhere") {
  WordCounter words;
  Reference reference;
  const auto add = [&](const std::string& word) {
    REQUIRE(words.add(word) == reference.add(word, 1));
  };
  for (std::size_t length = 0; length <= 40; ++length) {
    add(std::string(length, '\0'));
    add(std::string(length, 'a'));
    for (std::size_t at = 0; at < length; ++at)
      for (const char c : "b\0\xFF"sv) {
        std::string word(length, 'a');
        word[at] = c;
        add(word);
      }
  }
  compare(words, reference);
}

TEST_CASE("a long stream is counted as a map counts it, over many growths of the table") {
  imf::RandomStream random(31, imf::RandomPurpose::test_data);
  WordCounter words;
  Reference reference;
  for (int i = 0; i < 300000; ++i) {
    // Skewed, so that some words come often and most rarely.
    const std::uint64_t n = random.below(1U << (1 + random.below(20)));
    const std::string word = std::to_string(n) + std::string(n % 17, 'x');
    const imf::Count count = random.below(3);
    REQUIRE(words.add(word, count) == reference.add(word, count));
  }
  CHECK(words.size() > 50000);
  compare(words, reference);
}

TEST_CASE("very long words, and a view that goes away after the call") {
  WordCounter words;
  {
    const std::string long_word(3U << 20U, 'w');
    CHECK(words.add(long_word) == 0);
    CHECK(words.add(long_word + "x") == 1);
  }
  CHECK(words.add(std::string(3U << 20U, 'w')) == 0);
  CHECK(words.count(0) == 2);
  CHECK(words.word(1).size() == (3U << 20U) + 1);
}
