#include "lws/rollout/budget.h"

#include <algorithm>

namespace lws {

absl::StatusOr<RolloutBudget> ScaleBudget(int32_t replicas, const IntOrPercent& max_surge,
                                          const IntOrPercent& max_unavailable) {
  const absl::StatusOr<int32_t> surge = max_surge.Scale(replicas, Rounding::kUp);
  if (!surge.ok()) return surge.status();
  const absl::StatusOr<int32_t> unavailable = max_unavailable.Scale(replicas, Rounding::kDown);
  if (!unavailable.ok()) return unavailable.status();
  return RolloutBudget{std::min(*surge, replicas), *unavailable};
}

int64_t StatefulSetMaxUnavailable(const RolloutBudget& budget) {
  return std::max<int64_t>(1, int64_t{budget.unavailable} + budget.surge);
}

}  // namespace lws
