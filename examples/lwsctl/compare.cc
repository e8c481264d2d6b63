#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/refused_manifest.h"
#include "examples/lwsctl/run_policies.h"
#include "examples/lwsctl/scenario.h"
#include "examples/lwsctl/simulate_groups.h"
#include "examples/lwsctl/simulate_roles.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl compare [--seed N] [--scenario FILE] [--report OUT] [--max-unavailable-statefulset] [--strict] "
    "FILE\n"
    "Runs one scenario with each rollout policy and prints the results side by side. Exit 1 when one does not\n"
    "finish. For a DisaggregatedSet the policies for roles are compared.\n"
    "  --seed N          the seed of all random delays; default 1\n"
    "  --scenario FILE   the events; default: create the set, change the image, kill a worker\n"
    "  --report OUT      a page of HTML that draws each group over time, for each policy\n"
    "  --max-unavailable-statefulset   the Kubernetes feature of that name is on\n"
    "  --strict          unknown fields of FILE are errors, as for kubectl apply\n"
    "  -o table|json|yaml\n"
    "Sets of more than 64 groups are simulated in numbers, as by simulate, unless a report is asked for or the\n"
    "scenario needs objects.\n";

std::string Seconds(absl::Duration duration) { return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(duration)); }

void PrintRow(const std::string& what, const std::vector<std::string>& cells) {
  std::cout << absl::StrFormat("%-20s", what);
  for (const std::string& cell : cells) std::cout << absl::StrFormat("  %21s", cell);
  std::cout << "\n";
}

template <typename TextOf>
void PrintRow(const std::string& what, const std::vector<lws::TitledReport>& reports, const TextOf& text_of) {
  std::vector<std::string> cells;
  for (const lws::TitledReport& titled : reports) cells.push_back(text_of(titled.report));
  PrintRow(what, cells);
}

void PrintTable(const std::vector<lws::TitledReport>& reports) {
  std::vector<std::string> titles;
  for (const lws::TitledReport& titled : reports) titles.push_back(titled.title);
  using Report = lws::ScenarioReport;
  PrintRow("", titles);
  PrintRow("lowest ready", reports, [](const Report& report) {
    return absl::StrCat(report.lowest_ready, " of ", report.lowest_replicas, ", ", report.promised_ready, " promised");
  });
  PrintRow("finished", reports, [](const Report& report) { return std::string(report.finished ? "yes" : "no"); });
  PrintRow("after", reports, [](const Report& report) { return Seconds(report.duration); });
  PrintRow("groups restarted", reports, [](const Report& report) { return absl::StrCat(report.groups_restarted); });
  PrintRow("surge groups used", reports, [](const Report& report) { return absl::StrCat(report.surge_used); });
  PrintRow("pods created", reports, [](const Report& report) { return absl::StrCat(report.pods_created); });
  PrintRow("wasted pod time", reports, [](const Report& report) { return Seconds(report.wasted_pod_time); });
}

lws::Json ToJson(const lws::TitledReport& titled) {
  const lws::ScenarioReport& report = titled.report;
  return {{"policy", titled.title},
          {"finished", report.finished},
          {"stopped", WasStopped(report.finished)},
          {"outcome", ScenarioOutcomeText(report)},
          {"seconds", absl::ToDoubleSeconds(report.duration)},
          {"lowestReady", report.lowest_ready < 0 ? lws::Json() : lws::Json(report.lowest_ready)},
          {"promisedReady", report.promised_ready},
          {"countedOn", report.counted_on},
          {"replicas", report.set_replicas},
          {"groupsRestarted", report.groups_restarted},
          {"surgeUsed", report.surge_used},
          {"podsCreated", report.pods_created},
          {"wastedPodSeconds", absl::ToDoubleSeconds(report.wasted_pod_time)}};
}

