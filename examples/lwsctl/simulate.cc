#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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
#include "examples/lwsctl/waiting_json.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/adapters/testing/scenario/timeline_json.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr char kHelp[] =
    "usage: lwsctl simulate [--seed N] [--scenario FILE] [--policy POLICY] [--max-unavailable-statefulset] [--strict] "
    "FILE\n"
    "Runs the LeaderWorkerSet of FILE in a simulated cluster and prints a line for each change. Exit 1 when the set\n"
    "does not finish; the last lines then say what its pods wait for. A DisaggregatedSet has a lane for each slice "
    "and\n"
    "role.\n"
    "  --seed N          the seed of all random delays; default 1\n"
    "  -o table|json|yaml\n"
    "  --scenario FILE   YAML of events, nodes, images and for (see examples/scenarios), controls and restarts\n"
    "                    (lws/adapters/host/policy_documents.h); events by default: the image changes, a worker "
    "fails\n"
    "  --policy reference|keep-budget|replace-unready-first   default: what the set's annotation lws-policies/rollout\n"
    "                    says, or else reference; controls, restarts and scheduler come from annotations as well\n"
    "  --role-policy reference|keep-role-budgets   for a DisaggregatedSet; default: reference\n"
    "  --report OUT      a page of HTML that draws each group over time\n"
    "  --max-unavailable-statefulset   the Kubernetes feature of that name is on\n"
    "  --scheduler-provider volcano    groups get the PodGroups of their gangs\n"
    "  --strict          unknown fields of FILE are errors, as for kubectl apply\n"
    "Groups, one character each: N new and ready, n new and not ready, O old and ready, o old and not ready, . not "
    "there.\n"
    "Sets of more than 64 groups are simulated in numbers, with a line for each twentieth of the groups that changed,\n"
    "unless the scenario has nodes, images, restarts or a report. In sets of more than 1,000 groups, surge groups "
    "included,\n"
    "a character stands for so many groups that 50 characters are enough for the whole run, and there are no lines "
    "for\n"
    "events of single groups. A million groups take seconds in numbers.\n"
    "Events of a scenario (at: 60s, or at: quiet, which means once nothing is due):\n"
    "  edit: PATCH, scale: N                  patches the set, or sets its replicas; with role: ROLE, those of a role\n"
    "  fail, end, delete, evict: POD          a container fails, the pod ends as Failed, it is deleted, or evicted\n"
    "  loseNode, recoverNode: NODE            the node stops answering, or answers again\n"
    "  drain, cordon, uncordon: NODE          as with kubectl\n"
    "  taint: NODE, taints: [{key, value, effect}]   the taints of the node from then on\n"
    "  image: IMAGE, broken, neverReady, pull        how the image behaves from then on\n"
    "  restartController: true                the controller starts again and reads everything from the API server\n"
    "Nodes are pools {name, count, labels, allocatable}, Node objects, or the name of a file that contains them.\n";

void PrintDocument(const lws::ScenarioReport& report, Json lines, const std::string& nodes, OutputFormat format) {
  const Json document = {{"lines", std::move(lines)},
                         {"nodes", nodes.empty() ? Json() : Json(nodes)},
                         {"finished", report.finished},
                         {"stopped", WasStopped(report.finished)},
                         {"outcome", ScenarioOutcomeText(report)},
                         {"waiting", WaitingJson(report.waiting)},
                         {"refused", report.refused},
                         {"seconds", absl::ToDoubleSeconds(report.duration)},
                         {"podsCreated", report.pods_created},
                         {"groupsRestarted", report.groups_restarted},
                         {"lowestReady", report.lowest_ready < 0 ? Json() : Json(report.lowest_ready)},
                         {"promisedReady", report.promised_ready},
                         {"countedOn", report.counted_on},
                         {"keepsPromise", !report.broken_promise.has_value()}};
  std::cout << DocumentText(document, format);
}

// What holds for all lines. The run says of a set that it is too large.
void PrintHead(const std::string& nodes, const lws::Scenario& scenario, bool is_in_numbers) {
  const bool is_run = is_in_numbers || lws::internal::CheckScenarioSize(scenario).ok();
  const std::string characters = is_run ? CharacterText(GroupsPerCharacter(scenario)) : "";
  for (const std::string& line : {nodes, characters}) {
    if (!line.empty()) std::cout << line << "\n";
  }
}

void PrintSummary(const lws::ScenarioReport& report) {
  const std::string lowest = ScenarioLowestReadyText(report);
  const std::string counts = absl::StrCat(report.pods_created, " pods created, ", report.groups_restarted,
                                          " groups restarted", lowest.empty() ? "" : ", ", lowest);
  std::cout << "\n"
            << (WasStopped(report.finished) ? "stopped: " : "") << ScenarioOutcomeText(report)
            << (report.finished ? ": " : "\n") << counts << "\n";
}

bool IsDocument(const Arguments& arguments) { return OutputFormatOf(arguments) != OutputFormat::kTable; }

