// The policies for the rollout of roles by their names, for command lines and configuration files.
//
//   lws::FindRolePolicy("keep-role-budgets")->policy;    // KeepRoleBudgets
//   lws::FindRolePolicy("fastest");                      // nullptr
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_ROLE_POLICIES_H_
#define LWS_ROLLOUT_ROLE_POLICIES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/rollout/role_rollout.h"

namespace lws {

struct NamedRolePolicy {
  absl::string_view name;
  absl::string_view summary;  // for people
  RoleRolloutPolicy policy;
  // Whether passes with this policy also use DisaggregatedOptions::mends (role_options.h).
  bool mends;
};

// All policies, the reference's first.
absl::Span<const NamedRolePolicy> RolePolicies();

// Returns null when no policy has the name.
const NamedRolePolicy* FindRolePolicy(absl::string_view name);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_POLICIES_H_
