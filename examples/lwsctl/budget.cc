#include "examples/lwsctl/budget.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

int32_t BudgetShare(int32_t part, int32_t whole, int32_t of) {
  if (part == 0) return 0;
  return std::max<int32_t>(1, static_cast<int32_t>(int64_t{part} * of / whole));
}

absl::StatusOr<SetBudget> ReadBudget(const lws::Json& manifest) {
  const absl::StatusOr<lws::LeaderWorkerSet> set = lws::AdmitSimulatedSet(manifest);
  if (!set.ok()) return set.status();
  const lws::RollingUpdateConfiguration& update = set->spec().rollout_strategy().rolling_update_configuration();
  const int32_t replicas = set->spec().replicas();
  if (replicas == 0) return absl::InvalidArgumentError("spec.replicas: a set without groups keeps every promise");
  const absl::StatusOr<lws::RolloutBudget> scaled = lws::ScaleBudget(replicas, lws::ToIntOrPercent(update.max_surge()),
                                                                     lws::ToIntOrPercent(update.max_unavailable()));
  if (!scaled.ok()) return scaled.status();
  SetBudget budget;
  lws::RolloutWorldOptions& options = budget.options;
  options.replicas = replicas;
  options.max_surge = scaled->surge;
  options.max_unavailable = scaled->unavailable;
  options.partition = std::min(update.partition(), replicas);
  if (lws::ValidateCheckedWorld(options).ok()) return budget;
  const std::string before = lws::CheckedBudgetText(options);
  options.replicas = std::min(replicas, lws::kMostCheckedGroups + 1);
  do {
    --options.replicas;
    options.max_surge = BudgetShare(scaled->surge, replicas, options.replicas);
    options.max_unavailable = BudgetShare(scaled->unavailable, replicas, options.replicas);
    options.partition = BudgetShare(std::min(update.partition(), replicas), replicas, options.replicas);
  } while (!lws::ValidateCheckedWorld(options).ok());
  budget.scaled_down = absl::StrCat(before, ", scaled down to ", lws::CheckedBudgetText(options));
  return budget;
}

}  // namespace lwsctl
