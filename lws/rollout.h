// Rolling updates on integers: budgets, the planner, policies and controls. Nothing of JSON, YAML or objects.
//
//   lws::PlanRollout(input)->partition;    // 0
//
// The headers say more: each function's own errors, costs and thread-safety.
#ifndef LWS_ROLLOUT_H_
#define LWS_ROLLOUT_H_

#include "lws/api/int_or_percent.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/replace_unready_first.h"

#endif  // LWS_ROLLOUT_H_
