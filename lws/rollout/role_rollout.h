// The rollout of one slice of a DisaggregatedSet, on integers alone: how many groups each role should have next in the
// new revision and in each old one.
//
//   std::vector<lws::RoleGoal> roles = {{/*target=*/4, {/*surge=*/1, /*unavailable=*/0}}, {2, {1, 0}}};
//   std::vector<lws::RoleGroups> new_groups = {{true, 1, 1}, {true, 1, 1}};
//   std::vector<lws::RoleGroups> old_groups = {{true, 4, 4, /*initial=*/4}, {true, 2, 2, 2}};    // one old revision
//   lws::RoleRolloutStep step = lws::PlanRoleRollout({roles, 2, new_groups, old_groups});
//   step.reason;         // lws::RoleStepReason::kDrain
//   step.old_groups;     // {3, 2}
//
// A policy is a function of these values; a host may give its own.
//
// Laws of every policy:
//   1. No old revision grows.
//   2. A pure function: equal input, equal answer.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_ROLE_ROLLOUT_H_
#define LWS_ROLLOUT_ROLE_ROLLOUT_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "lws/rollout/role_budget.h"
#include "lws/rollout/role_planner.h"

namespace lws {

// The groups of one role in one revision.
struct RoleGroups {
  bool exists = false;  // there is a child for them
  int32_t replicas = 0;
  int32_t ready = 0;
  int32_t initial = 0;  // replicas when the rollout away from the revision began; of an old revision alone
};

// What one role wants.
struct RoleGoal {
  int32_t target = 0;  // groups of the new revision; 0 for a role that is in no spec any more
  RoleBudget budget;
  bool is_external = false;  // a scaler says the target
};

// Everything is borrowed.
struct RoleRolloutInput {
  // The roles of the spec in its order, then those that only old revisions have.
  absl::Span<const RoleGoal> roles;
  size_t spec_roles = 0;
  // One a role.
  absl::Span<const RoleGroups> new_groups;
  // One a role for each old revision, in the order in which the revisions should go.
  absl::Span<const RoleGroups> old_groups;

  size_t revisions() const { return roles.empty() ? 0 : old_groups.size() / roles.size(); }
  absl::Span<const RoleGroups> old_revision(size_t revision) const {
    return old_groups.subspan(revision * roles.size(), roles.size());
  }
};

struct RoleRolloutStep {
  RoleStepReason reason = RoleStepReason::kNothing;
  // The role that the reason is about, -1 when it is about all.
  int32_t role = -1;
  // Replicas that should be next, in the order of the input. A child that does not exist stays without.
  absl::InlinedVector<int32_t, 10> new_groups;
  absl::InlinedVector<int32_t, 20> old_groups;
};

using RoleRolloutPolicy = RoleRolloutStep (*)(const RoleRolloutInput& input);

// A step that leaves everything as it is.
RoleRolloutStep Stay(const RoleRolloutInput& input, RoleStepReason reason, int32_t role = -1);

// The reference's policy: wait until every new group is ready, then let PlanRoles say the numbers over all old
// revisions, and take what it takes from them in order; a revision of which a role comes to 0 goes whole.
// REQUIRES: input.new_groups.size() == input.roles.size(), and input.old_groups.size() is a multiple of it.
// Complexity: O(revisions * roles).
RoleRolloutStep PlanRoleRollout(const RoleRolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_ROLLOUT_H_
