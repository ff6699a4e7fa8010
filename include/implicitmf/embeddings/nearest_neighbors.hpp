// SPDX-License-Identifier: MIT
/// \file
/// NearestNeighbors: exact search by cosine, many queries at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// A word and how near it is.
struct Neighbor {
  WordId id = 0;
  float cosine = 0.0F;  ///< −1 to 1
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

namespace detail {

/// Whether a comes before b among the nearest.
[[nodiscard]] inline bool nearer(const Neighbor& a, const Neighbor& b) noexcept {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.id < b.id;
}

/// Puts a neighbour in the heap of the `top` nearest, whose front is the worst of them.
inline void keep_nearest(const Neighbor& neighbor, std::size_t top, std::vector<Neighbor>& best) {
  if (best.size() == top) {
    if (!nearer(neighbor, best.front())) return;
    std::pop_heap(best.begin(), best.end(), nearer);
    best.pop_back();
  }
  best.push_back(neighbor);
  std::push_heap(best.begin(), best.end(), nearer);
}

}  // namespace detail

/// Words with the largest cosine to query vectors, found by comparing with all: blocks of queries
/// times blocks of vectors, the best kept in one heap a query. Words without a direction (zero
/// vectors) have cosine 0 to everything. Equal cosines come in order of id.
///
/// \par Complexity  O(queries · V · d) time.
/// \par Memory  a few hundred bytes a query beside the result; vectors are not copied.
/// \par Thread safety  search() may be called concurrently.
template <class Arch = DefaultArch>
class NearestNeighbors {
 public:
  /// \param embeddings must outlive this
  explicit NearestNeighbors(const Embeddings& embeddings, std::size_t threads = 0)
      : embeddings_(embeddings), threads_(resolve_threads(threads)) {}

  /// The `top` nearest words to each row of `queries`, nearest first, leaving out the words of
  /// excluded[i] for query i (`excluded` may be empty: none).
  /// \throws ConfigError if top is 0, or the queries have another dimension
  [[nodiscard]] std::vector<std::vector<Neighbor>> search(
      const AlignedMatrix& queries, std::size_t top,
      std::span<const std::vector<WordId>> excluded = {}) const {
    if (top == 0) throw ConfigError("top", "must be at least 1");
    if (queries.cols() != embeddings_.dimension())
      throw ConfigError("queries", "have " + std::to_string(queries.cols()) +
                                       " dimensions, the vectors " +
                                       std::to_string(embeddings_.dimension()));
    std::vector<std::vector<Neighbor>> found(queries.rows());
    ThreadTeam team(std::min(threads_, blocks(queries.rows())));
    team.for_each(blocks(queries.rows()), [&](std::size_t block) {
      search_block(queries, block, std::min(top, embeddings_.size()), excluded, found);
    });
    return found;
  }

  /// The `top` nearest words to each of the given words, themselves left out.
  /// \throws ConfigError if top is 0
  [[nodiscard]] std::vector<std::vector<Neighbor>> of_words(std::span<const WordId> words,
                                                            std::size_t top) const {
    AlignedMatrix queries(words.size(), embeddings_.dimension());
    std::vector<std::vector<WordId>> excluded;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto vector = embeddings_.vector(words[i]);
      std::copy(vector.begin(), vector.end(), queries.row_data(i));
      excluded.push_back({words[i]});
    }
    return search(queries, top, excluded);
  }

 private:
  static constexpr std::size_t queries_at_a_time = 16;
  static constexpr std::size_t vectors_at_a_time = 256;
  static std::size_t blocks(std::size_t queries) noexcept {
    return (queries + queries_at_a_time - 1) / queries_at_a_time;
  }

  void search_block(const AlignedMatrix& queries, std::size_t block, std::size_t top,
                    std::span<const std::vector<WordId>> excluded,
                    std::vector<std::vector<Neighbor>>& found) const {
    const std::size_t first = block * queries_at_a_time;
    const std::size_t count = std::min(queries_at_a_time, queries.rows() - first);
    const AlignedMatrix& vectors = embeddings_.vectors();
    const std::vector<double> lengths = query_lengths(queries, first, count);
    AlignedMatrix dots(count, vectors_at_a_time);
    for (std::size_t from = 0; from < vectors.rows(); from += vectors_at_a_time) {
      const std::size_t rows = std::min(vectors_at_a_time, vectors.rows() - from);
      kernels::row_dots<Arch>(count, queries.row_data(first), queries.stride(), rows,
                              vectors.row_data(from), vectors.stride(), vectors.stride(),
                              dots.row_data(0), dots.stride());
      for (std::size_t q = 0; q < count; ++q)
        for (std::size_t i = 0; i < rows; ++i) {
          const auto id = static_cast<WordId>(from + i);
          const double scale = lengths[q] * static_cast<double>(embeddings_.norm(id));
          const double dot = static_cast<double>(dots(q, i));
          const Neighbor neighbor{id, scale > 0.0 ? static_cast<float>(dot / scale) : 0.0F};
          offer(neighbor, top, excluded.empty() ? nullptr : &excluded[first + q], found[first + q]);
        }
    }
    for (std::size_t q = 0; q < count; ++q)
      std::sort_heap(found[first + q].begin(), found[first + q].end(), detail::nearer);
  }

  static std::vector<double> query_lengths(const AlignedMatrix& queries, std::size_t first,
                                           std::size_t count) {
    std::vector<double> lengths;
    for (std::size_t q = first; q < first + count; ++q) {
      double squares = 0.0;
      for (const float x : queries.row(q)) squares += static_cast<double>(x) * x;
      lengths.push_back(std::sqrt(squares));
    }
    return lengths;
  }

  static void offer(const Neighbor& neighbor, std::size_t top, const std::vector<WordId>* excluded,
                    std::vector<Neighbor>& best) {
    if (best.size() == top && !detail::nearer(neighbor, best.front())) return;
    if (excluded == nullptr ||
        std::find(excluded->begin(), excluded->end(), neighbor.id) == excluded->end())
      detail::keep_nearest(neighbor, top, best);
  }

  const Embeddings& embeddings_;
  std::size_t threads_;
};

}  // namespace implicitmf
