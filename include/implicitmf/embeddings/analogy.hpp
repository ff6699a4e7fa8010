// SPDX-License-Identifier: MIT
/// \file
/// Analogies: "a is to b as c is to ?".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// The question "a is to b as c is to ?".
struct AnalogyQuestion {
  WordId a = 0;
  WordId b = 0;
  WordId c = 0;
};

/// The `top` answers to each question by 3CosAdd, the largest cos(x, b̂ − â + ĉ) for unit vectors
/// â, b̂, ĉ (Mikolov, Yih & Zweig, NAACL 2013); the three words of a question are no answers to it.
/// \throws ConfigError if top is 0
template <class Arch = DefaultArch>
[[nodiscard]] std::vector<std::vector<Neighbor>> answer_analogies(
    const Embeddings& embeddings, std::span<const AnalogyQuestion> questions, std::size_t top,
    std::size_t threads = 0) {
  AlignedMatrix queries(questions.size(), embeddings.dimension());
  std::vector<std::vector<WordId>> excluded;
  const auto add = [&](std::size_t question, WordId word, float sign) {
    const float norm = embeddings.norm(word);
    if (norm == 0.0F) return;
    for (std::size_t i = 0; i < embeddings.dimension(); ++i)
      queries(question, i) += sign * embeddings.vectors()(word, i) / norm;
  };
  for (std::size_t q = 0; q < questions.size(); ++q) {
    const auto [a, b, c] = questions[q];
    add(q, b, 1.0F);
    add(q, a, -1.0F);
    add(q, c, 1.0F);
    excluded.push_back({a, b, c});
  }
  return NearestNeighbors<Arch>(embeddings, threads).search(queries, top, excluded);
}

}  // namespace implicitmf