absl::StatusOr<lws::ScenarioReport> Run(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options,
                                        const Arguments& arguments, Json* lines) {
  std::function<void(const lws::TimelineEntry&)> print;
  const int64_t of_character = GroupsPerCharacter(scenario);
  if (!IsDocument(arguments)) {
    print = [of_character](const lws::TimelineEntry& entry) { std::cout << TimelineLine(entry, of_character) << "\n"; };
  }
  absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, options, print);
  if (!report.ok()) return report;
  for (const lws::TimelineEntry& entry : report->timeline) lines->push_back(lws::internal::ScenarioTimelineJson(entry));
  return report;
}

absl::Status WritePage(const lws::ScenarioReport& report, const RunPolicies& policies, const Arguments& arguments) {
  const std::string page = arguments.Flag("--report", "");
  if (page.empty()) return absl::OkStatus();
  const std::string title = absl::StrCat(report.set_name, ", ", policies.rollout.name);
  return WriteFile(page, lws::ScenarioHtmlReport({{title, report}},
                                                 ReportPageOf(arguments.files[0], arguments.Flag("--scenario", ""))));
}

bool HasPage(const Arguments& arguments) { return arguments.flags.count("--report") > 0; }

bool IsInNumbers(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options, const Arguments& arguments) {
  return !HasPage(arguments) && IsForNumbers(scenario, options);
}

absl::StatusOr<lws::ScenarioReport> RunSmallOrLarge(const lws::Scenario& scenario,
                                                    const lws::ScenarioRunOptions& options, const Arguments& arguments,
                                                    Json* lines) {
  if (!IsInNumbers(scenario, options, arguments)) {
    lws::ScenarioRunOptions in_objects = options;
    in_objects.told_step = ToldStep(scenario, HasPage(arguments));
    return Run(scenario, in_objects, arguments, lines);
  }
  const bool is_document = IsDocument(arguments);
  return SimulateGroups(scenario, options, [is_document, lines](const std::string& line, Json json) {
    if (is_document) {
      lines->push_back(std::move(json));
    } else {
      std::cout << line << "\n";
    }
  });
}

}  // namespace

int RunSimulate(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("simulate needs one FILE"));
  lws::ScenarioRunOptions options;
  if (!absl::SimpleAtoi(arguments->Flag("--seed", "1"), &options.seed)) {
    return Fail(absl::InvalidArgumentError("--seed is not a number"));
  }
  GivenPolicies given;
  given.rollout = arguments->Flag("--policy", "");
  if (!given.rollout.empty()) {
    const absl::Status status = ReadPolicy(given.rollout).status();
    if (!status.ok()) return Fail(status);
  }
  options.is_stopped = IsInterrupted;
  const absl::StatusOr<lws::SchedulerProvider> provider = ReadSchedulerProvider(*arguments);
  if (!provider.ok()) return Fail(provider.status());
  if (arguments->flags.count("--scheduler-provider") > 0) given.scheduler_provider = *provider;
  options.max_unavailable_statefulset = arguments->flags.count("--max-unavailable-statefulset") > 0;
  const absl::StatusOr<SetOfEitherKind> set = ReadSetOfEitherKind(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!set.ok()) return Fail(set.status(), OutputFormatOf(*arguments));
  if (const auto* roles = std::get_if<DisaggregatedManifest>(&*set))
    return SimulateRoles(*roles, *arguments, options.seed);
  if (arguments->flags.count("--role-policy") > 0) {
    return Fail(absl::InvalidArgumentError("--role-policy: a LeaderWorkerSet does not take this flag"));
  }
  const Json& manifest = *std::get<SetManifest>(*set).object;
  const absl::StatusOr<ScenarioFile> scenario =
      ReadScenarioFile(manifest, arguments->Flag("--scenario", ""), arguments->files[0]);
  if (!scenario.ok()) return Fail(scenario.status());
  const absl::StatusOr<RunPolicies> policies = ReadRunPolicies(arguments->files[0], scenario->scenario, given);
  if (!policies.ok()) return Fail(policies.status());
  policies->Use(&options);
  TellAnnotations(arguments->files[0], scenario->scenario, given);
  const EndsInOrder ends_in_order;
  Json lines = Json::array();
  const std::string nodes = MadeNodesText(scenario->scenario, IsInNumbers(scenario->scenario, options, *arguments));
  if (!IsDocument(*arguments))
    PrintHead(nodes, scenario->scenario, IsInNumbers(scenario->scenario, options, *arguments));
  const absl::StatusOr<lws::ScenarioReport> report = RunSmallOrLarge(scenario->scenario, options, *arguments, &lines);
  if (!report.ok()) return Fail(scenario->Locate(report.status()));
  const absl::Status written = WritePage(*report, *policies, *arguments);
  if (!written.ok()) return Fail(written);
  if (IsDocument(*arguments)) {
    PrintDocument(*report, std::move(lines), nodes, OutputFormatOf(*arguments));
  } else {
    PrintSummary(*report);
  }
  return report->finished ? 0 : 1;
}

}  // namespace lwsctl
