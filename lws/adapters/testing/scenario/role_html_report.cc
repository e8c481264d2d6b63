#include "lws/adapters/testing/scenario/role_html_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/page/lane_drawing.h"
#include "lws/adapters/testing/page/report_page.h"
#include "lws/adapters/testing/scenario/report_sections.h"

namespace lws {

using internal::LaneDrawing;
using internal::ReportFigure;
using internal::ReportTimeStep;
using internal::ShortReportTime;

namespace {

constexpr double kLeft = 150;
constexpr double kWidth = 920;
constexpr double kRight = kLeft + kWidth;
constexpr double kChartTop = 40;
constexpr double kChartHeight = 110;
constexpr double kLanesTop = kChartTop + kChartHeight + 26;
// The height of all lanes together, if they fit, and of the space between two of them.
constexpr double kLanesHeight = 600;
constexpr double kGap = 6;
// Rows that are higher leave a gap below themselves.
constexpr double kLeastWithGap = 4;
// A reader who points at a time sees the lanes of this many slices and roles.
constexpr size_t kMostToldLanes = 30;

// The groups of one slice and role over time.
struct Lane {
  int32_t slice = 0;
  std::string role;
  std::vector<std::pair<absl::Duration, RoleLane>> states;  // from each time on
  int32_t most = 1;                                         // groups
  double top = 0;
};

// All lanes, by slice, then in the order in which the roles appear.
std::vector<Lane> LanesOf(const RoleReport& report) {
  std::map<int32_t, std::vector<Lane>> of_slices;
  for (const RoleTimelineEntry& entry : report.timeline) {
    for (const RoleLane& seen : entry.lanes) {
      std::vector<Lane>& lanes = of_slices[seen.slice];
      auto lane =
          std::find_if(lanes.begin(), lanes.end(), [&seen](const Lane& other) { return other.role == seen.role; });
      if (lane == lanes.end()) lane = lanes.insert(lanes.end(), {seen.slice, seen.role, {}, 1, 0});
      // The last state of a time is the one that stays.
      if (!lane->states.empty() && lane->states.back().first == entry.time) lane->states.pop_back();
      lane->states.emplace_back(entry.time, seen);
      lane->most = std::max({lane->most, seen.wanted, static_cast<int32_t>(seen.groups.size())});
    }
  }
  std::vector<Lane> all;
  for (auto& [slice, lanes] : of_slices) {
    for (Lane& lane : lanes) all.push_back(std::move(lane));
  }
  return all;
}

// The state at this time; null before the first one.
const RoleLane* StateAt(const Lane& lane, absl::Duration time) {
  const auto after = std::upper_bound(lane.states.begin(), lane.states.end(), time,
                                      [](absl::Duration at, const auto& state) { return at < state.first; });
  return after == lane.states.begin() ? nullptr : &(after - 1)->second;
}

// Ready groups of all lanes.
struct ServingCapacity {
  absl::Duration time;
  int32_t old_ready = 0;
  int32_t new_ready = 0;
  int32_t wanted = 0;
};

std::vector<ServingCapacity> ServingCapacities(const std::vector<Lane>& lanes) {
  std::map<absl::Duration, ServingCapacity> changes;  // by how much each number changes
  for (const Lane& lane : lanes) {
    ServingCapacity before;
    for (const auto& [time, state] : lane.states) {
      const auto count = [&groups = state.groups](char letter) {
        return static_cast<int32_t>(std::count(groups.begin(), groups.end(), letter));
      };
      ServingCapacity& change = changes[time];
      change.old_ready += count('O') - before.old_ready;
      change.new_ready += count('N') - before.new_ready;
      change.wanted += state.wanted - before.wanted;
      before = {time, count('O'), count('N'), state.wanted};
    }
  }
  std::vector<ServingCapacity> capacities;
  ServingCapacity sum;
  for (const auto& [time, change] : changes) {
    sum = {time, sum.old_ready + change.old_ready, sum.new_ready + change.new_ready, sum.wanted + change.wanted};
    capacities.push_back(sum);
  }
  return capacities;
}

// The drawing of one report. Its times go until `end`.
class Drawing {
 public:
  Drawing(const RoleReport& report, absl::Duration end)
      : report_(report), end_(end), lanes_(LanesOf(report)), capacities_(ServingCapacities(lanes_)) {
    int32_t rows = 0;
    for (const Lane& lane : lanes_) rows += lane.most;
    const double gaps = kGap * static_cast<double>(lanes_.size());
    row_ = std::clamp((kLanesHeight - gaps) / std::max(1, rows), 1.0, 18.0);
    double top = kLanesTop;
    for (Lane& lane : lanes_) {
      lane.top = top;
      top += row_ * lane.most + kGap;
    }
    bottom_ = top;
    for (const ServingCapacity& capacity : capacities_) {
      wanted_ = std::max(wanted_, capacity.wanted);
      most_ = std::max({most_, capacity.wanted, capacity.old_ready + capacity.new_ready});
    }
  }

