#include "lws/adapters/testing/swarm/swarm.h"

#include <algorithm>
#include <iostream>
#include <string>
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
#include "examples/lwsctl/progress.h"
#include "examples/lwsctl/scenario.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl swarm [--policy POLICY] [--seeds N] [--first SEED]\n"
    "       lwsctl swarm --role-policy POLICY [--seeds N] [--first SEED]\n"
    "       lwsctl swarm [--policy POLICY] [--role-policy POLICY] FILE\n"
    "Runs random sets under random faults, drawn from a seed each: watch events that are late, lost or repeated,\n"
    "writes that fail, crashes, clocks that jump, nodes that die or flap, images that are slow or do not come, "
    "failures\n"
    "and edits. Exit 1 when a seed breaks a law: the case is made as small as possible and printed as a file.\n"
    "  --policy reference|keep-budget|replace-unready-first   default: reference\n"
    "  --role-policy reference|keep-role-budgets   the sets are DisaggregatedSets, which are also reverted and scaled\n"
    "                    from outside, in a cluster with both controllers; of a FILE with roles, default: reference\n"
    "  --seeds N         how many seeds; default 1000\n"
    "  --first SEED      the first seed; default 1\n"
    "  -o table|json|yaml\n";

// What is tried: policies for LeaderWorkerSets and for roles.
struct Tried {
  lws::RolloutPolicy policy;
  lws::DisaggregatedOptions roles;

  lws::SwarmResult Run(const lws::SwarmCase& what) const {
    return what.roles.empty() ? lws::RunSwarmCase(what, policy) : lws::RunRoleSwarmCase(what, roles);
  }
  lws::SwarmCase Minimize(const lws::SwarmCase& what) const {
    constexpr lws::SwarmChecks kAll = lws::SwarmChecks::kAll;
    return what.roles.empty() ? lws::MinimizeSwarmCase(what, policy, kAll, IsInterrupted)
                              : lws::MinimizeRoleSwarmCase(what, roles, kAll, IsInterrupted);
  }
};

lws::Json ToJson(const lws::SwarmResult& result) {
  lws::Json json = {{"steps", result.steps}, {"keepsAllLaws", result.broken_law.empty()}};
  if (result.broken_law.empty()) return json;
  json["brokenLaw"] = result.broken_law;
  json["seconds"] = absl::ToDoubleSeconds(result.when);
  return json;
}

int Replay(const std::string& path, const Tried& tried, OutputFormat format) {
  const absl::StatusOr<InputFile> file = ReadScenarioDocument(path, FileKind::kSwarmCase);
  if (!file.ok()) return Fail(file.status());
  const lws::ManifestObject& object = file->objects[0];
  const absl::StatusOr<lws::SwarmCase> what = lws::ReadSwarmCase(object.object.Unpack());
  if (!what.ok()) return Fail(file->Locate(object, what.status()));
  const lws::SwarmResult result = tried.Run(*what);
  if (format != OutputFormat::kTable) {
    std::cout << DocumentText(ToJson(result), format);
    return result.broken_law.empty() ? kAsWished : kFinding;
  }
  if (result.broken_law.empty()) {
    std::cout << "keeps all laws over " << result.steps << " steps\n";
    return 0;
  }
  std::cout << result.broken_law << " after " << absl::FormatDuration(result.when) << "\n";
  return 1;
}

// The least case that breaks the same law, as a document.
int PrintBroken(uint64_t seed, const lws::SwarmCase& what, const lws::SwarmResult& result, const Tried& tried,
                OutputFormat format) {
  lws::Json document = ToJson(result);
  document["seed"] = seed;
  const std::string least = lws::SwarmCaseToYaml(tried.Minimize(what));
  const absl::StatusOr<std::vector<lws::ManifestObject>> read = lws::ReadManifest(least, "case");
  if (read.ok() && !read->empty()) document["case"] = read->front().object.Unpack();
  std::cout << DocumentText(document, format);
  return kFinding;
}

}  // namespace

int RunSwarm(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  const absl::StatusOr<lws::NamedRolloutPolicy> policy = ReadPolicy(arguments->Flag("--policy", "reference"));
  if (!policy.ok()) return Fail(policy.status());
  const absl::StatusOr<lws::NamedRolePolicy> role_policy =
      ReadRolePolicy("--role-policy", arguments->Flag("--role-policy", "reference"));
  if (!role_policy.ok()) return Fail(role_policy.status());
  const Tried tried = {policy->policy, lws::DisaggregatedOptionsFor(*role_policy)};
  const bool are_of_roles = arguments->flags.count("--role-policy") > 0;
  if (are_of_roles && arguments->files.empty() && arguments->flags.count("--policy") > 0) {
    return Fail(
        absl::InvalidArgumentError("--policy is for LeaderWorkerSets, and --role-policy for DisaggregatedSets"));
  }
  const OutputFormat format = OutputFormatOf(*arguments);
  uint64_t seeds = 0;
  uint64_t first = 0;
  if (!absl::SimpleAtoi(arguments->Flag("--seeds", "1000"), &seeds) ||
      !absl::SimpleAtoi(arguments->Flag("--first", "1"), &first)) {
    return Fail(absl::InvalidArgumentError("--seeds or --first is not a number"));
  }
  if (seeds == 0) return Fail(absl::InvalidArgumentError("--seeds: no seed would be run; the least number is 1"));
  if (arguments->files.size() > 1) return Fail(absl::InvalidArgumentError("swarm takes one FILE, or none"));
  if (!arguments->files.empty()) return Replay(arguments->files[0], tried, format);
  const EndsInOrder ends_in_order;
  lws::SwarmResult all;  // of all seeds
  uint64_t done = 0;
  Progress progress(static_cast<int64_t>(seeds), "seeds");
  for (uint64_t i = 0; i < seeds && !IsInterrupted(); done = ++i) {
    const lws::SwarmCase what = are_of_roles ? lws::DrawRoleSwarmCase(first + i) : lws::DrawSwarmCase(first + i);
    const lws::SwarmResult result = tried.Run(what);
    all.steps += result.steps;
    all.skew_percent = std::max(all.skew_percent, result.skew_percent);
    progress.Advance(static_cast<int64_t>(i) + 1);
    if (result.broken_law.empty()) continue;
    if (format != OutputFormat::kTable) return PrintBroken(first + i, what, result, tried, format);
    std::cout << "# seed " << first + i << ": " << result.broken_law << "\n"
              << lws::SwarmCaseToYaml(tried.Minimize(what));
    return 1;
  }
  if (format == OutputFormat::kTable) {
    if (done < seeds) std::cout << "stopped: " << done << " of ";
    std::cout << seeds << " seeds, " << all.steps << " steps: no law is broken\n";
    if (are_of_roles) std::cout << "roles were at most " << all.skew_percent << "% of their groups apart\n";
    return kAsWished;
  }
  lws::Json document = ToJson(all);
  document["seeds"] = done;
  if (are_of_roles) document["skewPercent"] = all.skew_percent;
  document["stopped"] = done < seeds;
  std::cout << DocumentText(document, format);
  return 0;
}

}  // namespace lwsctl
