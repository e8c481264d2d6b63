// Checks whether a policy for roles keeps its promise whatever happens, for one DisaggregatedSet or for all small ones.
//
//   lws::RoleWorldOptions options;    // what to check: roles, budgets, policy, faults, edits, lag
//   options.roles = {{"prefill", 2, 2, {1, 0}}, {"decode", 1, 1, {0, 1}}};
//   options.policy = lws::KeepRoleBudgets;
//   options.mends = true;
//   lws::RoleCheck check = lws::CheckRoles(options, lws::CheckFrom::kTemplateChange, {});
//   check.broken_law.empty();    // true; otherwise check.trace shows the shortest way to break it
//
// Laws: those of explore.h, role_laws.h and role_world.h.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLES_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws {

struct RoleCheck {
  RoleWorldOptions options;
  int64_t states = 0;
  int64_t transitions = 0;
  bool complete = true;                // false when the limits ended the check
  std::string broken_law;              // in words; empty when all are kept
  std::string trace;                   // one line per step, up to the one that breaks the law
  std::vector<CheckedMoment> moments;  // the same steps as data
};

// Errors: InvalidArgument when there are no roles or too many, when numbers are negative, a budget is 0 and 0, or the
// world has no room for the groups.
absl::Status ValidateCheckedRoles(const RoleWorldOptions& options);

// REQUIRES: ValidateCheckedRoles(options).ok().
RoleCheck CheckRoles(const RoleWorldOptions& options, CheckFrom from, const internal::ExploreLimits& limits);

// Copies of `like` with this number of roles, in every combination of 0 to `groups` initial groups, 0 to `groups`
// wanted groups, and budgets of 0 to 2 except 0 and 0. The order is fixed. REQUIRES: roles <= kMostCheckedRoles.
std::vector<RoleWorldOptions> AllCheckedRoles(int32_t groups, size_t roles, const RoleWorldOptions& like);

// "prefill 4 to 4, maxSurge 1, maxUnavailable 0; decode 2 to 2, maxSurge 0, maxUnavailable 1".
std::string CheckedRolesText(const RoleWorldOptions& options);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECK_ROLES_H_
