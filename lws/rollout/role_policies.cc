#include "lws/rollout/role_policies.h"

#include "lws/rollout/keep_role_budgets.h"

namespace lws {
namespace {

constexpr NamedRolePolicy kPolicies[] = {
    {"reference", "as the reference does it", PlanRoleRollout, false},
    {"keep-role-budgets", "never fewer ready groups of a role than promised, never half of a revision", KeepRoleBudgets,
     true},
};

}  // namespace

absl::Span<const NamedRolePolicy> RolePolicies() { return kPolicies; }

const NamedRolePolicy* FindRolePolicy(absl::string_view name) {
  for (const NamedRolePolicy& policy : kPolicies) {
    if (policy.name == name) return &policy;
  }
  return nullptr;
}

}  // namespace lws
