// SPDX-License-Identifier: MIT
#include "report_charts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "report_html.hpp"

namespace app::charts {

namespace {

/// A number as coordinates are written: a decimal, no zeros behind it.
std::string at(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x);
  std::string result(text);
  if (result.ends_with(".0")) result.resize(result.size() - 2);
  return result == "-0" ? "0" : result;
}

/// Values along an axis, with marks at round ones.
class Axis {
 public:
  /// `from` to `to` are pixels.
  Axis(double low, double high, bool logarithmic, double from, double to)
      : logarithmic_(logarithmic), from_(from), to_(to) {
    if (logarithmic)
      mark_powers(low, high);
    else
      mark_steps(low, high);
  }
  /// The same pixels a unit as another axis, and no more than the values: for squares.
  static Axis tight(double low, double high, double from, double to) {
    Axis axis(low, high, false, from, to);
    axis.low_ = low;
    axis.high_ = high;
    std::erase_if(axis.marks_,
                  [&](const auto& mark) { return mark.first < low || mark.first > high; });
    return axis;
  }
  [[nodiscard]] double place(double value) const {
    const double x = logarithmic_ ? std::log10(value) : value;
    return from_ + (x - low_) / (high_ - low_) * (to_ - from_);
  }
  /// Values and what is written there.
  [[nodiscard]] const std::vector<std::pair<double, std::string>>& marks() const { return marks_; }

 private:
  static constexpr double wanted_marks = 6.0;

  void mark_steps(double low, double high) {
    if (!(high > low)) {
      const double some = low == 0.0 ? 1.0 : std::abs(low) * 0.1;
      low -= some;
      high += some;
    }
    const double raw = (high - low) / wanted_marks;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    double step = 10.0 * power;
    for (const double round : {1.0, 2.0, 5.0})
      if (round * power >= raw * 0.999) {
        step = round * power;
        break;
      }
    low_ = std::floor(low / step + 1e-9) * step;
    high_ = std::ceil(high / step - 1e-9) * step;
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const auto steps = std::llround((high_ - low_) / step);
    const auto first = std::llround(low_ / step);
    for (long long i = 0; i <= steps; ++i) {
      const double value = static_cast<double>(first + i) * step;
      marks_.emplace_back(
          value, std::abs(value) >= 1e5 ? html::number(value, 3) : html::fixed(value, decimals));
    }
  }

  /// At 1, 2, 5 of each power of ten, or at the powers alone.
  void mark_powers(double low, double high) {
    const auto first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
    const auto last = static_cast<int>(std::ceil(std::log10(high) - 1e-9));
    const bool close = std::log10(high / low) < 2.0;
    std::vector<double> rounds;
    for (int p = first; p <= last; ++p)
      for (const double round : {1.0, 2.0, 5.0})
        if (close || round == 1.0) rounds.push_back(round * std::pow(10.0, p));
    // From the last mark below all values to the first above.
    std::size_t begin = 0;
    while (begin + 2 < rounds.size() && rounds[begin + 1] <= low * (1.0 + 1e-9)) ++begin;
    std::size_t end = begin + 1;
    while (end + 1 < rounds.size() && rounds[end] < high * (1.0 - 1e-9)) ++end;
    for (std::size_t i = begin; i <= end && i < rounds.size(); ++i)
      marks_.emplace_back(rounds[i], html::number(rounds[i]));
    low_ = std::log10(marks_.front().first);
    high_ = std::log10(marks_.back().first);
    if (!(high_ > low_)) high_ = low_ + 1.0;
  }

  bool logarithmic_;
  double from_;
  double to_;
  double low_ = 0.0;
  double high_ = 1.0;
  std::vector<std::pair<double, std::string>> marks_;
};

/// Where the plot lies in its picture.
struct Frame {
  double width;
  double height;
  double left = 58.0;
  double right = 14.0;
  double top = 28.0;
  double bottom = 46.0;
  [[nodiscard]] double x_end() const { return width - right; }
  [[nodiscard]] double y_end() const { return height - bottom; }
};

std::string begin_picture(const Frame& frame, const std::string& title) {
  return "<svg class=\"chart\" viewBox=\"0 0 " + at(frame.width) + " " + at(frame.height) +
         "\" role=\"img\" aria-label=\"" + html::escape(title) + "\">\n";
}

std::string text(const char* kind, double x, double y, const std::string& words) {
  return std::string("<text class=\"") + kind + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\">" +
         html::escape(words) + "</text>";
}

/// Grid, marks and labels.
std::string draw_axes(const Frame& frame, const Axis& x, const Axis& y, const std::string& x_label,
                      const std::string& y_label) {
  std::string grid;
  std::string marks;
  for (const auto& [value, label] : x.marks()) {
    const std::string place = at(x.place(value));
    grid += "M" + place + " " + at(frame.top) + "V" + at(frame.y_end());
    marks += text("tick x", x.place(value), frame.y_end() + 17.0, label);
  }
  for (const auto& [value, label] : y.marks()) {
    grid += "M" + at(frame.left) + " " + at(y.place(value)) + "H" + at(frame.x_end());
    marks += text("tick y", frame.left - 8.0, y.place(value) + 4.0, label);
  }
  return "<path class=\"grid\" d=\"" + grid + "\"/>" + marks +
         text("label x", (frame.left + frame.x_end()) / 2.0, frame.height - 8.0, x_label) +
         text("label y", 4.0, 15.0, y_label) + "\n";
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  }
};

