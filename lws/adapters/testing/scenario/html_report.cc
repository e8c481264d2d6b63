#include "lws/adapters/testing/scenario/html_report.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/page/lane_drawing.h"
#include "lws/adapters/testing/page/report_page.h"
#include "lws/adapters/testing/scenario/report_sections.h"

namespace lws {

using internal::LaneDrawing;
using internal::ReportFigure;
using internal::ReportParts;
using internal::ReportTimeStep;
using internal::ShortReportTime;

namespace {

constexpr double kLeft = 70;
constexpr double kWidth = 1000;
constexpr double kRight = kLeft + kWidth;
constexpr double kChartTop = 40;
constexpr double kChartHeight = 110;
// The width of a letter, at most.
constexpr double kLetter = 6.5;
constexpr double kTextHeight = 12;
constexpr double kLanesTop = kChartTop + kChartHeight + 26;

// The drawing of one report. Its times go until `end`.
class Drawing {
 public:
  Drawing(const ScenarioReport& report, absl::Duration end) : report_(report), end_(end) {
    most_ = std::max({1, report.set_replicas, report.wanted});
    for (const TimelineEntry& entry : report.timeline) {
      if (entry.kind == TimelineEntry::Kind::kState) states_.push_back(&entry);
      most_ = std::max<int32_t>(most_, static_cast<int32_t>(entry.groups.size()));
    }
    // The lanes share the height. As long as there are not too many groups, their lanes can be distinguished.
    lane_ = std::clamp(600.0 / most_, 1.0, 18.0);
  }

  std::string Draw() {
    const double height = kLanesTop + lane_ * most_ + 24;
    Chart();
    for (int32_t group = 0; group < most_; ++group) Lane(group);
    TimeAxis(height);
    Faults(height);
    Hovers(height);
    return svg_.Finish(kRight + 20, height);
  }

 private:
  double X(absl::Duration time) const { return kLeft + kWidth * absl::FDivDuration(time, end_); }
  double Y(int32_t ready) const { return kChartTop + kChartHeight * (1 - static_cast<double>(ready) / most_); }
  absl::Duration EndOf(size_t state) const { return state + 1 < states_.size() ? states_[state + 1]->time : end_; }

  void Chart() {
    svg_.Line(kLeft, Y(0), kRight, Y(0), "axis");
    svg_.Text(kLeft - 8, Y(0) + 4, "0", "text-anchor=\"end\"");
    // Surge groups come on top of those that the set wants, and no tick is named after them.
    const int32_t wanted = std::max({1, report_.set_replicas, report_.wanted});
    svg_.Text(kLeft - 8, Y(wanted) + 4, absl::StrCat(wanted), "text-anchor=\"end\"");
    svg_.Text(4, kChartTop - 24, "groups ready", "");
    Budget();
    std::string path;
    for (size_t i = 0; i < states_.size(); ++i) {
      absl::StrAppendFormat(&path, "%s%.1f,%.1f H%.1f ", i == 0 ? "M" : "L", X(states_[i]->time), Y(states_[i]->ready),
                            X(EndOf(i)));
    }
    svg_.Path("class=\"ready\"", path);
  }

  // A line for each time in which the promise stays the same. Its text is below a line that is so high that the texts
  // of the scenario are above it, and a text without room gives way.
  void Budget() {
    double end_of_text = 0;
    for (size_t first = 0, next = 0; first < states_.size(); first = next) {
      const int32_t promised = states_[first]->promised_ready;
      while (next < states_.size() && states_[next]->promised_ready == promised) ++next;
      const double begin = first == 0 ? kLeft : X(states_[first]->time);
      const double end = next < states_.size() ? X(states_[next]->time) : kRight;
      svg_.Line(begin, Y(promised), end, Y(promised), "budget");
      const std::string text = absl::StrCat("the budget promises ", promised);
      const double width = kLetter * static_cast<double>(text.size());
      const double text_begin = std::min(begin + 4, kRight - width);
      if (text_begin < end_of_text) continue;
      end_of_text = text_begin + width;
      const bool is_high = Y(promised) - kTextHeight < kChartTop;
      svg_.Text(text_begin, Y(promised) + (is_high ? kTextHeight : -4), text, "class=\"budget-text\"");
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
      svg_.Text(kLeft - 8, y + lane_ * 0.75, absl::StrCat(report_.set_name, "-", group), "text-anchor=\"end\"");
    }
    for (size_t i = 0; i < states_.size();) {
      const char kind = StateOf(i, group);
      size_t last = i;
      while (last + 1 < states_.size() && StateOf(last + 1, group) == kind) ++last;
      const double x = X(states_[i]->time);
      if (kind != '.') svg_.Lane(kind, {x, y, X(EndOf(last)) - x, lane_ - gap});
      i = last + 1;
    }
  }

