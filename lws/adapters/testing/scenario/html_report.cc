#include "lws/adapters/testing/scenario/html_report.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/escape_markup.h"

namespace lws {

using internal::EscapeHtmlMarkup;

namespace {

constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollout report</title>
<style>
:root { color-scheme: light dark; --back: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --new: #1a7f37;
  --new-wait: #a6dfb4; --old: #0969da; --old-wait: #a5cdf8; --fault: #cf222e; --budget: #bc4c00; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d;
  --new: #3fb950; --new-wait: #1b4a26; --old: #58a6ff; --old-wait: #1f3f66; --fault: #ff7b72; --budget: #f0883e; } }
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
.axis { stroke: var(--line); } .ready { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.budget { stroke: var(--budget); stroke-dasharray: 6 4; stroke-width: 1.5; } .budget-text { fill: var(--budget); }
.fault { stroke: var(--fault); stroke-dasharray: 2 3; } .fault-text { fill: var(--fault); }
.hatch-O, .hatch-o { fill: url(#hatch); } .hatch-n { fill: url(#dots); }
.hatch-O, .hatch-o, .hatch-n { pointer-events: none; }
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
<h1>Rollout report</h1>
)";

constexpr char kKey[] =
    R"(<p class="key"><span><svg viewBox="0 0 12 12"><rect class="O" width="12" height="12"/>
<rect class="hatch-O" width="12" height="12"/></svg>old revision, ready</span>
<span><svg viewBox="0 0 12 12"><rect class="o" width="12" height="12"/>
<rect class="hatch-o" width="12" height="12"/></svg>old, not ready</span>
<span><svg viewBox="0 0 12 12"><rect class="N" width="12" height="12"/></svg>new revision, ready</span>
<span><svg viewBox="0 0 12 12"><rect class="n" width="12" height="12"/>
<rect class="hatch-n" width="12" height="12"/></svg>new, not ready</span></p>
)";

constexpr double kLeft = 70;
constexpr double kWidth = 1000;
constexpr double kRight = kLeft + kWidth;
constexpr double kChartTop = 40;
constexpr double kChartHeight = 110;
// The width of a letter, at most, and the height of the lowest lane that is hatched.
constexpr double kLetter = 6.5;
constexpr double kLeastHatched = 4;
constexpr double kLanesTop = kChartTop + kChartHeight + 26;

std::string Short(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(100)));
}

// So long that the end is visible.
absl::Duration ShownTime(const ScenarioReport& report) { return std::max(report.duration * 1.03, absl::Seconds(1)); }

// The round time between two marks of an axis of this length, which then has from 4 to 10.
absl::Duration StepOf(absl::Duration end) {
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

// The drawing of one report. Its times go until `end`.
class Drawing {
 public:
  Drawing(const ScenarioReport& report, absl::Duration end) : report_(report), end_(end) {
    most_ = std::max(1, report.set_replicas);
    for (const TimelineEntry& entry : report.timeline) {
      if (entry.kind == TimelineEntry::Kind::kState) states_.push_back(&entry);
      most_ = std::max<int32_t>(most_, static_cast<int32_t>(entry.groups.size()));
    }
    // The lanes share the height. As long as there are not too many groups, their lanes can be distinguished.
    lane_ = std::clamp(600.0 / most_, 1.0, 18.0);
  }

  std::string Draw() {
    const double height = kLanesTop + lane_ * most_ + 24;
    absl::StrAppendFormat(&svg_, "<svg viewBox=\"0 0 %.0f %.1f\" role=\"img\" aria-label=\"groups over time\">\n",
                          kRight + 20, height);
    Chart();
    for (int32_t group = 0; group < most_; ++group) Lane(group);
    TimeAxis(height);
    Faults(height);
    Hovers(height);
    absl::StrAppend(&svg_, "</svg>\n");
    return std::move(svg_);
  }

 private:
  double X(absl::Duration time) const { return kLeft + kWidth * absl::FDivDuration(time, end_); }
  double Y(int32_t ready) const { return kChartTop + kChartHeight * (1 - static_cast<double>(ready) / most_); }
  absl::Duration EndOf(size_t state) const { return state + 1 < states_.size() ? states_[state + 1]->time : end_; }

  void Text(double x, double y, absl::string_view text, absl::string_view attributes) {
    absl::StrAppendFormat(&svg_, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, attributes,
                          EscapeHtmlMarkup(text));
  }
  void Line(double x1, double y1, double x2, double y2, absl::string_view style) {
    absl::StrAppendFormat(&svg_, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", style, x1,
                          y1, x2, y2);
  }

  void Chart() {
    Line(kLeft, Y(0), kRight, Y(0), "axis");
    Text(kLeft - 8, Y(0) + 4, "0", "text-anchor=\"end\"");
    Text(kLeft - 8, Y(most_) + 4, absl::StrCat(most_), "text-anchor=\"end\"");
    Text(4, kChartTop - 24, "groups ready", "");
    Budget();
    std::string path;
    for (size_t i = 0; i < states_.size(); ++i) {
      absl::StrAppendFormat(&path, "%s%.1f,%.1f H%.1f ", i == 0 ? "M" : "L", X(states_[i]->time), Y(states_[i]->ready),
                            X(EndOf(i)));
    }
    absl::StrAppend(&svg_, "<path class=\"ready\" d=\"", path, "\"/>\n");
  }

  // A line for each time in which the promise stays the same.
  void Budget() {
    for (size_t first = 0, next = 0; first < states_.size(); first = next) {
      const int32_t promised = states_[first]->promised_ready;
      while (next < states_.size() && states_[next]->promised_ready == promised) ++next;
      const double begin = first == 0 ? kLeft : X(states_[first]->time);
      const double end = next < states_.size() ? X(states_[next]->time) : kRight;
      Line(begin, Y(promised), end, Y(promised), "budget");
      Text(begin + 4, Y(promised) - 4, absl::StrCat("the budget promises ", promised), "class=\"budget-text\"");
    }
  }

  char StateOf(size_t state, int32_t group) const {
    const std::string& groups = states_[state]->groups;
    return static_cast<size_t>(group) < groups.size() ? groups[static_cast<size_t>(group)] : '.';
  }

  // A rectangle for each time in which the group stays the same.
  void Lane(int32_t group) {
    const double y = kLanesTop + lane_ * group;
    const double gap = lane_ > 4 ? 1.5 : 0;
    if (lane_ >= 10) {
      Text(kLeft - 8, y + lane_ * 0.75, absl::StrCat(report_.set_name, "-", group), "text-anchor=\"end\"");
    }
    for (size_t i = 0; i < states_.size();) {
      const char kind = StateOf(i, group);
      size_t last = i;
      while (last + 1 < states_.size() && StateOf(last + 1, group) == kind) ++last;
      if (kind != '.') {
        const double x = X(states_[i]->time);
        const std::string place = absl::StrFormat("x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", x, y,
                                                  std::max(0.5, X(EndOf(last)) - x), lane_ - gap);
        absl::StrAppendFormat(&svg_, "<rect class=\"%c\" %s/>\n", kind, place);
        if (kind != 'N' && lane_ >= kLeastHatched)
          absl::StrAppendFormat(&svg_, "<rect class=\"hatch-%c\" %s/>\n", kind, place);
      }
      i = last + 1;
    }
  }

  void TimeAxis(double height) {
    const absl::Duration step = StepOf(end_);
    for (absl::Duration time; time <= end_; time += step) {
      Line(X(time), Y(0), X(time), Y(0) + 4, "axis");
      Text(X(time), height - 8, Short(time), "text-anchor=\"middle\"");
    }
  }

  // Marks for what the scenario did. A text for which neither line has room gives way; pointing at its mark shows it.
  void Faults(double height) {
    double ends[] = {0, 0};  // of the texts of both lines
    for (const TimelineEntry& entry : report_.timeline) {
      if (entry.kind != TimelineEntry::Kind::kScenario) continue;
      const double x = X(entry.time);
      absl::StrAppendFormat(
          &svg_, "<line class=\"fault\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"><title>%s</title></line>\n", x,
          kChartTop - 14, x, height - 22, EscapeHtmlMarkup(entry.text));
      const double width = kLetter * static_cast<double>(entry.text.size());
      const bool at_the_end = x + 4 + width > kRight;
      const double begin = at_the_end ? x - 4 - width : x + 4;
      const auto line = std::find_if(std::begin(ends), std::end(ends), [begin](double end) { return end <= begin; });
      if (line == std::end(ends)) continue;
      *line = begin + width + kLetter;
      Text(at_the_end ? x - 4 : x + 4, kChartTop - (line == std::begin(ends) ? 6 : 20), entry.text,
           at_the_end ? "class=\"fault-text\" text-anchor=\"end\"" : "class=\"fault-text\"");
    }
  }

  // Texts for a reader who points at a time.
  void Hovers(double height) {
    for (size_t i = 0; i < states_.size(); ++i) {
      const TimelineEntry& state = *states_[i];
      const double x = X(state.time);
      const std::string title =
          absl::StrCat(Short(state.time), " to ", Short(EndOf(i)), "\n", state.ready, " groups ready, replicas ",
                       state.replicas, state.on_delete ? "" : absl::StrCat(", partition ", state.partition),
                       state.groups.size() <= 64 ? absl::StrCat("\n", state.groups) : "",
                       state.decision.empty() ? "" : absl::StrCat("\n", state.decision));
      absl::StrAppendFormat(
          &svg_,
          "<rect class=\"hover\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title>"
          "</rect>\n",
          x, kChartTop, std::max(0.5, X(EndOf(i)) - x), height - 24 - kChartTop, EscapeHtmlMarkup(title));
    }
  }

  const ScenarioReport& report_;
  std::vector<const TimelineEntry*> states_;
  int32_t most_ = 1;
  absl::Duration end_;
  double lane_ = 1;
  std::string svg_;
};

std::string Figure(absl::string_view name, absl::string_view value, bool is_bad = false) {
  return absl::StrCat("<div><dt>", name, "</dt><dd", is_bad ? " class=\"bad\"" : "", ">", EscapeHtmlMarkup(value),
                      "</dd></div>\n");
}

std::string Figures(const ScenarioReport& report) {
  const bool was_edited = report.lowest_ready >= 0;
  return absl::StrCat(
      "<dl>\n",
      Figure("lowest ready", was_edited ? absl::StrCat(report.lowest_ready, " of ", report.set_replicas) : "-",
             report.broken_promise.has_value()),
      Figure("promised", absl::StrCat(report.promised_ready)),
      Figure(report.finished ? "finished after" : "not finished after", Short(report.duration), !report.finished),
      Figure("groups restarted", absl::StrCat(report.groups_restarted)),
      Figure("surge groups used", absl::StrCat(report.surge_used)),
      Figure("pods created", absl::StrCat(report.pods_created)),
      Figure("wasted pod time", Short(absl::Trunc(report.wasted_pod_time, absl::Seconds(1)))),
      Figure("seed", absl::StrCat(report.seed)), "</dl>\n");
}

bool Passes(const TitledReport& titled) {
  return titled.failed.has_value() ? titled.failed->empty() : titled.report.finished;
}

std::string Outcome(const TitledReport& titled) {
  const ScenarioReport& report = titled.report;
  if (Passes(titled) && !report.finished) {
    return absl::StrCat("<p>", EscapeHtmlMarkup(ScenarioOutcomeText(report)), ", as expected</p>\n");
  }
  return report.finished ? ""
                         : absl::StrCat("<p class=\"bad\">", EscapeHtmlMarkup(ScenarioOutcomeText(report)), "</p>\n");
}

// "PASS", or "FAIL" and what failed.
std::string Verdict(const std::vector<TitledReport>& reports) {
  std::string failures;
  for (const TitledReport& titled : reports) {
    if (Passes(titled)) continue;
    const std::vector<std::string> texts =
        titled.failed.value_or(std::vector<std::string>{ScenarioOutcomeText(titled.report)});
    for (const std::string& text : texts) {
      absl::StrAppend(&failures, "<li>", EscapeHtmlMarkup(absl::StrCat(titled.title, ": ", text)), "</li>\n");
    }
  }
  if (failures.empty()) return "<p class=\"verdict good\">PASS</p>\n";
  return absl::StrCat("<p class=\"verdict bad\">FAIL</p>\n<ul>\n", failures, "</ul>\n");
}

std::string Head(const ReportPage& page) {
  std::string facts;
  for (const auto& [name, value] :
       {std::pair("version", &page.version), std::pair("file", &page.file), std::pair("date", &page.date)}) {
    if (!value->empty()) absl::StrAppend(&facts, Figure(name, *value));
  }
  return facts.empty() ? "" : absl::StrCat("<dl>\n", facts, "</dl>\n");
}

std::string Story(const ScenarioReport& report) {
  std::string rows;
  for (const TimelineEntry& entry : report.timeline) {
    if (entry.kind == TimelineEntry::Kind::kState) continue;
    const bool is_scenario = entry.kind == TimelineEntry::Kind::kScenario;
    absl::StrAppend(&rows, "<tr><td>", Short(entry.time), "</td><td", is_scenario ? " class=\"bad\"" : "", ">",
                    EscapeHtmlMarkup(entry.text), "</td></tr>\n");
  }
  return absl::StrCat("<details><summary>What happened</summary>\n<table>\n", rows, "</table>\n</details>\n");
}

}  // namespace

std::string ScenarioHtmlReport(const std::vector<TitledReport>& reports, const ReportPage& page) {
  absl::Duration longest;
  for (const TitledReport& titled : reports) longest = std::max(longest, ShownTime(titled.report));
  std::string html =
      absl::StrCat(kHead, Verdict(reports), Head(page), kKey,
                   "<p class=\"hint\">The drawings are wider than this screen: scroll them sideways.</p>\n");
  for (const TitledReport& titled : reports) {
    const absl::Duration end = page.has_one_scale ? longest : ShownTime(titled.report);
    absl::StrAppend(&html, "<section>\n<h2>", EscapeHtmlMarkup(titled.title), "</h2>\n", Figures(titled.report),
                    Outcome(titled), "<div class=\"drawing\" tabindex=\"0\">\n", Drawing(titled.report, end).Draw(),
                    "</div>\n", Story(titled.report), "</section>\n");
  }
  absl::StrAppend(&html, "</body>\n</html>\n");
  return html;
}

}  // namespace lws
