#include "lws/rollout/keep_budget.h"

#include <algorithm>

#include "lws/rollout/budget.h"

namespace lws {
namespace {

// A step that is being worked out, with what it guarantees.
struct Draft {
  const GroupBits& groups;
  int32_t floor;
  int32_t replicas;   // of the set
  int32_t guarantee;  // of the two below
  int32_t partition;
  int32_t leader_replicas;

  // Whether the guarantee may go down by so much.
  bool MayLose(bool one) const { return !one || guarantee - 1 >= floor; }
};

// From the last down, as long as each may go.
void TakeBackSurge(int32_t wanted, Draft* draft) {
  while (draft->leader_replicas > wanted) {
    const int32_t last = draft->leader_replicas - 1;
    const bool counts = draft->groups.IsSteady(last) && draft->groups.IsUpdated(last);
    if (!draft->MayLose(counts)) return;
    draft->guarantee -= counts;
    draft->leader_replicas = last;
  }
}

// From the partition down to the first steady group that may not go.
void ReleaseGroups(int32_t spec_partition, Draft* draft) {
  while (draft->partition > spec_partition) {
    const int32_t next = draft->partition - 1;
    const bool counts = next < draft->replicas && draft->groups.IsSteady(next) && !draft->groups.IsUpdated(next);
    if (!draft->MayLose(counts)) return;
    draft->guarantee -= counts;
    draft->partition = next;
  }
}

}  // namespace

int32_t GuaranteedReady(const GroupBits& groups, int32_t replicas, int32_t partition, int32_t leader_replicas) {
  const int32_t kept = std::min({partition, leader_replicas, replicas});
  return groups.CountSteady(0, kept) + groups.CountSteadyDone(kept, leader_replicas);
}

absl::StatusOr<RolloutStep> KeepBudget(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = PlanRollout(input);
  if (!step.ok() || !input.current.has_value()) return step;
  const LeaderState& leader = *input.current;
  if (step->reason == RolloutReason::kUpdateBegins) {
    // What is not known to be ready with the new template is not released, nor taken back, before the next look.
    step->replicas = std::max(step->replicas, leader.replicas);
    step->partition = std::max(step->replicas, input.spec_partition);
    step->removes_groups = false;
    return step;
  }
  const bool moves = step->reason == RolloutReason::kRolling || step->reason == RolloutReason::kReplicasChanged;
  if (!moves) return step;
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(input.replicas, input.max_surge, input.max_unavailable);
  if (!budget.ok()) return budget.status();
  const GroupBits no_groups;
  const GroupBits& groups = leader.groups == nullptr ? no_groups : *leader.groups;
  const int32_t first = std::min(input.spec_partition, input.replicas);
  const int32_t unfinished = input.replicas - first - groups.CountDone(first, input.replicas);
  const int32_t wanted = ReplicasWithSurge(input.replicas, *budget, unfinished);
  Draft draft{groups,           input.replicas - budget->unavailable,
              input.replicas,   GuaranteedReady(groups, input.replicas, leader.partition, leader.replicas),
              leader.partition, leader.replicas};
  TakeBackSurge(wanted, &draft);
  ReleaseGroups(input.spec_partition, &draft);
  step->partition = std::max(draft.partition, input.spec_partition);
  step->replicas = std::max(draft.leader_replicas, wanted);
  step->removes_groups = step->replicas < leader.replicas;
  const bool is_held = unfinished > 0 && step->partition == leader.partition && step->replicas == leader.replicas;
  if (is_held && leader.partition > input.spec_partition) step->reason = RolloutReason::kHeldByBudget;
  return step;
}

}  // namespace lws
