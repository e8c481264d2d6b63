// A rollout policy that chooses the groups to replace by itself, beginning with those that do not serve.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("R.RR");    // an old set of 4, group 1 never came up
//   lws::RolloutInput input;
//   input.replicas = 4;
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   input.current = lws::LeaderState{/*replicas=*/4, /*partition=*/4, /*replicas_annotation=*/4, &groups, true};
//   lws::ReplaceUnreadyFirst(input)->replace;    // {1, 3}: group 1 costs nothing, group 3 is the one that may go
//
// The leader StatefulSet runs OnDelete, so it replaces no group by itself, and the step names the groups to delete.
// The step names all groups of an old revision that are not ready, then settling ones, then steady ones from the last
// down while GuaranteedReady (guarantee.h) stays at replicas - maxUnavailable or above. Surge groups are added and
// removed as in KeepBudget.
//
// Laws, with floor = replicas - maxUnavailable and guarantee = GuaranteedReady:
//   1. guarantee(after the step) >= min(floor, guarantee(now)), even if only some of the named groups, from the first
//      on, are deleted.
//   2. The step names only groups in [spec_partition, leader replicas) that are neither updated nor leaving, each
//      once, and no steady group before one that is not steady.
//   3. The first step for a leader StatefulSet under another strategy names no group.
//   4. When nothing is leaving, a group in [spec_partition, replicas) is not updated and all groups are steady, the
//      step names a group or changes the replicas.
//   5. It is a pure function: equal input gives an equal answer.
//   6. Law 7 of KeepBudget holds for groups that are named or removed.
// Assumptions: those of KeepBudget, with three differences. Groups may be seen late at any time. A named group is
// deleted only in the state in which it was seen, by UID and resource version. A group below spec_partition that is
// recreated gets its former revision (KeepFormerRevision in lws/core/reconcile/former_revision.h), because OnDelete
// would give it the new one.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_
#define LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_

#include "absl/status/statusor.h"
#include "lws/rollout/planner.h"

namespace lws {

// A RolloutPolicy. Errors: as for PlanRollout, except that it ignores the replicas annotation. Complexity: O(groups).
absl::StatusOr<RolloutStep> ReplaceUnreadyFirst(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_
