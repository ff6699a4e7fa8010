// SPDX-License-Identifier: MIT
/// \file
/// Word vectors in any of the formats: which one is found out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file_bytes.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/glove_format.hpp>
#include <implicitmf/io/npy_format.hpp>
#include <implicitmf/io/projector_format.hpp>
#include <implicitmf/io/text_vectors.hpp>
#include <implicitmf/io/vector_format.hpp>
#include <implicitmf/io/word2vec_format.hpp>

namespace implicitmf {

namespace detail {

/// The format of a file by how it begins: an array has its mark, word2vec's forms a line of two
/// integers (`automatic`: which of the two its reader finds out), GloVe's a word with numbers. What
/// is none of them is left to word2vec's reader, which says what it misses.
[[nodiscard]] inline VectorFormat recognize_format(FileBytes& file) {
  constexpr std::size_t shown = 4096;
  std::string_view start = file.head(shown);
  if (start.starts_with(npy::magic)) return VectorFormat::npy;
  if (start.starts_with("IMFCOUNT"))
    throw InputError(file.name() + ": a file of counts, where one of vectors is wanted");
  std::string_view line = take_line(start);
  if (line.size() == shown) line = line.substr(0, line.find_last_of(" \t"));  // a number is cut
  if (word2vec::two_numbers(line)) return VectorFormat::automatic;
  // A table of numbers and tabs is no vectors of words that are numbers: GloVe writes spaces.
  const std::size_t tab = line.find('\t');
  if (tab != line.npos && parse_value(line.substr(0, tab))) return VectorFormat::projector;
  return glove::count_values(line) > 0 ? VectorFormat::glove : VectorFormat::automatic;
}

}  // namespace detail

/// The format that save_vectors() writes by the name of the file: text for `.txt` and `.vec`, npy
/// for `.npy`, projector for `.tsv`, else binary.
[[nodiscard]] inline VectorFormat format_of_name(const std::filesystem::path& path) {
  const auto extension = path.extension();
  if (extension == ".txt" || extension == ".vec") return VectorFormat::text;
  if (extension == ".npy") return VectorFormat::npy;
  if (extension == ".tsv") return VectorFormat::projector;
  return VectorFormat::binary;
}

/// Writes word vectors in a format, or in that of the file's name: see save_word2vec(),
/// save_glove(), save_npy() and save_projector(), which also say what is thrown.
///
/// \param path     the file; "-" is standard output
/// \param vectors  one row for each word of the vocabulary
inline void save_vectors(const std::filesystem::path& path, const AlignedMatrix& vectors,
                         const Vocabulary& vocabulary,
                         VectorFormat format = VectorFormat::automatic) {
  if (format == VectorFormat::automatic) format = format_of_name(path);
  if (format == VectorFormat::glove)
    save_glove(path, vectors, vocabulary);
  else if (format == VectorFormat::npy)
    save_npy(path, vectors, vocabulary);
  else if (format == VectorFormat::projector)
    save_projector(path, vectors, vocabulary);
  else
    save_word2vec(path, vectors, vocabulary, format);
}

/// Reads word vectors in a format, or in the one that the content shows, whatever the file's name:
/// see load_word2vec(), load_glove() and load_npy(), which also say what is thrown.
///
/// A GloVe file of one dimension whose first word and value are both integers looks like word2vec's
/// and must be named.
///
/// \param path  the file; "-" is standard input, which is read to its end first
[[nodiscard]] inline Embeddings load_vectors(const std::filesystem::path& path,
                                             VectorReadOptions options = {}) {
  FileBytes file(path);
  if (options.format == VectorFormat::automatic) options.format = detail::recognize_format(file);
  if (options.format == VectorFormat::projector)
    throw InputError(file.name() + ": a table of vectors without words can't be read");
  if (options.format == VectorFormat::npy) return detail::npy::read(file, path, options);
  if (options.format == VectorFormat::glove) return detail::glove::read(file, options);
  return detail::word2vec::read(file, options);
}

}  // namespace implicitmf
