// The pods and StatefulSets of a fleet that are kept whole, because they do not fit among the packed groups.
//
//   lws::internal::UnpackedObjects whole(&index, &due);
//   whole.KeepPod(std::make_unique<lws::ObservedPod>(pod));
//   space->pods.size();    // 1
//   whole.ErasePod(space, "vllm-0");
//   space->pods.size();    // 0
//
// Laws:
//   1. Every set that a whole object may concern counts it in FleetSet::irregular, unless the object's facts are in
//      their slot among the packed groups.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_UNPACKED_OBJECTS_H_
#define LWS_CORE_FLEET_UNPACKED_OBJECTS_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_index.h"

namespace lws::internal {

class UnpackedObjects {
 public:
  // Borrows both.
  UnpackedObjects(FleetIndex* index, DueList* due) : index_(*index), due_(*due) {}

  // REQUIRES: no whole object has the name.
  void KeepPod(std::unique_ptr<ObservedPod> pod);
  void KeepStatefulSet(std::unique_ptr<ObservedStatefulSet> statefulset);

  // Does nothing when no whole object has the name.
  void ErasePod(FleetNamespace* space, absl::string_view name);
  void EraseStatefulSet(FleetNamespace* space, absl::string_view name);

  // Marks as due the sets that a StatefulSet of this name concerns, whatever its labels are.
  void MakeNamesakesDue(FleetNamespace* space, absl::string_view namespace_name, absl::string_view name);

 private:
  // Link the objects to the sets that they concern, or unlink them.
  void LinkPod(const ObservedPod& pod, bool add);
  void LinkController(const ObservedPod& pod, FleetSet* set, bool add);
  void LinkStatefulSet(const ObservedStatefulSet& statefulset, bool add);

  FleetIndex& index_;
  DueList& due_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_UNPACKED_OBJECTS_H_
