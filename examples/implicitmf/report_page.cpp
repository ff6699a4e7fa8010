// SPDX-License-Identifier: MIT
// The page of a report: its head, its looks and its script. It refers to nothing outside itself.
#include "report.hpp"
#include "report_html.hpp"

namespace app {

namespace {

constexpr const char* style = R"css(
:root{color-scheme:light dark;--paper:#fcfcfb;--ink:#1d2327;--soft:#5b656d;--rule:#dfe2e4;
--wash:#f2f3f4;
--mark:#c2410c;--m0:#1f5fa8;--m1:#c2571a;--m2:#2f7d4f;--m3:#8a4fa3;--m4:#a8323e;--m5:#6b6a1f;
--m6:#1b7f8c;--m7:#6d5647;
--d0:#e6eef6;--d1:#cddff0;--d2:#adcbe6;--d3:#86b1d8;--d4:#5c92c5;--d5:#3874ad;--d6:#1f568f;
--d7:#0c3663}
@media (prefers-color-scheme:dark){:root{--paper:#15181b;--ink:#e4e7e9;--soft:#9aa5ad;
--rule:#333a40;--wash:#1f2429;
--mark:#f59e5b;--m0:#6fb1f2;--m1:#f0985a;--m2:#6fc592;--m3:#c795de;--m4:#f08890;--m5:#c9c764;
--m6:#62c6d3;--m7:#c3a893;
--d0:#1c2b3a;--d1:#223a52;--d2:#2a4d70;--d3:#346291;--d4:#447db4;--d5:#629ccf;--d6:#92c0e6;
--d7:#d3e8fa}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
header,main,footer{max-width:1140px;margin:0 auto;padding:0 20px}
header{padding-top:40px}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3em;letter-spacing:-.01em}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .5em;letter-spacing:-.005em}
section{padding:28px 0 8px;margin-top:28px;border-top:1px solid var(--rule)}
p{max-width:68ch;margin:0 0 1em}
header p,.note,.help,figcaption,.of,footer{color:var(--soft)}
.note{border-left:3px solid var(--rule);padding-left:12px;overflow-wrap:anywhere}
code{font:.92em ui-monospace,"DejaVu Sans Mono",monospace}
a{color:var(--m0);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--m0);outline-offset:2px}
nav ul,.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 1em;padding:0}
.legend{font-size:.9rem}
.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.45em;
vertical-align:-.02em}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:8px 32px;
align-items:start}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--card)),1fr));
gap:8px 32px;align-items:start}
figure{margin:0 0 20px;min-width:0}
figcaption{font-size:.9rem;margin-top:6px;overflow-wrap:anywhere}
figcaption b{color:var(--ink)}
.scroll{overflow-x:auto;margin:0 0 20px;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;
min-width:min(100%,30rem)}
.cards table{width:100%;min-width:0}
.cards th,.cards td{white-space:nowrap}
caption{text-align:left;font-weight:600;padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:5px 18px 5px 8px;
border-bottom:1px solid var(--rule)}
.cards th,.cards td{padding:3px 10px 3px 6px}
thead th{border-bottom:2px solid var(--rule);white-space:nowrap}
tbody th{font-weight:400;color:var(--soft)}
tr.group th{font-weight:600;color:var(--ink);padding-top:18px}
tr.differs th{box-shadow:inset 3px 0 var(--mark)}
.value{display:inline-block;min-width:3.2em}
.bar{display:inline-block;width:64px;height:.6em;background:var(--wash);margin-right:.7em}
.bar span{display:block;height:100%}
.of{font-size:.88em;white-space:nowrap}
svg{display:block;width:100%;height:auto;font-family:inherit}
svg.chart{max-width:560px}
svg text{fill:var(--ink)}
.tick{font-size:12px;fill:var(--soft)}
.tick.x,.label.x{text-anchor:middle}
.tick.y{text-anchor:end}
.label{font-size:13px}
.grid{stroke:var(--rule);stroke-width:1;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.level{fill:none;stroke-width:1.5;stroke-dasharray:5 4}
.diagonal{fill:none;stroke:var(--mark);stroke-width:1.5}
.canvas{overflow:auto;background:var(--wash);border-radius:4px}
svg.map{min-width:680px}
.word text{font-size:11.5px;paint-order:stroke;stroke:var(--wash);stroke-width:3px;
stroke-linejoin:round}
.word.quiet text{display:none}
.word.hit text{display:inline;font-weight:700;font-size:14px;fill:var(--mark)}
.word.hit circle{r:5px;fill:var(--mark)}
.js .canvas{overflow:hidden;touch-action:pan-y;cursor:grab}
.js svg.map{min-width:0;user-select:none}
.zoom{display:flex;justify-content:flex-end;gap:4px;margin-bottom:6px}
[hidden]{display:none!important}
button,input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--rule);
border-radius:4px;padding:2px 10px;min-height:34px}
button{cursor:pointer}
.search{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;margin:0 0 10px}
.search input{width:16em;max-width:100%}
footer{padding-top:20px;padding-bottom:40px;font-size:.9rem}
@media (max-width:520px){.tick{font-size:14px}.label{font-size:15px}}
@media print{.zoom,.search,.help,nav{display:none!important}}
)css";

