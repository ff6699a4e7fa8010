// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/nearest_neighbors.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;

imf::AlignedMatrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  imf::AlignedMatrix m(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : m.row(r)) x = static_cast<float>(2.0 * random.uniform() - 1.0);
  return m;
}

imf::Embeddings named(imf::AlignedMatrix vectors) {
  std::vector<std::string> names;
  for (std::size_t r = 0; r < vectors.rows(); ++r) names.push_back("w" + std::to_string(r));
  std::vector<imf::WordCount> words;
  for (const std::string& name : names) words.push_back({name, 1});
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(words), std::move(vectors));
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return aa * bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

/// The ids of the nearest by sorting all of them.
std::vector<imf::WordId> sorted_all(const imf::Embeddings& e, std::span<const float> query) {
  std::vector<imf::WordId> ids(e.size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<imf::WordId>(i);
  std::stable_sort(ids.begin(), ids.end(), [&](imf::WordId a, imf::WordId b) {
    return cosine(query, e.vector(a)) > cosine(query, e.vector(b));
  });
  return ids;
}

}  // namespace

TEST_CASE("the nearest are those that sorting all cosines finds, across all block borders") {
  for (const std::size_t words : {1U, 2U, 255U, 256U, 257U, 600U})
    for (const std::size_t count : {1U, 15U, 16U, 17U, 40U}) {
      const auto embeddings = named(random_matrix(words, 21, words));
      const auto queries = random_matrix(count, 21, 1000 + count);
      const auto found = imf::NearestNeighbors(embeddings, 2).search(queries, 10);
      REQUIRE(found.size() == count);
      for (std::size_t q = 0; q < count; ++q) {
        const auto expected = sorted_all(embeddings, queries.row(q));
        REQUIRE(found[q].size() == std::min<std::size_t>(10, words));
        for (std::size_t i = 0; i < found[q].size(); ++i) {
          CHECK(found[q][i].id == expected[i]);
          CHECK(static_cast<double>(found[q][i].cosine) ==
                doctest::Approx(cosine(queries.row(q), embeddings.vector(expected[i]))).epsilon(1e-5));
        }
      }
    }
}

TEST_CASE("the number of threads changes nothing") {
  const auto embeddings = named(random_matrix(500, 50, 3));
  const auto queries = random_matrix(70, 50, 4);
  const auto one = imf::NearestNeighbors(embeddings, 1).search(queries, 7);
  for (const std::size_t threads : {2U, 3U, 7U})
    CHECK(imf::NearestNeighbors(embeddings, threads).search(queries, 7) == one);
}

TEST_CASE("equal cosines come in order of id, and zero vectors are at right angles to all") {
  imf::AlignedMatrix m(6, 2);
  for (const std::size_t r : {1U, 3U, 5U}) m(r, 0) = static_cast<float>(r);  // one direction
  m(2, 0) = -1.0F;                                                           // its opposite
  const auto embeddings = named(std::move(m));                               // 0 and 4: zero
  imf::AlignedMatrix query(1, 2);
  query(0, 0) = 2.0F;
  const auto found = imf::NearestNeighbors(embeddings).search(query, 6)[0];
  std::vector<imf::WordId> ids;
  for (const auto& neighbor : found) ids.push_back(neighbor.id);
  CHECK(ids == std::vector<imf::WordId>{1, 3, 5, 0, 4, 2});
  CHECK(found[3].cosine == 0.0F);
  CHECK(found[5].cosine == doctest::Approx(-1.0));
}

TEST_CASE("words are no neighbours of themselves, nor are those left out") {
  const auto embeddings = named(random_matrix(30, 8, 9));
  const std::vector<imf::WordId> words{4, 17};
  const auto found = imf::NearestNeighbors(embeddings).of_words(words, 100);
  for (std::size_t q = 0; q < words.size(); ++q) {
    CHECK(found[q].size() == 29);
    for (const auto& neighbor : found[q]) CHECK(neighbor.id != words[q]);
  }
  const std::vector<std::vector<imf::WordId>> excluded{{0, 1, 2}};
  const auto others =
      imf::NearestNeighbors(embeddings).search(random_matrix(1, 8, 1), 30, excluded);
  CHECK(others[0].size() == 27);
  for (const auto& neighbor : others[0]) CHECK(neighbor.id > 2);
}

TEST_CASE("no queries have no answers, and wrong questions are refused") {
  const auto embeddings = named(random_matrix(5, 8, 9));
  CHECK(imf::NearestNeighbors(embeddings).of_words({}, 3).empty());
  CHECK_THROWS_WITH_AS(imf::NearestNeighbors(embeddings).search(random_matrix(1, 8, 1), 0),
                       doctest::Contains("top"), imf::ConfigError);
  CHECK_THROWS_WITH_AS(imf::NearestNeighbors(embeddings).search(random_matrix(1, 9, 1), 1),
                       doctest::Contains("9 dimensions"), imf::ConfigError);
}
