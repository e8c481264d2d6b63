// Whether two observations of one object are equal for every decision.
//
//   lws::internal::SamePodForFleet(before, after);    // true: nothing is due
//
// Resource versions do not count: decisions hand them on without reading them. The texts of a StatefulSet's two
// revisions do not count either: decisions only compare them with each other.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_FLEET_DECISION_EQUALITY_H_
#define LWS_CORE_FLEET_DECISION_EQUALITY_H_

#include "lws/api/observed.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

bool SamePodForFleet(const ObservedPod& a, const ObservedPod& b);
bool SameStatefulSetForFleet(const ObservedStatefulSet& a, const ObservedStatefulSet& b);

// Ignores whether the leaders are due.
inline bool SamePackedLeader(const PackedLeader& a, const PackedLeader& b) {
  return ((a.exists ^ b.exists) | (a.node ^ b.node) | (a.revision ^ b.revision) | (a.phase ^ b.phase) |
          (a.has_ready_condition ^ b.has_ready_condition) | (a.restarted ^ b.restarted) |
          (a.terminating ^ b.terminating) | (a.requests_tpus ^ b.requests_tpus) | (a.has_group_key ^ b.has_group_key) |
          (a.has_pod_group ^ b.has_pod_group) | (a.is_whole ^ b.is_whole)) == 0 &&
         a.uid == b.uid;
}
inline bool SamePackedWorker(const PackedWorker& a, const PackedWorker& b) {
  return ((a.exists ^ b.exists) | (a.revision ^ b.revision) | (a.phase ^ b.phase) | (a.restarted ^ b.restarted) |
          (a.terminating ^ b.terminating) | (a.has_other_owner ^ b.has_other_owner)) == 0 &&
         a.uid == b.uid;
}
bool SamePackedWorkers(const PackedStatefulSet& a, const PackedStatefulSet& b);

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_DECISION_EQUALITY_H_
