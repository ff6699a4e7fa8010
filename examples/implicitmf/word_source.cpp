// SPDX-License-Identifier: MIT
// Options for the words that are compared, and vectors in the order of counts.
#include "word_source.hpp"

#include <algorithm>

namespace app {

void WordSource::add_to(CLI::App& command) {
  command.add_option("vectors", vectors, "file of vectors in any format; - for standard input");
  CLI::Option* const matrix = command.add_option(
      "--matrix", counts, "instead: file of counts; words are rows of the matrix made of them");
  association.add_measure_to(command);
  association.add_smoothing_to(command);
  command.add_option("--negatives", association.negatives, "k, whose logarithm is the shift")
      ->capture_default_str();
  for (const char* const name : {"--measure", "--smoothing", "--negatives"})
    command.get_option(name)->needs(matrix);
  command.add_option("--limit", limit, "read only the first N words of the vectors; 0: all")
      ->check(whole_number())
      ->capture_default_str()
      ->excludes(matrix);
  command.add_option("--vocabulary", vocabulary, "words of a NumPy file, if not beside it")
      ->excludes(matrix);
}

Json WordSource::to_json() const {
  if (counts.empty()) return {{"vectors", vectors}, {"limit", limit}};
  Json json{{"matrix", counts}};
  json.update(association.to_json());
  return json;
}

imf::AlignedMatrix rows_in_order(const std::string& file, const imf::Vocabulary& vocabulary,
                                 const char* what) {
  const auto embeddings = imf::load_vectors(file);
  if (embeddings.size() > vocabulary.size())
    throw imf::InputError(file + ": has " + std::to_string(embeddings.size()) +
                          " vectors, the counts " + std::to_string(vocabulary.size()) + " " + what);
  imf::AlignedMatrix rows(embeddings.size(), embeddings.dimension());
  for (imf::WordId id = 0; id < rows.rows(); ++id) {
    const auto found = embeddings.vocabulary().find(vocabulary.word(id));
    if (!found)
      throw imf::InputError(file + ": has no vector of \"" + std::string(vocabulary.word(id)) +
                            "\", number " + std::to_string(id + 1) + " of the counts' " + what +
                            "; vectors of part of them must be those of the most frequent");
    std::ranges::copy(embeddings.vector(*found), rows.row_data(id));
  }
  return rows;
}

}  // namespace app
