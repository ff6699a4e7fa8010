// SPDX-License-Identifier: MIT
#include <implicitmf/evaluation/word_lookup.hpp>

#include <optional>
#include <vector>

#include <doctest/doctest.h>

namespace {

namespace imf = implicitmf;

const imf::Vocabulary words(std::vector<imf::WordCount>{
    {"the", 9}, {"US", 8}, {"us", 7}, {"\xC3\x89t\xC3\xA9", 6}, {"The", 5}, {"rare", 4}});

}  // namespace

TEST_CASE("words are found as they are") {
  const imf::WordLookup lookup(words, false);
  CHECK(lookup.find("us") == 2);
  CHECK(lookup.find("US") == 1);
  CHECK(lookup.find("THE") == std::nullopt);
  CHECK(lookup.find("") == std::nullopt);
  CHECK(lookup.forms_of().empty());
  CHECK(lookup.form_of(4) == 4);
}

TEST_CASE("whatever their case, the first stands for all") {
  const imf::WordLookup lookup(words, true);
  CHECK(lookup.find("us") == 1);
  CHECK(lookup.find("Us") == 1);
  CHECK(lookup.find("THE") == 0);
  CHECK(lookup.find("\xC3\xA9T\xC3\x89") == 3);
  CHECK(lookup.find("none") == std::nullopt);
  const auto forms = lookup.forms_of();
  CHECK(std::vector<imf::WordId>(forms.begin(), forms.end()) ==
        std::vector<imf::WordId>{0, 1, 1, 3, 0, 5});
  CHECK(lookup.form_of(4) == 0);
}

TEST_CASE("only the first words are there where that is asked") {
  for (const bool ignore_case : {false, true}) {
    const imf::WordLookup lookup(words, ignore_case, 2);
    CHECK(lookup.find("US") == 1);
    CHECK(lookup.find("rare") == std::nullopt);
    CHECK(imf::WordLookup(words, ignore_case, 100).find("rare") == 5);
  }
  CHECK(imf::WordLookup(words, false, 2).find("us") == std::nullopt);
  CHECK(imf::WordLookup(words, true, 2).find("us") == 1);
}
