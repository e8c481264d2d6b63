#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/budget.h"
#include "examples/lwsctl/check_all.h"
#include "examples/lwsctl/check_roles.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/refused_manifest.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/role_world_options.h"
#include "lws/adapters/testing/promise.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl check [--policy POLICY] [--faults N] [--edits N] [--every-state] [--lag] [--strict] FILE\n"
    "       lwsctl check --all GROUPS [--roles N] [the same flags]\n"
    "Checks whether a rollout policy keeps the promise of the set's budget in every possible course of an update: the\n"
    "controller, the StatefulSet and the pods act in any order, and pods fail. Exit 1 when it does not. For a\n"
    "DisaggregatedSet it is the promise of each role, and the controller may crash between any two of its writes.\n"
    "  --policy reference|keep-budget|replace-unready-first   default: reference\n"
    "  --role-policy reference|keep-role-budgets   for a DisaggregatedSet; default: reference\n"
    "  --faults N        how many failures happen, at most 3; default 1\n"
    "  --edits N         how many edits of the set happen, at most 2; default 0\n"
    "  --every-state     start from every state, not only from groups that are all ready when the template changes\n"
    "  --lag             the controller sees each change of a group as late as possible\n"
    "  --all GROUPS      all budgets with replicas and maxSurge up to GROUPS, by two threads, instead of FILE\n"
    "  --roles N         with --all: N roles of a DisaggregatedSet, each of up to GROUPS groups before and after\n"
    "  --strict          unknown fields of FILE are errors, as for kubectl apply\n"
    "  --report PAGE     write a page of HTML with the outcome, and the course that breaks a law as lanes\n"
    "  -o table|json|yaml\n"
    "A set of more than seven groups, surge included, is scaled down, and so are roles of more than seven groups. Up\n"
    "to three roles are checked.\n";

lws::Json ToJson(const lws::RolloutWorldOptions& options) {
  return {{"replicas", options.replicas},
          {"maxSurge", options.max_surge},
          {"maxUnavailable", options.max_unavailable},
          {"partition", options.partition}};
}

int CheckOne(const lws::Json& manifest, lws::RolloutWorldOptions options, lws::CheckFrom from,
             const Arguments& arguments) {
  const OutputFormat format = OutputFormatOf(arguments);
  const absl::StatusOr<SetBudget> budget = ReadBudget(manifest);
  if (!budget.ok()) return Fail(budget.status());
  options.replicas = budget->options.replicas;
  options.max_surge = budget->options.max_surge;
  options.max_unavailable = budget->options.max_unavailable;
  options.partition = budget->options.partition;
  if (!budget->scaled_down.empty() && format == OutputFormat::kTable) std::cout << budget->scaled_down << "\n";
  const EndsInOrder ends_in_order;
  const lws::RolloutCheck check = lws::CheckRollout(options, from, UntilInterrupted());
  const std::string promise =
      absl::StrCat(lws::internal::PromiseFloor(options.replicas, options.max_unavailable), " of ", options.replicas);
  const std::string what = lws::CheckedBudgetText(options);
  const int code = PrintCheck(check, what, promise, format, ToJson(options), budget->scaled_down);
  return WithCheckPage(code, arguments, WithTitle(what, check));
}

int CheckAll(int32_t groups, const lws::RolloutWorldOptions& like, lws::CheckFrom from, const Arguments& arguments) {
  const EndsInOrder ends_in_order;
  AllChecks<lws::RolloutWorldOptions, lws::RolloutCheck> checks(
      lws::AllCheckedBudgets(groups, like),
      [from](const lws::RolloutWorldOptions& options) { return lws::CheckRollout(options, from, UntilInterrupted()); });
  return checks.Run(like.faults, lws::CheckedBudgetText, ToJson, arguments);
}

// What to check, in the terms of both kinds of sets.
struct Checked {
  lws::RolloutWorldOptions groups;
  lws::RoleWorldOptions roles;
  lws::CheckFrom from = lws::CheckFrom::kTemplateChange;
  int32_t all_groups = 0;  // of --all; 0 without it
  int32_t all_roles = 0;   // of --roles; 0 without it
};

absl::Status ReadPolicies(const Arguments& arguments, Checked* checked) {
  const absl::StatusOr<lws::NamedRolloutPolicy> policy = ReadPolicy(arguments.Flag("--policy", "reference"));
  if (!policy.ok()) return policy.status();
  checked->groups.policy = policy->policy;
  checked->groups.merges_symmetric = policy->ignores_places;
  const absl::StatusOr<lws::NamedRolePolicy> of_roles =
      ReadRolePolicy("--role-policy", arguments.Flag("--role-policy", "reference"));
  if (!of_roles.ok()) return of_roles.status();
  checked->roles.policy = of_roles->policy;
  checked->roles.mends = of_roles->mends;
  // The reference may wait although a role has room, so this law is not checked for it.
  checked->roles.checks_waits = of_roles->mends;
  return absl::OkStatus();
}

