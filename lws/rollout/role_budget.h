// How far the rollout of one role may go: maxSurge and maxUnavailable of its strategy as numbers of groups.
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

// The default is that of a role without a rolling update configuration.
struct RoleBudget {
  int32_t surge = 1;        // groups above the larger of the initial and the wanted ones
  int32_t unavailable = 0;  // groups below the smaller of them
};

// Of a role that wants `replicas` groups. A percentage of maxSurge rounds up, one of maxUnavailable down; a text that
// is no percentage counts as 0. When nothing may be unavailable the surge is 1 at least.
RoleBudget ScaleRoleBudget(int32_t replicas, const IntOrPercent& max_surge, const IntOrPercent& max_unavailable);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_BUDGET_H_
