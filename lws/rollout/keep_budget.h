// A rollout policy that keeps the promise of maxUnavailable even when groups fail during the rollout.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("..R.");    // an old set of 3 with a surge group coming up
//   lws::RolloutInput input;
//   input.replicas = 3;
//   input.max_surge = lws::IntOrPercent::Int(1);
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   input.current = lws::LeaderState{/*replicas=*/4, /*partition=*/3, /*replicas_annotation=*/3, &groups};
//   lws::KeepBudget(input)->partition;    // 3: group 2 is the last that is ready, and stays
//
// It returns partition and replicas as PlanRollout does, but releases groups by guarantee.h. Groups that are not
// steady are released at once, because that costs nothing. Steady groups are released only while the guarantee stays
// at replicas - maxUnavailable or above. Surge groups are removed from the last down, as the StatefulSet removes them,
// under the same rule.
//
// Laws, with floor = replicas - maxUnavailable and guarantee = GuaranteedReady:
//   1. guarantee(step) >= min(floor, guarantee(now)): a step never takes what the promise needs.
//   2. partition >= spec_partition and replicas of the step >= replicas of the set.
//   3. The partition does not rise, except when an update begins, and except to spec_partition.
//   4. When all groups are steady and one in [spec_partition, replicas) is not updated, the step moves on.
//   5. It is a pure function: equal input gives an equal answer.
//   6. Permuting the states of the groups in [max(partition, spec_partition), replicas) does not change the answer:
//      only the number of groups in each state matters.
//   7. Law 1 also holds when settling groups count as ready, because these serve, too.
// Assumptions:
//   - Only the StatefulSet's rolling update, scaling and failures take groups down.
//   - The StatefulSet is seen as it was last written (feed the API server's answer back). Groups may be seen late, but
//     not when a new template or a higher spec_partition is seen.
//   - Failed groups of an old revision become ready again, or the budget has room for them. The partition goes down in
//     order, so it cannot reach a failed group behind one that has to stay. ReplaceUnreadyFirst has no such limit.
// tests/checker checks these laws in every course of every small set.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_KEEP_BUDGET_H_
#define LWS_ROLLOUT_KEEP_BUDGET_H_

#include "absl/status/statusor.h"
#include "lws/rollout/planner.h"

namespace lws {

// A RolloutPolicy. Errors: as for PlanRollout. Complexity: O(groups / 64 + groups released by the step).
absl::StatusOr<RolloutStep> KeepBudget(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_KEEP_BUDGET_H_
