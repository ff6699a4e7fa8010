// SPDX-License-Identifier: MIT
/// \file
/// Word vectors as GloVe writes them: text without a first line that tells sizes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/file_bytes.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/text_vectors.hpp>
#include <implicitmf/io/vector_format.hpp>

namespace implicitmf {

namespace detail::glove {

/// Numbers at the end of a line that follow something: 0 if it is no word with a vector.
[[nodiscard]] inline std::size_t count_values(std::string_view line) noexcept {
  std::size_t values = 0;
  line = without_trailing_blanks(line);
  for (std::size_t blank; (blank = line.find_last_of(" \t")) != line.npos; ++values) {
    if (!parse_value(line.substr(blank + 1))) break;
    line = without_trailing_blanks(line.substr(0, blank));
    if (line.empty()) break;
  }
  return values;
}

/// Reads from the bytes of a file.
[[nodiscard]] inline Embeddings read(FileBytes& file, const VectorReadOptions& options) {
  const std::string_view text = file.all();
  const auto error = [&](std::string_view what) {
    return InputError::at_line(file.name(), 1, what);
  };
  if (text.empty()) throw error("the file is empty");
  std::string_view rest = text;
  const std::string_view line = take_line(rest);
  const std::size_t dimension = count_values(line);
  if (dimension == 0) throw error("expected a word and its vector, not " + in_quotes(line));
  if (dimension > max_dimension)
    throw error("more than " + std::to_string(max_dimension) + " values");
  return read_text_vectors(file.name(), text, {.dimension = dimension}, options);
}

}  // namespace detail::glove

/// Writes word vectors as GloVe's text, whole or not at all (see OutputFile): word2vec's text
/// without its first line. Numbers are the shortest that read back to the same floats.
///
/// \param path     the file; "-" is standard output
/// \param vectors  one row for each word of the vocabulary
/// \throws InputError  as save_word2vec()
/// \throws IoError     the system refuses; what stood at `path` stays
inline void save_glove(const std::filesystem::path& path, const AlignedMatrix& vectors,
                       const Vocabulary& vocabulary) {
  detail::check_writable(vectors, vocabulary);
  OutputFile file(path);
  detail::write_text_vectors(file, vectors, vocabulary);
  file.commit();
}

/// Reads GloVe's text, with counts of 0. The numbers at the end of the first line tell the
/// dimension; all else is as load_word2vec() says of text.
///
/// \param path     the file; "-" is standard input, which is read to its end first
/// \param options  `limit` and `threads` count
/// \throws IoError     the file can't be read
/// \throws InputError  a line is no word with a vector of the same dimension, has a value that is
///                     not finite, or a word comes twice; the message names the line
[[nodiscard]] inline Embeddings load_glove(const std::filesystem::path& path,
                                           const VectorReadOptions& options = {}) {
  FileBytes file(path);
  return detail::glove::read(file, options);
}

}  // namespace implicitmf
