// SPDX-License-Identifier: MIT
/// \file
/// Word vectors in the two forms of word2vec, text and binary, as most tools read and write them.
#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/tokenizer.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/corpus/word_counter.hpp>
#include <implicitmf/embeddings/embeddings.hpp>

namespace implicitmf {

/// Form of a file of word vectors. Both begin with a line "V d", the numbers of words and of values
/// in each vector.
enum class VectorFormat {
  automatic,  ///< writing: text if the name ends in .txt or .vec; reading: by the content
  text,       ///< a line for each word: the word and d decimal numbers, blanks between them
  binary,     ///< for each word: the word, a space, d little-endian floats, a newline
};

/// How load_word2vec() reads.
struct Word2vecOptions {
  VectorFormat format = VectorFormat::automatic;
  std::size_t limit = 0;  ///< read this many words from the start of the file; 0: all
};

namespace detail::word2vec {

static_assert(std::endian::native == std::endian::little && std::numeric_limits<float>::is_iec559,
              "the binary form is copied to and from memory: it needs little-endian IEEE floats");

/// Largest dimension that is believed: beyond it a "V d" line is no such line.
inline constexpr std::uint64_t max_dimension = std::uint64_t{1} << 20U;

/// Whether all values are finite. Looks at the bits, so that it vectorizes.
[[nodiscard]] inline bool all_finite(std::span<const float> values) noexcept {
  constexpr std::int32_t exponent = 0x7F80'0000;
  std::int32_t largest = 0;
  for (const float x : values)
    largest = std::max(largest, std::bit_cast<std::int32_t>(x) & exponent);
  return largest != exponent;
}

// ---- writing ------------------------------------------------------------------------------------

/// Refuses what could not be read back, before anything is written.
inline void check_writable(const AlignedMatrix& vectors, const Vocabulary& vocabulary) {
  if (vectors.rows() != vocabulary.size())
    throw InputError("word vectors: " + std::to_string(vectors.rows()) + " vectors for " +
                     std::to_string(vocabulary.size()) + " words");
  if (vectors.empty()) throw InputError("word vectors: there are none to write");
  if (vectors.cols() > max_dimension)
    throw InputError("word vectors: more than " + std::to_string(max_dimension) + " dimensions");
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view word = vocabulary.word(id);
    if (word.empty() || std::any_of(word.begin(), word.end(), is_ascii_space))
      throw InputError("word vectors: the word " + in_quotes(word) +
                       " can't be written: it is empty or holds white space");
    if (!all_finite(vectors.row(id)))
      throw InputError("word vectors: the vector of " + in_quotes(word) +
                       " has a value that is not finite");
  }
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

inline void write_text(OutputFile& file, const AlignedMatrix& vectors,
                       const Vocabulary& vocabulary) {
  constexpr std::size_t longest = 16;  // " -1.17549435e-38"
  std::vector<char> line(vectors.cols() * longest + 1);
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    char* end = line.data();
    for (const float x : vectors.row(id)) {
      *end++ = ' ';
      end = std::to_chars(end, end + longest - 1, x).ptr;
    }
    *end++ = '\n';
    file.write(vocabulary.word(id));
    file.write(line.data(), static_cast<std::size_t>(end - line.data()));
  }
}

// ---- reading ------------------------------------------------------------------------------------

/// The first line, "V d".
struct Header {
  std::uint64_t words = 0;
  std::uint64_t dimension = 0;