/// Without the points that can't be drawn.
std::vector<Line> drawable(const LineChart& chart) {
  std::vector<Line> lines = chart.lines;
  const auto bad = [&](double y) { return !std::isfinite(y) || (chart.logarithmic && !(y > 0.0)); };
  for (Line& line : lines) {
    std::erase_if(line.points,
                  [&](const auto& p) { return !std::isfinite(p.first) || bad(p.second); });
    if (line.level && bad(*line.level)) line.level.reset();
  }
  std::erase_if(lines, [](const Line& line) { return line.points.empty(); });
  return lines;
}

std::string draw_line(const Line& line, const Frame& frame, const Axis& x, const Axis& y) {
  const std::string color = "m" + std::to_string(line.color);
  std::string path;
  std::string dots;
  for (const auto& [px, py] : line.points) {
    const std::string place = at(x.place(px)) + " " + at(y.place(py));
    path += (path.empty() ? "M" : "L") + place;
    if (line.points.size() <= 60)
      dots += "<circle class=\"" + color + "\" cx=\"" + at(x.place(px)) + "\" cy=\"" +
              at(y.place(py)) + "\" r=\"3\"><title>" +
              html::escape(line.name + ": " + html::number(px) + ", " + html::number(py)) +
              "</title></circle>";
  }
  std::string level;
  if (line.level)
    level = "<path class=\"level " + color + "\" d=\"M" + at(frame.left) + " " +
            at(y.place(*line.level)) + "H" + at(frame.x_end()) + "\"><title>" +
            html::escape(line.name + ": optimum " + html::number(*line.level)) + "</title></path>";
  return level + "<path class=\"line " + color + "\" d=\"" + path + "\"/>" + dots + "\n";
}

/// The shade of a number of pairs, from 0, where `most` is the largest.
std::size_t shade(std::uint64_t pairs, std::uint64_t most) {
  if (most <= 1) return shades - 1;
  const double part = std::log(static_cast<double>(pairs)) / std::log(static_cast<double>(most));
  return std::min(shades - 1, static_cast<std::size_t>(part * static_cast<double>(shades)));
}

std::uint64_t most_of(const implicitmf::AssociationDensity& density) {
  return *std::max_element(density.squares.begin(), density.squares.end());
}

}  // namespace

std::string draw(const LineChart& chart) {
  const std::vector<Line> lines = drawable(chart);
  if (lines.empty()) return {};
  Range xs;
  Range ys;
  for (const Line& line : lines) {
    for (const auto& [x, y] : line.points) {
      xs.add(x);
      ys.add(y);
    }
    if (line.level) ys.add(*line.level);
  }
  const Frame frame{460.0, 300.0};
  const Axis x(xs.low, xs.high, false, frame.left, frame.x_end());
  const Axis y(ys.low, ys.high, chart.logarithmic, frame.y_end(), frame.top);
  std::string picture = begin_picture(frame, chart.title);
  picture += draw_axes(frame, x, y, chart.x_label, chart.y_label);
  for (const Line& line : lines) picture += draw_line(line, frame, x, y);
  return picture + "</svg>\n";
}

std::string draw(const implicitmf::AssociationDensity& density, const std::string& title) {
  const Frame frame{460.0, 460.0};
  // Whole pixels a square, so that they meet without seams.
  const double side =
      std::floor((frame.x_end() - frame.left) / static_cast<double>(density.bins) * 4.0) / 4.0;
  const double span = side * static_cast<double>(density.bins);
  const Axis x = Axis::tight(density.low, density.high, frame.left, frame.left + span);
  const Axis y = Axis::tight(density.low, density.high, frame.y_end(), frame.y_end() - span);
  std::vector<std::string> paths(shades);
  const std::uint64_t most = most_of(density);
  for (std::size_t row = 0; row < density.bins; ++row)
    for (std::size_t begin = 0; begin < density.bins;) {
      const std::uint64_t pairs = density.at(row, begin);
      std::size_t end = begin + 1;
      if (pairs > 0) {
        const std::size_t level = shade(pairs, most);
        while (end < density.bins && density.at(row, end) > 0 &&
               shade(density.at(row, end), most) == level)
          ++end;
        paths[level] += "M" + std::to_string(begin) + " " + std::to_string(row) + "h" +
                        std::to_string(end - begin) + "v1h-" + std::to_string(end - begin) + "z";
      }
      begin = end;
    }
  std::string picture = begin_picture(frame, title);
  picture += draw_axes(frame, x, y, "PMI(w,c) − log k, nats", "w·c");
  picture += "<g transform=\"translate(" + at(frame.left) + " " + at(frame.y_end()) + ") scale(" +
             std::to_string(side) + " -" + std::to_string(side) +
             ")\" shape-rendering=\"crispEdges\">";
  for (std::size_t level = 0; level < shades; ++level)
    if (!paths[level].empty())
      picture += "<path class=\"d" + std::to_string(level) + "\" d=\"" + paths[level] + "\"/>\n";
  picture += "</g><path class=\"diagonal\" d=\"M" + at(frame.left) + " " + at(frame.y_end()) + "L" +
             at(frame.left + span) + " " + at(frame.y_end() - span) + "\"/>";
  return picture + "</svg>\n";
}

std::vector<std::uint64_t> shade_limits(const implicitmf::AssociationDensity& density) {
  std::vector<std::uint64_t> limits(shades);
  const std::uint64_t most = most_of(density);
  for (const std::uint64_t pairs : density.squares)
    if (pairs > 0) {
      std::uint64_t& limit = limits[shade(pairs, most)];
      limit = limit == 0 ? pairs : std::min(limit, pairs);
    }
  return limits;
}

}  // namespace app::charts
