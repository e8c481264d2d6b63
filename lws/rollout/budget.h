// How far a rolling update may go: maxSurge and maxUnavailable as numbers of groups.
//
//   lws::RolloutBudget budget = *lws::ScaleBudget(4, lws::IntOrPercent::Text("50%"), lws::IntOrPercent::Int(1));
//   budget.surge;          // 2
//   budget.unavailable;    // 1
//
// Laws:
//   1. surge <= replicas, and 0 <= surge when maxSurge is not negative.
//   2. replicas + surge and replicas + surge - unavailable fit an int32.
//   3. A percentage of maxSurge rounds up, a percentage of maxUnavailable rounds down.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_BUDGET_H_
#define LWS_ROLLOUT_BUDGET_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lws/api/int_or_percent.h"

namespace lws {

struct RolloutBudget {
  int32_t surge = 0;        // groups above replicas
  int32_t unavailable = 0;  // groups of [0, replicas) that may be not ready
};

// Errors: InvalidArgument for a text that is not a percentage, negative replicas, or numbers that would break law 2.
// Negative maxSurge and maxUnavailable, which validation refuses, are used as they are.
absl::StatusOr<RolloutBudget> ScaleBudget(int32_t replicas, const IntOrPercent& max_surge,
                                          const IntOrPercent& max_unavailable);

// How many groups there should be while `unfinished` of the wanted ones are not yet ready and updated. If more are
// unfinished than the surge, all surge groups are there; else one for each unfinished group beyond `unavailable`.
int32_t ReplicasWithSurge(int32_t replicas, const RolloutBudget& budget, int32_t unfinished);

// The maxUnavailable of the leader StatefulSet itself. It is never 0, because Kubernetes refuses 0.
int64_t StatefulSetMaxUnavailable(const RolloutBudget& budget);

}  // namespace lws

#endif  // LWS_ROLLOUT_BUDGET_H_
