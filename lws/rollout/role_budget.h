// The limits for the rollout of one role: maxSurge and maxUnavailable of its strategy as numbers of groups.
//
//   lws::RoleBudget budget = lws::ScaleRoleBudget(4, lws::IntOrPercent::Int(0), lws::IntOrPercent::Text("50%"));
//   budget.surge;          // 0
//   budget.unavailable;    // 2
//
// Laws:
//   1. Surge and unavailable are never both 0.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_ROLE_BUDGET_H_
#define LWS_ROLLOUT_ROLE_BUDGET_H_

#include <cstdint>

#include "lws/api/int_or_percent.h"

namespace lws {

// The default is the budget of a role without a rolling update configuration.
struct RoleBudget {
  int32_t surge = 1;        // groups above the larger of the initial and the wanted number
  int32_t unavailable = 0;  // groups below the smaller of the two
};

// The budget of a role that wants `replicas` groups. A percentage of maxSurge rounds up, a percentage of
// maxUnavailable rounds down, and a text that is not a percentage counts as 0. When no group may be unavailable, the
// surge is at least 1.
RoleBudget ScaleRoleBudget(int32_t replicas, const IntOrPercent& max_surge, const IntOrPercent& max_unavailable);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_BUDGET_H_
