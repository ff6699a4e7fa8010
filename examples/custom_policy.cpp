// SPDX-License-Identifier: MIT
// custom_policy: a window and an association measure of one's own, composed with the library. Any
// type of the right shape will do; the concepts WindowPolicy and AssociationMeasure say what that
// is.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <iostream>
#include <vector>

#include <implicitmf/sgns.hpp>

#include "small_language.hpp"

namespace imf = implicitmf;

/// A context at distance d counts 1/d³, d = 1 to 4, in integer steps of 1/12³.
struct CubicWindow {
  [[nodiscard]] imf::WindowTable table() const {
    const std::vector<imf::Count> weights{1728, 216, 64, 27};
    return {.unit = 1728, .before = weights, .after = weights, .description = "window=cubic"};
  }
};
static_assert(imf::WindowPolicy<CubicWindow>);

/// Positive PMI times log(1 + #(w,c)): what is seen often weighs more than what is seen once.
struct Salience {
  double log_total = 0.0;  ///< log |D|
  double operator()(const imf::CellLogs& cell) const {
    return std::max(cell.pmi, 0.0) * std::log1p(std::exp(cell.log_joint + log_total));
  }
};
static_assert(imf::AssociationMeasure<Salience>);

int main() try {
  const auto corpus = imf::encode_sentences(small_language::sentences(30'000));
  const auto counts = imf::CooccurrenceCounter{CubicWindow{}}.count(corpus);
  const auto total = static_cast<double>(counts.total()) / static_cast<double>(counts.unit());
  const imf::ShiftedPMIMatrix salience{
      counts, imf::EmpiricalContexts{}, {}, Salience{.log_total = std::log(total)}};
  const auto model = imf::SymmetricSVD{{.dimension = 50}}.factorize(salience);

  const imf::Embeddings embeddings{corpus.shared_vocabulary(), model.words()};
  const auto& vocabulary = embeddings.vocabulary();
  std::vector<imf::WordId> ids;
  for (const auto word : {"japanese", "dreamt", "wolves", "uncle", "scarlet", "november"})
    ids.push_back(vocabulary.find(word).value());

  const auto nearest = imf::NearestNeighbors{embeddings}.of_words(ids, 5);
  bool as_expected = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto word = vocabulary.word(ids[i]);
    std::cout << word << ':';
    for (const auto& [id, cosine] : nearest[i]) std::cout << ' ' << vocabulary.word(id);
    std::cout << '\n';
    as_expected &= small_language::class_of(word) ==
                   small_language::class_of(vocabulary.word(nearest[i].front().id));
  }
  return as_expected ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "custom_policy: " << error.what() << '\n';
  return 1;
}