constexpr const char* script = R"js(
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  document.querySelectorAll("[hidden]").forEach(function (e) { e.hidden = false; });

  function WordMap(canvas) {
    var svg = canvas.querySelector("svg"), zoom = 1, panX = 0, panY = 0, width = 720, height = 560;
    var words = Array.from(svg.querySelectorAll(".word")).map(function (g) {
      var place = g.transform.baseVal.getItem(0).matrix, text = g.querySelector("text");
      return { g: g, x: place.e, y: place.f, name: text.textContent,
               size: Array.from(text.textContent).length * 6.5 };
    });

    function draw() {
      width = Math.max(canvas.clientWidth, 280);
      height = Math.round(Math.max(360, width * 7 / 9));
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
      var scale = Math.min(width / 720, height / 560) * zoom, taken = [];
      words.forEach(function (word) {
        var x = width / 2 + panX + (word.x - 360) * scale;
        var y = height / 2 + panY + (word.y - 280) * scale;
        word.g.setAttribute("transform", "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")");
        var left = x - 4, right = x + 6 + word.size;
        var shown = right < width + word.size / 2 && x > -word.size && y > 0 && y < height &&
          !taken.some(function (other) {
            return left < other[1] && other[0] < right && Math.abs(y - other[2]) < 13;
          });
        if (shown) taken.push([left, right, y]);
        word.g.classList.toggle("quiet", !shown);
      });
    }

    function zoomBy(factor, x, y) {
      if (factor === 0) { zoom = 1; panX = panY = 0; return draw(); }
      var next = Math.min(60, Math.max(0.5, zoom * factor)), ratio = next / zoom;
      panX = x - width / 2 - (x - width / 2 - panX) * ratio;
      panY = y - height / 2 - (y - height / 2 - panY) * ratio;
      zoom = next;
      draw();
    }

    function search(query) {
      var hits = 0;
      words.forEach(function (word) {
        var hit = query !== "" && word.name.toLowerCase() === query.toLowerCase();
        word.g.classList.toggle("hit", hit);
        if (hit) { hits += 1; svg.appendChild(word.g); }
      });
      return hits;
    }

    canvas.closest("figure").querySelectorAll("[data-zoom]").forEach(function (button) {
      button.addEventListener("click", function () {
        zoomBy(Number(button.dataset.zoom), width / 2, height / 2);
      });
    });
    canvas.addEventListener("wheel", function (event) {
      if (!event.ctrlKey) return;
      event.preventDefault();
      var box = svg.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    canvas.addEventListener("pointerdown", function (event) {
      if (event.button !== 0) return;
      var x = event.clientX, y = event.clientY;
      canvas.setPointerCapture(event.pointerId);
      function move(at) {
        panX += at.clientX - x;
        panY += at.clientY - y;
        x = at.clientX;
        y = at.clientY;
        draw();
      }
      function end() {
        canvas.removeEventListener("pointermove", move);
        canvas.removeEventListener("pointerup", end);
        canvas.removeEventListener("pointercancel", end);
      }
      canvas.addEventListener("pointermove", move);
      canvas.addEventListener("pointerup", end);
      canvas.addEventListener("pointercancel", end);
    });
    canvas.addEventListener("keydown", function (event) {
      var steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (steps[event.key]) {
        panX += steps[event.key][0];
        panY += steps[event.key][1];
        draw();
      } else if (event.key === "+" || event.key === "=") zoomBy(1.5, width / 2, height / 2);
      else if (event.key === "-") zoomBy(1 / 1.5, width / 2, height / 2);
      else if (event.key === "0") zoomBy(0);
      else return;
      event.preventDefault();
    });
    window.addEventListener("resize", draw);
    draw();
    return { search: search };
  }

  var maps = Array.from(document.querySelectorAll(".canvas")).map(WordMap);
  var query = document.getElementById("query"), found = document.getElementById("found");

  function search() {
    var word = query.value.trim(), on = 0;
    maps.forEach(function (map) { if (map.search(word) > 0) on += 1; });
    found.textContent = word === "" ? "" :
      on === 0 ? "not among the words of the map" :
      maps.length === 1 ? "found" : "found on " + on + " of " + maps.length + " maps";
  }

  function searchHash() {
    var hash = location.hash;
    if (hash.indexOf("#search=") !== 0) return;
    try { query.value = decodeURIComponent(hash.slice(8)); } catch (error) { return; }
    search();
    document.getElementById("map").scrollIntoView();
  }

  query.form.addEventListener("submit", function (event) { event.preventDefault(); });
  query.addEventListener("input", search);
  window.addEventListener("hashchange", searchHash);
  searchHash();
})();
)js";

