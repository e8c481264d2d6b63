#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "examples/lwsctl/budget.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/progress.h"
#include "examples/lwsctl/run_policies.h"
#include "examples/lwsctl/scenario_test_file.h"
#include "examples/lwsctl/simulate_groups.h"
#include "examples/lwsctl/test_roles.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/page/escape_markup.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/role_html_report.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/printable_text.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl test [--policy POLICY] [--junit OUT] [--report OUT] [--strict] FILE...\n"
    "Runs scenarios and prints which of their expectations are not met. Exit 1 when one is not, and 2 when a file "
    "cannot\n"
    "be run; the other files are run all the same.\n"
    "  --policy reference|keep-budget|replace-unready-first   instead of what the files say\n"
    "  --role-policy reference|keep-role-budgets   the same for DisaggregatedSets\n"
    "  --strict          unknown fields of the sets are errors, as for kubectl apply\n"
    "  --junit OUT       the results as JUnit XML; its times are those of the clock, and simulatedSeconds is a "
    "property\n"
    "  -o table|json|yaml\n"
    "  --report OUT      a page of HTML with one run of every file: the first seed that fails, or else the first seed\n"
    "A file is YAML: manifest (a path relative to the file) or set, policy, seeds (7 or 1-20), exhaustive (true or\n"
    "{faults: 2}), maxUnavailableStatefulSet, all keys of a scenario (see lwsctl simulate --help), and\n"
    "expect: lowestReady (a number or promised), finishes, finishesWithin, restartsAtMost, surgeAtMost,\n"
    "wastedPodTimeAtMost, neverTwoRevisions. examples/scenarios/tests has examples.\n"
    "Sets of more than 64 groups are simulated in numbers, as by simulate, unless a report is asked for, the scenario\n"
    "needs objects, or neverTwoRevisions is expected.\n"
    "If the manifest is a DisaggregatedSet, the file has rolePolicy instead of policy, and expect: ready ({ROLE: N} "
    "or\n"
    "promised), groups: allowed, skewAtMost (percent), neverHalfARevision, finishes, finishesWithin.\n";

struct Outcome {
  std::string file;
  std::string passed;                // what was done, when nothing failed
  std::vector<std::string> failure;  // lines
  std::string error;                 // why the file could not be run
  absl::Duration simulated;
  std::optional<lws::ScenarioReport> report;
  std::optional<lws::RoleReport> role_report;  // of a DisaggregatedSet
  bool stopped = false;                        // before its end, without a failure until then
  absl::Duration took;
};

std::vector<std::string> Trace(const lws::ScenarioReport& report, int64_t groups_per_character) {
  std::vector<std::string> lines;
  for (const lws::TimelineEntry& entry : report.timeline) lines.push_back(TimelineLine(entry, groups_per_character));
  return lines;
}

void Append(std::vector<std::string> lines, std::vector<std::string>* to) {
  for (std::string& line : lines) to->push_back(std::move(line));
}

// Runs one seed, in numbers where that tells what is expected. Returns its nodes and lines in `trace`.
absl::StatusOr<lws::ScenarioReport> RunSeed(const ScenarioTestFile& file, const lws::ScenarioRunOptions& options,
                                            bool is_drawn, std::vector<std::string>* trace) {
  const bool needs_groups = is_drawn || file.expected.never_two_revisions;
  const bool is_in_numbers = !needs_groups && IsForNumbers(file.scenario, options);
  const std::string nodes = MadeNodesText(file.scenario, is_in_numbers);
  const int64_t of_character = GroupsPerCharacter(file.scenario);
  for (const std::string& line : {nodes, CharacterText(of_character)}) {
    if (!line.empty()) trace->push_back(line);
  }
  if (is_in_numbers) {
    return SimulateGroups(file.scenario, options,
                          [trace](const std::string& line, const lws::Json&) { trace->push_back(line); });
  }
  absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(file.scenario, options);
  if (report.ok()) Append(Trace(*report, of_character), trace);
  return report;
}

