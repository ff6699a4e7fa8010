// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/word_space.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;

/// Random vectors of many lengths, all equal from `copies` on; the word 2 has none.
imf::Embeddings embeddings(std::size_t words, std::size_t dimension, std::size_t copies) {
  imf::RandomStream random(words, imf::RandomPurpose::test_data);
  std::vector<std::string> names;
  std::vector<imf::WordCount> counts;
  imf::AlignedMatrix vectors(words, dimension);
  for (std::size_t r = 0; r < words; ++r) {
    names.push_back("w" + std::to_string(r));
    for (std::size_t c = 0; c < dimension; ++c) {
      const auto value = static_cast<float>((random.uniform() - 0.5) * static_cast<double>(r + 1));
      vectors(r, c) = r == 2 ? 0.0F : r > copies ? vectors(copies, c) : value;
    }
  }
  for (const std::string& name : names) counts.push_back({name, 1});
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(counts), std::move(vectors));
}

double cosine(const imf::Embeddings& e, std::size_t a, std::size_t b) {
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t i = 0; i < e.dimension(); ++i) {
    const auto x = static_cast<double>(e.vectors()(a, i));
    const auto y = static_cast<double>(e.vectors()(b, i));
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa * bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

}  // namespace

TEST_CASE("cosines of embeddings, one and many") {
  const imf::Embeddings e = embeddings(300, 21, 300);
  const imf::DenseRows space(e);
  const std::vector<imf::WordId> words{0, 2, 299, 7, 7};
  const auto directions = space.directions(words);
  for (const imf::IndexRange rows :
       {imf::IndexRange{0, 300}, imf::IndexRange{1, 2}, imf::IndexRange{250, 300}}) {
    imf::AlignedMatrix found(words.size(), rows.size());
    space.cosines(directions, rows, found);
    for (std::size_t i = 0; i < words.size(); ++i)
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const auto row = static_cast<imf::WordId>(rows.begin + j);
        const double expected = cosine(e, words[i], row);
        CHECK(std::abs(static_cast<double>(found(i, j)) - expected) < 1e-6);
        CHECK(std::abs(space.cosine(words[i], row) - expected) < 1e-14);
      }
  }
  CHECK(space.cosine(2, 2) == 0.0);
  CHECK(space.vocabulary() == e.vocabulary());
}

TEST_CASE("the nearest words are those of sorting all, whatever the threads") {
  for (const std::size_t size : {4U, 255U, 256U, 257U, 700U}) {
    const imf::Embeddings e = embeddings(size, 10, size);
    std::vector<imf::WordId> words;
    for (imf::WordId id = 0; id < size; ++id) words.push_back(id);  // more than one batch of them
    const auto found = imf::nearest_words(imf::DenseRows(e), words, 5, 1);
    REQUIRE(found.size() == words.size());
    for (std::size_t w = 0; w < words.size(); ++w) {
      std::vector<double> cosines;
      for (std::size_t x = 0; x < size; ++x)
        if (x != w) cosines.push_back(cosine(e, w, x));
      std::sort(cosines.rbegin(), cosines.rend());
      REQUIRE(found[w].size() == std::min<std::size_t>(5, size - 1));
      for (std::size_t i = 0; i < found[w].size(); ++i) {
        CHECK(found[w][i].id != w);
        CHECK(std::abs(cosine(e, w, found[w][i].id) - cosines[i]) < 1e-6);
        CHECK(std::abs(static_cast<double>(found[w][i].cosine) - cosines[i]) < 1e-6);
      }
    }
    for (const std::size_t threads : {2U, 5U})
      CHECK(imf::nearest_words(imf::DenseRows(e), words, 5, threads) == found);
  }
}

TEST_CASE("equal cosines come in order of id, whatever the threads") {
  const imf::Embeddings e = embeddings(1200, 8, 100);  // 100 to 1199 are one vector
  const std::vector<imf::WordId> words{100, 900};
  for (const std::size_t threads : {1U, 2U, 4U}) {
    const auto found = imf::nearest_words(imf::DenseRows(e), words, 400, threads);
    for (std::size_t i = 0; i < 400; ++i) {
      CHECK(found[0][i].id == 101 + i);
      CHECK(found[1][i].id == 100 + i);
    }
  }
}

TEST_CASE("no words have no neighbours, and top is at least 1") {
  const imf::Embeddings e = embeddings(5, 3, 5);
  CHECK(imf::nearest_words(imf::DenseRows(e), {}, 3).empty());
  const std::vector<imf::WordId> words{1};
  CHECK(imf::nearest_words(imf::DenseRows(e), words, 100)[0].size() == 4);
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::nearest_words(imf::DenseRows(e), words, 0)),
                       "top: must be at least 1", imf::ConfigError);
}
