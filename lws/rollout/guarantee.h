// The number of a set's groups that stay ready whatever the leader StatefulSet does next. Policies that keep a budget
// may only spend what is above their floor.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("RRBU");    // 3 groups wanted, one surge group coming up
//   lws::internal::GuaranteedReady(groups, /*replicas=*/3, /*partition=*/2, /*leader_replicas=*/4);    // 3
//   lws::internal::GuaranteedReady(groups, 3, 1, 4);    // 2: group 1 may go
//
// It counts the steady groups that the StatefulSet leaves alone: those below its partition, and updated ones. A surge
// group counts only when it is updated. Under OnDelete the StatefulSet releases no group, so call it with the
// partition `leader_replicas`.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_GUARANTEE_H_
#define LWS_ROLLOUT_GUARANTEE_H_

#include <cstdint>

#include "lws/rollout/group_bits.h"

namespace lws::internal {

// The number of groups of the set that stay ready whatever the leader StatefulSet does with these numbers. `replicas`
// are the set's; `leader_replicas` and `partition` are the leader StatefulSet's. Complexity: O(groups / 64).
int32_t GuaranteedReady(const GroupBits& groups, int32_t replicas, int32_t partition, int32_t leader_replicas);

// What the loss of a group costs. A settling group is not part of the guarantee. But while the guarantee is below its
// floor, settling groups are the ones that serve, so they must not be lost either.
enum class GroupCost { kNothing, kSettling, kGuaranteed };

// The cost of losing a group that counts towards the promise while it is ready.
GroupCost GuaranteeCostOf(const GroupBits& groups, int32_t group);

// A guarantee that can be spent down to the floor. A guarantee that starts below the floor cannot be spent at all.
struct SpendableGuarantee {
  int32_t floor = 0;
  int32_t value = 0;

  // Returns false, and spends nothing, when the group is needed.
  bool Spend(GroupCost cost) {
    const int32_t left = value - (cost == GroupCost::kGuaranteed ? 1 : 0);
    if (cost != GroupCost::kNothing && left < floor) return false;
    value = left;
    return true;
  }
};

// The replicas of the leader StatefulSet after surge groups are taken back, from the last down to `wanted` replicas or
// to the first that is needed. REQUIRES: wanted >= the replicas of the set. Complexity: O(groups that are there).
int32_t TakeBackRolloutSurge(const GroupBits& groups, int32_t wanted, int32_t leader_replicas,
                             SpendableGuarantee* guarantee);

// The replicas of the leader StatefulSet raised towards `wanted`, but not over a group that is still seen there: it is
// one that was taken back, and a view that lags behind shows it as ready after it is not. Complexity: O(groups that
// are there).
int32_t RaiseRolloutReplicas(const GroupBits& groups, int32_t wanted, int32_t leader_replicas);

}  // namespace lws::internal

#endif  // LWS_ROLLOUT_GUARANTEE_H_
