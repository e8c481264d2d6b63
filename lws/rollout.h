// Rolling updates on integers: budgets, the planner, policies and controls. It links no JSON, YAML or Kubernetes
// objects.
//
//   lws::PlanRollout(input)->partition;    // 0
//
// The included headers document each function's errors, costs and thread-safety.
#ifndef LWS_ROLLOUT_H_
#define LWS_ROLLOUT_H_

#include "lws/api/int_or_percent.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/replace_unready_first.h"
#include "lws/rollout/role_budget.h"
#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_policies.h"
#include "lws/rollout/role_rollout.h"

#endif  // LWS_ROLLOUT_H_
