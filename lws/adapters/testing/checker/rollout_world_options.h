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

// The most groups, surge included, that a world has place for.
inline constexpr int32_t kMostCheckedGroups = 7;

// Which of the groups that its partition releases the StatefulSet replaces.
enum class ReplacementOrder {
  kAny,             // any, all at once: more than Kubernetes ever does
  kHighestFirst,    // one by one, each when the one before is ready
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
  // Whether groups of an old revision that are not ready ever become so.
  bool old_groups_heal = true;
  // Takes states that differ only in which of the groups in [max(partition, that of the set), replicas) are in which
  // state as one. For policies that do so too (law 6 of keep_budget.h); without effect beside edits, lag, or an order.
  bool merges_symmetric = false;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLLOUT_WORLD_OPTIONS_H_
