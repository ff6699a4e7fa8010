// SPDX-License-Identifier: MIT
/// \file
/// Subsampling: leaving out tokens of frequent words at random.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

/// Keeps a token of a word with relative frequency f with probability √(t / f) + t / f, at most 1:
/// the formula of word2vec's program (its paper, Mikolov et al., NIPS 2013, has √(t / f)). Tokens
/// are left out before windows are laid, so windows reach further ("dirty" in Levy, Goldberg &
/// Dagan, TACL 2015, section 3.1).
struct Subsampling {
  double threshold = 1e-3;  ///< t, 0 to 1; 0 keeps every token

  /// \throws ConfigError
  void validate() const {
    if (!(threshold >= 0.0 && threshold <= 1.0))
      throw ConfigError("subsample", "must be 0 (none) to 1, not " + std::to_string(threshold));
  }

  /// Probability of keeping a token of a word with `count` of `tokens` tokens.
  [[nodiscard]] double keep(Count count, Count tokens) const noexcept {
    if (threshold == 0.0 || count == 0) return 1.0;
    const double ratio = threshold * static_cast<double>(tokens) / static_cast<double>(count);
    return std::min(1.0, std::sqrt(ratio) + ratio);
  }

  /// For each word the largest of 2^32 equally likely numbers, from 0 on, that keep its token.
  [[nodiscard]] std::vector<std::uint32_t> limits(const Vocabulary& vocabulary) const {
    std::vector<std::uint32_t> limits;
    limits.reserve(vocabulary.size());
    for (WordId id = 0; id < vocabulary.size(); ++id)
      limits.push_back(static_cast<std::uint32_t>(
          std::max(0.0, std::ldexp(keep(vocabulary.count(id), vocabulary.tokens()), 32) - 1.0)));
    return limits;
  }
};

}  // namespace implicitmf
