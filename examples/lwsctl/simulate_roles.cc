#include "examples/lwsctl/simulate_roles.h"

#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/scenario.h"
#include "examples/lwsctl/waiting_json.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/role_html_report.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/run_role_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/disaggregated_set.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

absl::Status CheckFlags(const Arguments& arguments) {
  for (const char* flag : {"--policy", "--scheduler-provider", "--max-unavailable-statefulset"}) {
    if (arguments.flags.count(flag) == 0) continue;
    const char* instead = std::string(flag) == "--policy" ? "; its policy is --role-policy" : "";
    return absl::InvalidArgumentError(absl::StrCat(flag, ": a DisaggregatedSet does not take this flag", instead));
  }
  return absl::OkStatus();
}

absl::StatusOr<ScenarioFile> ReadScenarioOf(const DisaggregatedManifest& manifest, const Arguments& arguments) {
  absl::Status status = CheckFlags(arguments);
  if (!status.ok()) return status;
  return ReadScenarioFile(lws::DisaggregatedSetToJson(*manifest.set), arguments.Flag("--scenario", ""),
                          arguments.files[0]);
}

Json ToJson(const lws::RoleLane& lane) {
  return {{"role", lane.role}, {"groups", lane.groups}, {"ready", lane.ready}, {"wanted", lane.wanted}};
}

Json ToJson(const lws::RoleTimelineEntry& entry) {
  Json json = {{"seconds", absl::ToDoubleSeconds(entry.time)}};
  if (entry.kind != lws::RoleTimelineEntry::Kind::kState) {
    const bool is_of_scenario = entry.kind == lws::RoleTimelineEntry::Kind::kScenario;
    json["note"] = absl::StrCat(is_of_scenario ? "-- " : "", entry.text);
    return json;
  }
  if (!entry.lanes.empty()) json["slice"] = entry.lanes[0].slice;
  for (const lws::RoleLane& lane : entry.lanes) json["roles"].push_back(ToJson(lane));
  return json;
}

Json ToJson(const lws::RoleCourse& course) {
  return {{"slice", course.slice},
          {"role", course.role},
          {"lowestReady", course.lowest_ready},
          {"promisedReady", course.promised_ready},
          {"countedOn", course.counted_on},
          {"keepsPromise", course.keeps_promise()},
          {"mostGroups", course.most_groups},
          {"allowedGroups", course.allowed_groups},
          {"keepsCeiling", course.keeps_ceiling()}};
}

std::string HalfText(const lws::RoleReport& report) {
  if (!report.half_revision.has_value()) return "never";
  const lws::HalfRevision& half = *report.half_revision;
  return absl::StrCat("after ", absl::FormatDuration(half.time), ": slice ", half.slice, " had no ", half.missing_role);
}

Json ToJson(const lws::RoleReport& report) {
  Json lines = Json::array(), courses = Json::array();
  for (const lws::RoleTimelineEntry& entry : report.timeline) lines.push_back(ToJson(entry));
  for (const lws::RoleCourse& course : report.courses) courses.push_back(ToJson(course));
  return {{"lines", lines},
          {"finished", report.finished},
          {"stopped", WasStopped(report.finished)},
          {"outcome", lws::ScenarioOutcomeText(report)},
          {"roles", courses},
          {"skewPercent", report.skew_percent},
          {"halfRevision", report.half_revision.has_value()},
          {"waiting", WaitingJson(report.waiting)},
          {"held", report.held},
          {"refused", report.refused},
          {"seconds", absl::ToDoubleSeconds(report.duration)},
          {"podsCreated", report.pods_created}};
}

void PrintSummary(const lws::RoleReport& report) {
  std::cout << "\n"
            << (WasStopped(report.finished) ? "stopped: " : "") << lws::ScenarioOutcomeText(report) << ": "
            << report.pods_created << " pods created\n";
  for (const lws::RoleCourse& course : report.courses) {
    std::cout << "slice " << course.slice << " " << course.role << ": lowest " << course.lowest_ready
              << " groups ready during updates (the budget promises "
              << lws::ScenarioPromiseText(course.promised_ready, course.counted_on) << "), most " << course.most_groups
              << " groups (it allows " << course.allowed_groups << ")\n";
  }
  if (report.courses.empty()) return;
  std::cout << "roles were at most " << report.skew_percent
            << "% of their groups apart; half of an old revision: " << HalfText(report) << "\n";
}

// The worst of all slices: "2 of 3 promised".
std::string LowestText(const lws::RoleReport& report, const std::string& role) {
  const lws::RoleCourse* worst = nullptr;
  for (const lws::RoleCourse& course : report.courses) {
    if (course.role != role || course.lowest_ready < 0) continue;
    const bool is_worse =
        worst == nullptr || lws::internal::MissesPromiseByMore(course.lowest_ready, course.counted_on,
                                                               worst->lowest_ready, worst->counted_on);
    if (is_worse) worst = &course;
  }
  if (worst == nullptr) return "no update";
  return absl::StrCat(worst->lowest_ready, ", ", worst->promised_ready, " promised");
}

void PrintRow(const std::string& what, const std::vector<lws::RoleReport>& reports,
              const std::function<std::string(const lws::RoleReport&)>& text_of) {
  std::cout << absl::StrFormat("%-24s", what);
  for (const lws::RoleReport& report : reports) std::cout << absl::StrFormat("  %21s", text_of(report));
  std::cout << "\n";
}

