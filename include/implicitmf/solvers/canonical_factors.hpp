// SPDX-License-Identifier: MIT
/// \file
/// canonical_factors(): factors brought to the form that a truncated SVD hands out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
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

/// AᵀA of the d columns, products and sums in double: of columns that are nearly dependent single
/// precision would leave noise.
[[nodiscard]] inline SmallMatrix exact_gram(const AlignedMatrix& m, ThreadTeam& team) {
  constexpr std::size_t parts = 8;
  const std::size_t d = m.cols();
  std::vector<SmallMatrix> sums(parts, SmallMatrix::Zero(to_index(d), to_index(d)));
  team.for_each(parts, [&](std::size_t part) {
    const IndexRange rows = partition(m.rows(), parts, part);
    for (std::size_t r = rows.begin; r < rows.end; ++r) {
      const float* const row = m.row_data(r);
      for (std::size_t i = 0; i < d; ++i) {
        double* const to = sums[part].data() + i * d;
        const auto factor = static_cast<double>(row[i]);
        for (std::size_t j = 0; j < d; ++j) to[j] += factor * static_cast<double>(row[j]);
      }
    }
  });
  for (std::size_t part = 1; part < parts; ++part) sums[0] += sums[part];
  return std::move(sums[0]);
}

/// A h in double, rounded once.
[[nodiscard]] inline AlignedMatrix exact_product(const AlignedMatrix& a, const SmallMatrix& h,
                                                 ThreadTeam& team) {
  const auto columns = static_cast<std::size_t>(h.cols());
  AlignedMatrix y(a.rows(), columns);
  const RowSlabs slabs(a.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    std::vector<double> sums(columns);
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::size_t k = 0; k < a.cols(); ++k) {
        const double* const row = h.data() + k * columns;
        const auto factor = static_cast<double>(a(r, k));
        for (std::size_t j = 0; j < columns; ++j) sums[j] += factor * row[j];
      }
      for (std::size_t j = 0; j < columns; ++j) y(r, j) = static_cast<float>(sums[j]);
    }
  });
  return y;
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

}  // namespace detail

/// The factors W' = U Σ^p and C' = V Σ^(1−p) of the same product: W Cᵀ = U Σ Vᵀ = W' C'ᵀ. What a
/// solver of W Cᵀ finds is fixed up to a linear map of W and its inverse of C alone; this form is
/// fixed, and its columns are ordered by what they count for. Signs as SymmetricSVD's.
///
/// Singular values below a millionth of the largest count as rounding: 0, and so are their columns.
///
/// \param power  p, 0 to 1
/// \par Complexity  O((V_W + V_C) d² + d³) in double, the same bits for any number of threads.
/// \throws ConfigError  the power is out of its range
/// \throws InputError   words and contexts of different dimensions, or of none
[[nodiscard]] inline CanonicalFactors canonical_factors(const Factors& factors, double power,
                                                        ThreadTeam& team) {
  if (!(power >= 0.0 && power <= 1.0))
    throw ConfigError("power", "must be 0 to 1, not " + std::to_string(power));
  const std::size_t d = factors.words.cols();
  if (d == 0) throw InputError("canonical form: vectors have no dimension");
  if (factors.contexts.cols() != d)
    throw InputError("canonical form: words of " + std::to_string(d) + " dimensions, contexts of " +
                     std::to_string(factors.contexts.cols()));
  const detail::SerialEigen serial;
  const detail::GramRoot words = detail::root_of(detail::exact_gram(factors.words, team));
  const detail::GramRoot contexts = detail::root_of(detail::exact_gram(factors.contexts, team));
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
  AlignedMatrix& w = result.factors.words = detail::exact_product(factors.words, of_words, team);
  AlignedMatrix& c = result.factors.contexts =
      detail::exact_product(factors.contexts, of_contexts, team);
  for (std::size_t k = 0; k < d; ++k)
    if (const double sign = detail::sign_of_column(w, k); sign < 0.0)
      for (AlignedMatrix* const m : {&w, &c}) detail::scale_column(*m, k, sign);
  return result;
}

}  // namespace implicitmf
