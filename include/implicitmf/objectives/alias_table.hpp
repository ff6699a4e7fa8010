// SPDX-License-Identifier: MIT
/// \file
/// AliasTable: draws from a discrete distribution in constant time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// Draws i with probability weights[i] / Σ weights, to within 2^-32, and to 2^-32 / size where it
/// is below the average. Walker's alias method (ACM TOMS 1977) built as Vose does (IEEE TSE 1991):
/// one look-up of 8 bytes a draw, so that the table of a usual vocabulary stays in the cache.
///
/// \par Memory  8 bytes a weight, 20 while it is built.
/// \par Thread safety  immutable once made.
class AliasTable {
 public:
  /// \param weights  finite, at least 0, not all 0; at most max_vocabulary of them
  /// \throws InputError
  explicit AliasTable(std::span<const double> weights) : columns_(weights.size()) {
    if (weights.size() > max_vocabulary)
      throw InputError("alias table: " + std::to_string(weights.size()) + " weights are too many");
    double sum = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!(weights[i] >= 0.0) || !std::isfinite(weights[i]))
        throw InputError("alias table: weight " + std::to_string(i) + " is " +
                         std::to_string(weights[i]) + ", not a number of at least 0");
      sum += weights[i];
    }
    if (!(sum > 0.0) || !std::isfinite(sum))
      throw InputError("alias table: the weights sum to " + std::to_string(sum));
    fill(weights, sum);
  }

  [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }

  /// The element that 64 uniform bits choose.
  [[nodiscard]] WordId draw(std::uint64_t bits) const noexcept {
    std::uint32_t rest = 0;
    const std::uint64_t i = scale_bits(bits, columns_.size(), rest);
    const Column column = columns_[i];
    // No branch, as nothing could predict it: so the look-ups of successive draws overlap.
    const WordId own = WordId{0} - static_cast<WordId>(rest < column.threshold);
    return (static_cast<WordId>(i) & own) | (column.alias & ~own);
  }

 private:
  /// Of every 2^32 draws that hit column i, `threshold` give i and the others `alias`.
  struct Column {
    std::uint32_t threshold = 0;
    WordId alias = 0;
  };

  void fill(std::span<const double> weights, double sum) {
    const double size = static_cast<double>(weights.size());
    std::vector<double> shares(weights.size());  // of a column, 1 on average
    std::vector<WordId> small;
    std::vector<WordId> large;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      shares[i] = weights[i] / sum * size;
      (shares[i] < 1.0 ? small : large).push_back(static_cast<WordId>(i));
    }
    while (!small.empty() && !large.empty()) {
      const WordId s = small.back();
      const WordId l = large.back();
      small.pop_back();
      columns_[s] = {static_cast<std::uint32_t>(std::ldexp(shares[s], 32)), l};
      shares[l] -= 1.0 - shares[s];
      if (shares[l] < 1.0) {
        large.pop_back();
        small.push_back(l);
      }
    }
    // What is left has a whole column, but for rounding; a weight of 0 must not be left with one.
    const auto heaviest =
        static_cast<WordId>(std::max_element(weights.begin(), weights.end()) - weights.begin());
    for (const std::vector<WordId>* rest : {&small, &large})
      for (const WordId i : *rest) columns_[i] = {0, weights[i] > 0.0 ? i : heaviest};
  }

  std::vector<Column> columns_;
};

}  // namespace implicitmf
