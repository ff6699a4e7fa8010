// SPDX-License-Identifier: MIT
/// \file
/// Word similarity: pairs of words that people have judged, against cosines.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/evaluation/spearman.hpp>
#include <implicitmf/evaluation/word_lookup.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// Two words and how alike people find them, on any scale that rises with likeness.
struct SimilarityPair {
  std::string a;
  std::string b;
  double score = 0.0;
  friend bool operator==(const SimilarityPair&, const SimilarityPair&) = default;
};

/// How a set of pairs is looked at.
struct SimilarityOptions {
  bool ignore_case = true;  ///< words of the set are found whatever their case: see WordLookup
};

/// What a space of words makes of a set of pairs.
struct SimilarityResult {
  double spearman = 0.0;    ///< correlation of cosines and scores; NaN where there is none
  std::size_t covered = 0;  ///< pairs whose words are both there: the others are left out
  std::size_t pairs = 0;    ///< in all
};

namespace detail {

/// The three fields of a line: between tabs if there is one, so that words may hold spaces, else
/// between blanks. Nothing where they are not three.
[[nodiscard]] inline std::optional<std::array<std::string_view, 3>> three_fields(
    std::string_view line) {
  const bool tabs = line.find('\t') != line.npos;
  std::array<std::string_view, 3> fields;
  std::size_t count = 0;
  while (!line.empty()) {
    const std::size_t length = std::min(line.find(tabs ? '\t' : ' '), line.size());
    const std::string_view field = without_blanks_around(line.substr(0, length));
    line.remove_prefix(std::min(length + 1, line.size()));
    if (field.empty() && !tabs) continue;
    if (field.empty() || count == fields.size()) return std::nullopt;
    fields[count++] = field;
  }
  return count == fields.size() ? std::optional(fields) : std::nullopt;
}

}  // namespace detail

/// Reads pairs, "WORD WORD SCORE" a line. The fields stand between tabs (words may hold spaces
/// then) or between spaces; blanks around them don't count. Lines that are empty or begin with '#'
/// are passed over.
///
/// \param path  the file; "-" is standard input
/// \throws IoError     the file can't be read
/// \throws InputError  there are no pairs, a line is none, or its score is no finite number; the
///                     message names the line
[[nodiscard]] inline std::vector<SimilarityPair> load_similarity_set(
    const std::filesystem::path& path) {
  BufferedReader reader(path);
  LineReader lines(reader);
  std::vector<SimilarityPair> pairs;
  while (lines.next()) {
    const std::string_view line = without_blanks_around(lines.line());
    if (line.empty() || line.front() == '#') continue;
    const auto fields = detail::three_fields(line);
    if (!fields) throw lines.error("expected \"WORD WORD SCORE\", not " + in_quotes(line));
    const auto& [a, b, number] = *fields;
    const auto score = parse_number<double>(number);
    if (!score || !std::isfinite(*score))
      throw lines.error("the score " + in_quotes(number) + " is no finite number");
    pairs.push_back({std::string(a), std::string(b), *score});
  }
  if (pairs.empty()) throw InputError(reader.file().name() + ": the file holds no pairs of words");
  return pairs;
}

/// Spearman's correlation of the cosines of pairs with their scores, the usual measure of word
/// similarity. Pairs with a word that is not there are left out, and counted.
template <WordSpace Space>
[[nodiscard]] SimilarityResult evaluate_similarity(const Space& space,
                                                   const std::vector<SimilarityPair>& pairs,
                                                   const SimilarityOptions& options = {}) {
  const WordLookup words(space.vocabulary(), options.ignore_case);
  std::vector<double> cosines;
  std::vector<double> scores;
  for (const SimilarityPair& pair : pairs) {
    const auto a = words.find(pair.a);
    const auto b = words.find(pair.b);
    if (!a || !b) continue;
    cosines.push_back(space.cosine(*a, *b));
    scores.push_back(pair.score);
  }
  return {spearman(cosines, scores), cosines.size(), pairs.size()};
}

/// The same among embeddings.
template <class Arch = DefaultArch>
[[nodiscard]] SimilarityResult evaluate_similarity(const Embeddings& embeddings,
                                                   const std::vector<SimilarityPair>& pairs,
                                                   const SimilarityOptions& options = {}) {
  return evaluate_similarity(DenseRows<Arch>(embeddings), pairs, options);
}

}  // namespace implicitmf
