// The revision of a group below the partition, kept when its leader is made anew under OnDelete.
//
//   // In the webhook for pods, before AdmitPod:
//   absl::StatusOr<lws::Json> kept = lws::KeepFormerRevision(pod, observation);
//   // Leader vllm-0 of a set with partition 2 comes from the former revision; leader vllm-3 stays as it was.
//
// A StatefulSet under OnDelete makes every pod from its newest template. A rollout policy that uses it
// (ReplaceUnreadyFirst) needs this to keep the user's partition.
//
// Laws:
//   1. Only a leader with an ordinal below the set's partition, of the leader StatefulSet's revision, under OnDelete,
//      changes; and only when the set has a former revision: that of the highest number is taken.
//   2. What the StatefulSet put on the pod (name, owner, labels of its own, host name, volumes of claims) stays.
//   3. KeepFormerRevision of its result changes nothing.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_FORMER_REVISION_H_
#define LWS_CORE_RECONCILE_FORMER_REVISION_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"

namespace lws {

// `observation` is of the pod's set; an empty one, or one of another set, leaves the pod as it is. Errors:
// InvalidArgument naming the pod or the revision, when one of them does not read. Complexity: O(templates).
absl::StatusOr<Json> KeepFormerRevision(Json pod, const SetObservation& observation);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_FORMER_REVISION_H_
