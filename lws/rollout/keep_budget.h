// A rollout policy that keeps the promise of maxUnavailable, also when groups fail on the way.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("..R.");    // an old set of 3 with a surge group coming up
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   lws::KeepBudget(input)->partition;    // 3: group 2 is the last that is ready, and stays
//
// It speaks partition and replicas as PlanRollout does, and differs in what it grants. The guarantee of a step is the
// number of groups that are steady and that the step leaves alone: those below the partition, and those that are
// updated; a surge group counts only when it is updated. Groups that are not steady are released at once, since that
// costs nothing; steady ones only while the guarantee stays at replicas - maxUnavailable. Surge groups are taken back
// from the last down, as the StatefulSet takes them, under the same rule.
//
// Laws, with floor = replicas - maxUnavailable:
//   1. guarantee(step) >= min(floor, guarantee(now)): a step never takes what the promise needs.
//   2. partition >= spec_partition and replicas of the step >= replicas of the set.
//   3. The partition does not rise, but for an update that begins, and to spec_partition.
//   4. When all groups are steady and one in [spec_partition, replicas) is not updated, the step moves on.
//   5. A pure function: equal input, equal answer.
// Assumptions: the bits are those of one moment, at most as old as the StatefulSet beside them; nothing but the
// StatefulSet's rolling update, scaling and failures takes groups down.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_KEEP_BUDGET_H_
#define LWS_ROLLOUT_KEEP_BUDGET_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"

namespace lws {

// Of a set of `replicas` groups whose leader StatefulSet has these numbers. Complexity: O(groups / 64).
int32_t GuaranteedReady(const GroupBits& groups, int32_t replicas, int32_t partition, int32_t leader_replicas);

// A RolloutPolicy. Errors: as PlanRollout. Complexity: O(groups / 64 + groups released by the step).
absl::StatusOr<RolloutStep> KeepBudget(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_KEEP_BUDGET_H_
