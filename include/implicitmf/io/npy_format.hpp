// SPDX-License-Identifier: MIT
/// \file
/// Word vectors as an array of NumPy (.npy), and their words in a text file beside it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
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
#include <implicitmf/io/vector_format.hpp>
#include <implicitmf/io/vocabulary_file.hpp>

namespace implicitmf {

/// The file of words that belongs to an array: its name with `.vocab` for `.npy`.
[[nodiscard]] inline std::filesystem::path words_beside(std::filesystem::path array) {
  return array.replace_extension(".vocab");
}

namespace detail::npy {

inline constexpr std::string_view magic = "\x93NUMPY";

/// What the header of an array tells.
struct Header {
  std::size_t value_bytes = 4;  ///< 4: float, 8: double
  bool by_columns = false;      ///< Fortran's order
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t size = 0;  ///< bytes before the values
};

/// Reads the header, a dictionary of three entries as Python writes it:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(std::string name, std::string_view text, std::size_t offset)
      : name_(std::move(name)), text_(text), at_(0), offset_(offset) {}

  /// \throws InputError at the byte where it is none, or not one of vectors
  [[nodiscard]] Header parse() {
    Header header;
    expect("{");
    for (int entry = 0; entry < 3; ++entry) {
      if (entry > 0) expect(",");
      const std::string_view key = quoted();
      expect(":");
      if (key == "descr")
        header.value_bytes = value_bytes();
      else if (key == "fortran_order")
        header.by_columns = truth();
      else if (key == "shape")
        read_shape(header);
      else
        throw error("an unknown entry " + in_quotes(key));
    }
    static_cast<void>(taken(","));
    expect("}");
    skip_space();
    if (at_ < text_.size()) throw error("more than a header");
    if (header.rows == 0) throw error("no shape");
    return header;
  }

 private:
  [[nodiscard]] InputError error(const std::string& what) const {
    return InputError::at_byte(name_, offset_ + at_, "in the header of the array: " + what);
  }
  void skip_space() noexcept {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n')) ++at_;
  }
  [[nodiscard]] bool taken(std::string_view token) noexcept {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!taken(token)) throw error("expected " + in_quotes(token));
  }
  std::string_view quoted() {
    expect("'");
    const std::size_t end = text_.find('\'', at_);
    if (end == text_.npos) throw error("a text without an end");
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }
  std::size_t value_bytes() {
    const std::string_view type = quoted();
    if (type == "<f4") return sizeof(float);
    if (type == "<f8") return sizeof(double);
    throw error("values of type " + in_quotes(type) +
                ", where only \"<f4\" and \"<f8\" are read: use astype('<f4')");
  }
  bool truth() {
    if (taken("True")) return true;
    expect("False");
    return false;
  }
  std::uint64_t number() {
    skip_space();
    std::uint64_t value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, fault] = std::from_chars(text_.data() + at_, end, value);
    if (fault != std::errc{}) throw error("expected a size");
    at_ = static_cast<std::size_t>(stop - text_.data());
    return value;
  }
  void read_shape(Header& header) {
    expect("(");
    const std::uint64_t rows = number();
    expect(",");
    if (taken(")")) throw error("one dimension, where vectors are rows of a matrix");
    const std::uint64_t cols = number();
    static_cast<void>(taken(","));
    if (!taken(")")) throw error("more than two dimensions");
    if (rows < 1 || rows > max_vocabulary)
      throw error("the number of rows must be 1 to " + std::to_string(max_vocabulary));
    if (cols < 1 || cols > max_dimension)
      throw error("the number of columns must be 1 to " + std::to_string(max_dimension));
    header.rows = rows;
    header.cols = cols;
  }

  std::string name_;
  std::string_view text_;
  std::size_t at_;
  std::size_t offset_;
};

