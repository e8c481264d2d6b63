#include "lws/adapters/testing/page/report_page.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/testing/page/escape_markup.h"

namespace lws::internal {
namespace {

constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)";

constexpr char kStyle[] = R"(</title>
<style>
:root { color-scheme: light dark; --back: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --new: #1a7f37;
  --new-wait: #a6dfb4; --old: #0969da; --old-wait: #a5cdf8; --fault: #cf222e; --budget: #bc4c00; --leaving: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d;
  --new: #3fb950; --new-wait: #1b4a26; --old: #58a6ff; --old-wait: #1f3f66; --fault: #ff7b72; --budget: #f0883e;
  --leaving: #6e7681; } }
body { background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 1120px; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
dl { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: .3rem 0 .8rem; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-variant-numeric: tabular-nums; }
dl div { min-width: 6rem; max-width: 100%; overflow-wrap: anywhere; }
h2, li { overflow-wrap: anywhere; } .bad { color: var(--fault); font-weight: 600; }
.drawing { overflow-x: auto; } .drawing svg { display: block; width: 100%; min-width: 760px; height: auto; }
text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.N { fill: var(--new); } .n { fill: var(--new-wait); } .O { fill: var(--old); } .o { fill: var(--old-wait); }
.x { fill: var(--leaving); }
.axis { stroke: var(--line); } .ready { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.budget { stroke: var(--budget); stroke-dasharray: 6 4; stroke-width: 1.5; } .budget-text { fill: var(--budget); }
.fault { stroke: var(--fault); stroke-dasharray: 2 3; } .fault-text { fill: var(--fault); }
.hatch-O, .hatch-o { fill: url(#hatch); } .hatch-n, .hatch-x { fill: url(#dots); }
.hatch-O, .hatch-o, .hatch-n, .hatch-x { pointer-events: none; }
.marks { position: absolute; } .marks path { stroke: var(--back); stroke-width: 1.2; }
.marks circle { fill: var(--ink); }
.verdict { font-weight: 600; font-size: 1.1rem; } .good { color: var(--new); }
.hint { display: none; color: var(--soft); font-size: .8rem; }
@media (max-width: 800px) { .hint { display: block; } }
.hover { fill: transparent; } .hover:hover { fill: var(--soft); fill-opacity: .15; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; color: var(--soft); }
.key svg { display: inline-block; width: 12px; height: 12px; margin-right: .35rem; vertical-align: -1px; }
details { margin-top: .6rem; } table { border-collapse: collapse; font-size: .85rem; }
td { border-top: 1px solid var(--line); padding: .15rem .8rem .15rem 0; vertical-align: top; }
td:first-child { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
</style>
</head>
<body>
<svg class="marks" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
<path d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"/></pattern>
<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
<circle cx="2" cy="2" r=".8"/></pattern></defs></svg>
)";

// What a letter of a lane means.
struct KeyEntry {
  char state;
  absl::string_view text;
};

constexpr KeyEntry kKey[] = {{'O', "old revision, ready"},
                             {'o', "old, not ready"},
                             {'N', "new revision, ready"},
                             {'n', "new, not ready"},
                             {'x', "being deleted"}};

std::string KeyText(const KeyEntry& entry) {
  const std::string hatch = entry.state == 'N' ? ""
                                               : absl::StrCat("\n<rect class=\"hatch-", std::string(1, entry.state),
                                                              "\" width=\"12\" height=\"12\"/>");
  return absl::StrCat("<span><svg viewBox=\"0 0 12 12\"><rect class=\"", std::string(1, entry.state),
                      "\" width=\"12\" height=\"12\"/>", hatch, "</svg>", entry.text, "</span>");
}

}  // namespace

std::string ReportBegin(absl::string_view title) {
  const std::string text = EscapeHtmlMarkup(title);
  return absl::StrCat(kHead, text, kStyle, "<h1>", text, "</h1>\n");
}

std::string ReportKey(absl::string_view states) {
  std::vector<std::string> entries;
  for (const KeyEntry& entry : kKey) {
    if (absl::StrContains(states, entry.state)) entries.push_back(KeyText(entry));
  }
  return absl::StrCat("<p class=\"key\">", absl::StrJoin(entries, "\n"),
                      "</p>\n<p class=\"hint\">The drawings are wider than this screen: scroll them sideways.</p>\n");
}

std::string ReportVerdict(const std::string& failures) {
  if (failures.empty()) return "<p class=\"verdict good\">PASS</p>\n";
  return absl::StrCat("<p class=\"verdict bad\">FAIL</p>\n<ul>\n", failures, "</ul>\n");
}

std::string ReportFailure(absl::string_view title, absl::string_view text) {
  return absl::StrCat("<li>", EscapeHtmlMarkup(absl::StrCat(title, ": ", text)), "</li>\n");
}

std::string ReportFacts(const ReportPage& page) {
  std::string facts;
  for (const auto& [name, value] : {std::pair("version", &page.version), std::pair("file", &page.file),
                                    std::pair("scenario", &page.scenario), std::pair("date", &page.date)}) {
    if (!value->empty()) absl::StrAppend(&facts, ReportFigure(name, *value));
  }
  return facts.empty() ? "" : absl::StrCat("<dl>\n", facts, "</dl>\n");
}

std::string ReportWhole(const ReportParts& parts, const ReportPage& page) {
  std::string failures;
  for (const std::string& error : page.errors) absl::StrAppend(&failures, ReportFailure("not run", error));
  absl::StrAppend(&failures, parts.failures);
  return absl::StrCat(ReportBegin(parts.title), ReportVerdict(failures), ReportFacts(page), ReportKey(parts.states),
                      parts.sections, "</body>\n</html>\n");
}

std::string ReportFigure(absl::string_view name, absl::string_view value, bool is_bad) {
  return absl::StrCat("<div><dt>", name, "</dt><dd", is_bad ? " class=\"bad\"" : "", ">", EscapeHtmlMarkup(value),
                      "</dd></div>\n");
}

std::string ReportStoryRow(absl::string_view when, absl::string_view text, bool is_scenario) {
  return absl::StrCat("<tr><td>", when, "</td><td", is_scenario ? " class=\"bad\"" : "", ">", EscapeHtmlMarkup(text),
                      "</td></tr>\n");
}

std::string ReportTable(const std::string& rows) { return absl::StrCat("<table>\n", rows, "</table>\n"); }

std::string ReportStory(const std::string& rows) {
  return absl::StrCat("<details><summary>What happened</summary>\n", ReportTable(rows), "</details>\n");
}

std::string ShortReportTime(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(100)));
}

absl::Duration ReportTimeStep(absl::Duration end) {
  constexpr int64_t kSteps[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400};
  constexpr int kMostMarks = 10;
  for (const int64_t seconds : kSteps) {
    if (end <= kMostMarks * absl::Seconds(seconds)) return absl::Seconds(seconds);
  }
  absl::Duration days = absl::Hours(48);
  while (end > kMostMarks * days) days *= 2;
  return days;
}

}  // namespace lws::internal
