// SPDX-License-Identifier: MIT
/// \file
/// Lines of a word and its vector in decimal: what the text of word2vec, GloVe and fastText shares.
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
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
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/vector_format.hpp>

namespace implicitmf::detail {

// ---- writing ------------------------------------------------------------------------------------

/// Writes a vector as decimal numbers, the shortest that read back to the same floats.
class NumberWriter {
 public:
  explicit NumberWriter(std::size_t dimension) : line_(dimension * longest) {}

  /// The numbers with `blank` before each.
  [[nodiscard]] std::string_view operator()(std::span<const float> values, char blank) {
    char* end = line_.data();
    for (const float x : values) {
      *end++ = blank;
      end = std::to_chars(end, end + longest - 1, x).ptr;
    }
    return {line_.data(), static_cast<std::size_t>(end - line_.data())};
  }

 private:
  static constexpr std::size_t longest = 16;  // " -1.17549435e-38"
  std::vector<char> line_;
};

/// A line for each word: the word, then its numbers.
inline void write_text_vectors(OutputFile& file, const AlignedMatrix& vectors,
                               const Vocabulary& vocabulary) {
  NumberWriter numbers(vectors.cols());
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    file.write(vocabulary.word(id));
    file.write(numbers(vectors.row(id), ' '));
    file.write("\n");
  }
}

// ---- a line -------------------------------------------------------------------------------------

/// A number, rounded to float: numbers too small become 0 or subnormal, too large infinite.
[[nodiscard]] inline std::optional<float> parse_value(std::string_view field) noexcept {
  if (const auto value = parse_number<float>(field)) return value;
  double wide = 0.0;
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, wide);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Which end of the range it is beyond the spelling alone tells.
    const bool negative = field.front() == '-';
    const std::size_t exponent = field.find_first_of("eE");
    const bool small = exponent == field.npos ? field.substr(negative ? 1 : 0, 2) == "0."
                                              : field.substr(exponent + 1, 1) == "-";
    wide = small ? 0.0 : std::numeric_limits<double>::infinity();
    if (negative) wide = -wide;
  }
  if (std::abs(wide) > 1.0) return std::numeric_limits<float>::infinity();
  return static_cast<float>(wide);
}

/// Splits a line: the numbers are taken from the right, so that a word may hold blanks, as a few
/// words of published vectors do.
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

  std::string_view word_;
};

// ---- many lines ---------------------------------------------------------------------------------

