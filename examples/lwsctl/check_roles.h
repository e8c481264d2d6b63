// `lwsctl check` of a DisaggregatedSet.
#ifndef LWS_EXAMPLES_LWSCTL_CHECK_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_CHECK_ROLES_H_

#include <cstddef>
#include <cstdint>

#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lwsctl {

// Both return the exit code. `like` has everything but the roles.
int CheckRolesOf(const DisaggregatedManifest& manifest, const lws::RoleWorldOptions& like, lws::CheckFrom from,
                 const Arguments& arguments);
int CheckAllRoles(int32_t groups, size_t roles, const lws::RoleWorldOptions& like, lws::CheckFrom from,
                  const Arguments& arguments);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CHECK_ROLES_H_
