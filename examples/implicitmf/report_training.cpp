// SPDX-License-Identifier: MIT
// What was trained, and how: the records side by side.
#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "report_html.hpp"
#include "report_parts.hpp"

namespace app {

namespace {

using html::escape;

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

/// One row for a key of the records, or nothing where no record has it.
template <class Show>
std::string record_row(const Report& report, const std::string& name, const std::string& key,
                       const Show& show) {
  std::vector<std::string> values;
  bool any = false;
  for (const ReportModel& model : report.models) {
    const Json& value = member(model.record, key);
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
    for (const auto& [key, value] : member(model.record, "options").items())
      if (!elsewhere.contains(key) && std::ranges::find(keys, key) == keys.end())
        keys.push_back(key);
  std::string rows;
  for (const std::string& key : keys) {
    std::vector<std::string> values;
    for (const ReportModel& model : report.models)
      values.push_back(cell(member(member(model.record, "options"), key)));
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

}  // namespace

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

}  // namespace app
