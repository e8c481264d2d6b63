#include "lws/adapters/testing/scenario/role_expectations.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::string Place(const RoleCourse& course) { return absl::StrCat("slice ", course.slice, ": ", course.role, " had "); }

void CheckReady(const RoleExpectations& expected, const RoleReport& report, std::vector<std::string>* unmet) {
  for (const auto& [role, least] : expected.ready) {
    bool is_seen = false;
    for (const RoleCourse& course : report.courses) {
      if (course.role != role || course.lowest_ready < 0) continue;
      is_seen = true;
      if (course.lowest_ready >= least) continue;
      unmet->push_back(absl::StrCat(Place(course), course.lowest_ready, " ready groups, expected ", least));
    }
    if (!is_seen) unmet->push_back(absl::StrCat("role ", role, " was in no update"));
  }
}

void CheckBudgets(const RoleExpectations& expected, const RoleReport& report, std::vector<std::string>* unmet) {
  for (const RoleCourse& course : report.courses) {
    if (expected.keeps_promise && !course.keeps_promise()) {
      unmet->push_back(absl::StrCat(Place(course), course.lowest_ready, " ready groups, the budget promises ",
                                    ScenarioPromiseText(course.promised_ready, course.counted_on)));
    }
    if (expected.keeps_ceiling && !course.keeps_ceiling()) {
      unmet->push_back(
          absl::StrCat(Place(course), course.most_groups, " groups, the budget allows ", course.allowed_groups));
    }
  }
}

}  // namespace

RoleExpectations ReadRoleExpectations(StrictReader* reader) {
  RoleExpectations expected;
  const Json* ready = reader->Find("ready");
  expected.keeps_promise = ready != nullptr && *ready == "promised";
  if (ready != nullptr && !expected.keeps_promise) {
    StrictReader roles = reader->Map("ready");
    for (const auto& [role, least] : roles.value().items()) {
      expected.ready[role] = roles.Number(role, {0, std::numeric_limits<int32_t>::max()}, 0);
    }
  }
  const Json* groups = reader->Find("groups");
  expected.keeps_ceiling = groups != nullptr && *groups == "allowed";
  if (groups != nullptr && !expected.keeps_ceiling) reader->FailValue("groups", "not allowed, the only value", *groups);
  if (reader->Has("skewAtMost")) expected.skew_percent = reader->Number("skewAtMost", {0, 100}, 0);
  expected.never_half_a_revision = reader->Flag("neverHalfARevision", false);
  expected.finishes = reader->Flag("finishes", expected.finishes);
  if (reader->Has("finishesWithin")) {
    expected.finishes_within =
        reader->Duration("finishesWithin", {absl::ZeroDuration(), absl::Hours(24 * 3650)}, absl::ZeroDuration());
  }
  reader->Finish();
  return expected;
}

std::vector<std::string> UnmetExpectations(const RoleExpectations& expected, const RoleReport& report) {
  std::vector<std::string> unmet;
  CheckReady(expected, report, &unmet);
  CheckBudgets(expected, report, &unmet);
  if (expected.skew_percent.has_value() && report.skew_percent > *expected.skew_percent) {
    unmet.push_back(absl::StrCat("a role was ", report.skew_percent,
                                 "% of its groups ahead of another, expected at most ", *expected.skew_percent, "%"));
  }
  if (expected.never_half_a_revision && report.half_revision.has_value()) {
    const HalfRevision& half = *report.half_revision;
    unmet.push_back(absl::StrCat("slice ", half.slice, ": revision ", half.revision, " had no ", half.missing_role,
                                 " but other roles after ", absl::FormatDuration(half.time)));
  }
  if (expected.finishes && !report.finished)
    unmet.push_back(absl::StrCat("did not finish: ", ScenarioOutcomeText(report)));
  const bool is_late =
      expected.finishes_within.has_value() && (!report.finished || report.duration > *expected.finishes_within);
  if (is_late) {
    unmet.push_back(absl::StrCat("took ", absl::FormatDuration(report.duration), ", expected at most ",
                                 absl::FormatDuration(*expected.finishes_within)));
  }
  return unmet;
}

}  // namespace lws
