// SPDX-License-Identifier: MIT
/// \file
/// Random counts and random matrices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/counting/counts_from_triples.hpp>

namespace support {

/// Words "w0", "w1", ...
inline std::shared_ptr<const implicitmf::Vocabulary> numbered_words(std::size_t n) {
  static std::vector<std::unique_ptr<std::string>> names;
  while (names.size() < n)
    names.push_back(std::make_unique<std::string>("w" + std::to_string(names.size())));
  std::vector<implicitmf::WordCount> words;
  for (std::size_t i = 0; i < n; ++i) words.push_back({*names[i], n - i});
  return std::make_shared<const implicitmf::Vocabulary>(words);
}

/// Random pairs, the more of a word or context the lower its number, and one of each word and each
/// context; weights are quarters.
inline std::vector<implicitmf::CountTriple> random_triples(std::size_t words, std::size_t contexts,
                                                           std::size_t pairs, std::uint64_t seed) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  const auto pick = [&](std::size_t n) {
    const double u = random.uniform();
    return static_cast<implicitmf::WordId>(u * u * static_cast<double>(n));
  };
  std::vector<implicitmf::CountTriple> triples;
  for (std::size_t w = 0; w < words; ++w)
    triples.push_back({static_cast<implicitmf::WordId>(w), pick(contexts), 1.0});
  for (std::size_t c = 0; c < contexts; ++c)
    triples.push_back({pick(words), static_cast<implicitmf::WordId>(c), 1.0});
  for (std::size_t i = 0; i < pairs; ++i)
    triples.push_back({pick(words), pick(contexts), 0.25 * static_cast<double>(1 + random() % 8)});
  return triples;
}

inline implicitmf::CooccurrenceCounts random_counts(std::size_t words, std::size_t contexts,
                                                    std::size_t pairs, std::uint64_t seed) {
  return implicitmf::counts_from_triples(numbered_words(words), numbered_words(contexts),
                                         random_triples(words, contexts, pairs, seed));
}

/// Each pair with its mirror image.
inline implicitmf::CooccurrenceCounts random_symmetric_counts(std::size_t words, std::size_t pairs,
                                                              std::uint64_t seed) {
  auto triples = random_triples(words, words, pairs, seed);
  const std::size_t size = triples.size();
  for (std::size_t i = 0; i < size; ++i)
    triples.push_back({triples[i].context, triples[i].word, triples[i].weight});
  const auto vocabulary = numbered_words(words);
  return implicitmf::counts_from_triples(vocabulary, vocabulary, triples);
}

/// Uniform numbers within ±most.
inline implicitmf::AlignedMatrix random_matrix(std::size_t rows, std::size_t cols,
                                               std::uint64_t seed, float most) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  implicitmf::AlignedMatrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : matrix.row(r)) x = most * static_cast<float>(2.0 * random.uniform() - 1.0);
  return matrix;
}

/// The dot product of row i of a and row j of b.
inline double row_dot(const implicitmf::AlignedMatrix& a, std::size_t i,
                      const implicitmf::AlignedMatrix& b, std::size_t j) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.cols(); ++k)
    sum += static_cast<double>(a(i, k)) * static_cast<double>(b(j, k));
  return sum;
}

}  // namespace support
