#include "lws/rollout/budget.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/rollout/check_replicas.h"

namespace lws {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();

}  // namespace

absl::StatusOr<RolloutBudget> ScaleBudget(int32_t replicas, const IntOrPercent& max_surge,
                                          const IntOrPercent& max_unavailable) {
  if (absl::Status status = internal::CheckRolloutReplicas(replicas); !status.ok()) return status;
  const absl::StatusOr<int32_t> surge = max_surge.Scale(replicas, Rounding::kUp);
  if (!surge.ok()) return surge.status();
  const absl::StatusOr<int32_t> unavailable = max_unavailable.Scale(replicas, Rounding::kDown);
  if (!unavailable.ok()) return unavailable.status();
  const RolloutBudget budget{std::min(*surge, replicas), *unavailable};
  if (int64_t{replicas} + std::max(0, budget.surge) - std::min(0, budget.unavailable) > kLargest) {
    return absl::InvalidArgumentError(
        absl::StrCat("replicas: ", replicas, " with maxSurge and maxUnavailable is more than an int32 holds"));
  }
  return budget;
}

int32_t ReplicasWithSurge(int32_t replicas, const RolloutBudget& budget, int32_t unfinished) {
  if (unfinished > budget.surge) return replicas + budget.surge;
  return replicas + std::max(0, unfinished - budget.unavailable);
}

int64_t StatefulSetMaxUnavailable(const RolloutBudget& budget) {
  return std::max<int64_t>(1, int64_t{budget.unavailable} + budget.surge);
}

}  // namespace lws
