// SPDX-License-Identifier: MIT
/// \file
/// Charts as SVG: lines and densities over axes with round ticks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/evaluation/association_density.hpp>

namespace app::charts {

/// A line of a model's colour.
struct Line {
  std::string name;
  std::size_t color = 0;
  std::vector<std::pair<double, double>> points;  ///< x rising
  std::optional<double> level;                    ///< drawn across, dashed: what can't be passed
};

struct LineChart {
  std::string title;  ///< what screen readers say
  std::string x_label;
  std::string y_label;
  bool logarithmic = false;  ///< the y axis; points at or below 0 are left out
  std::vector<Line> lines{};
};

/// A chart, or nothing where no line has a point.
[[nodiscard]] std::string draw(const LineChart& chart);

/// Squares darker with the logarithm of the number of pairs in them, and the diagonal.
[[nodiscard]] std::string draw(const implicitmf::AssociationDensity& density,
                               const std::string& title);

/// Shades of a density.
inline constexpr std::size_t shades = 8;
/// The least number of pairs of each shade, for a legend; 0: the shade is not used.
[[nodiscard]] std::vector<std::uint64_t> shade_limits(
    const implicitmf::AssociationDensity& density);

}  // namespace app::charts