  std::string Draw() {
    Chart();
    for (const Lane& lane : lanes_) Draw(lane);
    TimeAxis();
    Faults();
    Hovers();
    return svg_.Finish(kRight + 20, bottom_ + 24);
  }

 private:
  double X(absl::Duration time) const { return kLeft + kWidth * absl::FDivDuration(time, end_); }
  double Y(int32_t groups) const { return kChartTop + kChartHeight * (1 - static_cast<double>(groups) / most_); }

  // Ready groups: the old ones, the new ones, both together, and how many are wanted.
  void Chart() {
    svg_.Line(kLeft, Y(0), kRight, Y(0), "axis");
    svg_.Text(kLeft - 8, Y(0) + 4, "0", "text-anchor=\"end\"");
    // Surge groups come on top of those that the roles want, and no tick is named after them.
    svg_.Text(kLeft - 8, Y(wanted_) + 4, absl::StrCat(wanted_), "text-anchor=\"end\"");
    svg_.Text(4, kChartTop - 24, "groups ready: all, old and new", "");
    Curve("stroke=\"var(--old)\"", [](const ServingCapacity& capacity) { return capacity.old_ready; });
    Curve("stroke=\"var(--new)\"", [](const ServingCapacity& capacity) { return capacity.new_ready; });
    Curve("class=\"ready\"", [](const ServingCapacity& capacity) { return capacity.old_ready + capacity.new_ready; });
    Curve("class=\"budget\"", [](const ServingCapacity& capacity) { return capacity.wanted; });
  }

  template <typename GroupsOf>
  void Curve(absl::string_view style, const GroupsOf& groups_of) {
    std::string path;
    for (size_t i = 0; i < capacities_.size(); ++i) {
      const absl::Duration until = i + 1 < capacities_.size() ? capacities_[i + 1].time : end_;
      absl::StrAppendFormat(&path, "%s%.1f,%.1f H%.1f ", i == 0 ? "M" : "L", X(capacities_[i].time),
                            Y(groups_of(capacities_[i])), X(until));
    }
    svg_.Path(absl::StrCat("fill=\"none\" stroke-width=\"1.5\" ", style), path);
  }

  // A row for each group of the lane.
  void Draw(const Lane& lane) {
    if (row_ * lane.most >= 9) {
      svg_.Text(kLeft - 8, lane.top + std::min(row_ * lane.most, 14.0) * 0.8,
                absl::StrCat("slice ", lane.slice, " ", lane.role), "text-anchor=\"end\"");
    }
    for (int32_t row = 0; row < lane.most; ++row) DrawRow(lane, row);
  }

  static char LetterOf(const Lane& lane, size_t state, int32_t row) {
    const std::string& groups = lane.states[state].second.groups;
    return static_cast<size_t>(row) < groups.size() ? groups[static_cast<size_t>(row)] : '.';
  }

  // A rectangle for each time in which the row stays the same.
  void DrawRow(const Lane& lane, int32_t row) {
    for (size_t i = 0, next = 0; i < lane.states.size(); i = next) {
      const char letter = LetterOf(lane, i, row);
      while (next < lane.states.size() && LetterOf(lane, next, row) == letter) ++next;
      if (letter == '.') continue;
      const double x = X(lane.states[i].first);
      const double until = X(next < lane.states.size() ? lane.states[next].first : end_);
      const double gap = row_ > kLeastWithGap ? 1 : 0;
      svg_.Lane(letter, {x, lane.top + row_ * row, until - x, row_ - gap});
    }
  }

  void TimeAxis() {
    const absl::Duration step = ReportTimeStep(end_);
    for (absl::Duration time; time <= end_; time += step) {
      svg_.Line(X(time), Y(0), X(time), Y(0) + 4, "axis");
      svg_.Text(X(time), bottom_ + 16, ShortReportTime(time), "text-anchor=\"middle\"");
    }
  }

  // Marks for what the scenario did. Pointing at a mark shows its text.
  void Faults() {
    for (const RoleTimelineEntry& entry : report_.timeline) {
      if (entry.kind != RoleTimelineEntry::Kind::kScenario) continue;
      svg_.Mark(X(entry.time), kChartTop - 14, bottom_, entry.text);
    }
  }

