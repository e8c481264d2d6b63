// How a DisaggregatedSet is rolled out: a value that a host chooses once.
//
//   lws::DisaggregatedOptions options;
//   options.rollout = lws::KeepRoleBudgets;
//   options.mends = true;
//   lws::Plan plan = lws::ReconcileDisaggregatedSet(observation, now, options);
//
// Thread-safety: a value.
#ifndef LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_
#define LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_

#include "lws/rollout/role_rollout.h"

namespace lws {

struct DisaggregatedOptions {
  RoleRolloutPolicy rollout = PlanRoleRollout;
  // Beyond the policy the reference does some things once, or not at all. With this, a pass makes a child that is
  // missing whatever the moment, remembers what an old child had when it became old and at no other time, drains what
  // is in no spec, counts on no child that is being deleted, and does nothing while the set is being deleted.
  bool mends = false;
};

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_ROLE_OPTIONS_H_
