// SPDX-License-Identifier: MIT
/// \file
/// Factors: the two matrices every solver hands out.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>

namespace implicitmf {

/// M ≈ words · contextsᵀ. Row w of `words` (V_W × d) is the vector of word w, row c of `contexts`
/// (V_C × d) that of context c.
struct Factors {
  AlignedMatrix words;
  AlignedMatrix contexts;
  friend bool operator==(const Factors&, const Factors&) = default;
};

namespace detail {

/// \throws InputError  vectors to begin from have another shape, are not finite, or have entries
///                     beyond 1e6
inline void require_start(const Factors& start, std::size_t words, std::size_t contexts,
                          std::size_t dimension) {
  for (const auto& [matrix, rows] :
       {std::pair(&start.words, words), std::pair(&start.contexts, contexts)}) {
    if (matrix->rows() != rows || matrix->cols() != dimension)
      throw InputError("start: " + std::to_string(matrix->rows()) + " x " +
                       std::to_string(matrix->cols()) + " vectors, not " + std::to_string(rows) +
                       " x " + std::to_string(dimension));
    const char* const side = matrix == &start.words ? "word " : "context ";
    for (std::size_t r = 0; r < rows; ++r)
      for (const float x : matrix->row(r))
        if (!(std::abs(x) <= 1e6F))
          throw InputError("start: the vector of " + (side + std::to_string(r)) +
                           (std::isfinite(x) ? " has an entry beyond 1e6" : " is not finite"));
  }
}

/// Gives a solver's result that was found with fewer dimensions as many, which add nothing.
template <class Result>
void widen(Result& result, std::size_t dimension) {
  result.factors = {with_columns(result.factors.words, dimension),
                    with_columns(result.factors.contexts, dimension)};
  result.singular_values.resize(dimension, 0.0);
}

}  // namespace detail

}  // namespace implicitmf
