// SPDX-License-Identifier: MIT
// The theorem, drawn: w·c against PMI − log k.
#include <algorithm>

#include "report_charts.hpp"
#include "report_html.hpp"
#include "report_parts.hpp"

namespace app {

namespace {

using html::escape;

std::string shade_legend(const imf::AssociationDensity& density) {
  std::string items;
  const auto limits = charts::shade_limits(density);
  for (std::size_t level = 0; level < limits.size(); ++level)
    if (limits[level] > 0)
      items += "<li><span class=\"key d" + std::to_string(level) + "\"></span>" +
               html::grouped(limits[level]) + "+</li>";
  return "<ul class=\"legend\" aria-label=\"Pairs in a square, at least\">" + items + "</ul>\n";
}

std::string density_figure(const ReportModel& model, std::size_t number) {
  const std::string name = key(number) + "<b>" + escape(model.name) + "</b>";
  if (!model.theorem)
    return "<p class=\"note\">" + name + ": not drawn, for " + escape(model.no_theorem) + ".</p>\n";
  const imf::AssociationDensity& density = model.theorem->density;
  return figure(charts::draw(density, "Density of w·c against PMI − log k, " + model.name),
                name + ": " + html::grouped(density.pairs) +
                    " observed pairs, k = " + html::number(model.theorem->negatives) +
                    ", smoothing " + html::number(model.theorem->smoothing) + ". Correlation " +
                    html::fixed(density.correlation, 3) + ", mean difference " +
                    html::fixed(density.mean_difference, 3) + " nats, root mean square " +
                    html::fixed(density.rms_difference, 3) +
                    ".<br>Pairs in a square, at least: " + shade_legend(density));
}

/// One row of a figure of the models that are drawn.
template <class Show>
std::string theorem_row(const Report& report, const char* name, const std::string& key,
                        const Show& show) {
  std::vector<std::string> values;
  for (const ReportModel& model : report.models)
    values.push_back(model.theorem ? show(*model.theorem) : std::string("–"));
  return value_row(name, values, " data-theorem=\"" + key + "\"");
}

std::string deviations(const Report& report) {
  if (std::ranges::none_of(report.models,
                           [](const ReportModel& m) { return m.theorem.has_value(); }))
    return {};
  const auto percent = [](double part) { return html::fixed(100.0 * part, 2); };
  return table(
      "Deviation from the optimum, noise from pair marginals", model_heads(report, "Deviation"),
      theorem_row(report, "All pairs, estimated ± standard error, %", "deviation",
                  [&](const TheoremFigures& theorem) {
                    return percent(theorem.deviation) + "\u00A0±\u00A0" +
                           percent(theorem.standard_error);
                  }) +
          theorem_row(
              report, "Observed pairs alone, exact, %", "observed_deviation",
              [&](const TheoremFigures& theorem) { return percent(theorem.observed_deviation); }));
}

}  // namespace

std::string theorem_section(const Report& report) {
  std::string figures;
  for (std::size_t i = 0; i < report.models.size(); ++i)
    figures += density_figure(report.models[i], i);
  return section(
      "theorem", "The theorem, drawn",
      "<p>With enough dimensions, skip-gram with negative sampling has its optimum where "
      "w·c = PMI(w,c) − log k for every pair (Levy &amp; Goldberg 2014). Each square counts "
      "observed pairs; at the optimum all lie on the diagonal. Every pair counts once, so rare "
      "pairs, on which the objective puts little weight, scatter most. What lies "
      "beyond an axis is counted at its end.</p>\n"
      "<div class=\"pair\">\n" +
          figures + "</div>\n" + deviations(report));
}

}  // namespace app
