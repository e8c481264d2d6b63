// The owners of a group's workers: the group's StatefulSet, and at most one other.
//
//   lws::internal::TakeOwnerOfPackedGroup(slot, uid);  // false: it is the StatefulSet; true: other; nullopt: no room
//
// Workers of a former StatefulSet end while those of the next one begin. Therefore a packed group has room for two
// UIDs: that of its StatefulSet, and the one in FleetSet::other_owners.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_GROUP_OWNERS_H_
#define LWS_CORE_FLEET_GROUP_OWNERS_H_

#include <cstdint>
#include <optional>

#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {

// The controller that the worker names.
PackedUid OwnerOfPackedGroup(const FleetSet& set, int32_t group, const PackedWorker& worker);

// Whether a worker of the group, other than the one in `slot`, names that owner. Complexity: O(workers).
bool HasWorkerOfOwner(const Slot& slot, bool other_owner);

// Makes `owner` one of the two owners of the group, and returns whether it is the other one; nullopt when both are
// taken. REQUIRES: the group exists.
std::optional<bool> TakeOwnerOfPackedGroup(const Slot& slot, const PackedUid& owner);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_GROUP_OWNERS_H_
