#include "lws/rollout/planner.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/check_replicas.h"

namespace lws {
namespace {

// The numbers of a decision: the leader StatefulSet's, and those that the set wants.
struct Numbers {
  const LeaderState& leader;
  const GroupBits& groups;
  int32_t replicas;
  RolloutBudget budget;

  int32_t burst() const { return replicas + budget.surge; }  // fits an int32 by law 2 of budget.h
};

// Groups of [0, replicas) that are not ready and updated.
int32_t Unfinished(const Numbers& n) { return n.replicas - n.groups.CountDone(0, n.replicas); }

RolloutStep Step(const Numbers& n, int64_t partition, int32_t replicas, RolloutReason reason) {
  RolloutStep step;
  step.partition = static_cast<int32_t>(partition);
  step.replicas = replicas;
  step.reason = reason;
  step.removes_groups = replicas < n.leader.replicas;
  return step;
}

// One rolling step. It touches no group below `base`, and every group there that is not ready uses up one unit of the
// step. From there the partition moves down past groups that cost nothing: unready ones and updated ones.
int64_t RollingPartition(const Numbers& n) {
  const int64_t replicas = n.leader.replicas;
  const int64_t step = int64_t{n.budget.unavailable} + n.budget.surge - (n.burst() - replicas);
  const int64_t tail = n.groups.DoneTail(n.leader.replicas);
  const int64_t base = std::max<int64_t>(0, replicas - tail - step);
  const int32_t below = static_cast<int32_t>(std::min(base, replicas));
  int64_t partition = base + (below - n.groups.CountReady(0, below));
  const int32_t end = static_cast<int32_t>(std::min(partition + 1, replicas));
  if (base < end) {
    const int64_t released = n.groups.LastReadyOld(below, end) + 1;
    if (released < end) partition = released;
  }
  return std::min<int64_t>(partition, n.leader.partition);
}

absl::StatusOr<RolloutStep> Decide(const RolloutInput& input) {
  if (absl::Status status = internal::CheckRolloutReplicas(input.replicas); !status.ok()) return status;
  if (!input.current.has_value()) {
    RolloutStep create;
    create.replicas = input.replicas;
    create.reason = RolloutReason::kCreate;
    return create;
  }
  const LeaderState& leader = *input.current;
  if (leader.replicas < 0 || leader.partition < 0) {
    return absl::InvalidArgumentError("the replicas or partition of the leader StatefulSet is negative");
  }
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(input.replicas, input.max_surge, input.max_unavailable);
  if (!budget.ok()) return budget.status();
  const GroupBits no_groups;
  const Numbers n{leader, leader.groups == nullptr ? no_groups : *leader.groups, input.replicas, *budget};

  if (input.updated) {
    // All groups have the old revision now. A partition at the end keeps them until the surge groups are there.
    const int32_t replicas =
        leader.replicas < n.replicas ? n.replicas : ReplicasWithSurge(n.replicas, n.budget, n.replicas);
    return Step(n, std::min(n.replicas, leader.replicas), replicas, RolloutReason::kUpdateBegins);
  }
  if (leader.partition == 0 && leader.replicas == n.replicas) return Step(n, 0, n.replicas, RolloutReason::kAtRest);
  if (leader.replicas < n.replicas) return Step(n, leader.partition, n.replicas, RolloutReason::kScaleUpFirst);

  const int32_t wanted = ReplicasWithSurge(n.replicas, n.budget, Unfinished(n));
  if (!leader.replicas_annotation.has_value()) {
    return absl::InvalidArgumentError("the replicas annotation of the leader StatefulSet is not an integer");
  }
  if (*leader.replicas_annotation != n.replicas) {
    return Step(n, std::min(leader.partition, n.burst()), wanted, RolloutReason::kReplicasChanged);
  }
  return Step(n, RollingPartition(n), wanted, RolloutReason::kRolling);
}

}  // namespace

std::string RolloutNoteOfRemovedGroups(absl::string_view set_name, int64_t replicas, int64_t current_replicas) {
  if (replicas == current_replicas - 1) return absl::StrCat("deleting surge replica ", set_name, "-", replicas);
  return absl::StrCat("deleting surge replicas from ", set_name, "-", replicas, " to ", set_name, "-",
                      current_replicas - 1);
}

std::string RolloutNoteOfPartition(int64_t before, int64_t after) {
  if (before - 1 == after) return absl::StrCat("Updating replica ", after);
  return absl::StrCat("Updating replicas ", after, " to ", before - 1, " (inclusive)");
}

absl::StatusOr<RolloutStep> PlanRollout(const RolloutInput& input) {
  absl::StatusOr<RolloutStep> step = Decide(input);
  if (step.ok()) step->partition = std::max(step->partition, input.spec_partition);
  return step;
}

}  // namespace lws
