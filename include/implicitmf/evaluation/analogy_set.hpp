// SPDX-License-Identifier: MIT
/// \file
/// Sets of analogy questions, in the form of word2vec's questions-words.txt, and how many of them
/// vectors answer.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/embeddings/analogy.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/evaluation/word_lookup.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// "a is to b as c is to d", in this order.
using AnalogyWords = std::array<std::string, 4>;

/// Questions of one kind.
struct AnalogySection {
  std::string name;
  std::vector<AnalogyWords> questions;
  /// Whether it asks for forms of words, not for facts: word2vec's rule, by the name.
  [[nodiscard]] bool is_syntactic() const noexcept { return name.starts_with("gram"); }
  friend bool operator==(const AnalogySection&, const AnalogySection&) = default;
};

/// What becomes of questions with a word that is not there.
enum class UnknownWords {
  skip,   ///< they are not asked, as in word2vec
  wrong,  ///< they are answered wrongly
};

/// How questions are asked.
struct AnalogyEvaluationOptions {
  AnalogyMethod method = AnalogyMethod::cos_add;
  /// Words of questions, and their answers, are of the first so many; 0: of all. word2vec's usual
  /// 30000 makes it faster, and easier.
  std::size_t top_vocabulary = 0;
  bool ignore_case = true;  ///< see WordLookup
  std::size_t threads = 0;  ///< 0: one for each processor
};

/// How many questions were answered rightly.
struct AnalogyScore {
  std::size_t correct = 0;
  std::size_t covered = 0;    ///< questions whose four words are there
  std::size_t questions = 0;  ///< in all

  /// The share of right answers, 0 to 1; NaN where there was no question.
  [[nodiscard]] double accuracy(UnknownWords unknown = UnknownWords::skip) const noexcept {
    const std::size_t asked = unknown == UnknownWords::skip ? covered : questions;
    return asked == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(correct) / static_cast<double>(asked);
  }
  AnalogyScore& operator+=(const AnalogyScore& other) noexcept {
    correct += other.correct;
    covered += other.covered;
    questions += other.questions;
    return *this;
  }
  friend bool operator==(const AnalogyScore&, const AnalogyScore&) = default;
};

/// Scores by section, and their sums.
struct AnalogyResult {
  std::vector<AnalogyScore> sections;  ///< in the order of the set
  AnalogyScore semantic;
  AnalogyScore syntactic;
  AnalogyScore total;
};

namespace detail {

/// The words of a line between blanks, if they are four.
[[nodiscard]] inline std::optional<AnalogyWords> four_words(std::string_view line) {
  AnalogyWords words;
  std::size_t count = 0;
  while (true) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) break;
    if (count == words.size()) return std::nullopt;
    const std::size_t length = std::min(line.find_first_of(" \t"), line.size());
    words[count++] = line.substr(0, length);
    line.remove_prefix(length);
  }
  return count == words.size() ? std::optional(words) : std::nullopt;
}

}  // namespace detail

/// Reads sections that begin with a line ": NAME", and have a question of four words a line. Empty
/// lines are passed over.
///
/// \param path  the file; "-" is standard input
/// \throws IoError     the file can't be read
/// \throws InputError  there are no questions, one is not of four words or stands before the first
///                     section, or a section has no name; the message names the line
[[nodiscard]] inline std::vector<AnalogySection> load_analogy_set(
    const std::filesystem::path& path) {
  BufferedReader reader(path);
  LineReader lines(reader);
  std::vector<AnalogySection> sections;
  std::size_t questions = 0;
  while (lines.next()) {
    std::string_view line = without_blanks_around(lines.line());
    if (line.empty()) continue;
    if (line.front() == ':') {
      line.remove_prefix(std::min(line.find_first_not_of(": \t"), line.size()));
      if (line.empty()) throw lines.error("expected \": SECTION\"");
      sections.push_back({std::string(line), {}});
      continue;
    }
    auto words = detail::four_words(line);
    if (!words) throw lines.error("expected four words, not " + in_quotes(line));
    if (sections.empty()) throw lines.error("a question before the first \": SECTION\"");
    sections.back().questions.push_back(std::move(*words));
    ++questions;
  }
  if (questions == 0) throw InputError(reader.file().name() + ": the file holds no questions");
  return sections;
}

/// Asks all questions of a set, and counts the answers that are the fourth word.
/// \par Complexity  as answer_analogies()
template <WordSpace Space>
[[nodiscard]] AnalogyResult evaluate_analogies(const Space& space,
                                               const std::vector<AnalogySection>& sections,
                                               const AnalogyEvaluationOptions& options = {}) {
  const WordLookup words(space.vocabulary(), options.ignore_case, options.top_vocabulary);
  std::vector<AnalogyQuestion> questions;
  std::vector<WordId> expected;
  AnalogyResult result;
  for (const AnalogySection& section : sections) {
    AnalogyScore& score = result.sections.emplace_back();
    score.questions = section.questions.size();
    for (const auto& [a, b, c, d] : section.questions) {
      const std::array ids{words.find(a), words.find(b), words.find(c), words.find(d)};
      if (!std::ranges::all_of(ids, [](const auto& id) { return id.has_value(); })) continue;
      questions.push_back({*ids[0], *ids[1], *ids[2]});
      expected.push_back(*ids[3]);
      ++score.covered;
    }
  }
  const auto answers = answer_analogies(space, questions,
                                        {.method = options.method,
                                         .top_vocabulary = options.top_vocabulary,
                                         .forms_of = words.forms_of(),
                                         .threads = options.threads});
  std::size_t q = 0;
  for (std::size_t s = 0; s < sections.size(); ++s) {
    AnalogyScore& score = result.sections[s];
    for (const std::size_t end = q + score.covered; q < end; ++q)
      if (!answers[q].empty() && words.form_of(answers[q][0].id) == expected[q]) ++score.correct;
    (sections[s].is_syntactic() ? result.syntactic : result.semantic) += score;
    result.total += score;
  }
  return result;
}

/// The same among embeddings.
template <class Arch = DefaultArch>
[[nodiscard]] AnalogyResult evaluate_analogies(const Embeddings& embeddings,
                                               const std::vector<AnalogySection>& sections,
                                               const AnalogyEvaluationOptions& options = {}) {
  return evaluate_analogies(DenseRows<Arch>(embeddings), sections, options);
}

}  // namespace implicitmf
