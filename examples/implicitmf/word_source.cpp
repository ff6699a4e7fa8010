// SPDX-License-Identifier: MIT
// Options for the words that are compared.
#include "word_source.hpp"

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

}  // namespace app
