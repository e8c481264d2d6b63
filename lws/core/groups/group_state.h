// The groups of a set, reduced to what decisions need: three bits each, and counts.
//
//   lws::internal::GroupFacts groups = lws::internal::ReadGroups(observation, "6c5b8f7d9");
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
#ifndef LWS_CORE_GROUPS_GROUP_STATE_H_
#define LWS_CORE_GROUPS_GROUP_STATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/rollout/group_bits.h"

namespace lws {
class LeaderWorkerSet;
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
  GroupBits bits;  // of the groups that the leader StatefulSet has replicas for, at least
  StatusCounts counts;
  // InvalidArgument naming the leader pod whose group index is no integer; the counts are then worth nothing.
  absl::Status error;
};

// What the set, and the revision of the pass, ask of every group.
struct GroupFrame {
  absl::string_view revision_key;  // borrowed
  int32_t partition = 0;
  int32_t replicas = 1;
  // A set without a size has one pod a group for the planner, and workers for the status, as the reference has it.
  bool planner_wants_workers = false;
  bool status_wants_workers = true;

  friend bool operator==(const GroupFrame& a, const GroupFrame& b) {
    return a.revision_key == b.revision_key && a.partition == b.partition && a.replicas == b.replicas &&
           a.planner_wants_workers == b.planner_wants_workers && a.status_wants_workers == b.status_wants_workers;
  }
};

GroupFrame FrameOf(const LeaderWorkerSet& set, absl::string_view revision_key);

// What there is of one group whose leader and workers are named after their labels.
struct GroupSummary {
  bool has_leader = false;
  bool leader_ready = false;
  bool leader_updated = false;  // of the revision of the pass
  bool leader_terminating = false;
  bool has_workers = false;  // their StatefulSet
  bool workers_ready = false;
  bool workers_updated = false;
  bool workers_terminating = false;
};

// Either may be null.
GroupSummary SummaryOf(const GroupFrame& frame, const ObservedPod* leader, const ObservedStatefulSet* workers);

struct GroupVerdict {
  // For the planner.
  bool ready = false;
  bool updated = false;
  bool leaving = false;  // the leader, or the StatefulSet of workers, is terminating
  // For the status; all false when the group does not count.
  bool counts = false;
  bool counts_ready = false;
  bool counts_updated = false;

  friend bool operator==(const GroupVerdict& a, const GroupVerdict& b) {
    return a.ready == b.ready && a.updated == b.updated && a.leaving == b.leaving && a.counts == b.counts &&
           a.counts_ready == b.counts_ready && a.counts_updated == b.counts_updated;
  }
};

GroupVerdict JudgeGroup(const GroupFrame& frame, const GroupSummary& group);

// Adds the group to the counts, or takes it back with `sign` -1.
void AddToCounts(const GroupFrame& frame, int64_t index, const GroupVerdict& verdict, int32_t sign,
                 StatusCounts* counts);

// Complexity: O(leader pods + worker StatefulSets); less by a factor when both are in the order of their names and
// these agree with their labels, as they do in a cluster that nobody tampered with.
// Nothing is allocated without the bits.
enum class GroupDetail { kCounts, kCountsAndBits };
GroupFacts ReadGroups(const SetObservation& observation, absl::string_view revision_key,
                      GroupDetail detail = GroupDetail::kCountsAndBits);

// All workers are there, available, and of one revision.
bool WorkersReady(const ObservedStatefulSet& worker_statefulset);

}  // namespace lws::internal

#endif  // LWS_CORE_GROUPS_GROUP_STATE_H_
