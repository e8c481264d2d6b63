// Counts the sets, groups and pods of a fleet.
//
//   lws::internal::CountFleetObjects(index.sets()).pods;
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_FLEET_OBJECT_COUNTS_H_
#define LWS_CORE_FLEET_OBJECT_COUNTS_H_

#include <vector>

#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_set.h"

namespace lws::internal {

// Counts the sets that exist, with the meaning of Fleet::Count. Complexity: O(members).
FleetCounts CountFleetObjects(const std::vector<FleetSet*>& sets);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_OBJECT_COUNTS_H_
