// Admission of a pod: the labels, affinity and environment that make it a member of its group.
//
//   absl::StatusOr<lws::Json> admitted = lws::AdmitPod(pod, {});
//   (*admitted)["spec"]["containers"][0]["env"][0]["name"];    // "LWS_LEADER_ADDRESS"
//
// Laws:
//   1. A pod without the name label is returned unchanged.
//   2. AdmitPod of an admitted pod changes nothing, unless its ordinal made it a worker with index 0: such a pod
//      counts as a leader from then on.
//   3. The user's variables keep their order. When a name is repeated, the first variable stays.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_ADMIT_POD_H_
#define LWS_CORE_RECONCILE_ADMIT_POD_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/providers/pod_group.h"

namespace lws {

struct AdmissionOptions {
  SchedulerProvider scheduler_provider = SchedulerProvider::kNone;
  // Borrowed. Pods of these groups are bound to their nodes. Null for none.
  const PlacedGroups* placed = nullptr;
  // Pods wait behind the scheduling gate kPlaceGate until their group has a place (place_groups.h).
  bool waits_for_place = false;
};

// Returns the pod as it should be created. Errors: InvalidArgument naming the pod and the field: a missing or
// non-integral size annotation, a name without an ordinal, subgroup annotations that are not integers. Complexity:
// O(pod), and O(size) for pods that ask for TPUs.
absl::StatusOr<Json> AdmitPod(Json pod, const AdmissionOptions& options);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_ADMIT_POD_H_
