#include "lws/rollout/keep_budget.h"

#include <algorithm>
#include <cstdint>

#include "lws/rollout/budget.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/guarantee.h"

namespace lws {

using internal::GroupCost;
using internal::GuaranteeCostOf;
using internal::GuaranteedReady;
using internal::RaiseRolloutReplicas;
using internal::SpendableGuarantee;
using internal::TakeBackRolloutSurge;

namespace {

// The partition, moved down to the first steady group that may not go. Groups beyond the replicas cost nothing.
int32_t ReleaseGroups(const GroupBits& groups, int32_t replicas, int32_t spec_partition, int32_t partition,
                      SpendableGuarantee* guarantee) {
  // Nothing is known of groups beyond the last one seen, and they cost nothing either.
  partition = std::min(partition, std::max(spec_partition, std::min(replicas, groups.End())));
  for (; partition > spec_partition; --partition) {
    const int32_t next = partition - 1;
    const bool serves = next < replicas && !groups.IsUpdated(next);
    if (!guarantee->Spend(serves ? GuaranteeCostOf(groups, next) : GroupCost::kNothing)) break;
  }
  return partition;
}

}  // namespace

absl::StatusOr<RolloutStep> KeepBudget(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = PlanRollout(input);
  if (!step.ok() || !input.current.has_value()) return step;
  const LeaderState& leader = *input.current;
  const GroupBits no_groups;
  const GroupBits& groups = leader.groups == nullptr ? no_groups : *leader.groups;
  if (step->reason == RolloutReason::kUpdateBegins) {
    // The groups' state under the new template is not known yet, so none is released or removed before the next look.
    step->replicas = RaiseRolloutReplicas(groups, step->replicas, leader.replicas);
    step->partition = std::max(step->replicas, input.spec_partition);
    step->removes_groups = false;
    return step;
  }
  if (step->reason == RolloutReason::kScaleUpFirst) {
    step->replicas = RaiseRolloutReplicas(groups, step->replicas, leader.replicas);
    return step;
  }
  const bool moves = step->reason == RolloutReason::kRolling || step->reason == RolloutReason::kReplicasChanged;
  if (!moves) return step;
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(input.replicas, input.max_surge, input.max_unavailable);
  if (!budget.ok()) return budget.status();
  const int32_t spec_partition = std::max(0, input.spec_partition);
  const int32_t first = std::min(spec_partition, input.replicas);
  const int32_t unfinished = input.replicas - first - groups.CountSteadyDone(first, input.replicas);
  const int32_t wanted = ReplicasWithSurge(input.replicas, *budget, unfinished);
  SpendableGuarantee guarantee{input.replicas - budget->unavailable,
                               GuaranteedReady(groups, input.replicas, leader.partition, leader.replicas)};
  const int32_t kept = TakeBackRolloutSurge(groups, wanted, leader.replicas, &guarantee);
  const int32_t partition = ReleaseGroups(groups, input.replicas, spec_partition, leader.partition, &guarantee);
  step->replicas = RaiseRolloutReplicas(groups, wanted, kept);
  step->partition = std::max(partition, spec_partition);
  step->removes_groups = step->replicas < leader.replicas;
  const bool is_held = unfinished > 0 && step->partition == leader.partition && step->replicas == leader.replicas;
  if (is_held && leader.partition > spec_partition) step->reason = RolloutReason::kHeldByBudget;
  return step;
}

}  // namespace lws
