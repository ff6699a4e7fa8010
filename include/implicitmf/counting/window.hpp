// SPDX-License-Identifier: MIT
/// \file
/// Windows: which neighbours of a word are its contexts, and with what weight.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// On which side of a word its contexts stand.
enum class WindowSide { symmetric, left, right };

/// A window as a table of integer weights: a context at distance d counts before[d-1] / unit if it
/// stands before the word and after[d-1] / unit if behind it. Integers, so that sums are exact.
struct WindowTable {
  Count unit = 1;
  std::vector<Count> before;
  std::vector<Count> after;
  std::string description;  ///< for people, kept with the counts

  /// The most that one token can add to its row, in steps.
  [[nodiscard]] Count weight_sum() const noexcept {
    return std::accumulate(before.begin(), before.end(), Count{0}) +
           std::accumulate(after.begin(), after.end(), Count{0});
  }
};

/// A window: a small value whose table() is called once for each count and may throw ConfigError.
template <class W>
concept WindowPolicy = std::copyable<W> && requires(const W& window) {
  { window.table() } -> std::same_as<WindowTable>;
};

namespace detail {

/// Largest radius of a window, so that a mistaken 10^9 is refused before it is a table.
inline constexpr std::size_t max_radius = 10'000;

inline void validate_radius(std::size_t radius) {
  if (radius < 1 || radius > max_radius)
    throw ConfigError("radius",
                      "the window must reach 1 to 10000 tokens, not " + std::to_string(radius));
}

/// The table of a weight by distance, on one side or both.
template <class WeightOf>
WindowTable make_table(std::string_view shape, std::size_t radius, WindowSide side, Count unit,
                       WeightOf&& weight_of) {
  WindowTable table;
  table.unit = unit;
  std::vector<Count> weights;
  for (std::size_t d = 1; d <= radius; ++d) weights.push_back(weight_of(d));
  if (side != WindowSide::right) table.before = weights;
  if (side != WindowSide::left) table.after = weights;
  const std::string_view sides[] = {"symmetric", "left", "right"};
  table.description.append("window=").append(shape).append(" radius=");
  table.description.append(std::to_string(radius)).append(" side=");
  table.description.append(sides[static_cast<std::size_t>(side)]);
  return table;
}

}  // namespace detail

/// Each context within the radius counts 1. Unit 1.
struct UniformWindow {
  std::size_t radius = 5;  ///< tokens, 1 to 10000
  WindowSide side = WindowSide::symmetric;
  [[nodiscard]] WindowTable table() const {
    detail::validate_radius(radius);
    return detail::make_table("uniform", radius, side, 1, [](std::size_t) { return Count{1}; });
  }
};

/// A context at distance d counts (L - d + 1) / L: the expectation of word2vec's windows, whose
/// radius is drawn from 1 to L for each token. Unit L.
struct DynamicWindow {
  std::size_t radius = 5;  ///< L, tokens, 1 to 10000
  WindowSide side = WindowSide::symmetric;
  [[nodiscard]] WindowTable table() const {
    detail::validate_radius(radius);
    return detail::make_table("dynamic", radius, side, radius,
                              [this](std::size_t d) { return Count{radius - d + 1}; });
  }
};

/// A context at distance d counts 1/d, as in GloVe (Pennington, Socher & Manning 2014). Exact with
/// unit lcm(1..L) to L = 22; beyond it weights are rounded to 2^-32.
struct HarmonicWindow {
  std::size_t radius = 5;  ///< L, tokens, 1 to 10000
  WindowSide side = WindowSide::symmetric;
  [[nodiscard]] WindowTable table() const {
    detail::validate_radius(radius);
    Count unit = Count{1} << 32U;
    if (radius <= 22) {
      unit = 1;
      for (Count d = 2; d <= radius; ++d) unit = std::lcm(unit, d);
    }
    return detail::make_table("harmonic", radius, side, unit,
                              [unit](std::size_t d) { return (unit + d / 2) / d; });
  }
};
static_assert(WindowPolicy<UniformWindow> && WindowPolicy<DynamicWindow> &&
              WindowPolicy<HarmonicWindow>);

}  // namespace implicitmf
