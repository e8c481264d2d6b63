// The owners that the workers of a group name: the group's StatefulSet, and at most one other.
//
//   lws::internal::TakeOwner(place, uid);      // false: the StatefulSet's; true: the other's; nullopt: no room
//
// Workers of a former StatefulSet end while those of the next begin. A packed group has place for two UIDs: that of the
// StatefulSet, and the one in FleetSet::other_owners.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_GROUP_OWNERS_H_
#define LWS_CORE_FLEET_GROUP_OWNERS_H_

#include <cstdint>
#include <optional>

#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/place.h"

namespace lws::internal {

// What the worker names as its controller.
PackedUid OwnerOf(const FleetSet& set, int32_t group, const PackedWorker& worker);

// Whether a worker of the group, but for the one in `place`, names that owner. Complexity: O(workers).
bool HasWorkerOf(const Place& place, bool other_owner);

// Makes the owner one of the two that a group has place for, and returns whether it is the other; nullopt when both are
// taken. REQUIRES: the group is there.
std::optional<bool> TakeOwner(const Place& place, const PackedUid& owner);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_GROUP_OWNERS_H_
