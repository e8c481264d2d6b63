// The groups of a set, reduced to what decisions need: a few bits for each, and counts.
//
//   lws::internal::GroupFacts groups = lws::internal::ReadGroups(observation, "6c5b8f7d9");
//   groups.bits.DoneTail(6);    // for the planner
//   groups.counts.ready;        // for the status
//
// The planner sees a group when its leader pod NAME-i and, for a size above 1, its worker StatefulSet NAME-i exist and
// both have the group index i as label; for each label, the last listed counts. It ignores an index that is not an
// integer, negative or out of range. The status finds a worker StatefulSet by its leader's name. A group is updated
// when both objects carry the current key, and ready when the leader is ready and all workers are available in one
// revision.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_GROUPS_GROUP_STATE_H_
#define LWS_CORE_GROUPS_GROUP_STATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/rollout/group_bits.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

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
  // For every group whose leader is seen. The numbers of the set and of its leader StatefulSet do not count here: a
  // group that nothing is seen of is neither ready nor updated, whether the bits have room for it or not.
  GroupBits bits;
  StatusCounts counts;
  // InvalidArgument naming the leader pod whose group index is not an integer. The counts are then unusable.
  absl::Status error;
};

// The properties of the set, and of the pass's revision, by which every group is judged.
struct GroupFrame {
  absl::string_view revision_key;  // borrowed
  int32_t partition = 0;
  int32_t replicas = 1;
  // For a set without a size the planner expects no workers and the status does, as in the reference.
  bool planner_wants_workers = false;
  bool status_wants_workers = true;

  friend bool operator==(const GroupFrame& a, const GroupFrame& b) {
    return a.revision_key == b.revision_key && a.partition == b.partition && a.replicas == b.replicas &&
           a.planner_wants_workers == b.planner_wants_workers && a.status_wants_workers == b.status_wants_workers;
  }
};

GroupFrame GroupFrameOf(const LeaderWorkerSet& set, absl::string_view revision_key);

// The state of a group whose objects have names that agree with their labels.
struct GroupSummary {
  bool has_leader = false;
  bool leader_ready = false;
  bool leader_updated = false;  // has the revision of the pass
  bool leader_terminating = false;
  bool has_workers = false;  // their StatefulSet exists
  bool workers_ready = false;
  bool workers_updated = false;
  bool workers_terminating = false;
};

// Both may be null.
GroupSummary GroupSummaryOf(const GroupFrame& frame, const ObservedPod* leader, const ObservedStatefulSet* workers);

struct GroupVerdict {
  // For the planner.
  bool ready = false;
  bool updated = false;
  bool leaving = false;  // the leader or the worker StatefulSet is terminating
  // For the status; all are false when the group does not count.
  bool counts = false;
  bool counts_ready = false;
  bool counts_updated = false;

  friend bool operator==(const GroupVerdict& a, const GroupVerdict& b) {
    return a.ready == b.ready && a.updated == b.updated && a.leaving == b.leaving && a.counts == b.counts &&
           a.counts_ready == b.counts_ready && a.counts_updated == b.counts_updated;
  }
};

GroupVerdict JudgeGroup(const GroupFrame& frame, const GroupSummary& group);

// Adds the group to the counts, or subtracts it with `sign` -1.
void AddGroupToCounts(const GroupFrame& frame, int64_t index, const GroupVerdict& verdict, int32_t sign,
                      StatusCounts* counts);

// Complexity: O(leader pods + worker StatefulSets). It is several times faster when both lists are sorted by name and
// names agree with labels, as in a cluster without tampering. Without the bits nothing is allocated.
enum class GroupDetail { kCounts, kCountsAndBits };
GroupFacts ReadGroups(const SetObservation& observation, absl::string_view revision_key,
                      GroupDetail detail = GroupDetail::kCountsAndBits);

// Whether all workers exist, are available, and have one revision.
bool AreGroupWorkersReady(const ObservedStatefulSet& worker_statefulset);

}  // namespace lws::internal

#endif  // LWS_CORE_GROUPS_GROUP_STATE_H_
