// The pods and StatefulSets of a fleet in their places among the packed groups of their sets.
//
//   lws::internal::PackedObjects packed(&index, &due, &whole);
//   packed.PutLeader(&set, /*group=*/12, leader);
//   packed.PutLeader(&set, /*group=*/12, {});    // it is gone
//
// Laws:
//   1. What a decision reads anew becomes due: the set, the member, or both.
//   2. An object that does not fit any more, because another object of its group has another UID now, is kept whole.
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
#include "lws/core/fleet/place.h"
#include "lws/core/fleet/whole_objects.h"

namespace lws::internal {

class PackedObjects {
 public:
  // Borrows all.
  PackedObjects(FleetIndex* index, DueList* due, WholeObjects* whole) : index_(*index), due_(*due), whole_(*whole) {}

  // Into their places, or, as what does not exist, out of them.
  void PutLeader(FleetSet* set, int32_t group, const PackedLeader& leader);
  void PutWorkers(FleetSet* set, int32_t group, const PackedStatefulSet& workers, const PackedUid& leader_uid);
  // REQUIRES: the group is there.
  void PutWorker(const Place& place, const PackedWorker& worker);

  // A worker with its owner, in the place of a whole pod of its name. False, and nothing is done, when the group's
  // other objects name other owners.
  bool AddWorker(const Place& place, PackedWorker worker, const PackedUid& owner);

 private:
  void SwitchOwner(FleetSet* set, int32_t group, const PackedUid& uid);
  // What does not fit any more: the StatefulSet; the workers of the other owner.
  void UnpackWorkers(FleetSet* set, int32_t group);
  void UnpackMembers(FleetSet* set, int32_t group);

  FleetIndex& index_;
  DueList& due_;
  WholeObjects& whole_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_PACKED_OBJECTS_H_
