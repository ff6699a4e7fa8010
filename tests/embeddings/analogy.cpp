// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/analogy.hpp>

#include <memory>
#include <vector>

#include <doctest/doctest.h>

namespace {

namespace imf = implicitmf;

/// Two directions for the kind (man, woman), two for the rank (person, ruler).
imf::Embeddings royal_family() {
  const auto words = std::make_shared<const imf::Vocabulary>(
      std::vector<imf::WordCount>{{"man", 1}, {"woman", 1}, {"king", 1}, {"queen", 1}, {"pear", 1}});
  const std::vector<std::vector<float>> rows{{1, 0, 1, 0}, {0, 1, 1, 0}, {1, 0, 0, 1},
                                             {0, 3, 0, 3}, {-1, -1, -1, -1}};
  imf::AlignedMatrix vectors(rows.size(), 4);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < 4; ++c) vectors(r, c) = rows[r][c];
  return imf::Embeddings(words, std::move(vectors));
}

}  // namespace

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

TEST_CASE("no questions have no answers") {
  CHECK(imf::answer_analogies(royal_family(), {}, 3).empty());
}
