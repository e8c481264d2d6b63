// A rollout policy that keeps the promise of maxUnavailable, also when groups fail on the way.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("..R.");    // an old set of 3 with a surge group coming up
//   lws::RolloutInput input;
//   input.replicas = 3;
//   input.max_surge = lws::IntOrPercent::Int(1);
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   input.current = lws::LeaderState{/*replicas=*/4, /*partition=*/3, /*replicas_annotation=*/3, &groups};
//   lws::KeepBudget(input)->partition;    // 3: group 2 is the last that is ready, and stays
//
// It speaks partition and replicas as PlanRollout does, and differs in what it grants (guarantee.h). Groups that are
// not steady are released at once, since that costs nothing; steady ones only while the guarantee stays at replicas -
// maxUnavailable. Surge groups are taken back from the last down, as the StatefulSet takes them, under the same rule.
//
// Laws, with floor = replicas - maxUnavailable and guarantee = GuaranteedReady:
//   1. guarantee(step) >= min(floor, guarantee(now)): a step never takes what the promise needs.
//   2. partition >= spec_partition and replicas of the step >= replicas of the set.
//   3. The partition does not rise, but for an update that begins, and to spec_partition.
//   4. When all groups are steady and one in [spec_partition, replicas) is not updated, the step moves on.
//   5. A pure function: equal input, equal answer.
//   6. Which of the groups in [max(partition, spec_partition), replicas) are in which state does not matter, only how
//      many.
//   7. Law 1 holds too when what is settling is taken for ready: what serves is not given away.
// Assumptions:
//   - Nothing but the StatefulSet's rolling update, scaling and failures takes groups down.
//   - The StatefulSet is seen as it was last written (feed the API server's answer back). Groups may be seen late, but
//     not when a new template, or a higher spec_partition, is seen.
//   - Groups of an old revision that fail become ready again, or the budget has room for them: the partition goes down
//     in order, and cannot reach a group behind one that has to stay. ReplaceUnreadyFirst needs no such luck.
// tests/checker holds it to this in every course of every small set.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_KEEP_BUDGET_H_
#define LWS_ROLLOUT_KEEP_BUDGET_H_

#include "absl/status/statusor.h"
#include "lws/rollout/planner.h"

namespace lws {

// A RolloutPolicy. Errors: as PlanRollout. Complexity: O(groups / 64 + groups released by the step).
absl::StatusOr<RolloutStep> KeepBudget(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_KEEP_BUDGET_H_
