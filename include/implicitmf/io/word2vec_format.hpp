// SPDX-License-Identifier: MIT
/// \file
/// Word vectors in the two forms of word2vec, text and binary, as most tools read and write them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/file_bytes.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/text_vectors.hpp>
#include <implicitmf/io/vector_format.hpp>

namespace implicitmf {

namespace detail::word2vec {

inline void check_format(VectorFormat format) {
  if (format != VectorFormat::automatic && format != VectorFormat::text &&
      format != VectorFormat::binary)
    throw ConfigError("format", "word2vec's forms are text and binary");
}

inline void write_binary(OutputFile& file, const AlignedMatrix& vectors,
                         const Vocabulary& vocabulary) {
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    file.write(vocabulary.word(id));
    file.write(" ");
    file.write(vectors.row_data(id), vectors.cols() * sizeof(float));
    file.write("\n");
  }
}

/// The first line, "V d".
struct Header {
  std::size_t words = 0;
  std::size_t dimension = 0;
  std::size_t size = 0;  ///< bytes of the line and its end

  /// Fewest bytes that so many words and values take after the header; no overflow, since words and
  /// dimension are below 2^32 and 2^20. The last line may lack its newline.
  [[nodiscard]] std::uint64_t least_bytes(VectorFormat format) const noexcept {
    return format == VectorFormat::binary ? words * (4 * dimension + 2)
                                          : words * (2 * dimension + 2) - 1;
  }
};

/// Bytes of the longest first line that is looked at.
inline constexpr std::size_t longest_header = 128;

/// The two numbers of a line "V d", if it is one.
[[nodiscard]] inline std::optional<std::pair<std::uint64_t, std::uint64_t>> two_numbers(
    std::string_view line) noexcept {
  line = without_trailing_blanks(line);
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::size_t second = std::min(line.find_first_not_of(" \t", blank), line.size());
  const auto words = parse_number<std::uint64_t>(line.substr(0, blank));
  const auto dimension = parse_number<std::uint64_t>(line.substr(second));
  if (!words || !dimension) return std::nullopt;
  return std::pair{*words, *dimension};
}

/// Reads "V d" off the front of a file.
/// \throws InputError at line 1
[[nodiscard]] inline Header read_header(const std::string& name, std::string_view start) {
  start = start.substr(0, longest_header);
  std::string_view rest = start;
  const std::string_view line = take_line(rest);
  const auto error = [&](std::string_view what) { return InputError::at_line(name, 1, what); };

  if (start.empty()) throw error("the file is empty");
  const auto numbers = two_numbers(line);
  if (!numbers) {
    const bool vector = std::count_if(line.begin(), line.end(), is_blank) > 1;
    throw error("expected \"WORDS DIMENSION\", not " + in_quotes(line) +
                (vector ? ": is the first line missing, as in GloVe's files?" : ""));
  }
  const auto [words, dimension] = *numbers;
  if (words < 1 || words > max_vocabulary)
    throw error("the number of words must be 1 to " + std::to_string(max_vocabulary));
  if (dimension < 1 || dimension > max_dimension)
    throw error("the dimension must be 1 to " + std::to_string(max_dimension));
  return {words, dimension, start.size() - rest.size()};
}

/// Which form the bytes after the header are in. It is text if the first line splits as text does,
/// or if after the first word there is nothing but what numbers are written with: then the line may
/// be faulty, but no run of 16 bytes of floats looks like that.
[[nodiscard]] inline VectorFormat recognize_form(std::string_view body, const Header& header) {
  constexpr std::string_view in_numbers = "0123456789+-.eE \tnaifNAIF";
  const std::string_view line = take_line(body);
  const std::string_view rest = line.substr(std::min(line.find_first_of(" \t"), line.size()));
  if (rest.size() >= 16 && rest.find_first_not_of(in_numbers) == rest.npos)
    return VectorFormat::text;
  // d values take 2 d bytes at least; so the claim is checked before room is made for them.
  if (line.size() < 2 * header.dimension) return VectorFormat::binary;
  std::vector<float> values(header.dimension);
  return LineParser().parse(line, values) ? VectorFormat::binary : VectorFormat::text;
}

/// Finds the words of the binary form; the vector of each follows a space behind it.
/// \param name  of the file, for messages
[[nodiscard]] inline std::vector<std::string_view> find_words(const std::string& name,
                                                              std::string_view bytes,
                                                              const Header& header,
                                                              std::size_t rows) {
  const std::size_t row_bytes = header.dimension * sizeof(float);
  std::vector<std::string_view> words;
  words.reserve(rows);
  std::size_t at = header.size;
  while (words.size() < rows) {
    const std::size_t space = bytes.find(' ', at);
    if (space == bytes.npos || bytes.size() - space - 1 < row_bytes)
      throw InputError::at_byte(name, bytes.size(),
                                "the file ends after " + std::to_string(words.size()) + " of " +
                                    std::to_string(rows) + " words");
    if (space == at) throw InputError::at_byte(name, at, "a vector without a word");
    words.push_back(bytes.substr(at, space - at));
    at = space + 1 + row_bytes;
    // word2vec writes a newline after each vector, others none.
    if (at < bytes.size() && bytes[at] == '\n') ++at;
  }
  if (rows == header.words && at < bytes.size())
    throw InputError::at_byte(
        name, at,
        "more bytes than the " + std::to_string(rows) + " words that the first line says");
  return words;
}

[[nodiscard]] inline Embeddings read_binary(const std::string& name, std::string_view bytes,
                                            const Header& header,
                                            const VectorReadOptions& options) {
  const std::size_t rows =
      options.limit == 0 ? header.words : std::min(header.words, options.limit);
  const auto words = find_words(name, bytes, header, rows);
  const auto error_at = [&](std::size_t row, std::string_view what) {
    return InputError::at_byte(name, static_cast<std::size_t>(words[row].data() - bytes.data()),
                               what);
  };
  auto vectors = AlignedMatrix::unfilled(rows, header.dimension);
  ThreadTeam team(options.threads);
  auto vocabulary = std::async(team.size() > 1 ? std::launch::async : std::launch::deferred,
                               [&] { return make_vocabulary(words, error_at); });
  const std::size_t faulty = fill_rows(vectors, team, [&](std::size_t r) {
    std::memcpy(vectors.row_data(r), words[r].data() + words[r].size() + 1,
                header.dimension * sizeof(float));
  });
  if (faulty < rows)
    throw error_at(faulty,
                   "the vector of " + in_quotes(words[faulty]) + " has a value that is not finite");
  return Embeddings(vocabulary.get(), std::move(vectors));
}

/// Reads either form from the bytes of a file.
[[nodiscard]] inline Embeddings read(FileBytes& file, const VectorReadOptions& options) {
  const std::string name = file.name();
  const Header header = read_header(name, file.head(longest_header));
  const std::string_view bytes = file.all();
  const std::string_view body = bytes.substr(header.size);
  const VectorFormat form =
      options.format == VectorFormat::automatic ? recognize_form(body, header) : options.format;
  if (body.size() < header.least_bytes(form))
    throw InputError::at_line(name, 1,
                              "the file is too short for " + std::to_string(header.words) +
                                  " words of dimension " + std::to_string(header.dimension));
  if (form == VectorFormat::binary) return read_binary(name, bytes, header, options);
  const TextShape shape{.dimension = header.dimension, .words = header.words, .first_line = 2};
  return read_text_vectors(name, body, shape, options);
}

}  // namespace detail::word2vec

