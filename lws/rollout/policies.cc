#include "lws/rollout/policies.h"

#include "lws/rollout/keep_budget.h"
#include "lws/rollout/replace_unready_first.h"

namespace lws {
namespace {

constexpr NamedRolloutPolicy kPolicies[] = {
    {"reference", "as the reference does it", PlanRollout, false},
    {"keep-budget", "never fewer ready groups than promised", KeepBudget, true},
    {"replace-unready-first", "the same, and groups that are not ready go first", ReplaceUnreadyFirst, true},
};

}  // namespace

absl::Span<const NamedRolloutPolicy> RolloutPolicies() { return kPolicies; }

const NamedRolloutPolicy* FindRolloutPolicy(absl::string_view name) {
  for (const NamedRolloutPolicy& policy : kPolicies) {
    if (policy.name == name) return &policy;
  }
  return nullptr;
}

}  // namespace lws
