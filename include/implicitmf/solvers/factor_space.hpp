// SPDX-License-Identifier: MIT
/// \file
/// Factors as points of a vector space: what a minimiser does with them.
#pragma once

#include <cstddef>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/dense_panels.hpp>
#include <implicitmf/solvers/factors.hpp>

namespace implicitmf::detail {

/// Σ a · b over all entries, in double, slab by slab in order.
[[nodiscard]] inline double dot(const AlignedMatrix& a, const AlignedMatrix& b, ThreadTeam& team) {
  const RowSlabs slabs(a.rows());
  std::vector<double> sums(slabs.count());
  team.for_each(slabs.count(), [&](std::size_t s) {
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r) {
      constexpr std::size_t lanes = AlignedMatrix::row_multiple;
      const float* const x = a.row_data(r);
      const float* const y = b.row_data(r);
      double lane[lanes] = {};
      for (std::size_t k = 0; k < a.stride(); k += lanes)
        for (std::size_t l = 0; l < lanes; ++l)
          lane[l] += static_cast<double>(x[k + l]) * static_cast<double>(y[k + l]);
      for (const double part : lane) sums[s] += part;
    }
  });
  double sum = 0.0;
  for (const double part : sums) sum += part;
  return sum;
}
[[nodiscard]] inline double dot(const Factors& a, const Factors& b, ThreadTeam& team) {
  return dot(a.words, b.words, team) + dot(a.contexts, b.contexts, team);
}

/// y ← β y + α x.
inline void combine(AlignedMatrix& y, double beta, double alpha, const AlignedMatrix& x,
                    ThreadTeam& team) {
  const auto a = static_cast<float>(alpha);
  const auto b = static_cast<float>(beta);
  const RowSlabs slabs(y.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r) {
      float* const to = y.row_data(r);
      const float* const from = x.row_data(r);
      for (std::size_t k = 0; k < y.stride(); ++k) to[k] = b * to[k] + a * from[k];
    }
  });
}
inline void combine(Factors& y, double beta, double alpha, const Factors& x, ThreadTeam& team) {
  combine(y.words, beta, alpha, x.words, team);
  combine(y.contexts, beta, alpha, x.contexts, team);
}

/// Multiplies row r by factors[r].
inline void scale_rows(AlignedMatrix& m, const std::vector<float>& factors, ThreadTeam& team) {
  const RowSlabs slabs(m.rows());
  team.for_each(slabs.count(), [&](std::size_t s) {
    for (std::size_t r = slabs[s].begin; r < slabs[s].end; ++r)
      for (float& x : m.row(r)) x *= factors[r];
  });
}

}  // namespace implicitmf::detail
