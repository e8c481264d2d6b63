#include "lws/rollout/role_budget.h"

#include <algorithm>

namespace lws {

RoleBudget ScaleRoleBudget(int32_t replicas, const IntOrPercent& max_surge, const IntOrPercent& max_unavailable) {
  const int32_t surge = max_surge.Scale(replicas, Rounding::kUp).value_or(0);
  const int32_t unavailable = max_unavailable.Scale(replicas, Rounding::kDown).value_or(0);
  if (unavailable > 0) return {surge, unavailable};
  return {std::max(surge, 1), 0};
}

}  // namespace lws