  /// Fewest bytes that so many words and values take after the header; no overflow, since words and
  /// dimension are below 2^32 and 2^20. The last line may lack its newline.
  [[nodiscard]] std::uint64_t least_bytes(VectorFormat format) const noexcept {
    return format == VectorFormat::binary ? words * (4 * dimension + 2)
                                          : words * (2 * dimension + 2) - 1;
  }
};

/// Reads "V d" off the front of a file.
/// \throws InputError at line 1
[[nodiscard]] inline Header read_header(BufferedReader& reader) {
  constexpr std::size_t longest = 128;
  const std::string_view start = reader.lookahead(longest);
  std::string_view line = start.substr(0, start.find('\n'));
  const std::size_t taken = std::min(line.size() + 1, start.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = without_trailing_blanks(line);
  const auto error = [&](std::string_view what) {
    return InputError::at_line(reader.file().name(), 1, what);
  };

  if (start.empty()) throw error("the file is empty");
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::size_t second = std::min(line.find_first_not_of(" \t", blank), line.size());
  const auto words = parse_number<std::uint64_t>(line.substr(0, blank));
  const auto dimension = parse_number<std::uint64_t>(line.substr(second));
  if (!words || !dimension) {
    const bool vector = std::count_if(line.begin(), line.end(), is_blank) > 1;
    throw error("expected \"WORDS DIMENSION\", not " + in_quotes(line) +
                (vector ? ": is the first line missing, as in GloVe's files?" : ""));
  }
  if (*words < 1 || *words > max_vocabulary)
    throw error("the number of words must be 1 to " + std::to_string(max_vocabulary));
  if (*dimension < 1 || *dimension > max_dimension)
    throw error("the dimension must be 1 to " + std::to_string(max_dimension));
  char consumed[longest];
  static_cast<void>(reader.read(consumed, taken));
  return {*words, *dimension};
}

/// Splits a line of the text form: the numbers are taken from the right, so that a word may hold
/// blanks, as a few words of published vectors do.
class LineParser {
 public:
  /// Parses the line to `values`; what is wrong with it, or nothing.
  [[nodiscard]] std::optional<std::string> parse(std::string_view line, std::span<float> values) {
    line = without_trailing_blanks(line);
    word_ = line.substr(0, line.find_first_of(" \t"));
    if (word_.empty()) return line.empty() ? "an empty line" : "a line without a word";
    if (parse_forward(line.substr(word_.size()), values)) return std::nullopt;
    return parse_backward(line, values);
  }
  [[nodiscard]] std::string_view word() const noexcept { return word_; }

 private:
  /// The usual line, whose word holds no blank; false if it is another.
  static bool parse_forward(std::string_view text, std::span<float> values) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    for (float& value : values) {
      if (p == end || !is_blank(*p)) return false;
      while (p != end && is_blank(*p)) ++p;
      const auto [stop, error] = std::from_chars(p, end, value);
      if (error != std::errc{} || !std::isfinite(value)) return false;
      p = stop;
    }
    return p == end;
  }

  std::optional<std::string> parse_backward(std::string_view line, std::span<float> values) {
    for (std::size_t i = values.size(); i-- > 0;) {
      const std::size_t blank = line.find_last_of(" \t");
      if (blank == line.npos)
        return std::to_string(values.size() - 1 - i) + " values where the first line says " +
               std::to_string(values.size());
      const std::string_view field = line.substr(blank + 1);
      const auto value = parse_value(field);
      if (!value) return in_quotes(field) + " is not a number";
      if (!std::isfinite(*value)) return in_quotes(field) + " is not a finite number";
      values[i] = *value;
      line = without_trailing_blanks(line.substr(0, blank));
    }
    word_ = line;
    if (word_.empty()) return "a line without a word";
    // A word may hold blanks; one that ends in a number is rather a line with a value too many.
    const std::size_t blank = line.find_last_of(" \t");
    if (blank != line.npos && parse_value(line.substr(blank + 1)))
      return "more than the " + std::to_string(values.size()) + " values that the first line says";
    return std::nullopt;
  }

  /// A number, rounded to float: numbers too small become 0 or subnormal, too large infinite.
  static std::optional<float> parse_value(std::string_view field) noexcept {
    if (const auto value = parse_number<float>(field)) return value;
    const auto wide = parse_number<double>(field);
    if (!wide) return std::nullopt;
    if (std::abs(*wide) > 1.0) return std::numeric_limits<float>::infinity();
    return static_cast<float>(*wide);
  }

  std::string_view word_;
};

/// Which form the bytes after the header are in. It is text if the first line splits as text does,
/// or if after the first word there is nothing but what numbers are written with: then the line may
/// be faulty, but no run of 16 bytes of floats looks like that.
[[nodiscard]] inline VectorFormat recognize_format(BufferedReader& reader, const Header& header) {
  constexpr std::string_view in_numbers = "0123456789+-.eE \tnaifNAIF";
  const std::string_view start = reader.lookahead(BufferedReader::most_lookahead);
  std::string_view line = start.substr(0, start.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view rest = line.substr(std::min(line.find_first_of(" \t"), line.size()));
  if (rest.size() >= 16 && rest.find_first_not_of(in_numbers) == rest.npos)
    return VectorFormat::text;
  // d values take 2 d bytes at least; so the claim is checked before room is made for them.
  if (line.size() < 2 * header.dimension) return VectorFormat::binary;
  std::vector<float> values(header.dimension);
  return LineParser().parse(line, values) ? VectorFormat::binary : VectorFormat::text;
}

/// Words and vectors as they are read. Of a file the matrix is made at once; of a pipe, whose
/// claims can't be checked, it grows as the bytes arrive.
class VectorCollector {
 public:
  VectorCollector(std::size_t words, std::size_t dimension, bool trusted)
      : words_(words), vectors_(trusted ? words : first_rows(words, dimension), dimension) {}

  [[nodiscard]] std::size_t size() const noexcept { return counter_.size(); }
  [[nodiscard]] bool complete() const noexcept { return size() == words_; }
  [[nodiscard]] std::size_t words() const noexcept { return words_; }

  /// The row of the next word, to be filled before add().
  [[nodiscard]] std::span<float> next_row() {
    if (size() == vectors_.rows()) grow();
    return vectors_.row(size());
  }
  /// Names the row; false if the word is there already.
  [[nodiscard]] bool add(std::string_view word) {
    const std::size_t row = size();
    return counter_.add(word) == row;
  }

  [[nodiscard]] Embeddings finish() {
    std::vector<WordCount> words;
    words.reserve(size());
    for (WordId id = 0; id < size(); ++id) words.push_back({counter_.word(id), 0});
    return Embeddings(std::make_shared<const Vocabulary>(words), std::move(vectors_));
  }

 private:
  /// About 1 MiB.
  static std::size_t first_rows(std::size_t words, std::size_t dimension) noexcept {
    return std::min(words, (std::size_t{1} << 18U) / dimension + 1);
  }
  void grow() {
    AlignedMatrix larger(std::min(words_, 2 * vectors_.rows()), vectors_.cols());
    for (std::size_t r = 0; r < vectors_.rows(); ++r)
      std::copy_n(vectors_.row_data(r), vectors_.stride(), larger.row_data(r));
    vectors_ = std::move(larger);
  }

  std::size_t words_;
  AlignedMatrix vectors_;
  WordCounter counter_;
};

/// \param whole  whether the file must end after the words
inline void read_text(BufferedReader& reader, VectorCollector& to, bool whole) {
  LineReader lines(reader, 1);
  LineParser parser;
  while (!to.complete()) {
    if (!lines.next())
      throw lines.error("the file ends after " + std::to_string(to.size()) + " of " +
                        std::to_string(to.words()) + " words");
    if (const auto fault = parser.parse(lines.line(), to.next_row())) throw lines.error(*fault);
    if (!to.add(parser.word()))
      throw lines.error("the word " + in_quotes(parser.word()) + " comes twice");
  }
  while (whole && lines.next())
    if (!without_trailing_blanks(lines.line()).empty())
      throw lines.error("more than the " + std::to_string(to.words()) +
                        " words that the first line says");
}

/// \param whole  whether the file must end after the words
inline void read_binary(BufferedReader& reader, VectorCollector& to, bool whole) {
  std::string word;
  const auto error_at = [&](std::uint64_t byte, std::string_view what) {
    return InputError::at_byte(reader.file().name(), byte, what);
  };
  const auto skip_newline = [&] {
    char newline{};
    if (reader.peek() == '\n') static_cast<void>(reader.read(&newline, 1));
  };
  while (!to.complete()) {
    const std::uint64_t begin = reader.position();
    const std::span<float> row = to.next_row();
    if (!reader.read_until(' ', word, std::numeric_limits<std::size_t>::max()) ||
        reader.read(row.data(), row.size_bytes()) < row.size_bytes())
      throw error_at(reader.position(), "the file ends after " + std::to_string(to.size()) +
                                            " of " + std::to_string(to.words()) + " words");
    if (word.empty()) throw error_at(begin, "a vector without a word");
    if (!all_finite(row))
      throw error_at(begin, "the vector of " + in_quotes(word) + " has a value that is not finite");
    if (!to.add(word)) throw error_at(begin, "the word " + in_quotes(word) + " comes twice");
    skip_newline();  // word2vec writes one after each vector, others none
  }
  if (whole && !reader.at_end())
    throw error_at(reader.position(), "more bytes than the " + std::to_string(to.words()) +
                                          " words that the first line says");
}

}  // namespace detail::word2vec

/// Writes word vectors, whole or not at all (see OutputFile). Text has the shortest numbers that
/// read back to the same floats, so both forms keep every value.
///
/// \param path     the file; "-" is standard output, in binary unless `format` says otherwise
/// \param vectors  one row for each word of the vocabulary
/// \throws InputError  rows and words differ in number or there are none, a value is not finite, a
///                     word is empty or holds ASCII white space; nothing is written then
/// \throws IoError     the system refuses, a full disk for one; what stood at `path` stays
inline void save_word2vec(const std::filesystem::path& path, const AlignedMatrix& vectors,
                          const Vocabulary& vocabulary,
                          VectorFormat format = VectorFormat::automatic) {
  detail::word2vec::check_writable(vectors, vocabulary);
  if (format == VectorFormat::automatic)
    format = path.extension() == ".txt" || path.extension() == ".vec" ? VectorFormat::text
                                                                      : VectorFormat::binary;
  OutputFile file(path);
  file.write(std::to_string(vectors.rows()) + " " + std::to_string(vectors.cols()) + "\n");
  if (format == VectorFormat::text)
    detail::word2vec::write_text(file, vectors, vocabulary);
  else
    detail::word2vec::write_binary(file, vectors, vocabulary);
  file.commit();
}

/// Reads word vectors in either form of word2vec, fastText's .vec among them. Words are bytes, in
/// the file's order, with counts of 0: the format has none.
///
/// The claims of the first line are checked against the file's size before anything is allocated;
/// a pipe's are believed no further than its bytes arrive. Text may have Windows line ends, more
/// than one blank between values, blanks inside a word, and empty lines at its end; binary may lack
/// the newlines between vectors.
///
/// \param path  the file; "-" is standard input
/// \par Memory  4 · V · d bytes, and up to three times that from a pipe.
/// \throws IoError     the file can't be read
/// \throws InputError  it is not in the form, ends too early or too late, has a value that is not
///                     finite or a word twice; the message names the line (text) or byte (binary)
[[nodiscard]] inline Embeddings load_word2vec(const std::filesystem::path& path,
                                              const Word2vecOptions& options = {}) {
  BufferedReader reader(path);
  const auto header = detail::word2vec::read_header(reader);
  const VectorFormat format = options.format == VectorFormat::automatic
                                  ? detail::word2vec::recognize_format(reader, header)
                                  : options.format;
  if (!reader.may_have(header.least_bytes(format)))
    throw InputError::at_line(reader.file().name(), 1,
                              "the file is too short for " + std::to_string(header.words) +
                                  " words of dimension " + std::to_string(header.dimension));
  const bool whole = options.limit == 0 || options.limit >= header.words;
  detail::word2vec::VectorCollector vectors(whole ? header.words : options.limit, header.dimension,
                                            reader.file().is_regular());
  if (format == VectorFormat::text)
    detail::word2vec::read_text(reader, vectors, whole);
  else
    detail::word2vec::read_binary(reader, vectors, whole);
  return vectors.finish();
}

}  // namespace implicitmf
