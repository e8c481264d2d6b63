// The groups of a set as bits: which are ready, which are updated.
//
//   lws::GroupBits groups = lws::GroupStates(observation, "6c5b8f7d9", /*size=*/4, /*count=*/6);
//
// A group is seen when its leader pod NAME-i and, for a size above 1, its worker StatefulSet NAME-i are there, both
// with the group index i as label. It is updated when both carry the current key, and ready when the leader is ready
// and all workers are available in one revision. An index that is no integer, negative or out of range is passed over.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_GROUP_STATE_H_
#define LWS_CORE_GROUP_STATE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/rollout/group_bits.h"

namespace lws {

// States of groups 0..count-1. Complexity: O(leader pods + worker StatefulSets).
GroupBits GroupStates(const SetObservation& observation, absl::string_view revision_key, int64_t size, int32_t count);

// All workers are there, available, and of one revision.
bool WorkersReady(const ObservedStatefulSet& worker_statefulset);

}  // namespace lws

#endif  // LWS_CORE_GROUP_STATE_H_
