// SPDX-License-Identifier: MIT
// The sections of a report: tables and charts of its models, side by side.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <set>
#include <utility>

#include "report.hpp"
#include "report_charts.hpp"
#include "report_html.hpp"

namespace app {

namespace {

using html::element;
using html::escape;

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\">\n<h2 id=\"" + id +
         "-title\">" + title + "</h2>\n" + body + "</section>\n";
}

std::string figure(const std::string& picture, const std::string& caption) {
  if (picture.empty()) return {};
  return "<figure>\n" + picture + "<figcaption>" + caption + "</figcaption>\n</figure>\n";
}

/// A table that scrolls by itself where it is too wide.
std::string table(const std::string& caption, const std::string& head, const std::string& rows) {
  const std::string title = escape(caption);
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + title +
         "\">\n<table>\n<caption><bdi>" + title + "</bdi></caption>\n<thead><tr>" + head +
         "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table>\n</div>\n";
}

std::string model_heads(const Report& report, const char* first) {
  std::string head = element("th scope=\"col\"", first);
  for (std::size_t i = 0; i < report.models.size(); ++i)
    head += "<th scope=\"col\"><span class=\"key m" + std::to_string(i) + "\"></span>" +
            escape(report.models[i].name) + "</th>";
  return head;
}

/// A row of one value a model; marked where they differ.
std::string value_row(const std::string& name, const std::vector<std::string>& values,
                      const std::string& attributes = {}) {
  const bool differ = std::set<std::string>(values.begin(), values.end()).size() > 1;
  std::string row = std::string("<tr") + (differ ? " class=\"differs\"" : "") + attributes + ">" +
                    element("th scope=\"row\"", name);
  for (const std::string& value : values) row += "<td>" + value + "</td>";
  return row + "</tr>\n";
}

/// A value of JSON as a cell shows it.
std::string cell(const Json& value) {
  if (value.is_null()) return "–";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_unsigned()) return html::grouped(value.get<std::uint64_t>());
  if (value.is_number()) return html::number(value.get<double>(), 6);
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return text.empty() ? "–" : escape(text);
  }
  return "…";
}

