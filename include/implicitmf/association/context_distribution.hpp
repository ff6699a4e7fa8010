// SPDX-License-Identifier: MIT
/// \file
/// Context distributions: the noise q(c) that contexts are compared with.
#pragma once

#include <cmath>
#include <concepts>
#include <string>

#include <implicitmf/core/errors.hpp>

namespace implicitmf {

/// Gives a context of count #(c) its unnormalised weight in q: finite, above 0 for counts above 0.
/// A pure function; a context with count 0 has no mass. validate() throws ConfigError.
template <class D>
concept ContextDistribution = std::copyable<D> && requires(const D& distribution, double count) {
  { distribution.weight(count) } -> std::same_as<double>;
  distribution.validate();
};

/// q(c) = #(c) / |D|, the empirical distribution of Levy & Goldberg (NIPS 2014).
struct EmpiricalContexts {
  [[nodiscard]] double weight(double count) const noexcept { return count; }
  void validate() const noexcept {}
};

/// q(c) = #(c)^α / Σ #(c')^α: context distribution smoothing (Levy, Goldberg & Dagan, TACL 2015,
/// section 3.2), which keeps rare contexts from dominating. α = 1 is EmpiricalContexts.
struct SmoothedContexts {
  double alpha = 0.75;  ///< above 0, at most 1
  [[nodiscard]] double weight(double count) const noexcept {
    return alpha == 1.0 ? count : std::pow(count, alpha);
  }
  /// \throws ConfigError
  void validate() const {
    if (!(alpha > 0.0 && alpha <= 1.0))
      throw ConfigError("alpha", "the smoothing exponent must be above 0 and at most 1, not " +
                                     std::to_string(alpha));
  }
};
static_assert(ContextDistribution<EmpiricalContexts> && ContextDistribution<SmoothedContexts>);

}  // namespace implicitmf
