// SPDX-License-Identifier: MIT
// quick_start [FILE WORD...]: from a text to word vectors, and the neighbours of some words.
// Without a file the text is in the small language.
#include <cstddef>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

#include <implicitmf/sgns.hpp>

#include "small_language.hpp"

namespace imf = implicitmf;

int main(int argc, char** argv) try {
  const bool own_text = argc > 1;
  const auto corpus = own_text ? imf::read_corpus(argv[1], {.min_count = 5})
                               : imf::encode_sentences(small_language::sentences(30'000));
  const auto counts = imf::CooccurrenceCounter{imf::DynamicWindow{.radius = 5}}.count(corpus);
  const auto sppmi =
      imf::ShiftedPMIMatrix{counts, imf::SmoothedContexts{.alpha = 0.75}, {.negatives = 1}};
  const auto model = imf::SymmetricSVD{{.dimension = 100}}.factorize(sppmi);
  imf::save_word2vec("vectors.bin", model.words(), corpus.vocabulary());

  std::vector<std::string_view> words{"france", "rome", "swam", "mice", "queen", "colder", "seven"};
  if (own_text) words.assign(argv + 2, argv + argc);
  const auto& vocabulary = corpus.vocabulary();
  std::vector<imf::WordId> ids;
  for (const auto word : words)
    if (const auto id = vocabulary.find(word)) ids.push_back(*id);

  const imf::Embeddings embeddings{corpus.shared_vocabulary(), model.words()};
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
  return own_text || as_expected ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "quick_start: " << error.what() << '\n';
  return 1;
}
