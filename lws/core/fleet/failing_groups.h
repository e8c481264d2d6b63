// The groups of a set in which a failing member may restart the group: FleetSet::failing.
//
//   lws::internal::ListFailing(&set, /*group=*/12, /*member_fails=*/true);
//   set.failing;    // {12}
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FAILING_GROUPS_H_
#define LWS_CORE_FLEET_FAILING_GROUPS_H_

#include <cstdint>

#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/place.h"

namespace lws::internal {

// What a member or its StatefulSet has become may decide whether one that fails restarts the group.
inline void ListFailing(FleetSet* set, int32_t group, bool member_fails) {
  PackedLeader& leader = set->groups.At(group).leader;
  leader.has_failing |= member_fails;
  if (!leader.has_failing || leader.is_listed) return;
  leader.is_listed = 1;
  set->failing.push_back(group);
}

// The worker was failing before its change, or is after it. One that neither failed nor fails matters only if restarts
// wait for the group to start: otherwise the group's memory is left alone.
inline void ListFailingWorker(const Place& place, bool failed, bool fails) {
  if (failed || fails || place.set->restart_facts.waits_for_start) ListFailing(place.set, place.group, fails);
}

// Puts every group with a member that fails into FleetSet::failing. Complexity: O(groups).
void ListAllFailing(FleetSet* set);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FAILING_GROUPS_H_
