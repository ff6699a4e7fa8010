// SPDX-License-Identifier: MIT
// Curves: objective and loss by epochs and seconds, and singular values.
#include <cmath>
#include <optional>
#include <utility>

#include "report_charts.hpp"
#include "report_html.hpp"
#include "report_parts.hpp"

namespace app {

namespace {

using html::escape;

/// The steps of a training, whatever the method calls them.
const Json& steps_of(const ReportModel& model) {
  const Json& passes = member(model.record, "passes");
  return passes.is_array() ? passes : member(model.record, "epochs");
}

/// Where a value stands: after so many epochs, after so many seconds.
struct Step {
  double epoch = 0.0;
  double seconds = 0.0;
  double value = 0.0;
};

/// The figures of one key, times `scale`, of the steps that have it.
std::vector<Step> figures(const ReportModel& model, const std::string& key, double scale) {
  std::vector<Step> found;
  const bool sampled = model.text("method") == "sgns";
  // Methods that look at their start too have it as step 0.
  double epoch = sampled || model.text("method") == "glove" ? 1.0 : 0.0;
  double seconds = 0.0;
  if (const auto first = model.number("first_" + key); first && sampled)
    found.push_back({0.0, 0.0, *first * scale});
  const Json& steps = steps_of(model);
  if (!steps.is_array()) return found;
  for (const Json& step : steps) {
    const double taken = number_at(step, "seconds").value_or(std::nan(""));
    seconds = sampled ? seconds + taken : taken;
    if (const auto value = number_at(step, key)) found.push_back({epoch, seconds, *value * scale});
    epoch += 1.0;
  }
  return found;
}

/// What is drawn over epochs and over seconds.
struct Curves {
  std::string what;  ///< "Held-out loss"
  std::string unit;
  bool logarithmic = false;
  std::vector<charts::Line> by_epoch{};
  std::vector<charts::Line> by_second{};

  void add(const std::string& name, std::size_t color, const std::vector<Step>& steps,
           std::optional<double> level = {}) {
    if (steps.empty()) return;
    charts::Line epochs{name, color, {}, level};
    charts::Line seconds{name, color, {}, level};
    for (const Step& step : steps) {
      epochs.points.emplace_back(step.epoch, step.value);
      seconds.points.emplace_back(step.seconds, step.value);
    }
    by_epoch.push_back(std::move(epochs));
    by_second.push_back(std::move(seconds));
  }

  [[nodiscard]] std::string draw(const std::string& note) const {
    const auto chart = [&](const char* over, const std::vector<charts::Line>& lines) {
      return charts::draw({.title = what + " by " + over,
                           .x_label = over,
                           .y_label = what + ", " + unit,
                           .logarithmic = logarithmic,
                           .lines = lines});
    };
    const std::string pictures = figure(chart("epochs", by_epoch), escape(what) + " by epochs.") +
                                 figure(chart("seconds", by_second), escape(what) + " by seconds.");
    if (pictures.empty()) return {};
    return "<p>" + note + "</p>\n<div class=\"pair\">\n" + pictures + "</div>\n";
  }
};

/// The last figures as a table: what the curves come to.
std::string last_figures(const Report& report) {
  std::string rows;
  for (const auto& [key, name] :
       {std::pair{"loss", "Held-out loss, nats a pair"}, std::pair{"objective", "Objective, nats"},
        std::pair{"deviation", "Deviation from the optimum, %"}}) {
    std::vector<std::string> values;
    bool any = false;
    for (const ReportModel& model : report.models) {
      const auto found = figures(model, key, std::string(key) == "deviation" ? 100.0 : 1.0);
      any = any || !found.empty();
      values.push_back(found.empty() ? "–" : html::number(found.back().value, 6));
    }
    if (any) rows += value_row(name, values, " data-last=\"" + std::string(key) + "\"");
  }
  if (rows.empty()) return {};
  return table("After the last epoch", model_heads(report, "Figure"), rows);
}

}  // namespace

std::string progress_section(const Report& report) {
  Curves loss{.what = "Held-out loss", .unit = "nats a pair"};
  Curves objective{.what = "Objective", .unit = "nats a pair"};
  Curves glove{.what = "GloVe's objective", .unit = "summed"};
  Curves deviation{.what = "Deviation", .unit = "% of the optimum", .logarithmic = true};
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    const ReportModel& model = report.models[i];
    loss.add(model.name, i, figures(model, "loss", 1.0));
    deviation.add(model.name, i, figures(model, "deviation", 100.0));
    if (model.text("method") == "glove") {
      glove.add(model.name, i, figures(model, "objective", 1.0));
    } else if (const auto total = model.number("total"); total && *total > 0.0) {
      const auto optimum = model.number("optimum");
      objective.add(model.name, i, figures(model, "objective", 1.0 / *total),
                    optimum ? std::optional(*optimum / *total) : std::nullopt);
    }
  }
  std::string body =
      loss.draw(
          "The loss of sentences that were kept from training, −[log σ(w·c) + k E log "
          "σ(−w·c′)]: the lower, the better.") +
      objective.draw(
          "The objective of skip-gram with negative sampling over all pairs, divided by "
          "|D|: the higher, the better. Dashed: the optimum, which no vectors pass.") +
      deviation.draw(
          "How far the objective is from its optimum, on a logarithmic scale. 0 is "
          "w·c = PMI(w,c) − log k for every pair.") +
      glove.draw("GloVe's objective as each pair was trained: the nearer to 0, the better.");
  if (body.empty())
    body =
        "<p class=\"note\">No record has a loss or an objective: a truncated SVD has no epochs, "
        "and sampling reports its loss with <code>--loss</code>.</p>\n";
  return section("progress", "Objective and loss", legend(report) + body + last_figures(report));
}

std::string spectrum_section(const Report& report) {
  charts::LineChart chart{.title = "Singular values by rank",
                          .x_label = "rank",
                          .y_label = "Singular value",
                          .logarithmic = true};
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    const Json& values = member(report.models[i].record, "singular_values");
    charts::Line line{report.models[i].name, i, {}, {}};
    if (values.is_array())
      for (std::size_t rank = 0; rank < values.size(); ++rank)
        if (values[rank].is_number())
          line.points.emplace_back(static_cast<double>(rank + 1), values[rank].get<double>());
    chart.lines.push_back(std::move(line));
  }
  const std::string picture = charts::draw(chart);
  return section("spectrum", "Singular values",
                 picture.empty()
                     ? "<p class=\"note\">No record has singular values.</p>\n"
                     : legend(report) +
                           figure(picture,
                                  "Singular values of the matrix (svd) or of W Cᵀ (wmf, smf), on a "
                                  "logarithmic scale."));
}

}  // namespace app