/// The number of so many bytes, the lowest first.
[[nodiscard]] inline std::size_t little_endian(std::string_view bytes) noexcept {
  std::size_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

/// \param bytes  of the whole file, which begins with `magic`
/// \throws InputError at the byte where the header is none, or if the file's length is not what it
///                    says
[[nodiscard]] inline Header read_header(const std::string& name, std::string_view bytes) {
  constexpr std::size_t version_at = 6;
  constexpr std::size_t length_at = 8;
  if (bytes.size() < 12) throw InputError::at_byte(name, bytes.size(), "the array has no header");
  const auto version = static_cast<unsigned char>(bytes[version_at]);
  if (version < 1 || version > 3)
    throw InputError::at_byte(
        name, version_at,
        "version " + std::to_string(version) + " of the format, where 1 to 3 are read");
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t begin = length_at + length_bytes;
  const std::size_t length = little_endian(bytes.substr(length_at, length_bytes));
  if (bytes.size() - begin < length)
    throw InputError::at_byte(name, length_at, "the file ends in the header of the array");
  Header header = HeaderParser(name, bytes.substr(begin, length), begin).parse();
  header.size = begin + length;
  const std::uint64_t values = std::uint64_t{header.rows} * header.cols * header.value_bytes;
  if (bytes.size() - header.size != values)
    throw InputError::at_byte(name, header.size,
                              std::to_string(bytes.size() - header.size) +
                                  " bytes of values where an array of " +
                                  std::to_string(header.rows) + " x " +
                                  std::to_string(header.cols) + " takes " + std::to_string(values));
  return header;
}

/// Copies row r of an array, its values rounded to float.
template <class Value>
void copy_row(const char* values, const Header& header, std::size_t r, std::span<float> to) {
  if (!header.by_columns && std::is_same_v<Value, float>) {
    std::memcpy(to.data(), values + r * to.size_bytes(), to.size_bytes());
    return;
  }
  const std::size_t first = header.by_columns ? r : r * header.cols;
  const std::size_t step = header.by_columns ? header.rows : 1;
  for (std::size_t c = 0; c < to.size(); ++c) {
    Value value;  // the values begin at any byte
    std::memcpy(&value, values + (first + c * step) * sizeof(Value), sizeof(Value));
    to[c] = static_cast<float>(value);
  }
}

/// The file of words of an array.
[[nodiscard]] inline std::filesystem::path words_of(const std::filesystem::path& array,
                                                    const VectorReadOptions& options) {
  if (!options.words_file.empty()) return options.words_file;
  if (array == "-") throw ConfigError("words_file", "name the words of standard input's array");
  return words_beside(array);
}

/// The words of an array: those of its file, the first `limit` of them.
[[nodiscard]] inline std::shared_ptr<const Vocabulary> read_words(const std::filesystem::path& path,
                                                                  const std::string& array,
                                                                  const Header& header,
                                                                  std::size_t limit) {
  Vocabulary words = load_words(path);
  if (words.size() != header.rows)
    throw InputError(path.string() + ": " + std::to_string(words.size()) + " words for the " +
                     std::to_string(header.rows) + " vectors of " + array);
  if (limit < words.size()) {
    std::vector<WordCount> first;
    for (WordId id = 0; id < limit; ++id) first.push_back({words.word(id), words.count(id)});
    words = Vocabulary(first);
  }
  return std::make_shared<const Vocabulary>(std::move(words));
}

/// Reads the array from the bytes of a file, and its words.
/// \param path  of the file; the words are beside it unless the options name them
[[nodiscard]] inline Embeddings read(FileBytes& file, const std::filesystem::path& path,
                                     const VectorReadOptions& options) {
  const std::string_view bytes = file.all();
  if (!bytes.starts_with(magic))
    throw InputError::at_byte(file.name(), 0, "this is no array of NumPy");
  const Header header = read_header(file.name(), bytes);
  const std::size_t rows = options.limit == 0 ? header.rows : std::min(header.rows, options.limit);
  auto words = read_words(words_of(path, options), file.name(), header, rows);
  auto vectors = AlignedMatrix::unfilled(rows, header.cols);
  ThreadTeam team(options.threads);
  const std::size_t faulty = fill_rows(vectors, team, [&](std::size_t r) {
    const char* const values = bytes.data() + header.size;
    if (header.value_bytes == sizeof(float))
      copy_row<float>(values, header, r, vectors.row(r));
    else
      copy_row<double>(values, header, r, vectors.row(r));
  });
  if (faulty < rows)
    throw InputError(file.name() + ": row " + std::to_string(faulty) + ", the vector of " +
                     in_quotes(words->word(static_cast<WordId>(faulty))) +
                     ", has a value that is not finite in 32 bits");
  return Embeddings(std::move(words), std::move(vectors));
}

/// The header of an array of floats by rows: 128 bytes, as NumPy writes it.
[[nodiscard]] inline std::string header_of(const AlignedMatrix& vectors) {
  constexpr std::size_t size = 128;  // the values begin at a multiple of 64
  std::string header(magic);
  header.append("\x01\x00\x76\x00", 4);  // version 1.0, 118 bytes
  header.append("{'descr': '<f4', 'fortran_order': False, 'shape': (");
  header.append(std::to_string(vectors.rows()) + ", " + std::to_string(vectors.cols()) + "), }");
  header.resize(size - 1, ' ');
  return header.append("\n");
}

}  // namespace detail::npy

/// Writes vectors as an array of NumPy (format 1.0, float32, by rows), which numpy.load() reads or
/// maps, and their words, one a line, to words_beside(path). Each file is written whole or not at
/// all (see OutputFile).
///
/// \param path     the array's file, not standard output
/// \param vectors  one row for each word of the vocabulary
/// \throws InputError  as save_word2vec()
/// \throws IoError     the system refuses
/// \throws ConfigError the path is "-" or ends in .vocab
inline void save_npy(const std::filesystem::path& path, const AlignedMatrix& vectors,
                     const Vocabulary& vocabulary) {
  if (path == "-" || path == words_beside(path))
    throw ConfigError("format",
                      "the words of an array go to a .vocab file beside it: name it .npy");
  detail::check_writable(vectors, vocabulary);
  OutputFile words(words_beside(path));
  OutputFile array(path);
  detail::write_words(words, vocabulary);
  array.write(detail::npy::header_of(vectors));
  for (std::size_t r = 0; r < vectors.rows(); ++r)
    array.write(vectors.row_data(r), vectors.cols() * sizeof(float));
  words.flush_to_disk();
  array.flush_to_disk();
  words.commit();
  array.commit();
}

/// Reads an array of NumPy whose rows are vectors, and the words of the rows. The array is of
/// little-endian float32 or float64 (rounded to float32), in C's or Fortran's order, of format 1.0,
/// 2.0 or 3.0. The words are those of load_words().
///
/// \param path     the array's file; "-" is standard input, which is read to its end first
/// \param options  `words_file` names the file of words, else it is words_beside(path)
/// \throws IoError     a file can't be read
/// \throws InputError  the file is no such array, or longer or shorter than its header says; there
///                     are more or fewer words than rows; a value is not finite; the message names
///                     the byte or the row
/// \throws ConfigError the array comes from standard input and its words are not named
[[nodiscard]] inline Embeddings load_npy(const std::filesystem::path& path,
                                         const VectorReadOptions& options = {}) {
  FileBytes file(path);
  return detail::npy::read(file, path, options);
}

}  // namespace implicitmf