// Runs seeds until one fails. `is_drawn`: the runs are wanted for a page.
absl::Status RunSeeds(const ScenarioTestFile& file, const lws::ScenarioRunOptions& like, bool is_drawn,
                      Outcome* outcome) {
  Progress progress(static_cast<int64_t>(file.seeds.size()), absl::StrCat("seeds of ", outcome->file));
  for (size_t i = 0; i < file.seeds.size(); ++i) {
    lws::ScenarioRunOptions options = like;
    options.seed = file.seeds[i];
    options.is_stopped = IsInterrupted;
    options.told_step = ToldStep(file.scenario, is_drawn);
    std::vector<std::string> trace;
    absl::StatusOr<lws::ScenarioReport> report = RunSeed(file, options, is_drawn, &trace);
    if (!report.ok()) return report.status();
    outcome->simulated += report->duration;
    if (WasStopped(report->finished)) {
      outcome->stopped = true;
      outcome->passed = absl::StrCat(i, " of ", file.seeds.size(), " seeds");
      return absl::OkStatus();
    }
    const std::vector<std::string> unmet = lws::UnmetExpectations(file.expected, *report);
    if (!unmet.empty()) {
      outcome->failure.push_back(absl::StrCat("seed ", options.seed, ": ", absl::StrJoin(unmet, "; ")));
      Append(std::move(trace), &outcome->failure);
    }
    if (i == 0 || !unmet.empty()) outcome->report = *std::move(report);
    if (!unmet.empty()) return absl::OkStatus();
    progress.Advance(static_cast<int64_t>(i) + 1);
  }
  outcome->passed = absl::StrCat(file.seeds.size(), file.seeds.size() == 1 ? " seed" : " seeds");
  return absl::OkStatus();
}

