// SPDX-License-Identifier: MIT
/// \file
/// canonical_factors(): factors brought to the form that a truncated SVD hands out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/small_dense.hpp>

namespace implicitmf {

/// Factors W = U Σ^p, C = V Σ^(1−p) with the singular values.
struct CanonicalFactors {
  Factors factors;
  std::vector<double> singular_values;  ///< d of them, descending; 0 beyond the rank
};

namespace detail {

/// The Gram matrix of the d columns of a panel.
template <class Arch>
[[nodiscard]] SmallMatrix gram_of(const AlignedMatrix& m, ThreadTeam& team) {
  const PanelView all{m, m.stride()};
  const auto d = to_index(m.cols());
  return gram<Arch>(all, all, team).topLeftCorner(d, d);
}

/// R and its pseudo-inverse, for A = Q R with orthonormal Q and a Gram matrix Aᵀ A = E Λ Eᵀ:
/// R = Λ^½ Eᵀ. Directions that are rounding are left out.
struct GramRoot {
  SmallMatrix root;
  SmallMatrix inverse;
};
[[nodiscard]] inline GramRoot root_of(const SmallMatrix& squares) {
  const SymmetricEigen eigen = symmetric_eigen(squares);
  constexpr double rounding = 1e-12;
  const double floor = rounding * std::max(eigen.values.maxCoeff(), 0.0);
  GramRoot result{eigen.vectors.transpose(), eigen.vectors};
  for (Eigen::Index i = 0; i < squares.rows(); ++i) {
    const bool kept = eigen.values[i] > floor;
    const double root = kept ? std::sqrt(eigen.values[i]) : 0.0;
    result.root.row(i) *= root;
    result.inverse.col(i) *= kept ? 1.0 / root : 0.0;
  }
  return result;
}

/// The sign of the entry of largest magnitude of each column.
inline std::vector<double> signs_of(const AlignedMatrix& m) {
  std::vector<double> signs(m.cols(), 1.0);
  for (std::size_t k = 0; k < m.cols(); ++k) {
    float largest = 0.0F;
    for (std::size_t r = 0; r < m.rows(); ++r)
      if (std::abs(m(r, k)) > std::abs(largest)) largest = m(r, k);
    if (largest < 0.0F) signs[k] = -1.0;
  }
  return signs;
}

}  // namespace detail

/// The factors W' = U Σ^p and C' = V Σ^(1−p) of the same product: W Cᵀ = U Σ Vᵀ = W' C'ᵀ. What a
/// solver of W Cᵀ finds is fixed up to a linear map of W and its inverse of C alone; this form is
/// fixed, and its columns are ordered by what they count for. Signs as SymmetricSVD's.
///
/// \param power  p, 0 to 1
/// \par Complexity  O((V_W + V_C) d² + d³), the same bits for any number of threads.
/// \throws InputError  words and contexts of different dimensions
template <class Arch = DefaultArch>
[[nodiscard]] CanonicalFactors canonical_factors(const Factors& factors, double power,
                                                 ThreadTeam& team) {
  const std::size_t d = factors.words.cols();
  if (factors.contexts.cols() != d)
    throw InputError("canonical form: words of " + std::to_string(d) + " dimensions, contexts of " +
                     std::to_string(factors.contexts.cols()));
  const detail::SerialEigen serial;
  const detail::GramRoot words = detail::root_of(detail::gram_of<Arch>(factors.words, team));
  const detail::GramRoot contexts = detail::root_of(detail::gram_of<Arch>(factors.contexts, team));
  // The singular triplets of what the roots leave of the product: p σ oᵀ, by the squares' o.
  const detail::SmallMatrix core = detail::multiply(words.root, contexts.root.transpose());
  const detail::SymmetricEigen squares =
      detail::largest_of(detail::symmetric_eigen(detail::squares_of(core)), d);
  detail::SmallMatrix of_words =
      detail::multiply(words.inverse, detail::multiply(core, squares.vectors));
  detail::SmallMatrix of_contexts = detail::multiply(contexts.inverse, squares.vectors);
  CanonicalFactors result;
  constexpr double rounding = 1e-6;
  const double largest = std::sqrt(std::max(squares.values[0], 0.0));
  for (std::size_t k = 0; k < d; ++k) {
    const auto column = detail::to_index(k);
    const double sigma = std::sqrt(std::max(squares.values[column], 0.0));
    const bool kept = sigma > rounding * largest;
    result.singular_values.push_back(kept ? sigma : 0.0);
    of_words.col(column) *= kept ? std::pow(sigma, power - 1.0) : 0.0;
    of_contexts.col(column) *= kept ? std::pow(sigma, 1.0 - power) : 0.0;
  }
  AlignedMatrix& w = result.factors.words =
      detail::product<Arch>({factors.words, d}, of_words, team);
  AlignedMatrix& c = result.factors.contexts =
      detail::product<Arch>({factors.contexts, d}, of_contexts, team);
  const std::vector<double> signs = detail::signs_of(w);
  for (AlignedMatrix* const m : {&w, &c})
    for (std::size_t r = 0; r < m->rows(); ++r)
      for (std::size_t k = 0; k < d; ++k) (*m)(r, k) = static_cast<float>(signs[k]) * (*m)(r, k);
  return result;
}

}  // namespace implicitmf
