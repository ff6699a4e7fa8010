// SPDX-License-Identifier: MIT
// Scores on sets, and neighbours.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "report_html.hpp"
#include "report_parts.hpp"

namespace app {

namespace {

using html::element;
using html::escape;

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

bool has_both_kinds(const std::vector<imf::AnalogySection>& sections) {
  const auto syntactic = std::ranges::count_if(
      sections, [](const imf::AnalogySection& part) { return part.is_syntactic(); });
  return syntactic > 0 && static_cast<std::size_t>(syntactic) < sections.size();
}

}  // namespace

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
    // A set of one kind has nothing to tell apart.
    if (has_both_kinds(report.questions[set])) {
      rows += analogy_row(
          report, name + ", 3CosAdd, semantic",
          [](const ReportModel& m, std::size_t s) { return m.analogy_add[s].semantic; }, set);
      rows += analogy_row(
          report, name + ", 3CosAdd, syntactic",
          [](const ReportModel& m, std::size_t s) { return m.analogy_add[s].syntactic; }, set);
    }
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
                 "<div class=\"cards\" style=\"--card:" +
                     std::to_string(80 + 130 * report.models.size()) + "px\">\n" + cards +
                     "</div>\n");
}

}  // namespace app
