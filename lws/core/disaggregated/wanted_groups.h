// How many groups a role of a DisaggregatedSet should have in each slice.
//
//   lws::WantedRoleGroups(cluster.Observe("default", "llm"), set.spec().roles(0));    // 4
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_
#define LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_

#include <cstdint>

#include "lws/core/disaggregated/role_observation.h"

namespace lws {

inline namespace v1 {
class DisaggregatedRole;
}  // namespace v1

// The replicas of the spec, or of the role's scaler if the role is External; 0 while it has no scaler. REQUIRES:
// observation.set != nullptr. Complexity: O(scalers).
int32_t WantedRoleGroups(const DisaggregatedObservation& observation, const DisaggregatedRole& role);

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_WANTED_GROUPS_H_
