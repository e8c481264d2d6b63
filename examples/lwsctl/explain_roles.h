// How the roles of a DisaggregatedSet stand, for `lwsctl explain`.
#ifndef LWS_EXAMPLES_LWSCTL_EXPLAIN_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_EXPLAIN_ROLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lws/api/json.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan.h"

namespace lwsctl {

// The groups of one role in one slice.
struct RoleState {
  std::string name;
  int32_t slice = 0;
  bool is_in_spec = true;
  // Groups per slice, of an External role what its scaler says. Nothing is wanted of a role without its scaler.
  std::optional<int32_t> wanted;
  int32_t new_groups = 0;
  int32_t new_ready = 0;
  int32_t old_groups = 0;
  int32_t old_ready = 0;
};

struct RolesState {
  std::string revision;  // of the spec
  std::string state;     // "updating", "at rest", ...
  std::vector<RoleState> roles;
  // "slice 0: decode is held: 2 of 4 new groups are ready".
  std::vector<std::string> held;
};

// The state of the observed set, and what holds it according to the plan. REQUIRES: observation.set != nullptr.
RolesState StateOfRoles(const lws::DisaggregatedObservation& observation, const lws::Plan& plan);

lws::Json ToJson(const RolesState& state);

// A line for the set, one for each slice, and one for each slice that is held.
std::string ToString(const RolesState& state);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_EXPLAIN_ROLES_H_
