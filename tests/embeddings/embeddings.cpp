// SPDX-License-Identifier: MIT
#include <implicitmf/embeddings/embeddings.hpp>

#include <limits>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

namespace {

namespace imf = implicitmf;

const auto three = std::make_shared<const imf::Vocabulary>(
    std::vector<imf::WordCount>{{"a", 3}, {"b", 2}, {"c", 1}});

imf::AlignedMatrix matrix(std::size_t rows, const std::vector<float>& values) {
  imf::AlignedMatrix m(rows, values.size() / rows);
  for (std::size_t i = 0; i < values.size(); ++i) m(i / m.cols(), i % m.cols()) = values[i];
  return m;
}

}  // namespace

TEST_CASE("embeddings keep vectors, words and lengths together") {
  const imf::Embeddings e(three, matrix(3, {3, 4, 0, 0, 1, -1}));
  CHECK(e.size() == 3);
  CHECK(e.dimension() == 2);
  CHECK(e.norm(0) == 5.0F);
  CHECK(e.norm(1) == 0.0F);
  CHECK(e.norm(2) == doctest::Approx(1.41421356));
  CHECK(e.vector(2)[1] == -1.0F);
  CHECK(e.vocabulary().word(1) == "b");
}

TEST_CASE("lengths do not overflow where the squares pass the range of float") {
  const imf::Embeddings e(three, matrix(3, {3e30F, 4e30F, 3e-30F, 4e-30F, 0, 0}));
  CHECK(e.norm(0) == doctest::Approx(5e30));
  CHECK(static_cast<double>(e.norm(1)) == doctest::Approx(5e-30));
}

TEST_CASE("rows that do not fit the words and values that are not finite are refused") {
  CHECK_THROWS_WITH_AS(imf::Embeddings(three, matrix(2, {1, 2, 3, 4})),
                       "embeddings: 2 vectors for 3 words", imf::InputError);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    CHECK_THROWS_WITH_AS(imf::Embeddings(three, matrix(3, {1, 2, 3, bad, 5, 6})),
                         doctest::Contains("\"b\""), imf::InputError);
}

TEST_CASE("w, c and w + c") {
  const imf::Factors factors{matrix(3, {1, 2, 3, 4, 5, 6}), matrix(3, {10, 20, 30, 40, 50, 60})};
  CHECK(imf::choose_vectors(factors, imf::VectorChoice::words) == factors.words);
  CHECK(imf::choose_vectors(factors, imf::VectorChoice::contexts) == factors.contexts);
  CHECK(imf::choose_vectors(factors, imf::VectorChoice::sum) ==
        matrix(3, {11, 22, 33, 44, 55, 66}));
  const imf::Factors shorter{matrix(3, {1, 2, 3, 4, 5, 6}), matrix(3, {1, 2, 3})};
  CHECK_THROWS_AS(static_cast<void>(imf::choose_vectors(shorter, imf::VectorChoice::sum)),
                  imf::ConfigError);
  const imf::Factors unequal{matrix(3, {1, 2, 3}), matrix(2, {1, 2})};
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::choose_vectors(unequal, imf::VectorChoice::sum)),
                       "vectors: w+c needs word and context vectors of the same vocabulary",
                       imf::ConfigError);
  CHECK(imf::choose_vectors(unequal, imf::VectorChoice::contexts).rows() == 2);
}
