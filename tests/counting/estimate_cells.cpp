// SPDX-License-Identifier: MIT
#include <implicitmf/counting/estimate_cells.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>

namespace {

namespace imf = implicitmf;

/// Independent tokens, word i with a probability about 1 / (i + 1).
imf::EncodedCorpus independent_corpus(std::size_t tokens, std::uint32_t words) {
  imf::RandomStream random(7, imf::RandomPurpose::test_data);
  std::vector<std::vector<std::uint32_t>> sentences(1);
  for (std::size_t i = 0; i < tokens; ++i)
    sentences[0].push_back(random.below(random.below(words) + 1));
  return imf::encode_sentences(sentences, {.min_count = 1});
}

}  // namespace

TEST_CASE("of independent tokens the estimate is the number of cells within a few percent") {
  for (const std::size_t tokens : {2'000U, 20'000U, 200'000U}) {
    const auto corpus = independent_corpus(tokens, 500);
    const auto cells =
        imf::CooccurrenceCounter{imf::UniformWindow{.radius = 3}}.count(corpus).cells().nonzeros();
    const auto estimate = imf::estimate_cells(corpus.vocabulary(), 6);
    CAPTURE(tokens);
    CHECK(static_cast<double>(estimate) > 0.95 * static_cast<double>(cells));
    CHECK(static_cast<double>(estimate) < 1.25 * static_cast<double>(cells));
  }
}

TEST_CASE("the estimate never passes the number of pairs of words") {
  const imf::Vocabulary vocabulary(
      std::vector<imf::WordCount>{{"a", 1'000'000'000'000U}, {"b", 1'000'000'000'000U}});
  CHECK(imf::estimate_cells(vocabulary, 10) == 4);
  CHECK(imf::estimate_cells(imf::Vocabulary{}, 10) == 0);
}