  // Texts for a reader who points at a time.
  void Hovers() {
    for (size_t i = 0; i < capacities_.size(); ++i) {
      const ServingCapacity& capacity = capacities_[i];
      const absl::Duration until = i + 1 < capacities_.size() ? capacities_[i + 1].time : end_;
      std::string title =
          absl::StrCat(ShortReportTime(capacity.time), " to ", ShortReportTime(until), "\n", capacity.old_ready,
                       " old and ", capacity.new_ready, " new groups ready, ", capacity.wanted, " wanted");
      for (size_t lane = 0; lane < lanes_.size() && lane < kMostToldLanes; ++lane) {
        const RoleLane* state = StateAt(lanes_[lane], capacity.time);
        if (state == nullptr) continue;
        absl::StrAppend(&title, "\nslice ", state->slice, " ", state->role, " ",
                        state->groups.empty() ? "-" : state->groups, " ready ", state->ready, " of ", state->wanted);
      }
      const double x = X(capacity.time);
      svg_.Hover({x, kChartTop, X(until) - x, bottom_ - kChartTop}, title);
    }
  }

  const RoleReport& report_;
  const absl::Duration end_;
  std::vector<Lane> lanes_;
  const std::vector<ServingCapacity> capacities_;
  double row_ = 1;
  double bottom_ = 0;
  int32_t most_ = 1;    // groups, of those that are ready and those that are wanted
  int32_t wanted_ = 1;  // groups, at most
  LaneDrawing svg_{"groups of roles over time"};
};

// The role that misses its promise by most, or the one that has the least to spare.
const RoleCourse* WorstOf(const RoleReport& report) {
  const RoleCourse* worst = nullptr;
  for (const RoleCourse& course : report.courses) {
    if (course.lowest_ready < 0) continue;
    const auto spare = [](const RoleCourse& it) { return it.lowest_ready - it.counted_on; };
    if (worst == nullptr || spare(course) < spare(*worst)) worst = &course;
  }
  return worst;
}

std::string Figures(const RoleReport& report) {
  const RoleCourse* worst = WorstOf(report);
  const bool keeps_ceilings = std::all_of(report.courses.begin(), report.courses.end(),
                                          [](const RoleCourse& course) { return course.keeps_ceiling(); });
  return absl::StrCat(
      "<dl>\n",
      ReportFigure("lowest ready",
                   worst == nullptr ? "-"
                                    : absl::StrCat("slice ", worst->slice, " ", worst->role, ": ", worst->lowest_ready,
                                                   ", ", worst->promised_ready, " promised",
                                                   worst->counted_on < worst->promised_ready
                                                       ? absl::StrCat(", ", worst->counted_on, " counted on")
                                                       : ""),
                   worst != nullptr && !worst->keeps_promise()),
      ReportFigure("most groups", keeps_ceilings ? "as allowed" : "more than allowed", !keeps_ceilings),
      ReportFigure("roles apart, at most", absl::StrCat(report.skew_percent, "%")),
      ReportFigure("half of a revision", report.half_revision.has_value() ? "yes" : "never",
                   report.half_revision.has_value()),
      ReportFigure(report.finished ? "finished after" : "not finished after", ShortReportTime(report.duration),
                   !report.finished),
      ReportFigure("pods created", absl::StrCat(report.pods_created)), ReportFigure("seed", absl::StrCat(report.seed)),
      "</dl>\n");
}

internal::ReportParts PartsOfRoleReports(const std::vector<TitledRoleReport>& reports, bool has_one_scale) {
  return internal::SectionsOfScenarioReports(
      reports, has_one_scale, Figures,
      [](const RoleReport& report, absl::Duration end) { return Drawing(report, end).Draw(); });
}

}  // namespace

std::string RoleScenarioHtmlReport(const std::vector<TitledRoleReport>& reports, const ReportPage& page) {
  return internal::ReportWhole(PartsOfRoleReports(reports, page.has_one_scale), page);
}

std::string ScenarioHtmlReport(const std::vector<TitledReport>& sets, const std::vector<TitledRoleReport>& roles,
                               const ReportPage& page) {
  internal::ReportParts parts = internal::PartsOfScenarioReports(sets, page.has_one_scale);
  const internal::ReportParts of_roles = PartsOfRoleReports(roles, page.has_one_scale);
  absl::StrAppend(&parts.failures, of_roles.failures);
  absl::StrAppend(&parts.sections, of_roles.sections);
  return internal::ReportWhole(parts, page);
}

}  // namespace lws