// Prints the comparison. Returns whether all finished.
bool Print(const std::vector<lws::TitledReport>& reports, const std::string& nodes, OutputFormat format) {
  const bool all_finished = std::all_of(reports.begin(), reports.end(),
                                        [](const lws::TitledReport& titled) { return titled.report.finished; });
  if (format != OutputFormat::kTable) {
    lws::Json policies = lws::Json::array();
    for (const lws::TitledReport& titled : reports) policies.push_back(ToJson(titled));
    std::cout << DocumentText(
        {{"policies", std::move(policies)}, {"nodes", nodes.empty() ? lws::Json() : lws::Json(nodes)}}, format);
    return all_finished;
  }
  PrintTable(reports);
  if (!nodes.empty()) std::cout << nodes << "\n";
  for (const lws::TitledReport& titled : reports) {
    if (!titled.report.finished)
      std::cout << titled.title << ": " << (IsInterrupted() ? "stopped: " : "") << ScenarioOutcomeText(titled.report)
                << "\n";
  }
  return all_finished;
}

// Runs without a page that draws the groups.
absl::StatusOr<lws::ScenarioReport> RunUnseen(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options) {
  if (!IsForNumbers(scenario, options)) return lws::RunScenario(scenario, options);
  return SimulateGroups(scenario, options, [](const std::string&, const lws::Json&) {});
}

}  // namespace

int RunCompare(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("compare needs one FILE"));
  lws::ScenarioRunOptions options;
  options.max_unavailable_statefulset = arguments->flags.count("--max-unavailable-statefulset") > 0;
  if (!absl::SimpleAtoi(arguments->Flag("--seed", "1"), &options.seed)) {
    return Fail(absl::InvalidArgumentError("--seed is not a number"));
  }
  const absl::StatusOr<SetOfEitherKind> set = ReadSetOfEitherKind(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!set.ok()) return Fail(set.status(), OutputFormatOf(*arguments));
  if (const auto* roles = std::get_if<DisaggregatedManifest>(&*set))
    return CompareRoles(*roles, *arguments, options.seed);
  const lws::Json& manifest = *std::get<SetManifest>(*set).object;
  const absl::StatusOr<ScenarioFile> scenario =
      ReadScenarioFile(manifest, arguments->Flag("--scenario", ""), arguments->files[0]);
  if (!scenario.ok()) return Fail(scenario.status());
  const bool has_page = arguments->flags.count("--report") > 0;
  const EndsInOrder ends_in_order;
  options.is_stopped = IsInterrupted;
  std::vector<lws::TitledReport> reports;
  for (const lws::NamedRolloutPolicy& policy : lws::RolloutPolicies()) {
    if (!reports.empty() && IsInterrupted()) break;
    const GivenPolicies given = {std::string(policy.name), std::nullopt};
    const absl::StatusOr<RunPolicies> policies = ReadRunPolicies(arguments->files[0], scenario->scenario, given);
    if (!policies.ok()) return Fail(policies.status());
    policies->Use(&options);
    if (reports.empty()) TellAnnotations(arguments->files[0], scenario->scenario, given);
    options.told_step = ToldStep(scenario->scenario, has_page);
    absl::StatusOr<lws::ScenarioReport> report =
        has_page ? lws::RunScenario(scenario->scenario, options) : RunUnseen(scenario->scenario, options);
    if (!report.ok()) return Fail(scenario->Locate(report.status()));
    reports.push_back({std::string(policy.name), *std::move(report)});
  }
  const bool is_in_numbers = !has_page && IsForNumbers(scenario->scenario, options);
  const std::string nodes = MadeNodesText(scenario->scenario, is_in_numbers);
  const bool all_finished = Print(reports, nodes, OutputFormatOf(*arguments));
  const std::string page = arguments->Flag("--report", "");
  lws::ReportPage facts = ReportPageOf(arguments->files[0], arguments->Flag("--scenario", ""));
  facts.has_one_scale = true;
  const absl::Status written =
      page.empty() ? absl::OkStatus() : WriteFile(page, lws::ScenarioHtmlReport(reports, facts));
  if (!written.ok()) return Fail(written);
  return all_finished ? kAsWished : kFinding;
}

}  // namespace lwsctl
