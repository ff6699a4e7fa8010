// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/predicted_contexts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;

/// Words named by their number, with vectors of small whole numbers: products are exact.
imf::Embeddings random_embeddings(std::size_t words, std::size_t dimension, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  imf::AlignedMatrix vectors(words, dimension);
  std::vector<std::string> names;
  for (std::size_t r = 0; r < words; ++r) {
    names.push_back(std::to_string(r));
    for (float& x : vectors.row(r)) x = static_cast<float>(random.below(9)) - 4.0F;
  }
  std::vector<imf::WordCount> counts;
  for (const std::string& name : names) counts.push_back({name, 1});
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(counts), std::move(vectors));
}

}  // namespace

TEST_CASE("the contexts are those of all products sorted") {
  const auto words = random_embeddings(40, 19, 1);
  const auto contexts = random_embeddings(600, 19, 2);
  std::vector<imf::WordId> ids;
  for (imf::WordId id = 0; id < 40; ++id) ids.push_back(39 - id);
  for (const std::size_t top : {1U, 7U, 600U, 1000U}) {
    const auto found = imf::predicted_contexts(words, ids, contexts, top, 1);
    CHECK(imf::predicted_contexts(words, ids, contexts, top, 3) == found);
    REQUIRE(found.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::vector<imf::Neighbor> all;
      for (imf::WordId c = 0; c < contexts.size(); ++c) {
        float product = 0.0F;
        for (std::size_t k = 0; k < 19; ++k)
          product += words.vector(ids[i])[k] * contexts.vector(c)[k];
        all.push_back({c, product});
      }
      std::stable_sort(all.begin(), all.end(), [](const imf::Neighbor& a, const imf::Neighbor& b) {
        return a.cosine > b.cosine;
      });
      all.resize(std::min(top, all.size()));
      CHECK(found[i] == all);
    }
  }
}

TEST_CASE("no words have no contexts, and wrong questions are refused") {
  const auto words = random_embeddings(3, 4, 1);
  const std::vector<imf::WordId> ids{1};
  CHECK(imf::predicted_contexts(words, {}, words, 2).empty());
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::predicted_contexts(words, ids, words, 0)),
                       doctest::Contains("top"), imf::ConfigError);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(imf::predicted_contexts(words, ids, random_embeddings(3, 5, 1), 2)),
      doctest::Contains("5 dimensions, the words 4"), imf::ConfigError);
}