void PrintTable(const std::vector<lws::RoleReport>& reports) {
  using Report = lws::RoleReport;
  std::cout << absl::StrFormat("%-24s", "");
  for (size_t i = 0; i < reports.size(); ++i) std::cout << absl::StrFormat("  %21s", lws::RolePolicies()[i].name);
  std::cout << "\n";
  std::vector<std::string> roles;
  for (const lws::RoleCourse& course : reports[0].courses) {
    if (course.slice == 0) roles.push_back(course.role);
  }
  for (const std::string& role : roles) {
    PrintRow(absl::StrCat("lowest ready ", role), reports,
             [&role](const Report& report) { return LowestText(report, role); });
  }
  PrintRow("roles apart, at most", reports,
           [](const Report& report) { return absl::StrCat(report.skew_percent, "%"); });
  PrintRow("half of a revision", reports,
           [](const Report& report) { return std::string(report.half_revision.has_value() ? "yes" : "never"); });
  PrintRow("finished", reports, [](const Report& report) { return std::string(report.finished ? "yes" : "no"); });
  PrintRow("after", reports,
           [](const Report& report) { return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(report.duration)); });
  PrintRow("pods created", reports, [](const Report& report) { return absl::StrCat(report.pods_created); });
}

// Writes the page that --report asks for.
absl::Status WritePage(const std::vector<lws::TitledRoleReport>& reports, const Arguments& arguments,
                       bool has_one_scale) {
  const std::string page = arguments.Flag("--report", "");
  if (page.empty()) return absl::OkStatus();
  lws::ReportPage facts = ReportPageOf(arguments.files[0], arguments.Flag("--scenario", ""));
  facts.has_one_scale = has_one_scale;
  return WriteFile(page, lws::RoleScenarioHtmlReport(reports, facts));
}

absl::Status WriteComparison(const std::vector<lws::RoleReport>& reports, const Arguments& arguments) {
  std::vector<lws::TitledRoleReport> titled;
  for (size_t i = 0; i < reports.size(); ++i) titled.push_back({std::string(lws::RolePolicies()[i].name), reports[i]});
  return WritePage(titled, arguments, /*has_one_scale=*/true);
}

}  // namespace

int SimulateRoles(const DisaggregatedManifest& manifest, const Arguments& arguments, uint64_t seed) {
  const absl::StatusOr<ScenarioFile> scenario = ReadScenarioOf(manifest, arguments);
  if (!scenario.ok()) return Fail(scenario.status());
  const absl::StatusOr<lws::NamedRolePolicy> policy =
      ReadRolePolicy("--role-policy", arguments.Flag("--role-policy", "reference"));
  if (!policy.ok()) return Fail(policy.status());
  const OutputFormat format = OutputFormatOf(arguments);
  const std::string nodes = MadeNodesText(scenario->scenario, /*is_in_numbers=*/false);
  if (!nodes.empty() && format == OutputFormat::kTable) std::cout << nodes << "\n";
  const EndsInOrder ends_in_order;
  std::function<void(const lws::RoleTimelineEntry&)> print;
  if (format == OutputFormat::kTable)
    print = [](const lws::RoleTimelineEntry& entry) { std::cout << lws::ToString(entry) << "\n"; };
  const absl::StatusOr<lws::RoleReport> report =
      lws::RunRoleScenario(scenario->scenario, {seed, lws::DisaggregatedOptionsFor(*policy), IsInterrupted}, print);
  if (!report.ok()) return Fail(scenario->Locate(report.status()));
  const absl::Status written =
      WritePage({{absl::StrCat(report->set_name, ", ", policy->name), *report}}, arguments, /*has_one_scale=*/false);
  if (!written.ok()) return Fail(written);
  if (format == OutputFormat::kTable) {
    PrintSummary(*report);
  } else {
    Json document = ToJson(*report);
    document["nodes"] = nodes.empty() ? Json() : Json(nodes);
    std::cout << DocumentText(document, format);
  }
  return report->finished ? 0 : 1;
}

int CompareRoles(const DisaggregatedManifest& manifest, const Arguments& arguments, uint64_t seed) {
  const absl::StatusOr<ScenarioFile> scenario = ReadScenarioOf(manifest, arguments);
  if (!scenario.ok()) return Fail(scenario.status());
  const EndsInOrder ends_in_order;
  std::vector<lws::RoleReport> reports;
  bool all_finished = true;
  for (const lws::NamedRolePolicy& policy : lws::RolePolicies()) {
    if (!reports.empty() && IsInterrupted()) break;
    absl::StatusOr<lws::RoleReport> report =
        lws::RunRoleScenario(scenario->scenario, {seed, lws::DisaggregatedOptionsFor(policy), IsInterrupted});
    if (!report.ok()) return Fail(scenario->Locate(report.status()));
    all_finished = all_finished && report->finished;
    reports.push_back(*std::move(report));
  }
  const absl::Status written = WriteComparison(reports, arguments);
  if (!written.ok()) return Fail(written);
  const std::string nodes = MadeNodesText(scenario->scenario, /*is_in_numbers=*/false);
  if (OutputFormatOf(arguments) != OutputFormat::kTable) {
    Json policies = Json::array();
    for (size_t i = 0; i < reports.size(); ++i) {
      policies.push_back(ToJson(reports[i]));
      policies.back().erase("lines");
      policies.back()["policy"] = std::string(lws::RolePolicies()[i].name);
    }
    std::cout << DocumentText({{"policies", std::move(policies)}, {"nodes", nodes.empty() ? Json() : Json(nodes)}},
                              OutputFormatOf(arguments));
    return all_finished ? kAsWished : kFinding;
  }
  PrintTable(reports);
  if (!nodes.empty()) std::cout << nodes << "\n";
  for (size_t i = 0; i < reports.size(); ++i) {
    if (!reports[i].finished)
      std::cout << lws::RolePolicies()[i].name << ": " << lws::ScenarioOutcomeText(reports[i]) << "\n";
  }
  return all_finished ? 0 : 1;
}

}  // namespace lwsctl
