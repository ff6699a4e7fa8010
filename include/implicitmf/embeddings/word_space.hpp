// SPDX-License-Identifier: MIT
/// \file
/// Spaces of words, dense or sparse: cosines of many words at once, and the search for the words
/// with the highest scores made of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// Words with a row of numbers each, and so with cosines between them; a row of zeros has cosine 0
/// to all. directions(words) makes some words ready to be compared; cosines(directions, rows, to)
/// fills to(i, j) with the cosine of their i-th and word rows.begin + j. The cosine of two words
/// must not depend on what else is asked with them, and all may be called concurrently.
template <class S>
concept WordSpace = requires(const S& space, WordId word, std::span<const WordId> words,
                             IndexRange rows, const typename S::Directions& directions,
                             AlignedMatrix& to) {
  { space.vocabulary() } -> std::same_as<const Vocabulary&>;
  { space.cosine(word, word) } -> std::same_as<double>;
  { space.directions(words) } -> std::same_as<typename S::Directions>;
  space.cosines(directions, rows, to);
};

/// The space of embeddings.
template <class Arch = DefaultArch>
class DenseRows {
 public:
  using Directions = AlignedMatrix;  ///< a unit vector a row

  /// \param embeddings  outlives this
  explicit DenseRows(const Embeddings& embeddings) noexcept : embeddings_(embeddings) {}
  explicit DenseRows(const Embeddings&&) = delete;

  [[nodiscard]] const Embeddings& embeddings() const noexcept { return embeddings_; }
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return embeddings_.vocabulary(); }

  /// The cosine of two words, in double.
  [[nodiscard]] double cosine(WordId a, WordId b) const noexcept {
    const auto of_a = embeddings_.vector(a);
    const auto of_b = embeddings_.vector(b);
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      const auto x = static_cast<double>(of_a[i]);
      const auto y = static_cast<double>(of_b[i]);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    const double lengths = std::sqrt(aa) * std::sqrt(bb);
    return lengths > 0.0 ? ab / lengths : 0.0;
  }

  [[nodiscard]] Directions directions(std::span<const WordId> words) const {
    Directions units(words.size(), embeddings_.dimension());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto vector = embeddings_.vector(words[i]);
      const float norm = embeddings_.norm(words[i]);
      if (norm == 0.0F) continue;
      std::ranges::transform(vector, units.row_data(i), [=](float x) { return x / norm; });
    }
    return units;
  }

  void cosines(const Directions& units, IndexRange rows, AlignedMatrix& to) const noexcept {
    const AlignedMatrix& vectors = embeddings_.vectors();
    kernels::row_dots<Arch>(units.rows(), units.row_data(0), units.stride(), rows.size(),
                            vectors.row_data(rows.begin), vectors.stride(), vectors.stride(),
                            to.row_data(0), to.stride());
    for (std::size_t i = 0; i < units.rows(); ++i)
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const float norm = embeddings_.norm(static_cast<WordId>(rows.begin + j));
        to(i, j) = norm > 0.0F ? to(i, j) / norm : 0.0F;
      }
  }

 private:
  const Embeddings& embeddings_;
};
static_assert(WordSpace<DenseRows<>>);

namespace detail {

/// Words whose scores are made and looked at together.
inline constexpr std::size_t words_at_a_time = 256;
using BlockScores = std::array<float, words_at_a_time>;

/// Offers a block of scores, of words `rows`, to the best of one query.
template <class Excluded>
void offer_scores(const BlockScores& scores, IndexRange rows, std::size_t top,
                  const Excluded& excluded, std::vector<Neighbor>& best) {
  // Words come by rising id: of equal scores the first stays, and no later one need be looked at.
  const float least =
      best.size() == top ? best.front().cosine : -std::numeric_limits<float>::infinity();
  unsigned better = 0;
  for (const float score : scores) better += score > least ? 1U : 0U;
  if (better == 0) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Neighbor found{static_cast<WordId>(rows.begin + i), scores[i]};
    if (found.cosine > least && !excluded(found.id)) keep_nearest(found, top, best);
  }
}

/// Of the first `candidates` words of a space, the `top` with the highest scores for each of
/// `queries` queries, best first, equal ones in order of id.
///
/// \param words     the words that the scores are made of, each compared with every candidate once
/// \param score     score(cosines, q, scores) makes a block of scores for query q from the rows of
///                  `cosines`, one for each of `words`
/// \param excluded  excluded(q, id): no answer to query q
/// \par Memory  for each thread 1 KiB a word, and 8 bytes for each query and answer.
template <WordSpace Space, class Score, class Excluded>
[[nodiscard]] std::vector<std::vector<Neighbor>> search_words(
    const Space& space, std::span<const WordId> words, std::size_t queries, std::size_t candidates,
    std::size_t top, ThreadTeam& team, const Score& score, const Excluded& excluded) {
  struct Scratch {
    AlignedMatrix cosines;
    std::vector<std::vector<Neighbor>> best;
  };
  std::vector<Scratch> scratch(team.size());
  const auto directions = space.directions(words);
  const std::size_t blocks = (candidates + words_at_a_time - 1) / words_at_a_time;
  team.for_each_on_thread(blocks, [&](std::size_t block, std::size_t thread) {
    auto& [cosines, best] = scratch[thread];
    if (best.empty()) {
      cosines = AlignedMatrix(words.size(), words_at_a_time);
      best.resize(queries);
    }
    const IndexRange rows{block * words_at_a_time,
                          std::min(candidates, (block + 1) * words_at_a_time)};
    space.cosines(directions, rows, cosines);
    alignas(buffer_alignment) BlockScores scores;
    for (std::size_t q = 0; q < queries; ++q) {
      score(cosines, q, scores);
      offer_scores(
          scores, rows, top, [&](WordId id) { return excluded(q, id); }, best[q]);
    }
  });
  std::vector<std::vector<Neighbor>> found(queries);
  for (Scratch& of_thread : scratch)
    for (std::size_t q = 0; q < of_thread.best.size(); ++q)
      found[q].insert(found[q].end(), of_thread.best[q].begin(), of_thread.best[q].end());
  for (auto& best : found) {
    std::sort(best.begin(), best.end(), nearer);
    best.resize(std::min(top, best.size()));
  }
  return found;
}

}  // namespace detail

/// The `top` nearest words to each of some words by cosine, nearest first, themselves left out.
/// \throws ConfigError if top is 0
template <WordSpace Space>
[[nodiscard]] std::vector<std::vector<Neighbor>> nearest_words(const Space& space,
                                                               std::span<const WordId> words,
                                                               std::size_t top,
                                                               std::size_t threads = 0) {
  if (top == 0) throw ConfigError("top", "must be at least 1");
  ThreadTeam team(threads);
  constexpr std::size_t most_words = 256;
  std::vector<std::vector<Neighbor>> found;
  for (std::size_t from = 0; from < words.size(); from += most_words) {
    const auto some = words.subspan(from, std::min(most_words, words.size() - from));
    auto part = detail::search_words(
        space, some, some.size(), space.vocabulary().size(), top, team,
        [](const AlignedMatrix& cosines, std::size_t q, detail::BlockScores& scores) {
          std::copy_n(cosines.row_data(q), scores.size(), scores.begin());
        },
        [&](std::size_t q, WordId id) { return id == some[q]; });
    std::move(part.begin(), part.end(), std::back_inserter(found));
  }
  return found;
}

}  // namespace implicitmf
