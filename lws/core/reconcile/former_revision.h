// Keeps the former revision of a group below the partition when its leader is recreated under OnDelete.
//
//   // In the webhook for pods, before AdmitPod:
//   absl::StatusOr<lws::Json> kept = lws::KeepFormerRevision(pod, observation);
//   // Leader vllm-0 of a set with partition 2 gets the former revision; leader vllm-3 stays unchanged.
//
// A StatefulSet under OnDelete makes every pod from its newest template. A rollout policy that uses OnDelete
// (ReplaceUnreadyFirst) needs this function to respect the user's partition.
//
// Laws:
//   1. Only leaders change, and only under OnDelete, with an ordinal below the set's partition, in the leader
//      StatefulSet's revision, and when the set has a former revision. The former revision with the highest number is
//      used.
//   2. What the StatefulSet added to the pod stays: name, owner, its own labels, host name, volumes of claims.
//   3. A second KeepFormerRevision changes nothing.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_FORMER_REVISION_H_
#define LWS_CORE_RECONCILE_FORMER_REVISION_H_

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"

namespace lws {

// `observation` is of the pod's set. If it is empty, or of another set, the pod stays unchanged. Errors:
// InvalidArgument naming the pod or the revision that does not parse. Complexity: O(templates).
absl::StatusOr<Json> KeepFormerRevision(Json pod, const SetObservation& observation);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_FORMER_REVISION_H_
