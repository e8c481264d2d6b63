// Rollouts of two roles for the checker of roles.
#ifndef LWS_TESTS_CHECKER_CHECKED_PAIRS_H_
#define LWS_TESTS_CHECKER_CHECKED_PAIRS_H_

#include "lws/adapters/testing/checker/role_world_options.h"
#include "lws/rollout/keep_role_budgets.h"

namespace lws {

inline RoleWorldOptions Careful() {
  RoleWorldOptions options;
  options.policy = KeepRoleBudgets;
  options.mends = true;
  options.checks_waits = true;
  return options;
}

inline RoleWorldOptions Two(const RoleWorldOptions& like, const CheckedRole& a, const CheckedRole& b) {
  RoleWorldOptions options = like;
  options.roles = {a, b};
  options.roles[0].name = "a";
  options.roles[1].name = "b";
  return options;
}

}  // namespace lws

#endif  // LWS_TESTS_CHECKER_CHECKED_PAIRS_H_
