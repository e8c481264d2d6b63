#include "examples/lwsctl/check_roles.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/budget.h"
#include "examples/lwsctl/check_all.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/interruption.h"
#include "lws/adapters/testing/checker/check_roles.h"
#include "lws/adapters/testing/promise.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

// The groups of all roles together that are checked of a set; a set of more is scaled down.
constexpr int32_t kMostGroupsOfSet = 7;

// The role of a set whose template changes. An External role has the replicas of its spec, or one group.
lws::CheckedRole ReadRole(const lws::DisaggregatedRole& role) {
  lws::CheckedRole checked;
  checked.name = role.name();
  checked.is_external = lws::IsExternalRole(role);
  checked.initial = lws::RoleSpecReplicas(role);
  if (checked.is_external) checked.initial = std::max(1, checked.initial);
  checked.target = checked.initial;
  checked.budget = lws::RoleBudgetOf(role, checked.initial);
  return checked;
}

// Scales all roles down together until they have few enough groups. Returns how, or "" when they already have.
std::string ScaleDown(lws::RoleWorldOptions* options) {
  const auto groups = [options] {
    int64_t sum = 0;
    for (const lws::CheckedRole& role : options->roles) sum += role.initial;
    return sum;
  };
  if (groups() <= kMostGroupsOfSet) return "";
  const lws::RoleWorldOptions before = *options;
  const auto larger = [](const lws::CheckedRole& a, const lws::CheckedRole& b) { return a.initial < b.initial; };
  const int32_t whole = std::max_element(before.roles.begin(), before.roles.end(), larger)->initial;
  for (int32_t of = std::min(whole, kMostGroupsOfSet); groups() > kMostGroupsOfSet && of > 0; --of) {
    for (size_t i = 0; i < before.roles.size(); ++i) {
      const lws::CheckedRole& role = before.roles[i];
      lws::CheckedRole& scaled = options->roles[i];
      scaled.initial = scaled.target = BudgetShare(role.initial, whole, of);
      scaled.budget = {BudgetShare(role.budget.surge, whole, of), BudgetShare(role.budget.unavailable, whole, of)};
    }
  }
  return absl::StrCat(lws::CheckedRolesText(before), ", scaled down to ", lws::CheckedRolesText(*options));
}

Json ToJson(const lws::RoleWorldOptions& options) {
  Json roles = Json::array();
  for (const lws::CheckedRole& role : options.roles) {
    roles.push_back({{"name", role.name},
                     {"initial", role.initial},
                     {"replicas", role.target},
                     {"maxSurge", role.budget.surge},
                     {"maxUnavailable", role.budget.unavailable},
                     {"external", role.is_external}});
  }
  return {{"roles", std::move(roles)}};
}

// "1 of 2 prefill and 4 of 4 decode".
std::string PromiseText(const lws::RoleWorldOptions& options) {
  std::vector<std::string> texts;
  for (const lws::CheckedRole& role : options.roles) {
    const int32_t floor = lws::internal::PromiseFloor(std::min(role.initial, role.target), role.budget.unavailable);
    texts.push_back(absl::StrCat(floor, " of ", role.target, " ", role.name));
  }
  return absl::StrJoin(texts, " and ");
}

}  // namespace

int CheckRolesOf(const DisaggregatedManifest& manifest, const lws::RoleWorldOptions& like, lws::CheckFrom from,
                 const Arguments& arguments) {
  const OutputFormat format = OutputFormatOf(arguments);
  lws::RoleWorldOptions options = like;
  for (const lws::DisaggregatedRole& role : manifest.set->spec().roles()) options.roles.push_back(ReadRole(role));
  const std::string scaled_down = ScaleDown(&options);
  const absl::Status status = lws::ValidateCheckedRoles(options);
  if (!status.ok()) return Fail(absl::InvalidArgumentError(absl::StrCat(manifest.where, ": ", status.message())));
  if (!scaled_down.empty() && format == OutputFormat::kTable) std::cout << scaled_down << "\n";
  const EndsInOrder ends_in_order;
  const lws::RoleCheck check = lws::CheckRoles(options, from, UntilInterrupted());
  const std::string what = lws::CheckedRolesText(options);
  const int code = PrintCheck(check, what, PromiseText(options), format, ToJson(options), scaled_down);
  return WithCheckPage(code, arguments, WithTitle(what, check));
}

int CheckAllRoles(int32_t groups, size_t roles, const lws::RoleWorldOptions& like, lws::CheckFrom from,
                  const Arguments& arguments) {
  const EndsInOrder ends_in_order;
  AllChecks<lws::RoleWorldOptions, lws::RoleCheck> checks(
      lws::AllCheckedRoles(groups, roles, like),
      [from](const lws::RoleWorldOptions& options) { return lws::CheckRoles(options, from, UntilInterrupted()); });
  return checks.Run(like.faults, lws::CheckedRolesText, ToJson, arguments);
}

}  // namespace lwsctl