/// The rules of the models' colours and of the shades of densities.
std::string color_rules() {
  std::string rules;
  for (std::size_t i = 0; i < most_models; ++i) {
    const std::string name = "m" + std::to_string(i);
    const std::string value = "var(--" + name + ")";
    rules += ".key." + name + ",.bar ." + name + "{background:" + value + "}circle." + name +
             "{fill:" + value + "}path." + name + "{stroke:" + value + "}\n";
    const std::string shade = "d" + std::to_string(i);
    rules += ".key." + shade + "{background:var(--" + shade + ")}path." + shade + "{fill:var(--" +
             shade + ")}\n";
  }
  return rules;
}

/// JSON that no HTML parser takes for markup.
std::string embedded(const Json& json) {
  std::string text;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

std::string title_of(const Report& report) {
  std::string names;
  for (const ReportModel& model : report.models)
    names += (names.empty() ? "" : ", ") + html::escape(model.name);
  return names;
}

}  // namespace

std::string report_page(const Report& report) {
  const std::string names = title_of(report);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Word "
      "vectors: " +
      names + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" + style + color_rules() +
      "</style>\n</head>\n<body>\n<header>\n<h1>Word vectors</h1>\n<p>" + names +
      "</p>\n<nav aria-label=\"Sections\"><ul>"
      "<li><a href=\"#training\">Training</a></li><li><a href=\"#progress\">Objective and "
      "loss</a></li><li><a href=\"#theorem\">The theorem</a></li><li><a "
      "href=\"#spectrum\">Singular values</a></li><li><a href=\"#scores\">Scores</a></li><li><a "
      "href=\"#map\">Map</a></li><li><a href=\"#neighbors\">Neighbours</a></li></ul></nav>\n"
      "</header>\n<main>\n";
  for (const auto section : {training_section, progress_section, theorem_section, spectrum_section,
                             scores_section, map_section, neighbors_section})
    page += section(report);
  page += "</main>\n<footer>implicitmf " IMPLICITMF_VERSION_STRING
          ". The records and figures of this page are in it as JSON, element <code>#data</code>."
          "</footer>\n<script type=\"application/json\" id=\"data\">" +
          embedded(report.to_json()) + "</script>\n<script>" + script +
          "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace app
