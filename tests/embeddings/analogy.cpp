// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/analogy.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
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

double dot(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

/// s(x, b) · s(x, c) / (s(x, a) + 0.001) in double.
double mul_score(const imf::Embeddings& e, const imf::AnalogyQuestion& q, std::size_t x) {
  const auto s = [&](imf::WordId y) { return 0.5 * (1.0 + dot(unit(e, x), unit(e, y))); };
  return s(q.b) * s(q.c) / (s(q.a) + 0.001);
}

/// cos(x, b̂ − â + ĉ) in double.
double add_score(const imf::Embeddings& e, const imf::AnalogyQuestion& q, std::size_t x) {
  const std::vector<double> a = unit(e, q.a);
  const std::vector<double> b = unit(e, q.b);
  const std::vector<double> c = unit(e, q.c);
  std::vector<double> sought = b;
  for (std::size_t i = 0; i < a.size(); ++i) sought[i] += c[i] - a[i];
  const double squares = dot(sought, sought);
  return squares > 0.0 ? dot(sought, unit(e, x)) / std::sqrt(squares) : 0.0;
}

/// Checks answers against the scores of all words in double; near ties may change places.
template <class Score>
void check_answers(const imf::Embeddings& e, const std::vector<imf::AnalogyQuestion>& questions,
                   const imf::AnalogyOptions& options, double close, Score&& score) {
  const auto answers = imf::answer_analogies(e, questions, options);
  REQUIRE(answers.size() == questions.size());
  const std::size_t candidates = options.top_vocabulary == 0 ? e.size() : options.top_vocabulary;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    CAPTURE(q);
    const auto& [a, b, c] = questions[q];
    std::vector<double> scores;
    for (std::size_t x = 0; x < candidates; ++x)
      if (x != a && x != b && x != c) scores.push_back(score(e, questions[q], x));
    std::sort(scores.rbegin(), scores.rend());
    REQUIRE(answers[q].size() == std::min(options.top, scores.size()));
    for (std::size_t i = 0; i < answers[q].size(); ++i) {
      const auto& [id, value] = answers[q][i];
      CHECK((id < candidates && id != a && id != b && id != c));
      CHECK(std::abs(static_cast<double>(value) - scores[i]) < close);
      CHECK(std::abs(score(e, questions[q], id) - scores[i]) < close);
    }
  }
}

/// Random questions, and such with words twice and the word 5, which has no direction.
std::vector<imf::AnalogyQuestion> some_questions(imf::WordId words, std::size_t count) {
  imf::RandomStream random(2, imf::RandomPurpose::test_data);
  std::vector<imf::AnalogyQuestion> questions{{5, 1, 2}, {1, 5, 2}, {1, 2, 5}, {5, 5, 5},
                                              {3, 3, 4}, {3, 4, 3}, {4, 3, 3}, {7, 7, 7}};
  while (questions.size() < count)
    questions.push_back({random.below(words), random.below(words), random.below(words)});
  return questions;
}

}  // namespace

TEST_CASE("answers are those that scoring every word in double finds") {
  for (const imf::WordId words : {9U, 255U, 256U, 257U, 600U}) {
    const imf::Embeddings e = random_embeddings(words, 20);
    const auto questions = some_questions(words, 40);
    for (const std::size_t top : {1U, 10U}) {
      check_answers(e, questions, {.top = top, .threads = 2}, 2e-6, add_score);
      check_answers(e, questions, {.method = imf::AnalogyMethod::cos_mul, .top = top, .threads = 2},
                    2e-4, mul_score);
    }
  }
}

TEST_CASE("questions of more words than a batch has are answered one by one alike") {
  const imf::Embeddings e = random_embeddings(900, 10);
  const auto questions = some_questions(900, 700);
  for (const auto method : {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul}) {
    const auto together = imf::answer_analogies(e, questions, {.method = method, .top = 3});
    for (std::size_t q = 0; q < questions.size(); ++q)
      CHECK(imf::answer_analogies(e, {&questions[q], 1}, {.method = method, .top = 3})[0] ==
            together[q]);
  }
}

TEST_CASE("answers are the same for any number of threads") {
  const imf::Embeddings e = random_embeddings(1500, 20);
  const auto questions = some_questions(1500, 200);
  for (const auto method : {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul}) {
    const auto expected =
        imf::answer_analogies(e, questions, {.method = method, .top = 5, .threads = 1});
    for (const std::size_t threads : {2U, 3U, 7U})
      CHECK(imf::answer_analogies(e, questions, {.method = method, .top = 5, .threads = threads}) ==
            expected);
  }
}

