// The budget of a set in the form for the checker.
#ifndef LWS_EXAMPLES_LWSCTL_BUDGET_H_
#define LWS_EXAMPLES_LWSCTL_BUDGET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/api/json.h"

namespace lwsctl {

struct SetBudget {
  lws::RolloutWorldOptions options;  // replicas, maxSurge, maxUnavailable and partition alone
  // How the budget was made small enough to check; empty when it was small enough.
  std::string scaled_down;
};

// Errors: InvalidArgument with admission's errors, or when there are no replicas.
absl::StatusOr<SetBudget> ReadBudget(const lws::Json& manifest);

// `part` scaled as `whole` is to `of`. A part that is not 0 does not become 0. REQUIRES: whole > 0.
int32_t BudgetShare(int32_t part, int32_t whole, int32_t of);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_BUDGET_H_
