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
// A policy is a function of these values. A host may pass its own.
//
// Laws of every policy:
//   1. No old revision grows.
//   2. A policy is a pure function: equal input gives an equal answer.
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
  bool exists = false;  // whether a child exists for them
  int32_t replicas = 0;
  int32_t ready = 0;
  int32_t initial = 0;  // replicas when the rollout away from the revision began; only for old revisions
  // Groups above `replicas` that the child's status still counts. Each may be one of the ready ones.
  int32_t leaving = 0;
};

// What one role should have.
struct RoleGoal {
  int32_t target = 0;  // groups of the new revision; 0 for a role that is no longer in the spec
  RoleBudget budget;
  bool is_external = false;  // a scaler sets the target
};

// The input of a policy. Everything is borrowed.
struct RoleRolloutInput {
  // The roles of the spec in its order, then the roles that only old revisions have.
  absl::Span<const RoleGoal> roles;
  size_t spec_roles = 0;
  // One entry per role.
  absl::Span<const RoleGroups> new_groups;
  // One entry per role for each old revision, in the order in which the revisions should go.
  absl::Span<const RoleGroups> old_groups;

  size_t revisions() const { return roles.empty() ? 0 : old_groups.size() / roles.size(); }
  absl::Span<const RoleGroups> old_revision(size_t revision) const {
    return old_groups.subspan(revision * roles.size(), roles.size());
  }
};

struct RoleRolloutStep {
  RoleStepReason reason = RoleStepReason::kNothing;
  // The role that the reason is about; -1 when it is about all roles.
  int32_t role = -1;
  // The next replicas, in the order of the input. A child that does not exist is not created.
  absl::InlinedVector<int32_t, 10> new_groups;
  absl::InlinedVector<int32_t, 20> old_groups;
};

using RoleRolloutPolicy = RoleRolloutStep (*)(const RoleRolloutInput& input);

// A step that changes nothing.
RoleRolloutStep UnchangedRoleStep(const RoleRolloutInput& input, RoleStepReason reason, int32_t role = -1);

// The reference's policy. It waits until every new group is ready. Then PlanRoles decides the numbers over all old
// revisions together, and the policy takes the difference from the old revisions in order. When a role of a revision
// comes to 0, the whole revision goes. REQUIRES: input.new_groups.size() == input.roles.size(), and
// input.old_groups.size() is a multiple of it. Complexity: O(revisions * roles).
RoleRolloutStep PlanRoleRollout(const RoleRolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_ROLLOUT_H_