/// Writes word vectors, whole or not at all (see OutputFile). Text has the shortest numbers that
/// read back to the same floats, so both forms keep every value.
///
/// \param path     the file; "-" is standard output, in binary unless `format` says otherwise
/// \param vectors  one row for each word of the vocabulary
/// \param format   text, binary, or automatic: text if the name ends in .txt or .vec
/// \throws InputError  rows and words differ in number or there are none, a value is not finite, a
///                     word is empty or holds ASCII white space; nothing is written then
/// \throws IoError     the system refuses, a full disk for one; what stood at `path` stays
/// \throws ConfigError another format
inline void save_word2vec(const std::filesystem::path& path, const AlignedMatrix& vectors,
                          const Vocabulary& vocabulary,
                          VectorFormat format = VectorFormat::automatic) {
  detail::word2vec::check_format(format);
  detail::check_writable(vectors, vocabulary);
  if (format == VectorFormat::automatic)
    format = path.extension() == ".txt" || path.extension() == ".vec" ? VectorFormat::text
                                                                      : VectorFormat::binary;
  OutputFile file(path);
  file.write(std::to_string(vectors.rows()) + " " + std::to_string(vectors.cols()) + "\n");
  if (format == VectorFormat::text)
    detail::write_text_vectors(file, vectors, vocabulary);
  else
    detail::word2vec::write_binary(file, vectors, vocabulary);
  file.commit();
}

/// Reads word vectors in either form of word2vec, fastText's .vec among them. Words are bytes, in
/// the file's order, with counts of 0: the format has none.
///
/// The claims of the first line are checked against the file's size before anything is allocated.
/// Text may have Windows line ends, more than one blank between values, blanks inside a word, and
/// empty lines at its end; binary may lack the newlines between vectors.
///
/// \param path     the file; "-" is standard input, which is read to its end first
/// \param options  its format is text, binary, or automatic: by the content
/// \par Memory  4 · V · d bytes, d rounded up to 16, and 50 bytes a word; see FileBytes for pipes.
/// \throws IoError     the file can't be read
/// \throws InputError  it is not in the form, ends too early or too late, has a value that is not
///                     finite or a word twice; the message names the line (text) or byte (binary)
/// \throws ConfigError another format
[[nodiscard]] inline Embeddings load_word2vec(const std::filesystem::path& path,
                                              const VectorReadOptions& options = {}) {
  detail::word2vec::check_format(options.format);
  FileBytes file(path);
  return detail::word2vec::read(file, options);
}

}  // namespace implicitmf
