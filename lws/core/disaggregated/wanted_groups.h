// How many groups a role of a DisaggregatedSet should have in each slice, and the budget of its rollout.
//
//   lws::WantedRoleGroups(cluster.Observe("default", "llm"), set.spec().roles(0));    // 4
//   lws::RoleBudgetOf(set.spec().roles(0), 4).surge;    // 1
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_
#define LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_

#include <cstdint>

#include "lws/core/disaggregated/role_observation.h"
#include "lws/rollout/role_budget.h"

namespace lws {

inline namespace v1 {
class DisaggregatedRole;
}  // namespace v1

// The replicas of the spec, or of the role's scaler if the role is External; 0 while it has no scaler. REQUIRES:
// observation.set != nullptr. Complexity: O(scalers).
int32_t WantedRoleGroups(const DisaggregatedObservation& observation, const DisaggregatedRole& role);

// The budget that the role's strategy gives when the role wants so many groups.
RoleBudget RoleBudgetOf(const DisaggregatedRole& role, int32_t wanted);

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_