absl::Status ReadAll(const Arguments& arguments, Checked* checked) {
  const bool are_numbers = absl::SimpleAtoi(arguments.Flag("--all", "0"), &checked->all_groups) &&
                           absl::SimpleAtoi(arguments.Flag("--roles", "0"), &checked->all_roles);
  if (!are_numbers) return absl::InvalidArgumentError("--all or --roles is not a number");
  const bool has_all = arguments.flags.count("--all") > 0;
  const bool has_roles = arguments.flags.count("--roles") > 0;
  if (has_roles && !has_all) return absl::InvalidArgumentError("--roles goes with --all");
  if (has_roles && (checked->all_roles < 1 || checked->all_roles > static_cast<int32_t>(lws::kMostCheckedRoles))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--roles: from 1 to ", lws::kMostCheckedRoles, " roles can be checked"));
  }
  const int32_t most = has_roles ? lws::kMostCheckedRoleGroups : lws::kMostCheckedGroups;
  if (has_all && (checked->all_groups < 1 || checked->all_groups > most)) {
    return absl::InvalidArgumentError(absl::StrCat("--all: from 1 to ", most, " groups can be checked"));
  }
  if (has_all != arguments.files.empty() || arguments.files.size() > 1) {
    return absl::InvalidArgumentError("check needs one FILE, or --all GROUPS");
  }
  return absl::OkStatus();
}

absl::StatusOr<Checked> ReadChecked(const Arguments& arguments) {
  Checked checked;
  absl::Status status = ReadPolicies(arguments, &checked);
  if (!status.ok()) return status;
  checked.groups.lags = checked.roles.lags = arguments.flags.count("--lag") > 0;
  if (arguments.flags.count("--every-state") > 0) checked.from = lws::CheckFrom::kEveryState;
  const bool are_numbers = absl::SimpleAtoi(arguments.Flag("--faults", "1"), &checked.groups.faults) &&
                           absl::SimpleAtoi(arguments.Flag("--edits", "0"), &checked.groups.edits);
  if (!are_numbers) return absl::InvalidArgumentError("--faults or --edits is not a number");
  checked.roles.faults = checked.groups.faults;
  checked.roles.edits = checked.groups.edits;
  status = lws::ValidateCheckedWorld(checked.groups);
  if (status.ok()) status = ReadAll(arguments, &checked);
  if (!status.ok()) return status;
  return checked;
}

// Refuses the policy of the other kind.
absl::Status CheckKind(const Arguments& arguments, bool is_of_roles) {
  if (is_of_roles && arguments.flags.count("--policy") > 0) {
    return absl::InvalidArgumentError(
        "--policy: a DisaggregatedSet does not take this flag; its policy is --role-policy");
  }
  if (!is_of_roles && arguments.flags.count("--role-policy") > 0) {
    return absl::InvalidArgumentError("--role-policy: a LeaderWorkerSet does not take this flag");
  }
  return absl::OkStatus();
}

int CheckFile(const Arguments& arguments, const Checked& checked) {
  const absl::StatusOr<SetOfEitherKind> set = ReadSetOfEitherKind(arguments.files[0], UnknownFieldsOf(arguments));
  if (!set.ok()) return Fail(set.status(), OutputFormatOf(arguments));
  const auto* roles = std::get_if<DisaggregatedManifest>(&*set);
  const absl::Status status = CheckKind(arguments, roles != nullptr);
  if (!status.ok()) return Fail(status);
  if (roles != nullptr) return CheckRolesOf(*roles, checked.roles, checked.from, arguments);
  return CheckOne(*std::get<SetManifest>(*set).object, checked.groups, checked.from, arguments);
}

}  // namespace

int RunCheck(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return kAsWished;
  }
  const absl::StatusOr<Checked> checked = ReadChecked(*arguments);
  if (!checked.ok()) return Fail(checked.status());
  if (checked->all_groups == 0) return CheckFile(*arguments, *checked);
  const absl::Status status = CheckKind(*arguments, checked->all_roles > 0);
  if (!status.ok()) return Fail(status);
  if (checked->all_roles == 0) return CheckAll(checked->all_groups, checked->groups, checked->from, *arguments);
  return CheckAllRoles(checked->all_groups, static_cast<size_t>(checked->all_roles), checked->roles, checked->from,
                       *arguments);
}

}  // namespace lwsctl
