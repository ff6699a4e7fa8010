// SPDX-License-Identifier: MIT
/// \file
/// Spearman's rank correlation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <implicitmf/core/errors.hpp>

namespace implicitmf {

/// The rank of each value, from 1 for the least; equal values share the mean of their ranks.
/// O(n log n). The values must not be NaN.
[[nodiscard]] inline std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = 0.5 * static_cast<double>(begin + 1 + end);
    begin = end;
  }
  return ranks;
}

/// Spearman's ρ of two series, the correlation of their mean ranks, −1 to 1. NaN where there is
/// none: fewer than two pairs, a series of equal values, or a NaN in one.
/// \throws ConfigError if they differ in length
[[nodiscard]] inline double spearman(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) throw ConfigError("y", "must have as many values as x");
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (std::ranges::any_of(x, is_nan) || std::ranges::any_of(y, is_nan)) return none;
  const std::vector<double> rank_x = mean_ranks(x);
  const std::vector<double> rank_y = mean_ranks(y);
  const double mean = 0.5 * static_cast<double>(x.size() + 1);
  double xy = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = rank_x[i] - mean;
    const double dy = rank_y[i] - mean;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : none;
}

}  // namespace implicitmf
