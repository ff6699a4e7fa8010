// SPDX-License-Identifier: MIT
/// \file
/// Word vectors as the two tables that TensorBoard's embedding projector loads.
#pragma once

#include <cstddef>
#include <filesystem>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/io/text_vectors.hpp>
#include <implicitmf/io/vector_format.hpp>
#include <implicitmf/io/vocabulary_file.hpp>

namespace implicitmf {

/// The table of words that belongs to a table of vectors: its name with `.metadata.tsv` for `.tsv`.
[[nodiscard]] inline std::filesystem::path metadata_beside(std::filesystem::path vectors) {
  return vectors.replace_extension(".metadata.tsv");
}

/// Writes vectors as a table, a row a line, tabs between the values and no heading, and their
/// words, one a line, to metadata_beside(path). Each file is written whole or not at all (see
/// OutputFile). The projector shows some ten thousand words well, so give it the first of them.
///
/// \param path     the table of vectors, not standard output
/// \param vectors  one row for each word of the vocabulary
/// \throws InputError  as save_word2vec()
/// \throws IoError     the system refuses
/// \throws ConfigError the path is "-"
inline void save_projector(const std::filesystem::path& path, const AlignedMatrix& vectors,
                           const Vocabulary& vocabulary) {
  if (path == "-")
    throw ConfigError("format", "the words of a table go to a file beside it: name a file");
  detail::check_writable(vectors, vocabulary);
  OutputFile metadata(metadata_beside(path));
  OutputFile table(path);
  detail::write_words(metadata, vocabulary);
  detail::NumberWriter numbers(vectors.cols());
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    table.write(numbers(vectors.row(r), '\t').substr(1));
    table.write("\n");
  }
  metadata.flush_to_disk();
  table.flush_to_disk();
  metadata.commit();
  table.commit();
}

}  // namespace implicitmf
