// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/nearest_neighbors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
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
                doctest::Approx(cosine(queries.row(q), embeddings.vector(expected[i])))
                    .epsilon(1e-5));
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

TEST_CASE("equal vectors have equal cosines wherever they stand, and come in order of id") {
  // Copies on both sides of the borders of blocks and of the tiles within them.
  const std::vector<imf::WordId> copies{0,   1,   2,   3,   7,   8,   15, 16,
                                        254, 255, 256, 257, 511, 512, 599};
  imf::AlignedMatrix m = random_matrix(600, 21, 5);
  for (const imf::WordId id : copies) std::copy_n(m.row_data(0), 21, m.row_data(id));
  const auto embeddings = named(std::move(m));
  for (const std::size_t count : {1U, 5U, 16U, 17U}) {
    imf::AlignedMatrix queries = random_matrix(count, 21, 6);
    std::copy_n(embeddings.vectors().row_data(0), 21, queries.row_data(count - 1));
    const auto all = imf::NearestNeighbors(embeddings).search(queries, 600);
    for (const auto& found : all)
      for (std::size_t i = 1; i < found.size(); ++i) {
        const bool in_order =
            found[i].cosine < found[i - 1].cosine ||
            (found[i].cosine == found[i - 1].cosine && found[i].id > found[i - 1].id);
        CHECK(in_order);
      }
    // The first ten of the fifteen that are equally near.
    const auto nearest = imf::NearestNeighbors(embeddings).search(queries, 10).back();
    for (std::size_t i = 0; i < 10; ++i) CHECK(nearest[i].id == copies[i]);
  }
}

TEST_CASE("cosines do not depend on lengths") {
  imf::AlignedMatrix m = random_matrix(50, 8, 7);
  const auto plain = imf::NearestNeighbors(named(m)).search(random_matrix(3, 8, 8), 50);
  for (std::size_t r = 0; r < m.rows(); ++r)
    for (float& x : m.row(r)) x *= std::ldexp(1.0F, static_cast<int>(r) - 25);
  imf::AlignedMatrix queries = random_matrix(3, 8, 8);
  for (float& x : queries.row(1)) x *= 0x1p30F;
  CHECK(imf::NearestNeighbors(named(m)).search(queries, 50) == plain);
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

TEST_CASE("each query leaves out its own words") {
  const auto embeddings = named(random_matrix(40, 8, 9));
  const auto queries = random_matrix(20, 8, 10);
  std::vector<std::vector<imf::WordId>> excluded;
  for (imf::WordId q = 0; q < 20; ++q) excluded.push_back({q, static_cast<imf::WordId>(39 - q)});
  excluded[3].clear();
  const auto found = imf::NearestNeighbors(embeddings).search(queries, 5, excluded);
  for (std::size_t q = 0; q < 20; ++q) {
    std::vector<imf::WordId> expected;
    for (const imf::WordId id : sorted_all(embeddings, queries.row(q)))
      if (std::find(excluded[q].begin(), excluded[q].end(), id) == excluded[q].end())
        expected.push_back(id);
    REQUIRE(found[q].size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(found[q][i].id == expected[i]);
  }
}

TEST_CASE("no queries have no answers, and wrong questions are refused") {
  const auto embeddings = named(random_matrix(5, 8, 9));
  CHECK(imf::NearestNeighbors(embeddings).of_words({}, 3).empty());
  CHECK_THROWS_WITH_AS(
      static_cast<void>(imf::NearestNeighbors(embeddings).search(random_matrix(1, 8, 1), 0)),
      doctest::Contains("top"), imf::ConfigError);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(imf::NearestNeighbors(embeddings).search(random_matrix(1, 9, 1), 1)),
      doctest::Contains("9 dimensions"), imf::ConfigError);
}
