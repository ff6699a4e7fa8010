// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/sparse_rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/embeddings/analogy.hpp>

namespace {

namespace imf = implicitmf;

std::shared_ptr<const imf::Vocabulary> numbered_words(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("w" + std::to_string(i));
  std::vector<imf::WordCount> words;
  for (const std::string& name : names) words.push_back({name, 1});
  return std::make_shared<const imf::Vocabulary>(words);
}

/// A matrix of random values of both signs; the row 3 is empty, the row 4 holds only zeros.
imf::AlignedMatrix random_matrix(std::size_t rows, std::size_t cols, double density) {
  imf::RandomStream random(rows + cols, imf::RandomPurpose::test_data);
  imf::AlignedMatrix m(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : m.row(r))
      if (r != 3 && r != 4 && random.uniform() < density)
        x = static_cast<float>((random.uniform() - 0.3) * static_cast<double>(r + 1));
  return m;
}

imf::Csr<float> sparse(const imf::AlignedMatrix& dense) {
  imf::Csr<float> m;
  m.cols = dense.cols();
  for (std::size_t r = 0; r < dense.rows(); ++r) {
    for (std::size_t c = 0; c < dense.cols(); ++c)
      if (dense(r, c) != 0.0F || r == 4) {
        m.columns.push_back(static_cast<imf::WordId>(c));
        m.values.push_back(dense(r, c));
      }
    m.offsets.push_back(m.columns.size());
  }
  return m;
}

}  // namespace

TEST_CASE("cosines, one and many, are those of the same rows as embeddings") {
  for (const std::size_t cols : {1U, 16U, 77U}) {
    const imf::AlignedMatrix dense = random_matrix(300, cols, 0.2);
    const imf::Csr<float> matrix = sparse(dense);
    const imf::Embeddings embeddings(numbered_words(300), dense);
    const imf::DenseRows expected(embeddings);
    const imf::SparseRows rows(numbered_words(300), matrix);
    for (const std::size_t count : {1U, 31U, 32U, 33U, 70U}) {
      std::vector<imf::WordId> words;
      for (std::size_t i = 0; i < count; ++i)
        words.push_back(static_cast<imf::WordId>(i * 7 % 300));
      words.back() = 3;
      const auto directions = rows.directions(words);
      for (const imf::IndexRange range :
           {imf::IndexRange{0, 256}, imf::IndexRange{256, 300}, imf::IndexRange{3, 4}}) {
        imf::AlignedMatrix found(words.size(), range.size());
        rows.cosines(directions, range, found);
        for (std::size_t i = 0; i < words.size(); ++i)
          for (std::size_t j = 0; j < range.size(); ++j) {
            const auto row = static_cast<imf::WordId>(range.begin + j);
            const double cosine = expected.cosine(words[i], row);
            CHECK(std::abs(static_cast<double>(found(i, j)) - cosine) < 1e-6);
            CHECK(std::abs(rows.cosine(words[i], row) - cosine) < 1e-14);
          }
      }
    }
  }
}

TEST_CASE(
    "neighbours and analogies are those of the same rows as embeddings, whatever the threads") {
  const imf::AlignedMatrix dense = random_matrix(700, 60, 0.3);
  const imf::Csr<float> matrix = sparse(dense);
  const imf::Embeddings embeddings(numbered_words(700), dense);
  const imf::SparseRows rows(numbered_words(700), matrix);
  std::vector<imf::WordId> words;
  std::vector<imf::AnalogyQuestion> questions{{3, 1, 2}, {1, 3, 3}};
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  for (int i = 0; i < 400; ++i) {
    words.push_back(random.below(700));
    questions.push_back({random.below(700), random.below(700), random.below(700)});
  }
  const auto near = [](const auto& found, const auto& expected) {
    return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                      [](const auto& f, const auto& e) {
                        return std::equal(f.begin(), f.end(), e.begin(), e.end(),
                                          [](const imf::Neighbor& a, const imf::Neighbor& b) {
                                            return std::abs(a.cosine - b.cosine) < 1e-4F;
                                          });
                      });
  };
  const auto nearest = imf::nearest_words(rows, words, 5, 1);
  CHECK(near(nearest, imf::nearest_words(imf::DenseRows(embeddings), words, 5)));
  CHECK(imf::nearest_words(rows, words, 5, 3) == nearest);
  for (const auto method : {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul}) {
    const imf::AnalogyOptions options{.method = method, .top = 5, .threads = 1};
    const auto answers = imf::answer_analogies(rows, questions, options);
    CHECK(near(answers, imf::answer_analogies(embeddings, questions, options)));
    CHECK(imf::answer_analogies(rows, questions, {.method = method, .top = 5, .threads = 3}) ==
          answers);
  }
}

TEST_CASE("a row of stored zeros has cosine 0 to all") {
  imf::Csr<float> matrix = sparse(imf::AlignedMatrix(3, 2));
  matrix.offsets = {0, 1, 2, 3};
  matrix.columns = {0, 1, 0};
  matrix.values = {0.0F, 2.0F, 3.0F};
  const imf::SparseRows rows(numbered_words(3), matrix);
  const std::vector<imf::WordId> zero{0};
  CHECK(rows.cosine(0, 2) == 0.0);
  CHECK(imf::nearest_words(rows, zero, 2)[0] == std::vector<imf::Neighbor>{{1, 0.0F}, {2, 0.0F}});
  const std::vector<imf::AnalogyQuestion> question{{1, 0, 1}};
  CHECK(imf::answer_analogies(rows, question)[0][0].id == 2);
}

TEST_CASE("a matrix of no columns, and of values beyond the squares of float") {
  const imf::Csr<float> none = sparse(imf::AlignedMatrix(2, 0));
  const imf::SparseRows empty(numbered_words(2), none);
  const std::vector<imf::WordId> words{0};
  CHECK(empty.cosine(0, 1) == 0.0);
  CHECK(imf::nearest_words(empty, words, 1)[0] == std::vector<imf::Neighbor>{{1, 0.0F}});

  imf::AlignedMatrix large(2, 2);
  large(0, 0) = 1e30F;
  large(0, 1) = 1e30F;
  large(1, 1) = 1e-30F;
  const imf::Csr<float> matrix = sparse(large);
  const imf::SparseRows rows(numbered_words(2), matrix);
  CHECK(rows.cosine(0, 1) == doctest::Approx(std::sqrt(0.5)));
  CHECK(imf::nearest_words(rows, words, 1)[0][0].cosine == doctest::Approx(std::sqrt(0.5)));
}

TEST_CASE("rows that do not fit the words and values that are not finite are refused") {
  imf::AlignedMatrix dense = random_matrix(5, 4, 0.9);
  const imf::Csr<float> matrix = sparse(dense);
  CHECK_THROWS_WITH_AS(imf::SparseRows(numbered_words(4), matrix),
                       "sparse rows: 5 rows for 4 words", imf::InputError);
  dense(1, 2) = std::numeric_limits<float>::infinity();
  const imf::Csr<float> infinite = sparse(dense);
  CHECK_THROWS_WITH_AS(imf::SparseRows(numbered_words(5), infinite), doctest::Contains("\"w1\""),
                       imf::InputError);
}
