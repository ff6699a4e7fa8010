// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/analogy.hpp>

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

/// Two directions for the kind (man, woman), two for the rank (person, ruler).
imf::Embeddings royal_family() {
  const auto words = std::make_shared<const imf::Vocabulary>(std::vector<imf::WordCount>{
      {"man", 1}, {"woman", 1}, {"king", 1}, {"queen", 1}, {"pear", 1}});
  const std::vector<std::vector<float>> rows{
      {1, 0, 1, 0}, {0, 1, 1, 0}, {1, 0, 0, 1}, {0, 3, 0, 3}, {-1, -1, -1, -1}};
  imf::AlignedMatrix vectors(rows.size(), 4);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < 4; ++c) vectors(r, c) = rows[r][c];
  return imf::Embeddings(words, std::move(vectors));
}

/// Vectors of lengths from 1 to `words`; word 5 has none.
imf::Embeddings random_embeddings(std::size_t words, std::size_t dimension) {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::vector<std::string> names;
  std::vector<imf::WordCount> counts;
  imf::AlignedMatrix vectors(words, dimension);
  for (std::size_t r = 0; r < words; ++r) {
    names.push_back(std::to_string(r));
    for (float& x : vectors.row(r))
      x = r == 5 ? 0.0F : static_cast<float>((random.uniform() - 0.5) * static_cast<double>(r + 1));
  }
  for (const std::string& name : names) counts.push_back({name, 1});
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(counts), std::move(vectors));
}

std::vector<double> unit(const imf::Embeddings& e, std::size_t word) {
  double squares = 0.0;
  for (std::size_t i = 0; i < e.dimension(); ++i)
    squares += std::pow(static_cast<double>(e.vectors()(word, i)), 2);
  std::vector<double> u(e.dimension(), 0.0);
  for (std::size_t i = 0; i < u.size() && squares > 0.0; ++i)
    u[i] = static_cast<double>(e.vectors()(word, i)) / std::sqrt(squares);
  return u;
}

/// cos(x, b̂ − â + ĉ) in double.
double score(const imf::Embeddings& e, const imf::AnalogyQuestion& q, std::size_t x) {
  const std::vector<double> a = unit(e, q.a);
  const std::vector<double> b = unit(e, q.b);
  const std::vector<double> c = unit(e, q.c);
  const std::vector<double> of_x = unit(e, x);
  double dot = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double sought = b[i] - a[i] + c[i];
    dot += sought * of_x[i];
    squares += sought * sought;
  }
  return squares > 0.0 ? dot / std::sqrt(squares) : 0.0;
}

}  // namespace

TEST_CASE("answers are those that scoring every word in double finds") {
  const imf::Embeddings e = random_embeddings(300, 20);
  imf::RandomStream random(2, imf::RandomPurpose::test_data);
  std::vector<imf::AnalogyQuestion> questions{{5, 1, 2}, {1, 5, 2}, {1, 2, 5}, {5, 5, 5}};
  while (questions.size() < 40)
    questions.push_back({random.below(300), random.below(300), random.below(300)});
  const auto answers = imf::answer_analogies(e, questions, 10, 2);
  REQUIRE(answers.size() == questions.size());
  for (std::size_t q = 0; q < questions.size(); ++q) {
    CAPTURE(q);
    std::vector<double> scores;
    for (std::size_t x = 0; x < e.size(); ++x)
      if (x != questions[q].a && x != questions[q].b && x != questions[q].c)
        scores.push_back(score(e, questions[q], x));
    std::sort(scores.rbegin(), scores.rend());
    REQUIRE(answers[q].size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(std::abs(static_cast<double>(answers[q][i].cosine) - scores[i]) < 2e-6);
      CHECK(std::abs(score(e, questions[q], answers[q][i].id) - scores[i]) < 2e-6);
    }
  }
}

TEST_CASE("answers are the same for any number of threads") {
  const imf::Embeddings e = random_embeddings(100, 20);
  std::vector<imf::AnalogyQuestion> questions;
  for (imf::WordId i = 0; i < 70; ++i) questions.push_back({i, i + 1, i + 20});
  const auto expected = imf::answer_analogies(e, questions, 5, 1);
  for (const std::size_t threads : {2U, 3U, 7U})
    CHECK(imf::answer_analogies(e, questions, 5, threads) == expected);
}

TEST_CASE("man is to woman as king is to queen, whatever the lengths") {
  const auto family = royal_family();
  const std::vector<imf::AnalogyQuestion> questions{{0, 1, 2}, {2, 3, 0}, {3, 1, 2}};
  const auto answers = imf::answer_analogies(family, questions, 2);
  CHECK(answers[0][0].id == 3);
  CHECK(answers[0][0].cosine == doctest::Approx(1.0));
  CHECK(answers[1][0].id == 1);
  CHECK(answers[2][0].id == 0);
  CHECK(answers[0].size() == 2);
}

TEST_CASE("the words of a question are no answers to it") {
  const auto family = royal_family();
  const std::vector<imf::AnalogyQuestion> questions{{0, 0, 2}};
  const auto answers = imf::answer_analogies(family, questions, 10);
  for (const auto& answer : answers[0]) {
    CHECK(answer.id != 0);
    CHECK(answer.id != 2);
  }
}

TEST_CASE("top is at least 1, and may pass the number of words") {
  const std::vector<imf::AnalogyQuestion> questions{{0, 1, 2}};
  CHECK(imf::answer_analogies(royal_family(), questions, 100)[0].size() == 2);
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::answer_analogies(royal_family(), questions, 0)),
                       doctest::Contains("top: "), imf::ConfigError);
}

TEST_CASE("no questions have no answers") {
  CHECK(imf::answer_analogies(royal_family(), {}, 3).empty());
}
