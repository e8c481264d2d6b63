// Puts the pods and StatefulSets of a fleet into their slots among the packed groups of their sets.
//
//   lws::internal::PackedObjects packed(&index, &due, &whole);
//   packed.PutLeader(&set, /*group=*/12, leader);
//   set.groups.At(12).leader.exists > 0;    // true
//   packed.PutLeader(&set, /*group=*/12, {});
//   set.groups.At(12).leader.exists > 0;    // false: the leader is gone
//
// Laws:
//   1. Whatever a decision now reads differently becomes due: the set, the member, or both.
//   2. An object that no longer fits, because another object of its group has a new UID, is kept whole.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_PACKED_OBJECTS_H_
#define LWS_CORE_FLEET_PACKED_OBJECTS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"

namespace lws::internal {

class PackedObjects {
 public:
  // Borrows all.
  PackedObjects(FleetIndex* index, DueList* due, UnpackedObjects* whole) : index_(*index), due_(*due), whole_(*whole) {}

  // Put an object into its slot, or remove it if it does not exist.
  void PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader);
  void PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers, const PackedUid& leader_uid);
  // REQUIRES: the group exists.
  void PutWorker(const Slot& slot, const PackedWorker& worker);

  // Adds a worker with its owner, replacing a whole pod of its name. Returns false, and changes nothing, when the
  // group has no room for the owner.
  bool AddWorker(const Slot& slot, PackedWorker worker, const PackedUid& owner);

 private:
  void SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid);
  // Unpack objects that no longer fit: the StatefulSet, or the workers of the other owner.
  void UnpackWorkers(FleetSet* set, int32_t group);
  void UnpackMembers(FleetSet* set, int32_t group);

  FleetIndex& index_;
  DueList& due_;
  UnpackedObjects& whole_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_PACKED_OBJECTS_H_
