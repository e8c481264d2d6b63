#include "lws/adapters/testing/scenario/role_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/api/printable_text.h"

namespace lws {

const RoleCourse* RoleReport::Find(int32_t slice, absl::string_view role) const {
  for (const RoleCourse& course : courses) {
    if (course.slice == slice && course.role == role) return &course;
  }
  return nullptr;
}

std::string ToString(const RoleTimelineEntry& entry) {
  std::string text = absl::StrFormat("%8.1fs  ", absl::ToDoubleSeconds(entry.time));
  if (entry.kind == RoleTimelineEntry::Kind::kScenario) absl::StrAppend(&text, "-- ");
  if (entry.kind != RoleTimelineEntry::Kind::kState) return absl::StrCat(text, PrintableText(entry.text));
  if (entry.lanes.empty()) return text;
  absl::StrAppend(&text, "slice ", entry.lanes[0].slice);
  for (const RoleLane& lane : entry.lanes) {
    const std::string ready = absl::StrCat(lane.ready, "/", lane.wanted);
    absl::StrAppendFormat(&text, "  %s %-8s ready %-5s", lane.role, lane.groups.empty() ? "-" : lane.groups, ready);
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string ScenarioOutcomeText(const RoleReport& report) {
  const std::string after = absl::FormatDuration(report.duration);
  if (report.finished) return absl::StrCat("finished after ", after);
  std::vector<std::string> reasons;
  for (const RoleLane& lane : report.last) {
    if (lane.ready == lane.wanted && static_cast<int32_t>(lane.groups.size()) == lane.wanted) continue;
    reasons.push_back(absl::StrCat("slice ", lane.slice, " ", lane.role, " ", lane.ready, " of ", lane.wanted,
                                   " groups ready, ", lane.groups.size(), " there"));
  }
  if (!report.waiting.empty()) reasons.push_back(ScenarioWaitingText(report.waiting));
  for (const std::string& refused : report.refused) {
    reasons.push_back(absl::StrCat("refused: ", PrintableText(refused)));
  }
  reasons.insert(reasons.end(), report.held.begin(), report.held.end());
  return absl::StrCat("not finished after ", after, ": ", absl::StrJoin(reasons, "; "));
}

}  // namespace lws
