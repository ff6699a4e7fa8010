// SPDX-License-Identifier: MIT
#include "report_parts.hpp"

#include <set>

#include "report_html.hpp"

namespace app {

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

std::string table(const std::string& caption, const std::string& head, const std::string& rows) {
  const std::string title = escape(caption);
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + title +
         "\">\n<table>\n<caption><bdi>" + title + "</bdi></caption>\n<thead><tr>" + head +
         "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table>\n</div>\n";
}

std::string model_heads(const Report& report, const char* first) {
  std::string head = element("th scope=\"col\"", first);
  for (std::size_t i = 0; i < report.models.size(); ++i)
    head += "<th scope=\"col\">" + key(i) + escape(report.models[i].name) + "</th>";
  return head;
}

std::string value_row(const std::string& name, const std::vector<std::string>& values,
                      const std::string& attributes) {
  const bool differ = std::set<std::string>(values.begin(), values.end()).size() > 1;
  std::string row = std::string("<tr") + (differ ? " class=\"differs\"" : "") + attributes + ">" +
                    element("th scope=\"row\"", name);
  for (const std::string& value : values) row += "<td>" + value + "</td>";
  return row + "</tr>\n";
}

const Json& member(const Json& object, const std::string& name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

std::string key(std::size_t model) {
  return "<span class=\"key m" + std::to_string(model) + "\"></span>";
}

std::string legend(const Report& report) {
  std::string items;
  for (std::size_t i = 0; i < report.models.size(); ++i)
    items += "<li>" + key(i) + escape(report.models[i].name) + "</li>";
  return "<ul class=\"legend\" aria-label=\"Models and their colours\">" + items + "</ul>\n";
}

}  // namespace app
