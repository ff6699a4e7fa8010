// SPDX-License-Identifier: MIT
/// \file
/// Analogies: "a is to b as c is to ?".
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <unordered_map>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// The question "a is to b as c is to ?".
struct AnalogyQuestion {
  WordId a = 0;
  WordId b = 0;
  WordId c = 0;
};

/// What the answer x to a question has most of.
enum class AnalogyMethod {
  cos_add,  ///< cos(x, b̂ − â + ĉ) for unit vectors â, b̂, ĉ (Mikolov, Yih & Zweig, NAACL 2013)
  cos_mul,  ///< s(x, b) · s(x, c) / (s(x, a) + 0.001), s = (cos + 1) / 2 (Levy & Goldberg, CoNLL
            ///< 2014)
};

/// How answer_analogies() answers.
struct AnalogyOptions {
  AnalogyMethod method = AnalogyMethod::cos_add;
  std::size_t top = 1;             ///< answers to a question, at least 1
  std::size_t top_vocabulary = 0;  ///< answers are of the first so many words; 0: of all
  /// The word that each word is another form of (in upper case, say), itself where it is none;
  /// empty: no word is.
  std::span<const WordId> forms_of = {};
  std::size_t threads = 0;  ///< 0: one for each processor
  /// \throws ConfigError
  void validate(std::size_t words) const {
    if (top == 0) throw ConfigError("top", "must be at least 1");
    if (!forms_of.empty() && forms_of.size() != words)
      throw ConfigError("forms_of", "must name a word for each of the vocabulary, or none");
  }
};

namespace detail {

/// Questions that are answered together, and their distinct words.
struct AnalogyBatch {
  std::span<const AnalogyQuestion> questions;
  std::vector<WordId> words;
  std::vector<std::array<std::size_t, 3>> places;  ///< of each question's a, b, c in `words`
};

/// The first of the questions, as many as have no more than so many words.
[[nodiscard]] inline AnalogyBatch first_batch(std::span<const AnalogyQuestion> questions) {
  constexpr std::size_t most_words = 256;
  AnalogyBatch batch;
  std::unordered_map<WordId, std::size_t> place_of;
  for (const auto& [a, b, c] : questions) {
    if (batch.words.size() + 3 > most_words) break;
    auto& places = batch.places.emplace_back();
    std::ranges::transform(std::array{a, b, c}, places.begin(), [&](WordId word) {
      const auto [at, is_new] = place_of.try_emplace(word, batch.words.size());
      if (is_new) batch.words.push_back(word);
      return at->second;
    });
  }
  batch.questions = questions.first(batch.places.size());
  return batch;
}

/// A block of 3CosAdd, not divided by the length of b̂ − â + ĉ, or of 3CosMul.
inline void score_analogy(AnalogyMethod method, const float* a, const float* b, const float* c,
                          BlockScores& scores) noexcept {
  if (method == AnalogyMethod::cos_add) {
    for (std::size_t i = 0; i < words_at_a_time; ++i) scores[i] = (b[i] - a[i]) + c[i];
    return;
  }
  constexpr float epsilon = 0.001F;
  for (std::size_t i = 0; i < words_at_a_time; ++i)
    scores[i] = (0.5F * (1.0F + b[i])) * (0.5F * (1.0F + c[i])) / (0.5F * (1.0F + a[i]) + epsilon);
}

/// 1 / |b̂ − â + ĉ|; 0 where it is the zero vector.
template <WordSpace Space>
[[nodiscard]] double inverse_length(const Space& space, const AnalogyQuestion& question) {
  const auto [a, b, c] = question;
  const double squares = space.cosine(a, a) + space.cosine(b, b) + space.cosine(c, c) +
                         2.0 * (space.cosine(b, c) - space.cosine(a, b) - space.cosine(a, c));
  constexpr double rounding = 1e-12;
  return squares > rounding ? 1.0 / std::sqrt(squares) : 0.0;
}

}  // namespace detail

/// The best answers to each question, best first, equal ones in order of id; Neighbor::cosine is
/// the value that the method names. The three words of a question are no answers to it, nor are
/// other forms of them.
///
/// Both methods come from the cosines of the candidates with a, b and c, so that each word of the
/// questions is multiplied with the candidates once for each batch of questions that has it: as
/// many successive ones as have 256 words in all.
///
/// \par Complexity  O(V · (d · distinct words of the questions + questions)) time.
/// \throws ConfigError if an option is out of its range
template <WordSpace Space>
[[nodiscard]] std::vector<std::vector<Neighbor>> answer_analogies(
    const Space& space, std::span<const AnalogyQuestion> questions,
    const AnalogyOptions& options = {}) {
  const std::size_t words = space.vocabulary().size();
  options.validate(words);
  const std::size_t candidates =
      options.top_vocabulary == 0 ? words : std::min(options.top_vocabulary, words);
  const auto form = [&](WordId id) { return options.forms_of.empty() ? id : options.forms_of[id]; };
  ThreadTeam team(options.threads);
  std::vector<std::vector<Neighbor>> answers;
  answers.reserve(questions.size());
  while (answers.size() < questions.size()) {
    const auto batch = detail::first_batch(questions.subspan(answers.size()));
    auto found = detail::search_words(
        space, batch.words, batch.questions.size(), candidates, options.top, team,
        [&](const AlignedMatrix& cosines, std::size_t q, detail::BlockScores& scores) {
          const auto [a, b, c] = batch.places[q];
          detail::score_analogy(options.method, cosines.row_data(a), cosines.row_data(b),
                                cosines.row_data(c), scores);
        },
        [&](std::size_t q, WordId id) {
          const auto [a, b, c] = batch.questions[q];
          return form(id) == form(a) || form(id) == form(b) || form(id) == form(c);
        });
    if (options.method == AnalogyMethod::cos_add)
      team.for_each(found.size(), [&](std::size_t q) {
        const auto scale = static_cast<float>(detail::inverse_length(space, batch.questions[q]));
        for (Neighbor& answer : found[q]) answer.cosine *= scale;
      });
    std::ranges::move(found, std::back_inserter(answers));
  }
  return answers;
}

/// The same among embeddings.
template <class Arch = DefaultArch>
[[nodiscard]] std::vector<std::vector<Neighbor>> answer_analogies(
    const Embeddings& embeddings, std::span<const AnalogyQuestion> questions,
    const AnalogyOptions& options = {}) {
  return answer_analogies(DenseRows<Arch>(embeddings), questions, options);
}

}  // namespace implicitmf
