// The groups of a set in which a failing member may restart the group: FleetSet::failing.
//
//   lws::internal::ListFailingInFleet(&set, /*group=*/12, /*member_fails=*/true);    // true
//   set.failing;    // {12}
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FAILING_GROUPS_H_
#define LWS_CORE_FLEET_FAILING_GROUPS_H_

#include <cstdint>

#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {

// Lists the group if it has a failing member, and returns whether it does: a change of a member or its StatefulSet may
// decide whether the group restarts, so a pass over the set may find other groups to restart.
inline bool ListFailingInFleet(FleetSet* set, int32_t group, bool member_fails) {
  PackedLeader& leader = set->groups.At(group).leader;
  leader.has_failing |= member_fails;
  if (!leader.has_failing || leader.is_listed) return leader.has_failing;
  leader.is_listed = 1;
  set->failing.push_back(group);
  return true;
}

// The same after a change of a worker. If it neither failed before nor fails now, the group only matters when restarts
// wait until it has started. Otherwise the group's memory is not touched.
inline bool ListFailingWorkerInFleet(const Slot& slot, bool failed, bool fails) {
  const bool matters = failed || fails || slot.set->restart_facts.waits_for_start;
  return matters && ListFailingInFleet(slot.set, slot.group, fails);
}

// Puts every group with a failing member into FleetSet::failing. Complexity: O(groups).
void ListAllFailingInFleet(FleetSet* set);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FAILING_GROUPS_H_
