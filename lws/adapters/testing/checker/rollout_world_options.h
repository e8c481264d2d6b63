// The set and the world in which a rollout policy is checked: budget, policy, order of replacement, faults, edits, lag.
//
//   lws::RolloutWorldOptions options;
//   options.replicas = 3;
//   options.policy = lws::KeepBudget;
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_OPTIONS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_OPTIONS_H_

#include <cstdint>

#include "lws/rollout/planner.h"

namespace lws {

// The most groups, including surge groups, for which a world has room.
inline constexpr int32_t kMostCheckedGroups = 7;

// Which released groups the StatefulSet replaces.
enum class ReplacementOrder {
  kAny,             // any number of them at once, which Kubernetes never does
  kHighestFirst,    // one at a time, when the one before is ready
  kMaxUnavailable,  // with the feature MaxUnavailableStatefulSet
};

struct RolloutWorldOptions {
  // The set's numbers. REQUIRES: replicas + max_surge + edits <= kMostCheckedGroups.
  int32_t replicas = 1;
  int32_t max_surge = 0;
  int32_t max_unavailable = 1;
  int32_t partition = 0;
  RolloutPolicy policy = PlanRollout;
  ReplacementOrder order = ReplacementOrder::kAny;
  int32_t faults = 0;  // at most 3
  int32_t edits = 0;   // at most 2
  bool lags = false;
  // Whether unready groups of an old revision ever become ready.
  bool old_groups_heal = true;
  // Merges states that differ only by a permutation of the groups in [max(partition, that of the set), replicas). Use
  // it for policies that ignore such permutations, too (law 6 of keep_budget.h). It has no effect with edits, lag, or
  // an order.
  bool merges_symmetric = false;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_OPTIONS_H_