const Json& at(const Json& object, const std::string& key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// One row for a key of the records, or nothing where no record has it.
template <class Show>
std::string record_row(const Report& report, const std::string& name, const std::string& key,
                       const Show& show) {
  std::vector<std::string> values;
  bool any = false;
  for (const ReportModel& model : report.models) {
    const Json& value = at(model.record, key);
    any = any || !value.is_null();
    values.push_back(value.is_null() ? "–" : show(value));
  }
  return any ? value_row(name, values, " data-key=\"" + key + "\"") : std::string();
}

std::string show_bytes(const Json& value) {
  return value.is_number_unsigned() ? escape(imf::format_bytes(value.get<std::uint64_t>()))
                                    : cell(value);
}

std::string show_stages(const Json& value) {
  if (!value.is_object()) return cell(value);
  std::string text;
  for (const auto& [stage, seconds] : value.items())
    if (seconds.is_number())
      text += (text.empty() ? "" : "<br>") + escape(stage) + " " +
              html::number(seconds.get<double>(), 3) + " s";
  return text;
}

std::string group_row(const Report& report, const std::string& name) {
  return "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"" +
         std::to_string(report.models.size() + 1) + "\">" + name + "</th></tr>\n";
}

/// Every option that some record has, in the order of the first that has it.
std::string option_rows(const Report& report) {
  std::vector<std::string> keys;
  const std::set<std::string> elsewhere{"method", "input", "counts", "output", "context_output"};
  for (const ReportModel& model : report.models)
    for (const auto& [key, value] : at(model.record, "options").items())
      if (!elsewhere.contains(key) && std::ranges::find(keys, key) == keys.end())
        keys.push_back(key);
  std::string rows;
  for (const std::string& key : keys) {
    std::vector<std::string> values;
    for (const ReportModel& model : report.models)
      values.push_back(cell(at(at(model.record, "options"), key)));
    rows += value_row(
        "--" +
            [](std::string name) {
              std::ranges::replace(name, '_', '-');
              return name;
            }(key),
        values, " data-option=\"" + escape(key) + "\"");
  }
  return rows;
}

std::string without_records(const Report& report) {
  std::string text;
  for (const ReportModel& model : report.models)
    if (model.record.is_null())
      text += "<p class=\"note\">No record lies beside <b>" + escape(model.name) + "</b> (" +
              escape(record_beside(model.file).string()) +
              "): how it was trained is unknown.</p>\n";
  return text;
}

// ---- progress
// -------------------------------------------------------------------------------------

/// The steps of a training, whatever the method calls them.
const Json& steps_of(const ReportModel& model) {
  const Json& passes = at(model.record, "passes");
  return passes.is_array() ? passes : at(model.record, "epochs");
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
  std::string what;  ///< "held-out loss"
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

// ---- scores
// --------------------------------------------------------------------------------------

/// A part of 1 as number and bar, with what it is of.
std::string scored(double part, int decimals, std::size_t covered, std::size_t all,
                   std::size_t color) {
  const double width = std::isnan(part) ? 0.0 : std::clamp(100.0 * part, 0.0, 100.0);
  return "<td><span class=\"value\">" + html::fixed(part, decimals) +
         "</span><span class=\"bar\"><span class=\"m" + std::to_string(color) +
         "\" style=\"width:" + html::fixed(width, 1) + "%\"></span></span><span class=\"of\">" +
         html::grouped(covered) + " of " + html::grouped(all) + "</span></td>";
}

std::string set_name(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

std::string analogy_row(const Report& report, const std::string& name,
                        imf::AnalogyScore (*score)(const ReportModel&, std::size_t),
                        std::size_t set) {
  std::string row = "<tr>" + element("th scope=\"row\"", name);
  for (std::size_t m = 0; m < report.models.size(); ++m) {
    const imf::AnalogyScore found = score(report.models[m], set);
    row += scored(found.accuracy(), 3, found.covered, found.questions, m);
  }
  return row + "</tr>\n";
}

}  // namespace

std::string legend(const Report& report) {
  std::string items;
  for (std::size_t i = 0; i < report.models.size(); ++i)
    items += "<li><span class=\"key m" + std::to_string(i) + "\"></span>" +
             escape(report.models[i].name) + "</li>";
  return "<ul class=\"legend\" aria-label=\"Models and their colours\">" + items + "</ul>\n";
}

std::string training_section(const Report& report) {
  std::vector<std::string> sizes;
  std::vector<std::string> dimensions;
  for (const ReportModel& model : report.models) {
    sizes.push_back(html::grouped(model.size));
    dimensions.push_back(html::grouped(model.dimension));
  }
  const auto row = [&](const char* name, const char* key) {
    return record_row(report, name, key, cell);
  };
  std::string rows = group_row(report, "Model") + row("Method", "method") +
                     value_row("Vectors", sizes) + value_row("Dimensions", dimensions) +
                     row("Base of q(c)", "contexts_by") + group_row(report, "Text and counts") +
                     row("Tokens", "tokens") + row("Vocabulary", "vocabulary") +
                     row("Cells of counts", "cells") + row("|D|", "total") +
                     row("Counted with", "made_with");
  if (const std::string options = option_rows(report); !options.empty())
    rows += group_row(report, "Options as used") + options;
  rows += group_row(report, "The run") + row("Ended", "stop_reason") +
          record_row(report, "Seconds", "seconds", show_stages) +
          record_row(report, "Peak memory", "peak_memory_bytes", show_bytes) +
          row("Library", "version") + row("Instruction set", "instruction_set");
  const std::string marked =
      report.models.size() > 1
          ? "<p>Rows with a mark at their left differ between the models.</p>\n"
          : "";
  return section("training", "What was trained, and how",
                 without_records(report) + marked +
                     table("Trainings side by side", model_heads(report, "Training"), rows));
}

std::string progress_section(const Report& report) {
  Curves loss{.what = "held-out loss", .unit = "nats a pair"};
  Curves objective{.what = "objective", .unit = "nats a pair"};
  Curves glove{.what = "GloVe's objective", .unit = "summed"};
  Curves deviation{.what = "deviation", .unit = "% of the optimum", .logarithmic = true};
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

std::string theorem_section(const Report& report) {
  std::string figures;
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    const ReportModel& model = report.models[i];
    const std::string name =
        "<span class=\"key m" + std::to_string(i) + "\"></span><b>" + escape(model.name) + "</b>";
    if (!model.theorem) {
      figures +=
          "<p class=\"note\">" + name + ": not drawn, for " + escape(model.no_theorem) + ".</p>\n";
      continue;
    }
    const TheoremFigures& theorem = *model.theorem;
    std::string shades = "<ul class=\"legend\" aria-label=\"Pairs in a square, at least\">";
    const auto limits = charts::shade_limits(theorem.density);
    for (std::size_t level = 0; level < limits.size(); ++level)
      if (limits[level] > 0)
        shades += "<li><span class=\"key d" + std::to_string(level) + "\"></span>" +
                  html::grouped(limits[level]) + "+</li>";
    shades += "</ul>\n";
    figures +=
        figure(charts::draw(theorem.density, "Density of w·c against PMI − log k, " + model.name),
               name + ": " + html::grouped(theorem.density.pairs) +
                   " observed pairs, k = " + html::number(theorem.negatives) + ", smoothing " +
                   html::number(theorem.smoothing) + ". Correlation " +
                   html::fixed(theorem.density.correlation, 3) + ", mean difference " +
                   html::fixed(theorem.density.mean_difference, 3) + " nats, root mean square " +
                   html::fixed(theorem.density.rms_difference, 3) +
                   ".\n<br>Pairs in a square, at least: " + shades);
  }
  std::string rows;
  const auto percent_row = [&](const char* name, const char* key, auto value) {
    std::vector<std::string> values;
    for (const ReportModel& model : report.models)
      values.push_back(model.theorem ? value(*model.theorem) : std::string("–"));
    rows += value_row(name, values, std::string(" data-theorem=\"") + key + "\"");
  };
  percent_row("All pairs, estimated ± standard error, %", "deviation",
              [](const TheoremFigures& theorem) {
                return html::fixed(100.0 * theorem.deviation, 2) + " ± " +
                       html::fixed(100.0 * theorem.standard_error, 2);
              });
  percent_row("Observed pairs alone, exact, %", "observed_deviation",
              [](const TheoremFigures& theorem) {
                return html::fixed(100.0 * theorem.observed_deviation, 2);
              });
  const bool any = std::ranges::any_of(report.models,
                                       [](const ReportModel& m) { return m.theorem.has_value(); });
  return section(
      "theorem", "The theorem, drawn",
      "<p>With enough dimensions, skip-gram with negative sampling has its optimum where "
      "w·c = PMI(w,c) − log k for every pair (Levy &amp; Goldberg 2014). Each square counts "
      "observed "
      "pairs; at the optimum all lie on the diagonal. Every pair counts once, so rare pairs, on "
      "which the objective puts little weight, scatter most.</p>\n<div class=\"pair\">\n" +
          figures + "</div>\n" +
          (any ? table("Deviation from the optimum, noise from pair marginals",
                       model_heads(report, "Deviation"), rows)
               : std::string()));
}

std::string spectrum_section(const Report& report) {
  charts::LineChart chart{.title = "Singular values by rank",
                          .x_label = "rank",
                          .y_label = "singular value",
                          .logarithmic = true};
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    const Json& values = at(report.models[i].record, "singular_values");
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

std::string scores_section(const Report& report) {
  std::string body;
  if (!report.pairs.empty()) {
    std::string rows;
    for (std::size_t set = 0; set < report.pairs.size(); ++set) {
      rows += "<tr>" + element("th scope=\"row\"", set_name(report.options.similarity[set]));
      for (std::size_t m = 0; m < report.models.size(); ++m) {
        const imf::SimilarityResult& result = report.models[m].similarity[set];
        rows += scored(result.spearman, 3, result.covered, result.pairs, m);
      }
      rows += "</tr>\n";
    }
    body += table("Word similarity: Spearman’s correlation, with the pairs it is of",
                  model_heads(report, "Set"), rows);
  }
  std::string rows;
  for (std::size_t set = 0; set < report.questions.size(); ++set) {
    const std::string name = set_name(report.options.analogy[set]);
    rows += analogy_row(
        report, name + ", 3CosAdd",
        [](const ReportModel& m, std::size_t s) { return m.analogy_add[s].total; }, set);
    rows += analogy_row(
        report, name + ", 3CosAdd, semantic",
        [](const ReportModel& m, std::size_t s) { return m.analogy_add[s].semantic; }, set);
    rows += analogy_row(
        report, name + ", 3CosAdd, syntactic",
        [](const ReportModel& m, std::size_t s) { return m.analogy_add[s].syntactic; }, set);
    rows += analogy_row(
        report, name + ", 3CosMul",
        [](const ReportModel& m, std::size_t s) { return m.analogy_mul[s].total; }, set);
  }
  if (!rows.empty())
    body += table("Analogies: share of right answers, with the questions whose words are known",
                  model_heads(report, "Set and method"), rows);
  if (body.empty())
    body =
        "<p class=\"note\">No set was named: <code>--similarity</code> and "
        "<code>--analogy</code> take them.</p>\n";
  return section("scores", "Similarity and analogies", body);
}

std::string neighbors_section(const Report& report) {
  std::string cards;
  for (std::size_t w = 0; w < report.words.size(); ++w) {
    std::size_t longest = 0;
    for (const ReportModel& model : report.models)
      if (model.neighbors[w]) longest = std::max(longest, model.neighbors[w]->size());
    std::string rows;
    for (std::size_t rank = 0; rank < longest; ++rank) {
      rows += "<tr>" + element("th scope=\"row\"", std::to_string(rank + 1));
      for (const ReportModel& model : report.models) {
        const auto& list = model.neighbors[w];
        rows += list && rank < list->size()
                    ? "<td><bdi>" + escape((*list)[rank].first) + "</bdi> <span class=\"of\">" +
                          html::fixed(static_cast<double>((*list)[rank].second), 3) + "</span></td>"
                    : std::string("<td>–</td>");
      }
      rows += "</tr>\n";
    }
    cards += table(report.words[w], model_heads(report, "#"), rows);
  }
  return section("neighbors", "Neighbours",
                 "<p>The nearest words by cosine, among all words of each model.</p>\n"
                 "<div class=\"cards\">\n" +
                     cards + "</div>\n");
}

}  // namespace app
