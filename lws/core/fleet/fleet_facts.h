// Applies facts: pods and StatefulSets told in the numbers of sets, revisions and nodes.
//
//   lws::internal::FleetFacts told(&index, &due, &whole, &packed, &objects);
//   told.TellPods({&facts, 1});
//
// Most facts are about a packed pod that already exists, and are written directly into its slot. All others are
// handled like objects told by name.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_FACTS_H_
#define LWS_CORE_FLEET_FLEET_FACTS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_objects.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"

namespace lws::internal {

class FleetFacts {
 public:
  // Borrows all.
  FleetFacts(FleetIndex* index, DueList* due, UnpackedObjects* whole, PackedObjects* packed, FleetObjects* objects)
      : index_(*index), due_(*due), whole_(*whole), packed_(*packed), objects_(*objects) {}

  // As documented for Fleet.
  absl::Status TellPods(absl::Span<const PodFacts> pods);
  absl::Status TellWorkers(absl::Span<const WorkersFacts> statefulsets);

 private:
  bool UpdatePod(const PodFacts& facts);
  void TellPod(const PodFacts& facts);
  void TellStatefulSet(const WorkersFacts& facts);
  // Removes another set's packed pod that has the member's name.
  void MakeRoom(const Slot& slot);

  FleetIndex& index_;
  DueList& due_;
  UnpackedObjects& whole_;
  PackedObjects& packed_;
  FleetObjects& objects_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_FACTS_H_
