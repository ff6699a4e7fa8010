// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/near_spellings.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;

/// A vocabulary of the words in this order.
imf::Vocabulary vocabulary_of(const std::vector<std::string>& words) {
  std::vector<imf::WordCount> counts;
  for (const std::string& word : words) counts.push_back({word, 1});
  return imf::Vocabulary(counts);
}

std::vector<std::string> near(const std::vector<std::string>& words, std::string_view word,
                              std::size_t most = 3) {
  const imf::Vocabulary vocabulary = vocabulary_of(words);
  std::vector<std::string> found;
  for (const imf::WordId id : imf::near_spellings(vocabulary, word, most))
    found.emplace_back(vocabulary.word(id));
  return found;
}

/// The whole table of optimal string alignment.
std::size_t whole_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      d[i][j] = std::max(i, j);
      if (i == 0 || j == 0) continue;
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

/// A word of up to `longest` letters, of an alphabet so small that many are near each other.
std::string random_word(imf::RandomStream& random, std::uint32_t longest) {
  std::string word;
  const std::size_t length = 1 + random.below(longest);
  while (word.size() < length)
    word.push_back(static_cast<char>('a' + static_cast<int>(random.below(3))));
  return word;
}

}  // namespace

using Words = std::vector<std::string>;

TEST_CASE("each kind of slip is found") {
  const Words words{"the", "france", "frances", "franc", "trance", "germany"};
  CHECK(near(words, "frnace") == Words{"france", "frances", "franc"});
  CHECK(near(words, "francee") == Words{"france", "frances", "franc"});
  CHECK(near(words, "grmany") == Words{"germany"});
  CHECK(near(words, "teh") == Words{"the"});
  CHECK(near(words, "xyzzy").empty());
}

TEST_CASE("other cases come first, then distances, then frequency") {
  const Words words{"parks", "paris", "Paros", "PARIS", "pari"};
  CHECK(near(words, "Paris") == Words{"paris", "PARIS", "parks"});
  CHECK(near(words, "Paris", 5) == Words{"paris", "PARIS", "parks", "Paros", "pari"});
  CHECK(near({"Us", "as", "US"}, "us") == Words{"Us", "US"});
}

TEST_CASE("letters count, not bytes") {
  CHECK(near({"\xC3\x89T\xC3\x89S"}, "\xC3\xA9t\xC3\xA9s") == Words{"\xC3\x89T\xC3\x89S"});
  CHECK(near({"caf\xC3\xA9"}, "cafe") == Words{"caf\xC3\xA9"});
  CHECK(near({"caf\xFF"}, "caf\xFE") == Words{"caf\xFF"});
  // Two letters of Greek are four bytes, and still two letters.
  CHECK(near({"\xCE\xB1\xCE\xB3"}, "\xCE\xB1\xCE\xB2").empty());
}

TEST_CASE("what cannot be near is not") {
  CHECK(near({}, "word").empty());
  CHECK(near({"a", "b"}, "").empty());
  CHECK(near({"word"}, "word").empty());
  CHECK(near({"words"}, "word", 0).empty());
  CHECK(near({"word"}, std::string(1'000'000, 'w')).empty());
  CHECK(near({std::string(100'000, 'w')}, std::string(100'001, 'w')).size() == 1);
}

TEST_CASE("the banded distance is that of the whole table") {
  imf::RandomStream random(5, imf::RandomPurpose::test_data);
  imf::detail::SpellingDistance distance_of;
  std::size_t within = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string a = random_word(random, 9);
    const std::string b = random_word(random, 9);
    const std::size_t whole = whole_distance(a, b);
    for (std::size_t limit = 0; limit < 4; ++limit) {
      const std::size_t found = distance_of(std::u32string(a.begin(), a.end()),
                                            std::u32string(b.begin(), b.end()), limit);
      REQUIRE(found == std::min(whole, limit + 1));
      within += whole <= limit ? 1U : 0U;
    }
  }
  CHECK(within > 1000);
}

TEST_CASE("the nearest are those of looking at all") {
  imf::RandomStream random(6, imf::RandomPurpose::test_data);
  Words words;
  while (words.size() < 300)
    if (const std::string word = random_word(random, 9);
        std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(word);
  for (int i = 0; i < 200; ++i) {
    const std::string sought = random_word(random, 9);
    std::vector<std::pair<std::size_t, std::size_t>> all;
    for (std::size_t id = 0; id < words.size(); ++id)
      if (const std::size_t distance = whole_distance(sought, words[id]);
          distance > 0 && distance <= std::min<std::size_t>(2, sought.size() / 3))
        all.emplace_back(distance, id);
    std::sort(all.begin(), all.end());
    all.resize(std::min<std::size_t>(all.size(), 3));
    Words expected;
    for (const auto& [distance, id] : all) expected.push_back(words[id]);
    CHECK(near(words, sought) == expected);
  }
}
