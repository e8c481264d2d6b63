// A rollout policy that chooses the groups to replace by itself: those that serve nobody first.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("R.RR");    // an old set of 4, group 1 never came up
//   lws::RolloutInput input;
//   input.replicas = 4;
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   input.current = lws::LeaderState{/*replicas=*/4, /*partition=*/4, /*replicas_annotation=*/4, &groups, true};
//   lws::ReplaceUnreadyFirst(input)->replace;    // {1, 3}: group 1 costs nothing, group 3 is the one that may go
//
// The leader StatefulSet runs OnDelete, so that it replaces nothing; the step names the groups to delete. All groups of
// an old revision that are not ready are named, then those that are settling, then steady ones from the last down while
// GuaranteedReady (guarantee.h) stays at replicas - maxUnavailable. Surge groups come and go as with KeepBudget.
//
// Laws, with floor = replicas - maxUnavailable and guarantee = GuaranteedReady:
//   1. guarantee(after the step) >= min(floor, guarantee(now)), whichever of the first named groups are deleted.
//   2. Only groups in [spec_partition, leader replicas) that are neither updated nor leaving are named, each once; no
//      steady one before one that is not.
//   3. The first step that a leader StatefulSet under another strategy gets names nothing.
//   4. When nothing is leaving, a group in [spec_partition, replicas) is not updated and all groups are steady, the
//      step names a group or changes the replicas.
//   5. A pure function: equal input, equal answer.
//   6. Law 7 of KeepBudget, of groups that are named or taken back.
// Assumptions: those of KeepBudget, but that groups may be seen late at any time; a named group is deleted only as it
// was seen, by UID and resource version; a group below spec_partition that is made anew gets its former revision
// (KeepFormerRevision in lws/core/reconcile/former_revision.h), since OnDelete would give it the new one.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_
#define LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_

#include "absl/status/statusor.h"
#include "lws/rollout/planner.h"

namespace lws {

// A RolloutPolicy. Errors: as PlanRollout, but the replicas annotation is not read. Complexity: O(groups).
absl::StatusOr<RolloutStep> ReplaceUnreadyFirst(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_REPLACE_UNREADY_FIRST_H_