/// The first line, without its end (of Windows too); `text` goes on behind it.
[[nodiscard]] inline std::string_view take_line(std::string_view& text) noexcept {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The first `limit` lines, or all if there are fewer.
[[nodiscard]] inline std::string_view first_lines(std::string_view text,
                                                  std::size_t limit) noexcept {
  std::size_t end = 0;
  while (limit-- > 0 && end < text.size())
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

/// What is known of the lines before they are read.
struct TextShape {
  std::size_t dimension = 0;
  std::uint64_t words = 0;       ///< what the file says; 0: as many as there are lines
  std::uint64_t first_line = 1;  ///< number of the first line in the file
};

/// A text cut at line ends into pieces of about 1 MiB, so that the work is cut by the text alone.
class LinePieces {
 public:
  LinePieces(std::string_view text, ThreadTeam& team) {
    constexpr std::size_t size = std::size_t{1} << 20U;
    while (!text.empty()) {
      const std::size_t from = std::min(size, text.size()) - 1;
      const std::size_t end = std::min(text.find('\n', from), text.size() - 1) + 1;
      pieces_.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    first_.resize(pieces_.size() + 1);
    team.for_each(pieces_.size(), [&](std::size_t i) {
      const std::string_view piece = pieces_[i];
      const auto ends = std::count(piece.begin(), piece.end(), '\n');
      first_[i + 1] = static_cast<std::size_t>(ends) + (piece.back() == '\n' ? 0 : 1);
    });
    for (std::size_t i = 0; i < pieces_.size(); ++i) first_[i + 1] += first_[i];
  }

  [[nodiscard]] std::size_t size() const noexcept { return pieces_.size(); }
  [[nodiscard]] std::size_t lines() const noexcept { return first_.back(); }
  /// Calls visit(number, line) for the lines of piece i, numbered from 0 in the whole text, until
  /// it returns false.
  template <class Visit>
  void for_each_line(std::size_t i, Visit&& visit) const {
    std::string_view text = pieces_[i];
    for (std::size_t number = first_[i]; number < first_[i + 1]; ++number)
      if (!visit(number, take_line(text))) return;
  }

 private:
  std::vector<std::string_view> pieces_;
  std::vector<std::size_t> first_;
};

/// What is wrong with a line, lines counted from 0.
struct LineFault {
  std::size_t line = 0;
  std::string what;
};

/// Parses the lines to words and rows, as many as there are rows.
/// \return the fault of the first faulty line, on any number of threads
[[nodiscard]] inline std::optional<LineFault> parse_lines(const LinePieces& pieces,
                                                          std::vector<std::string_view>& words,
                                                          AlignedMatrix& vectors,
                                                          ThreadTeam& team) {
  std::vector<LineFault> faults(pieces.size());
  std::atomic<std::size_t> first_faulty{pieces.size()};
  team.for_each(pieces.size(), [&](std::size_t i) {
    if (i > first_faulty) return;
    LineParser parser;
    pieces.for_each_line(i, [&](std::size_t number, std::string_view line) {
      if (number >= vectors.rows()) return false;
      vectors.clear_padding(number);
      if (auto what = parser.parse(line, vectors.row(number))) {
        faults[i] = {number, std::move(*what)};
        lower_to(first_faulty, i);
        return false;
      }
      words[number] = parser.word();
      return true;
    });
  });
  if (first_faulty == pieces.size()) return std::nullopt;
  return faults[first_faulty];
}

/// A line that is too short for its values, to be looked for where the text is too short for all.
[[nodiscard]] inline LineFault find_short_line(const LinePieces& pieces, std::size_t dimension) {
  LineFault fault;
  std::vector<float> values(dimension);
  for (std::size_t i = 0; i < pieces.size() && fault.what.empty(); ++i)
    pieces.for_each_line(i, [&](std::size_t number, std::string_view line) {
      if (line.size() <= 2 * dimension)
        fault = {number, LineParser().parse(line, values).value_or("")};
      return fault.what.empty();
    });
  return fault;
}

/// Reads lines of words and vectors, several pieces at a time.
/// \param name  of the file, for messages
/// \param text  the lines; empty ones and blanks at its end do not count
/// \throws InputError  a line is not what it should be, a word comes twice, or there are too few
///                     lines or too many
[[nodiscard]] inline Embeddings read_text_vectors(const std::string& name, std::string_view text,
                                                  const TextShape& shape,
                                                  const VectorReadOptions& options) {
  const auto error_at = [&](std::size_t line, std::string_view what) {
    return InputError::at_line(name, shape.first_line + line, what);
  };
  const bool known = shape.words != 0;
  const bool whole = options.limit == 0 || (known && options.limit >= shape.words);
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  if (!whole) text = first_lines(text, options.limit);

  ThreadTeam team(options.threads);
  const LinePieces pieces(text, team);
  const std::size_t rows =
      known ? std::min<std::size_t>(pieces.lines(), shape.words) : pieces.lines();
  // Each line has a byte of a word, d times a blank and a digit, and its end.
  if (text.size() + 1 < rows * (2 * shape.dimension + 2)) {
    const LineFault fault = find_short_line(pieces, shape.dimension);
    throw error_at(fault.line, fault.what);
  }
  auto vectors = AlignedMatrix::unfilled(rows, shape.dimension);
  std::vector<std::string_view> words(rows);
  if (const auto fault = parse_lines(pieces, words, vectors, team))
    throw error_at(fault->line, fault->what);

  const std::size_t wanted = whole ? shape.words : options.limit;
  if (known && rows < wanted)
    throw InputError::at_line(
        name, shape.first_line + rows - 1,
        "the file ends after " + std::to_string(rows) + " of " + std::to_string(wanted) + " words");
  if (pieces.lines() > rows)
    throw error_at(rows,
                   "more than the " + std::to_string(rows) + " words that the first line says");
  return Embeddings(make_vocabulary(words, error_at), std::move(vectors));
}

}  // namespace implicitmf::detail
