// The groups of a set, reduced to what decisions need: two bits each, and counts.
//
//   lws::GroupFacts groups = lws::ReadGroups(observation, "6c5b8f7d9");
//   groups.bits.DoneTail(6);    // for the planner
//   groups.counts.ready;        // for the status
//
// For the planner a group is seen when its leader pod NAME-i and, for a size above 1, its worker StatefulSet NAME-i are
// there, both with the group index i as label; the last listed of a label counts. For the status a worker StatefulSet
// is found by its leader's name. A group is updated when both carry the current key, and ready when the leader is ready
// and all workers are available in one revision. For the planner an index that is no integer, negative or out of range
// is passed over.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_GROUP_STATE_H_
#define LWS_CORE_GROUP_STATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/rollout/group_bits.h"

namespace lws {

// Numbers of groups whose leader pod and, for a size above 1, worker StatefulSet exist. "In range" are those with an
// index in [spec partition, spec replicas).
struct StatusCounts {
  int32_t ready = 0;
  int32_t updated = 0;
  int32_t ready_below_replicas = 0;
  int32_t in_range = 0;
  int32_t updated_in_range = 0;
  int32_t done_in_range = 0;  // ready and updated
};

struct GroupFacts {
  GroupBits bits;  // of as many groups as the leader StatefulSet has replicas
  StatusCounts counts;
  // InvalidArgument naming the leader pod whose group index is no integer; the counts are then worth nothing.
  absl::Status error;
};

// Complexity: O(leader pods + worker StatefulSets); less by a factor when both are in the order of their names and
// these agree with their labels, as they do in a cluster that nobody tampered with.
GroupFacts ReadGroups(const SetObservation& observation, absl::string_view revision_key);

// All workers are there, available, and of one revision.
bool WorkersReady(const ObservedStatefulSet& worker_statefulset);

}  // namespace lws

#endif  // LWS_CORE_GROUP_STATE_H_