absl::Status RunExhaustive(const ScenarioTestFile& file, const lws::NamedRolloutPolicy& policy, Outcome* outcome) {
  const absl::StatusOr<SetBudget> budget = ReadBudget(*file.scenario.manifest);
  if (!budget.ok()) return budget.status();
  if (!budget->scaled_down.empty()) {
    return absl::InvalidArgumentError("exhaustive: too many groups; lwsctl check scales them down");
  }
  lws::RolloutWorldOptions options = budget->options;
  options.policy = policy.policy;
  options.merges_symmetric = policy.ignores_places;
  options.faults = *file.exhaustive_faults;
  absl::Status status = lws::ValidateCheckedWorld(options);
  if (!status.ok()) return status;
  lws::internal::ExploreLimits limits;
  limits.is_stopped = IsInterrupted;
  const lws::RolloutCheck check = lws::CheckRollout(options, lws::CheckFrom::kTemplateChange, limits);
  if (check.broken_law.empty() && !check.complete) {
    outcome->stopped = true;
  } else if (check.broken_law.empty()) {
    absl::StrAppend(&outcome->passed, ", all ", check.states, " states");
  } else {
    outcome->failure.push_back(absl::StrCat("exhaustive: ", check.broken_law));
    for (const absl::string_view line : absl::StrSplit(check.trace, '\n', absl::SkipEmpty())) {
      outcome->failure.emplace_back(line);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Outcome> RunRoleFile(const std::string& path, const ScenarioTestFile& file, const Arguments& arguments) {
  absl::StatusOr<RoleTestOutcome> run = RunRoleTest(file, arguments.Flag("--role-policy", ""));
  if (!run.ok()) return file.Locate(run.status());
  Outcome outcome;
  outcome.file = path;
  outcome.passed = std::move(run->passed);
  outcome.failure = std::move(run->failure);
  outcome.simulated = run->simulated;
  outcome.stopped = run->stopped;
  outcome.role_report = std::move(run->report);
  return outcome;
}

absl::StatusOr<Outcome> RunOrRefuseFile(const std::string& path, const Arguments& arguments) {
  const absl::StatusOr<ScenarioTestFile> file = ReadScenarioTestFile(path, UnknownFieldsOf(arguments));
  if (!file.ok()) return file.status();
  if (lws::IsOfDisaggregatedSet(*file->scenario.manifest)) return RunRoleFile(path, *file, arguments);
  const GivenPolicies given = {arguments.Flag("--policy", file->policy), std::nullopt};
  const absl::StatusOr<RunPolicies> policies = ReadRunPolicies(path, file->scenario, given);
  if (!policies.ok()) return policies.status();
  TellAnnotations(path, file->scenario, given);
  Outcome outcome;
  outcome.file = path;
  lws::ScenarioRunOptions options;
  policies->Use(&options);
  options.max_unavailable_statefulset = file->max_unavailable_statefulset;
  absl::Status status = RunSeeds(*file, options, arguments.flags.count("--report") > 0, &outcome);
  if (status.ok() && outcome.failure.empty() && !outcome.stopped && file->exhaustive_faults.has_value()) {
    status = RunExhaustive(*file, policies->rollout, &outcome);
  }
  if (!status.ok()) return file->Locate(status);
  return outcome;
}

// A file that cannot be run is an outcome, too, so that it does not hide those of the other files.
Outcome RunFile(const std::string& path, const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  absl::StatusOr<Outcome> run = RunOrRefuseFile(path, arguments);
  Outcome outcome;
  if (run.ok()) {
    outcome = *std::move(run);
  } else {
    outcome.file = path;
    outcome.error = lws::PrintableText(run.status().message());
  }
  outcome.took = absl::FromChrono(std::chrono::steady_clock::now() - begin);
  return outcome;
}

// What all files get must be right before the first one is run.
absl::Status CheckPolicyFlags(const Arguments& arguments) {
  const std::string policy = arguments.Flag("--policy", "");
  const std::string role_policy = arguments.Flag("--role-policy", "");
  absl::Status status = policy.empty() ? absl::OkStatus() : ReadPolicy(policy).status();
  if (!role_policy.empty()) status.Update(ReadRolePolicy("--role-policy", role_policy).status());
  return status;
}

// One file for people.
void PrintLines(const Outcome& outcome) {
  if (!outcome.error.empty()) {
    std::cout << "ERROR " << outcome.file << "\n" << std::flush;
    Fail(absl::InvalidArgumentError(outcome.error));
    return;
  }
  const bool passed = outcome.failure.empty();
  std::cout << (!passed           ? "FAIL  "
                : outcome.stopped ? "STOP  "
                                  : "PASS  ")
            << outcome.file << (passed ? absl::StrCat(" (", outcome.passed, ")") : "") << "\n";
  for (const std::string& line : outcome.failure) std::cout << "      " << line << "\n";
}

// How many of the files could not be run, failed, passed, and were stopped before their end.
struct Sum {
  int errors = 0;
  int failed = 0;
  int passed = 0;
  int stopped = 0;
};

Sum SumOf(const std::vector<Outcome>& outcomes) {
  Sum sum;
  for (const Outcome& outcome : outcomes) {
    int& of_its_kind = !outcome.error.empty()     ? sum.errors
                       : !outcome.failure.empty() ? sum.failed
                       : outcome.stopped          ? sum.stopped
                                                  : sum.passed;
    ++of_its_kind;
  }
  return sum;
}

lws::Json ToJson(const Outcome& outcome) {
  const bool passed = outcome.failure.empty() && outcome.error.empty();
  lws::Json json = {{"file", outcome.file},
                    {"passed", passed && !outcome.stopped},
                    {"stopped", outcome.stopped},
                    {"simulatedSeconds", absl::ToDoubleSeconds(outcome.simulated)}};
  if (passed) {
    json["runs"] = outcome.passed;
  } else if (outcome.error.empty()) {
    json["failure"] = outcome.failure;
  } else {
    json["error"] = outcome.error;
  }
  return json;
}

void PrintSum(const std::vector<Outcome>& outcomes, OutputFormat format) {
  const Sum sum = SumOf(outcomes);
  if (format == OutputFormat::kTable) {
    std::cout << sum.passed << " passed, " << sum.failed << " failed";
    if (sum.errors > 0) std::cout << ", " << sum.errors << (sum.errors == 1 ? " error" : " errors");
    if (sum.stopped > 0) std::cout << ", " << sum.stopped << " stopped";
    std::cout << "\n";
    return;
  }
  lws::Json tests = lws::Json::array();
  for (const Outcome& outcome : outcomes) tests.push_back(ToJson(outcome));
  std::cout << DocumentText(
      {{"tests", std::move(tests)}, {"passed", sum.passed}, {"failed", sum.failed}, {"errors", sum.errors}}, format);
}

// The time is that of the clock on the wall, as JUnit's readers expect it. The simulated time is a property.
std::string JUnitCase(const Outcome& outcome) {
  const auto text = [](const std::string& value) { return lws::internal::EscapeHtmlMarkup(value); };
  std::string xml = absl::StrFormat(
      "  <testcase classname=\"lwsctl\" name=\"%s\" time=\"%.3f\">\n    <properties>\n"
      "      <property name=\"simulatedSeconds\" value=\"%.3f\"/>\n    </properties>\n",
      text(outcome.file), absl::ToDoubleSeconds(outcome.took), absl::ToDoubleSeconds(outcome.simulated));
  if (!outcome.error.empty()) {
    absl::StrAppend(&xml, "    <error message=\"", text(outcome.error), "\"/>\n");
  } else if (!outcome.failure.empty()) {
    absl::StrAppend(&xml, "    <failure message=\"", text(outcome.failure[0]), "\">",
                    text(absl::StrJoin(outcome.failure, "\n")), "</failure>\n");
  } else if (outcome.stopped) {
    absl::StrAppend(&xml, "    <skipped message=\"stopped\"/>\n");
  }
  return absl::StrCat(xml, "  </testcase>\n");
}

std::string JUnit(const std::vector<Outcome>& outcomes) {
  absl::Duration took;
  std::string cases;
  for (const Outcome& outcome : outcomes) {
    absl::StrAppend(&cases, JUnitCase(outcome));
    took += outcome.took;
  }
  const Sum sum = SumOf(outcomes);
  return absl::StrFormat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"lwsctl test\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\">\n"
      "%s</testsuite>\n",
      outcomes.size(), sum.failed, sum.errors, sum.stopped, absl::ToDoubleSeconds(took), cases);
}

std::string Page(const std::vector<Outcome>& outcomes) {
  std::vector<lws::TitledReport> reports;
  std::vector<lws::TitledRoleReport> of_roles;
  std::vector<std::string> files;
  std::vector<std::string> errors;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.error.empty()) {
      files.push_back(outcome.file);
      errors.push_back(outcome.error);
    }
    if (!outcome.report.has_value() && !outcome.role_report.has_value()) continue;
    files.push_back(outcome.file);
    // The first line of a failure says what was expected.
    std::vector<std::string> failed(outcome.failure.begin(),
                                    outcome.failure.begin() + (outcome.failure.empty() ? 0 : 1));
    if (outcome.role_report.has_value()) {
      of_roles.push_back({outcome.file, *outcome.role_report, std::move(failed)});
    } else {
      reports.push_back({outcome.file, *outcome.report, std::move(failed)});
    }
  }
  lws::ReportPage facts = ReportPageOf(absl::StrJoin(files, ", "));
  facts.errors = std::move(errors);
  return lws::ScenarioHtmlReport(reports, of_roles, facts);
}

}  // namespace

int RunTest(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.empty()) return Fail(absl::InvalidArgumentError("test needs a FILE"));
  absl::Status status = CheckPolicyFlags(*arguments);
  if (!status.ok()) return Fail(status);
  std::vector<Outcome> outcomes;
  const EndsInOrder ends_in_order;
  const OutputFormat format = OutputFormatOf(*arguments);
  for (const std::string& path : arguments->files) {
    if (IsInterrupted()) break;
    outcomes.push_back(RunFile(path, *arguments));
    if (format == OutputFormat::kTable) PrintLines(outcomes.back());
  }
  PrintSum(outcomes, format);
  if (arguments->flags.count("--junit") > 0) status.Update(WriteFile(arguments->Flag("--junit", ""), JUnit(outcomes)));
  if (arguments->flags.count("--report") > 0) status.Update(WriteFile(arguments->Flag("--report", ""), Page(outcomes)));
  if (!status.ok()) return Fail(status);
  const Sum sum = SumOf(outcomes);
  if (sum.errors > 0) return kWrongUse;
  return sum.failed == 0 ? kAsWished : kFinding;
}

}  // namespace lwsctl
