// How a DisaggregatedSet is rolled out: a value that a host chooses once.
//
//   lws::DisaggregatedOptions options = lws::DisaggregatedOptionsFor(*lws::FindRolePolicy("keep-role-budgets"));
//   options.mends;    // true: this policy asks for it
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now, options);
//
// Thread-safety: a value.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_
#define LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_

#include "lws/rollout/role_policies.h"
#include "lws/rollout/role_rollout.h"

namespace lws {

struct DisaggregatedOptions {
  RoleRolloutPolicy rollout = PlanRoleRollout;
  // The reference repairs some things only once, or never. With this option every pass creates missing children,
  // remembers the replicas of a child when it becomes old and only then, drains roles that are no longer in the spec,
  // does not count on children that are being deleted, and does nothing while the set itself is being deleted.
  bool mends = false;
};

// The options with which passes follow the policy.
inline DisaggregatedOptions DisaggregatedOptionsFor(const NamedRolePolicy& policy) {
  return {policy.policy, policy.mends};
}

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_
