// The roles and the world in which a rollout of a DisaggregatedSet is checked: budgets, policy, faults, edits, lag.
//
//   lws::RoleWorldOptions options;
//   options.roles = {{"prefill", /*initial=*/2, /*target=*/2, {/*surge=*/1, /*unavailable=*/0}},
//                    {"decode", 1, 1, {0, 1}}};
//   options.policy = lws::KeepRoleBudgets;
//   options.mends = true;
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_OPTIONS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lws/rollout/role_budget.h"
#include "lws/rollout/role_rollout.h"

namespace lws {

// The most roles, and the most groups of a role in one revision, for which a world has room.
inline constexpr size_t kMostCheckedRoles = 3;
inline constexpr int32_t kMostCheckedRoleGroups = 7;

struct CheckedRole {
  std::string name;
  int32_t initial = 1;  // groups of the old revision at the beginning
  int32_t target = 1;   // groups that the new revision should have
  RoleBudget budget;
  bool is_external = false;  // edits of the target are those of a scaler
};

struct RoleWorldOptions {
  std::vector<CheckedRole> roles;
  RoleRolloutPolicy policy = PlanRoleRollout;
  bool mends = false;  // as DisaggregatedOptions::mends (role_options.h)
  int32_t faults = 0;  // at most 3
  int32_t edits = 0;   // at most 2
  bool lags = false;
  // Whether a pass may end after any of its writes.
  bool crashes = true;
  // Whether a pass that holds although a role has room breaks a law. The reference does that all the time.
  bool checks_waits = false;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLE_WORLD_OPTIONS_H_
