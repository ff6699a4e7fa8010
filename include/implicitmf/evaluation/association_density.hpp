// SPDX-License-Identifier: MIT
/// \file
/// AssociationDensity: how near the products of vectors come to PMI − log k, pair by pair.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/objectives/sgns_objective.hpp>

namespace implicitmf {

/// Observed pairs by PMI(w,c) − log k and by w·c, in squares of one side on one scale, so that
/// pairs at the optimum of SGNS lie on the diagonal (Levy & Goldberg, NIPS 2014, section 3.1).
/// Every pair counts once, whatever #(w,c).
struct AssociationDensity {
  std::size_t bins = 0;  ///< of each axis
  double low = 0.0;      ///< where both axes begin, in nats
  double high = 0.0;     ///< where they end; what lies beyond is counted in the bins at the ends
  /// bins × bins numbers of pairs: a row for each bin of w·c, rising, by bins of PMI − log k
  std::vector<std::uint64_t> squares;
  std::uint64_t pairs = 0;   ///< all of them
  double correlation = 0.0;  ///< Pearson's, of w·c and PMI − log k; NaN where one is constant
  double mean_difference = 0.0;  ///< of w·c − (PMI − log k), in nats
  double rms_difference = 0.0;   ///< the root of its mean square

  [[nodiscard]] std::uint64_t at(std::size_t product_bin, std::size_t optimum_bin) const noexcept {
    return squares[product_bin * bins + optimum_bin];
  }
  /// The bin of a value on either axis.
  [[nodiscard]] std::size_t bin_of(double value) const noexcept {
    const double place = (value - low) / (high - low) * static_cast<double>(bins);
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)));
  }
};

namespace detail {

/// Sums over values.
struct AxisSums {
  double sum = 0.0;
  double squares = 0.0;
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  void add(double x) noexcept {
    sum += x;
    squares += x * x;
    least = std::min(least, x);
    most = std::max(most, x);
  }
  AxisSums& operator+=(const AxisSums& other) noexcept {
    sum += other.sum;
    squares += other.squares;
    least = std::min(least, other.least);
    most = std::max(most, other.most);
    return *this;
  }
  [[nodiscard]] double variance(double n) const noexcept {
    return std::max(0.0, squares / n - (sum / n) * (sum / n));
  }
  /// `side` standard deviations from the mean, within the values.
  [[nodiscard]] double edge(double n, double side) const noexcept {
    return std::clamp(sum / n + side * std::sqrt(variance(n)), least, most);
  }
};

struct PairSums {
  AxisSums optimum;
  AxisSums product;
  AxisSums difference;
  double products = 0.0;  ///< of optimum and product
  void add(double x, double y) noexcept {
    optimum.add(x);
    product.add(y);
    difference.add(y - x);
    products += x * y;
  }
  PairSums& operator+=(const PairSums& other) noexcept {
    optimum += other.optimum;
    product += other.product;
    difference += other.difference;
    products += other.products;
    return *this;
  }
};

/// Rows that are summed together, whatever the threads.
inline constexpr std::size_t density_rows = 64;

/// Calls visit(PMI − log k, w·c) for each observed pair of a chunk of rows.
template <class Arch, class Visit>
void for_each_observed_pair(const GlobalObjective<Arch>& objective, const AlignedMatrix& words,
                            const AlignedMatrix& contexts, std::size_t chunk, Visit&& visit) {
  const std::size_t end = std::min(objective.rows(), (chunk + 1) * density_rows);
  for (std::size_t w = chunk * density_rows; w < end; ++w)
    objective.for_each_observed(w, [&](WordId c, double count) {
      const PairObjective pair{
          count, objective.negatives() * objective.word_counts()[w] * objective.noise()[c]};
      visit(pair.optimum(), static_cast<double>(kernels::dot<Arch>(
                                words.row_data(w), contexts.row_data(c), words.stride())));
    });
}

/// The ends of the axes, and the figures that need no bins.
inline AssociationDensity without_squares(const PairSums& sums, std::uint64_t pairs,
                                          std::size_t bins) {
  constexpr double shown = 4.0;  // standard deviations: rare pairs beyond would squeeze the rest
  const auto n = static_cast<double>(pairs);
  AssociationDensity density;
  density.bins = bins;
  density.pairs = pairs;
  density.low = std::min(sums.optimum.edge(n, -shown), sums.product.edge(n, -shown));
  density.high = std::max(sums.optimum.edge(n, shown), sums.product.edge(n, shown));
  if (!(density.high > density.low)) {
    density.low -= 0.5;
    density.high += 0.5;
  }
  const double covariance = sums.products / n - sums.optimum.sum / n * (sums.product.sum / n);
  const double spread = std::sqrt(sums.optimum.variance(n) * sums.product.variance(n));
  density.correlation = spread > 0.0 ? std::clamp(covariance / spread, -1.0, 1.0)
                                     : std::numeric_limits<double>::quiet_NaN();
  density.mean_difference = sums.difference.sum / n;
  density.rms_difference = std::sqrt(sums.difference.squares / n);
  density.squares.assign(bins * bins, 0);
  return density;
}

}  // namespace detail

/// Counts the observed pairs of an objective by PMI − log k and by w·c. The axes reach four
/// standard deviations to both sides of the means of both, or to the last value.
///
/// \param words  rows() × d; \param contexts cols() × d
/// \param bins   of each axis, 1 to 4096
/// \par Complexity  two passes of observed() d multiply-adds.
/// \par Memory  8 · bins² bytes for each thread; the same bits for any number of threads.
/// \throws ConfigError   bins are out of their range
/// \throws InputError    another shape
/// \throws NumericError  a product is not finite
template <class Arch>
[[nodiscard]] AssociationDensity association_density(const GlobalObjective<Arch>& objective,
                                                     const AlignedMatrix& words,
                                                     const AlignedMatrix& contexts,
                                                     std::size_t bins, ThreadTeam& team) {
  if (bins < 1 || bins > 4096)
    throw ConfigError("bins", "must be 1 to 4096, not " + std::to_string(bins));
  objective.require_shape(words, contexts);
  const std::size_t chunks = (objective.rows() + detail::density_rows - 1) / detail::density_rows;
  std::vector<detail::PairSums> parts(chunks);
  team.for_each(chunks, [&](std::size_t i) {
    detail::for_each_observed_pair(objective, words, contexts, i,
                                   [&](double x, double y) { parts[i].add(x, y); });
  });
  detail::PairSums sums;
  for (const detail::PairSums& part : parts) sums += part;
  if (!std::isfinite(sums.difference.squares))
    throw NumericError("density: a product of vectors is not finite");
  AssociationDensity density = detail::without_squares(sums, objective.observed(), bins);
  std::vector<std::vector<std::uint64_t>> counted(team.size());
  team.for_each_on_thread(chunks, [&](std::size_t i, std::size_t thread) {
    std::vector<std::uint64_t>& squares = counted[thread];
    squares.resize(bins * bins);
    detail::for_each_observed_pair(objective, words, contexts, i, [&](double x, double y) {
      ++squares[density.bin_of(y) * bins + density.bin_of(x)];
    });
  });
  for (const std::vector<std::uint64_t>& squares : counted)
    for (std::size_t i = 0; i < squares.size(); ++i) density.squares[i] += squares[i];
  return density;
}

}  // namespace implicitmf