TEST_CASE(
    "answers are of the first words alone where that is asked, of whatever words questions are") {
  const imf::Embeddings e = random_embeddings(600, 20);
  for (const std::size_t candidates : {1U, 100U, 256U, 300U, 600U})
    check_answers(e, some_questions(600, 30), {.top = 10, .top_vocabulary = candidates}, 2e-6,
                  add_score);
  const auto questions = some_questions(600, 5);
  CHECK(imf::answer_analogies(e, questions, {.top_vocabulary = 1000}) ==
        imf::answer_analogies(e, questions));
}

TEST_CASE("man is to woman as king is to queen, whatever the lengths") {
  const auto family = royal_family();
  const std::vector<imf::AnalogyQuestion> questions{{0, 1, 2}, {2, 3, 0}, {3, 1, 2}};
  const auto answers = imf::answer_analogies(family, questions, {.top = 2});
  CHECK(answers[0][0].id == 3);
  CHECK(answers[0][0].cosine == doctest::Approx(1.0));
  CHECK(answers[1][0].id == 1);
  CHECK(answers[2][0].id == 0);
  CHECK(answers[0].size() == 2);
  const auto by_product =
      imf::answer_analogies(family, questions, {.method = imf::AnalogyMethod::cos_mul});
  // cos(queen, woman) = cos(queen, king) = 1/2, cos(queen, man) = 0.
  CHECK(by_product[0][0].id == 3);
  CHECK(by_product[0][0].cosine == doctest::Approx(0.75 * 0.75 / 0.501));
}

TEST_CASE("the methods differ where one large term outweighs the others") {
  // cos with a, b, c: x 0, 0.95, 0.05; y 0, 0.5, 0.48. By sums x has 1 and y 0.98; by products
  // 0.975 · 0.525 / 0.501 = 1.02 and 0.75 · 0.74 / 0.501 = 1.11.
  imf::AlignedMatrix vectors(5, 4);
  const std::vector<std::vector<float>> rows{{1, 0, 0, 0},
                                             {0, 1, 0, 0},
                                             {0, 0, 1, 0},
                                             {0, 0.95F, 0.05F, 0.3082F},
                                             {0, 0.5F, 0.48F, 0.7208F}};
  for (std::size_t r = 0; r < rows.size(); ++r)
    std::copy(rows[r].begin(), rows[r].end(), vectors.row_data(r));
  const auto words = std::make_shared<const imf::Vocabulary>(
      std::vector<imf::WordCount>{{"a", 1}, {"b", 1}, {"c", 1}, {"x", 1}, {"y", 1}});
  const imf::Embeddings e(words, std::move(vectors));
  const std::vector<imf::AnalogyQuestion> question{{0, 1, 2}};
  CHECK(imf::answer_analogies(e, question)[0][0].id == 3);
  CHECK(imf::answer_analogies(e, question, {.method = imf::AnalogyMethod::cos_mul})[0][0].id == 4);
}

TEST_CASE("the words of a question are no answers to it, nor are other forms of them") {
  const auto family = royal_family();
  const std::vector<imf::AnalogyQuestion> questions{{0, 0, 2}};
  const auto ids_of_answers = [&](std::span<const imf::WordId> forms) {
    const auto answers =
        imf::answer_analogies(family, questions, {.top = 10, .forms_of = forms}).front();
    std::vector<imf::WordId> ids;
    for (const auto& answer : answers) ids.push_back(answer.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  CHECK(ids_of_answers({}) == std::vector<imf::WordId>{1, 3, 4});
  const std::vector<imf::WordId> forms{0, 1, 2, 2, 4};  // queen is a form of king
  CHECK(ids_of_answers(forms) == std::vector<imf::WordId>{1, 4});
}

TEST_CASE("top is at least 1, and may pass the number of words") {
  const std::vector<imf::AnalogyQuestion> questions{{0, 1, 2}};
  const auto family = royal_family();
  CHECK(imf::answer_analogies(family, questions, {.top = 100})[0].size() == 2);
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::answer_analogies(family, questions, {.top = 0})),
                       doctest::Contains("top: "), imf::ConfigError);
  const std::vector<imf::WordId> forms{0, 1};
  CHECK_THROWS_WITH_AS(
      static_cast<void>(imf::answer_analogies(family, questions, {.forms_of = forms})),
      doctest::Contains("forms_of: "), imf::ConfigError);
}

TEST_CASE("no questions have no answers") {
  CHECK(imf::answer_analogies(royal_family(), {}).empty());
}
