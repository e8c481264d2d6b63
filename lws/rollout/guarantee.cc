#include "lws/rollout/guarantee.h"

#include <algorithm>

namespace lws::internal {

int32_t GuaranteedReady(const GroupBits& groups, int32_t replicas, int32_t partition, int32_t leader_replicas) {
  const int32_t kept = std::min({partition, leader_replicas, replicas});
  return groups.CountSteady(0, kept) + groups.CountSteadyDone(kept, leader_replicas);
}

GroupCost GuaranteeCostOf(const GroupBits& groups, int32_t group) {
  if (groups.IsLeaving(group)) return GroupCost::kNothing;
  if (groups.IsSettling(group)) return GroupCost::kSettling;
  return groups.IsReady(group) ? GroupCost::kGuaranteed : GroupCost::kNothing;
}

int32_t TakeBackRolloutSurge(const GroupBits& groups, int32_t wanted, int32_t leader_replicas,
                             SpendableGuarantee* guarantee) {
  // Groups that nothing is known of cost nothing.
  leader_replicas = std::max(std::min(leader_replicas, groups.End()), std::min(leader_replicas, wanted));
  for (; leader_replicas > wanted; --leader_replicas) {
    const int32_t last = leader_replicas - 1;
    if (!guarantee->Spend(groups.IsUpdated(last) ? GuaranteeCostOf(groups, last) : GroupCost::kNothing)) break;
  }
  return leader_replicas;
}

int32_t RaiseRolloutReplicas(const GroupBits& groups, int32_t wanted, int32_t leader_replicas) {
  const int32_t end = groups.End();
  while (leader_replicas < wanted) {
    const int32_t next = leader_replicas;
    if (next >= end) return wanted;
    const bool is_ready = groups.IsReady(next) || groups.IsSettling(next);
    if (is_ready || groups.IsUpdated(next) || groups.IsLeaving(next)) break;
    ++leader_replicas;
  }
  return leader_replicas;
}

}  // namespace lws::internal
