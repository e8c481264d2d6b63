#include "lws/adapters/testing/checker/check_html_report.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/page/escape_markup.h"
#include "lws/adapters/testing/page/lane_drawing.h"
#include "lws/adapters/testing/page/report_page.h"

namespace lws {

using internal::EscapeHtmlMarkup;
using internal::LaneDrawing;
using internal::ReportFigure;

namespace {

constexpr double kLeft = 110;
constexpr double kWidth = 960;
constexpr double kTop = 24;
constexpr double kRow = 18;
constexpr double kChartHeight = 50;
// Above the rows of a lane: its name, and the chart of its ready groups.
constexpr double kLaneHead = 26;
constexpr double kGap = 16;
// So many steps at most have their numbers below the drawing.
constexpr size_t kMostNumbers = 20;

// The lanes of all moments over the steps.
class Drawing {
 public:
  explicit Drawing(const std::vector<CheckedMoment>& moments)
      : moments_(moments), column_(kWidth / static_cast<double>(moments.size())) {}

  std::string Draw() {
    double top = kTop;
    for (size_t lane = 0; lane < moments_[0].lanes.size(); ++lane) top = DrawLane(lane, top);
    for (size_t i = 0; i < moments_.size(); ++i) {
      if (moments_[i].from_outside) svg_.Mark(X(i), kTop - 14, top, moments_[i].step);
      svg_.Hover({X(i), kTop, column_, top - kTop}, Told(i));
    }
    const size_t every = (moments_.size() + kMostNumbers - 1) / kMostNumbers;
    for (size_t i = 0; i < moments_.size(); i += every) {
      svg_.Text(X(i) + column_ / 2, top + 12, absl::StrCat(i), "text-anchor=\"middle\"");
    }
    svg_.Text(kLeft - 8, top + 12, "step", "text-anchor=\"end\"");
    return svg_.Finish(kLeft + kWidth + 20, top + 24);
  }

 private:
  double X(size_t moment) const { return kLeft + column_ * static_cast<double>(moment); }

  // Draws the chart and the rows of one lane. Returns where the next one begins.
  double DrawLane(size_t lane, double top) {
    const std::string& name = moments_[0].lanes[lane].name;
    svg_.Text(4, top + 12, absl::StrCat(name, name.empty() ? "" : ": ", "groups ready; dashed: promised"), "");
    Chart(lane, top + kLaneHead);
    const double rows_top = top + kLaneHead + kChartHeight + kGap;
    const size_t rows = MostGroups(lane);
    for (size_t row = 0; row < rows; ++row) Row(lane, row, rows_top + kRow * static_cast<double>(row));
    return rows_top + kRow * static_cast<double>(rows) + kGap;
  }

  size_t MostGroups(size_t lane) const {
    size_t most = 1;
    for (const CheckedMoment& moment : moments_) most = std::max(most, moment.lanes[lane].groups.size());
    return most;
  }

  // The groups that are ready, and below which number they must not fall.
  void Chart(size_t lane, double top) {
    int32_t most = 1;
    for (const CheckedMoment& moment : moments_) {
      most = std::max({most, moment.lanes[lane].ready, moment.lanes[lane].promised});
    }
    const auto y = [&](int32_t groups) { return top + kChartHeight * (1 - static_cast<double>(groups) / most); };
    svg_.Line(kLeft, y(0), X(moments_.size()), y(0), "axis");
    svg_.Text(kLeft - 8, y(0) + 4, "0", "text-anchor=\"end\"");
    svg_.Text(kLeft - 8, y(most) + 4, absl::StrCat(most), "text-anchor=\"end\"");
    Curve("class=\"budget\" fill=\"none\"", [&](size_t i) { return y(moments_[i].lanes[lane].promised); });
    Curve("class=\"ready\"", [&](size_t i) { return y(moments_[i].lanes[lane].ready); });
  }

  template <typename YOf>
  void Curve(absl::string_view style, const YOf& y_of) {
    std::string path;
    for (size_t i = 0; i < moments_.size(); ++i) {
      absl::StrAppendFormat(&path, "%s%.1f,%.1f H%.1f ", i == 0 ? "M" : "L", X(i), y_of(i), X(i + 1));
    }
    svg_.Path(style, path);
  }

  char LetterAt(size_t moment, size_t lane, size_t row) const {
    const std::string& groups = moments_[moment].lanes[lane].groups;
    return row < groups.size() ? groups[row] : '.';
  }

  // A box for all steps in which the group stays the same.
  void Row(size_t lane, size_t row, double y) {
    // Groups of roles have no numbers.
    if (moments_[0].lanes[lane].name.empty()) {
      svg_.Text(kLeft - 8, y + kRow * 0.75, absl::StrCat("group ", row), "text-anchor=\"end\"");
    }
    for (size_t i = 0, next = 0; i < moments_.size(); i = next) {
      const char letter = LetterAt(i, lane, row);
      while (next < moments_.size() && LetterAt(next, lane, row) == letter) ++next;
      if (letter != '.') svg_.Lane(letter, {X(i), y, X(next) - X(i), kRow - 1.5});
    }
  }

  // The text for a reader who points at the column of a step.
  std::string Told(size_t i) const {
    const CheckedMoment& moment = moments_[i];
    std::string text = absl::StrCat("step ", i, ": ", moment.step);
    if (!moment.detail.empty()) absl::StrAppend(&text, "\n", moment.detail);
    for (const CheckedLane& lane : moment.lanes) {
      absl::StrAppend(&text, "\n", lane.name, lane.name.empty() ? "" : ": ", lane.groups, " ready ", lane.ready,
                      " promised ", lane.promised);
    }
    return text;
  }

  const std::vector<CheckedMoment>& moments_;
  const double column_;
  LaneDrawing svg_{"groups over the steps"};
};

std::string Story(const std::vector<CheckedMoment>& moments) {
  std::string rows;
  for (size_t i = 0; i < moments.size(); ++i) {
    absl::StrAppend(&rows, internal::ReportStoryRow(absl::StrCat(i), moments[i].step, moments[i].from_outside));
  }
  return internal::ReportTable(rows);
}

// The list item of what failed; "" when nothing did.
std::string FailureOf(const TitledCheck& check) {
  if (!check.broken_law.empty()) return internal::ReportFailure(check.title, check.broken_law);
  return check.complete ? "" : internal::ReportFailure(check.title, "stopped before all states were seen");
}

std::string Figures(const TitledCheck& check) {
  const bool is_broken = !check.broken_law.empty();
  return absl::StrCat("<dl>\n", ReportFigure("states", absl::StrCat(check.states)),
                      ReportFigure("broken law", is_broken ? check.broken_law : "none", is_broken), "</dl>\n");
}

std::string Course(const std::vector<CheckedMoment>& moments) {
  if (moments.empty()) return "";
  return absl::StrCat("<div class=\"drawing\" tabindex=\"0\">\n", Drawing(moments).Draw(), "</div>\n", Story(moments));
}

}  // namespace

std::string CheckHtmlReport(const TitledCheck& check, const ReportPage& page) {
  internal::ReportParts parts;
  parts.title = "Check of a rollout policy";
  parts.states = "OoNnx";
  parts.failures = FailureOf(check);
  parts.sections = absl::StrCat("<section>\n<h2>", EscapeHtmlMarkup(check.title), "</h2>\n", Figures(check),
                                Course(check.moments), "</section>\n");
  return internal::ReportWhole(parts, page);
}

}  // namespace lws
