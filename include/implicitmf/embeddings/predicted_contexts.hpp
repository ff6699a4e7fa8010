// SPDX-License-Identifier: MIT
/// \file
/// predicted_contexts: the contexts that words go with, by the product of both vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// The `top` contexts with the largest product w · c for each of some words, largest first, equal
/// ones in order of id; Neighbor::cosine is the product. This is similarity of the first order, the
/// model's shifted PMI of word and context, where cosines of words are of the second. The contexts
/// may have a vocabulary of their own.
///
/// \par Complexity  O(words · contexts · d) time, parallel over 16 words at a time.
/// \throws ConfigError if top is 0, or the contexts have another dimension than the words
template <class Arch = DefaultArch>
[[nodiscard]] std::vector<std::vector<Neighbor>> predicted_contexts(const Embeddings& embeddings,
                                                                    std::span<const WordId> words,
                                                                    const Embeddings& contexts,
                                                                    std::size_t top,
                                                                    std::size_t threads = 0) {
  if (top == 0) throw ConfigError("top", "must be at least 1");
  if (contexts.dimension() != embeddings.dimension())
    throw ConfigError("contexts", "have " + std::to_string(contexts.dimension()) +
                                      " dimensions, the words " +
                                      std::to_string(embeddings.dimension()));
  constexpr std::size_t words_at_a_time = 16;
  constexpr std::size_t contexts_at_a_time = 256;
  const AlignedMatrix& c = contexts.vectors();
  std::vector<std::vector<Neighbor>> found(words.size());
  const std::size_t blocks = (words.size() + words_at_a_time - 1) / words_at_a_time;
  ThreadTeam team(std::min(resolve_threads(threads), std::max<std::size_t>(blocks, 1)));
  team.for_each(blocks, [&](std::size_t block) {
    const std::size_t first = block * words_at_a_time;
    const std::size_t count = std::min(words_at_a_time, words.size() - first);
    AlignedMatrix w(count, c.cols());
    for (std::size_t i = 0; i < count; ++i)
      std::ranges::copy(embeddings.vector(words[first + i]), w.row_data(i));
    AlignedMatrix products(count, contexts_at_a_time);
    for (std::size_t from = 0; from < c.rows(); from += contexts_at_a_time) {
      const std::size_t rows = std::min(contexts_at_a_time, c.rows() - from);
      kernels::row_dots<Arch>(count, w.row_data(0), w.stride(), rows, c.row_data(from), c.stride(),
                              c.stride(), products.row_data(0), products.stride());
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < rows; ++j)
          detail::keep_nearest({static_cast<WordId>(from + j), products(i, j)}, top,
                               found[first + i]);
    }
    for (std::size_t i = first; i < first + count; ++i)
      std::sort_heap(found[i].begin(), found[i].end(), detail::nearer);
  });
  return found;
}

}  // namespace implicitmf
