// The objects of a fleet that are told by name: packed into the groups of their sets where they fit, else kept whole.
//
//   lws::internal::FleetObjects objects(&index, &due, &whole, &packed);
//   objects.AddPod(pod);
//   index.FindPackedPod(space, "vllm-0").set == &set;    // true: the pod fits into group 0 of the set
//
// Laws:
//   1. A name is in at most one slot: packed in one set, or whole.
//   2. The facts of a set count all objects whose names agree with their labels. Every other object is counted as
//      irregular in each set that it may concern.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_OBJECTS_H_
#define LWS_CORE_FLEET_FLEET_OBJECTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"

namespace lws::internal {

class FleetObjects {
 public:
  // Borrows all.
  FleetObjects(FleetIndex* index, DueList* due, UnpackedObjects* whole, PackedObjects* packed)
      : index_(*index), due_(*due), whole_(*whole), packed_(*packed) {}

  // These functions store an object, and mark as due what decisions now read differently.
  void AddSet(LeaderWorkerSet set);
  void AddPod(ObservedPod pod);
  void AddStatefulSet(ObservedStatefulSet statefulset);
  void AddRevision(ObservedRevision revision);
  void AddService(ObservedService service);
  void AddPodGroup(ObservedPodGroup pod_group);
  void AddNode(ObservedNode node);

  // Does nothing when there is no such object.
  void Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name);
  void RemovePod(FleetNamespace* space, absl::string_view name);
  void RemoveStatefulSet(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);

 private:
  // The two have one name; one of them may be null.
  void RevisionChanged(FleetNamespace* space, const ObservedRevision* before, const ObservedRevision* after);
  // Without marking the object as told.
  void AddPodNow(ObservedPod&& pod);
  void LeaveOtherSlot(FleetNamespace* space, absl::string_view name, const Slot& slot);
  void AddStatefulSetNow(ObservedStatefulSet&& statefulset);
  // The slot of the pod. Widens the page of a worker that it has no room for, as soon as the worker's group has pods
  // enough: until then its workers are kept whole, so that one pod of a large number costs no room for thousands.
  Slot MakeSlot(const ObservedPod& pod);
  // Whether the group of a worker has so many pods that it may have room for that worker, too.
  static bool IsWorthRoom(const Slot& slot, const std::optional<std::string>& group_index);
  // Packs the workers that were told before there was a slot for them, and whose label names the group.
  void PackWaiting(FleetSet* set, const std::optional<std::string>& group_index);
  // Packs a worker that is kept whole, if it fits. The pod is then gone.
  void PackWhole(const Slot& slot, const ObservedPod& pod);
  // Returns false when the object has no slot among the groups. When only its facts fit, it is kept whole, too.
  bool AddNamedLeader(const Slot& slot, ObservedPod* pod);
  bool AddNamedStatefulSet(FleetSet* set, ObservedStatefulSet* statefulset);

  FleetIndex& index_;
  DueList& due_;
  UnpackedObjects& whole_;
  PackedObjects& packed_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_OBJECTS_H_