  void TimeAxis(double height) {
    const absl::Duration step = ReportTimeStep(end_);
    for (absl::Duration time; time <= end_; time += step) {
      svg_.Line(X(time), Y(0), X(time), Y(0) + 4, "axis");
      svg_.Text(X(time), height - 8, ShortReportTime(time), "text-anchor=\"middle\"");
    }
  }

  // Marks for what the scenario did. A text for which neither line has room gives way; pointing at its mark shows it.
  void Faults(double height) {
    double ends[] = {0, 0};  // of the texts of both lines
    for (const TimelineEntry& entry : report_.timeline) {
      if (entry.kind != TimelineEntry::Kind::kScenario) continue;
      const double x = X(entry.time);
      svg_.Mark(x, kChartTop - 14, height - 22, entry.text);
      const double width = kLetter * static_cast<double>(entry.text.size());
      const bool at_the_end = x + 4 + width > kRight;
      const double begin = at_the_end ? x - 4 - width : x + 4;
      const auto line = std::find_if(std::begin(ends), std::end(ends), [begin](double end) { return end <= begin; });
      if (line == std::end(ends)) continue;
      *line = begin + width + kLetter;
      svg_.Text(at_the_end ? x - 4 : x + 4, kChartTop - (line == std::begin(ends) ? 6 : 20), entry.text,
                at_the_end ? "class=\"fault-text\" text-anchor=\"end\"" : "class=\"fault-text\"");
    }
  }

  // Texts for a reader who points at a time.
  void Hovers(double height) {
    for (size_t i = 0; i < states_.size(); ++i) {
      const TimelineEntry& state = *states_[i];
      const double x = X(state.time);
      const std::string title = absl::StrCat(ShortReportTime(state.time), " to ", ShortReportTime(EndOf(i)), "\n",
                                             state.ready, " groups ready, replicas ", state.replicas,
                                             state.on_delete ? "" : absl::StrCat(", partition ", state.partition),
                                             state.groups.size() <= 64 ? absl::StrCat("\n", state.groups) : "",
                                             state.decision.empty() ? "" : absl::StrCat("\n", state.decision));
      svg_.Hover({x, kChartTop, X(EndOf(i)) - x, height - 24 - kChartTop}, title);
    }
  }

  const ScenarioReport& report_;
  std::vector<const TimelineEntry*> states_;
  int32_t most_ = 1;
  absl::Duration end_;
  double lane_ = 1;
  LaneDrawing svg_{"groups over time"};
};

std::string Figures(const ScenarioReport& report) {
  const bool was_edited = report.lowest_ready >= 0;
  return absl::StrCat(
      "<dl>\n",
      ReportFigure("lowest ready", was_edited ? absl::StrCat(report.lowest_ready, " of ", report.lowest_replicas) : "-",
                   report.broken_promise.has_value()),
      ReportFigure("promised", ScenarioPromiseText(report.promised_ready, report.counted_on)),
      ReportFigure(report.finished ? "finished after" : "not finished after", ShortReportTime(report.duration),
                   !report.finished),
      ReportFigure("groups restarted", absl::StrCat(report.groups_restarted)),
      ReportFigure("surge groups used", absl::StrCat(report.surge_used)),
      ReportFigure("pods created", absl::StrCat(report.pods_created)),
      ReportFigure("wasted pod time", ShortReportTime(absl::Trunc(report.wasted_pod_time, absl::Seconds(1)))),
      ReportFigure("seed", absl::StrCat(report.seed)), "</dl>\n");
}

}  // namespace

ReportParts internal::PartsOfScenarioReports(const std::vector<TitledReport>& reports, bool has_one_scale) {
  return SectionsOfScenarioReports(
      reports, has_one_scale, Figures,
      [](const ScenarioReport& report, absl::Duration end) { return Drawing(report, end).Draw(); });
}

std::string ScenarioHtmlReport(const std::vector<TitledReport>& reports, const ReportPage& page) {
  return internal::ReportWhole(internal::PartsOfScenarioReports(reports, page.has_one_scale), page);
}

}  // namespace lws
