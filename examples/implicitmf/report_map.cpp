// SPDX-License-Identifier: MIT
// The maps of a report: words on the plane in which their directions vary most.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "report_html.hpp"
#include "report_parts.hpp"

namespace app {

namespace {

constexpr double width = 720.0;
constexpr double height = 560.0;
constexpr double margin = 24.0;

struct Place {
  double x;
  double y;
};

/// Coordinates as places of the picture, on one scale for both axes.
std::vector<Place> places_of(const imf::AlignedMatrix& coordinates) {
  const auto value = [&](std::size_t row, std::size_t axis) {
    return axis < coordinates.cols() ? static_cast<double>(coordinates(row, axis)) : 0.0;
  };
  double low[2];
  double high[2];
  for (const std::size_t axis : {0U, 1U}) {
    low[axis] = std::numeric_limits<double>::infinity();
    high[axis] = -low[axis];
    for (std::size_t row = 0; row < coordinates.rows(); ++row) {
      low[axis] = std::min(low[axis], value(row, axis));
      high[axis] = std::max(high[axis], value(row, axis));
    }
  }
  const double least = 1e-9;
  const double scale = std::min((width - 2.0 * margin) / std::max(high[0] - low[0], least),
                                (height - 2.0 * margin) / std::max(high[1] - low[1], least));
  std::vector<Place> places;
  for (std::size_t row = 0; row < coordinates.rows(); ++row)
    places.push_back({width / 2.0 + scale * (value(row, 0) - (low[0] + high[0]) / 2.0),
                      height / 2.0 - scale * (value(row, 1) - (low[1] + high[1]) / 2.0)});
  return places;
}

/// Characters of UTF-8, or nearly: how long a label is.
double label_width(std::string_view word) {
  const auto characters = std::ranges::count_if(
      word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return 6.5 * static_cast<double>(characters);
}

/// Whether each word's label is shown before one zooms in: the more frequent word first, each where
/// no other lies. The page's script does the same at every scale.
std::vector<bool> shown_labels(const std::vector<std::string>& words,
                               const std::vector<Place>& places) {
  struct Box {
    double left;
    double right;
    double middle;
  };
  constexpr double line = 13.0;
  std::vector<Box> taken;
  std::vector<bool> shown;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Box box{places[i].x - 4.0, places[i].x + 6.0 + label_width(words[i]), places[i].y};
    const bool free = std::ranges::none_of(taken, [&](const Box& other) {
      return box.left < other.right && other.left < box.right &&
             std::abs(box.middle - other.middle) < line;
    });
    if (free) taken.push_back(box);
    shown.push_back(free);
  }
  return shown;
}

std::string draw(const ReportModel& model, std::size_t color) {
  const std::vector<Place> places = places_of(model.map.components.coordinates);
  const std::vector<bool> shown = shown_labels(model.map.words, places);
  const std::string title =
      "Map of the " + std::to_string(places.size()) + " most frequent words of " + model.name;
  std::string picture = "<svg class=\"map\" viewBox=\"0 0 720 560\" role=\"img\" aria-label=\"" +
                        html::escape(title) + "\">\n";
  for (std::size_t i = 0; i < places.size(); ++i)
    picture += std::string("<g class=\"word") + (shown[i] ? "" : " quiet") +
               "\" transform=\"translate(" + html::fixed(places[i].x, 1) + " " +
               html::fixed(places[i].y, 1) + ")\"><circle class=\"m" + std::to_string(color) +
               "\" r=\"2.5\"/><text x=\"5\" y=\"4\">" + html::escape(model.map.words[i]) +
               "</text></g>\n";
  return picture + "</svg>\n";
}

/// The part of the variance that the map shows.
double shown_variance(const imf::PrincipalComponents& components) {
  double sum = 0.0;
  for (const double variance : components.variances) sum += variance;
  return components.total_variance > 0.0 ? sum / components.total_variance : 0.0;
}

}  // namespace

std::string map_section(const Report& report) {
  std::string maps;
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    const ReportModel& model = report.models[i];
    maps +=
        "<figure>\n<div class=\"zoom\" hidden>"
        "<button type=\"button\" data-zoom=\"1.5\" aria-label=\"Zoom in\">+</button>"
        "<button type=\"button\" data-zoom=\"0.6667\" aria-label=\"Zoom out\">−</button>"
        "<button type=\"button\" data-zoom=\"0\">Reset</button></div>\n"
        "<div class=\"canvas\" tabindex=\"0\" role=\"group\" aria-label=\"Map of " +
        html::escape(model.name) + "\">\n" + draw(model, i) + "</div>\n<figcaption>" + key(i) +
        "<b>" + html::escape(model.name) + "</b>: the plane shows " +
        html::fixed(100.0 * shown_variance(model.map.components), 1) +
        " % of the variance.</figcaption>\n</figure>\n";
  }
  return "<section id=\"map\" aria-labelledby=\"map-title\">\n"
         "<h2 id=\"map-title\">Map of words</h2>\n"
         "<p>The directions of the most frequent words on their first two principal components. "
         "Near words on the map need not be near in all dimensions.</p>\n"
         "<form class=\"search\" role=\"search\" hidden><label for=\"query\">Find a word</label>"
         "<input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">"
         "<output id=\"found\" for=\"query\" aria-live=\"polite\"></output></form>\n"
         "<p class=\"help\" hidden>Drag to move; zoom by the buttons, by + − 0, or by Ctrl and the "
         "wheel; arrows move a map that has the focus.</p>\n<div class=\"pair\">\n" +
         maps + "</div>\n</section>\n";
}

}  // namespace app
