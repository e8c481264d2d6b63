#include "lws/rollout/replace_unready_first.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
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

RolloutStep Step(int32_t partition, int32_t replicas, RolloutReason reason) {
  RolloutStep step;
  step.partition = partition;
  step.replicas = replicas;
  step.reason = reason;
  step.on_delete = true;
  return step;
}

// Groups of [begin, end) to replace: they have an old revision and are not leaving yet.
std::vector<int32_t> NameGroups(const GroupBits& groups, int32_t begin, int32_t end, int32_t replicas,
                                SpendableGuarantee* guarantee) {
  std::vector<int32_t> named;
  for (const GroupCost cost : {GroupCost::kNothing, GroupCost::kSettling, GroupCost::kGuaranteed}) {
    for (int32_t i = end - 1; i >= begin; --i) {
      const bool is_next = !groups.IsUpdated(i) && !groups.IsLeaving(i) && GuaranteeCostOf(groups, i) == cost;
      if (is_next && guarantee->Spend(i < replicas ? cost : GroupCost::kNothing)) named.push_back(i);
    }
  }
  return named;
}

}  // namespace

absl::StatusOr<RolloutStep> ReplaceUnreadyFirst(const RolloutInput& input) {
  const int32_t replicas = input.replicas;
  const int32_t spec_partition = std::max(0, input.spec_partition);
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(replicas, input.max_surge, input.max_unavailable);
  if (!budget.ok()) return budget.status();
  if (!input.current.has_value()) return Step(spec_partition, replicas, RolloutReason::kCreate);
  const LeaderState& leader = *input.current;
  if (leader.replicas < 0) return absl::InvalidArgumentError("the replicas of the leader StatefulSet are negative");
  const GroupBits no_groups;
  const GroupBits& groups = leader.groups == nullptr ? no_groups : *leader.groups;
  if (leader.replicas < replicas) {
    return Step(spec_partition, RaiseRolloutReplicas(groups, replicas, leader.replicas),
                input.updated ? RolloutReason::kUpdateBegins : RolloutReason::kScaleUpFirst);
  }
  if (input.updated) {
    const int32_t wanted = ReplicasWithSurge(replicas, *budget, replicas - std::min(spec_partition, replicas));
    return Step(spec_partition, RaiseRolloutReplicas(groups, wanted, leader.replicas), RolloutReason::kUpdateBegins);
  }
  // The partition of another strategy may have released groups: they are safe once this is written.
  if (!leader.on_delete) return Step(spec_partition, leader.replicas, RolloutReason::kRolling);

  const int32_t first = std::min(spec_partition, replicas);
  const int32_t unfinished = replicas - first - groups.CountSteadyDone(first, replicas);
  const int32_t outdated = replicas - first - groups.CountUpdated(first, replicas);
  if (outdated == 0 && leader.replicas == replicas) return Step(spec_partition, replicas, RolloutReason::kAtRest);

  // Surge groups stand in for serving groups that will be replaced. Groups that do not serve need no stand-in.
  const int32_t with_surge = ReplicasWithSurge(replicas, *budget, unfinished);
  const int32_t serving = groups.CountSteady(first, replicas) - groups.CountSteadyDone(first, replicas);
  const int32_t wanted = serving == 0 ? std::min(with_surge, leader.replicas) : with_surge;
  SpendableGuarantee guarantee{replicas - budget->unavailable,
                               GuaranteedReady(groups, replicas, leader.replicas, leader.replicas)};
  const int32_t kept = TakeBackRolloutSurge(groups, wanted, leader.replicas, &guarantee);
  RolloutStep step = Step(spec_partition, RaiseRolloutReplicas(groups, wanted, kept), RolloutReason::kReplacing);
  // Groups beyond those that the bits are for are made already, if they are made at all.
  const int32_t known = std::min(groups.size(), kMaxGroups);
  step.replace = NameGroups(groups, spec_partition, std::min(kept, known), replicas, &guarantee);
  step.removes_groups = step.replicas < leader.replicas;
  const bool is_missing = std::max(spec_partition, known) < kept;
  const bool is_held = outdated > 0 && step.replace.empty() && !is_missing && step.replicas == leader.replicas;
  if (is_held) step.reason = RolloutReason::kHeldByBudget;
  return step;
}

}  // namespace lws
