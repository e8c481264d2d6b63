// A rollout policy for roles that keeps the promise of their budgets and never leaves only a part of an old revision.
//
//   // Two roles of 2 groups, maxSurge 0 and maxUnavailable 1: an old group of each goes, and makes room for a new one.
//   std::vector<lws::RoleGoal> roles = {{/*target=*/2, {/*surge=*/0, /*unavailable=*/1}}, {2, {0, 1}}};
//   std::vector<lws::RoleGroups> new_groups = {{true}, {true}};
//   std::vector<lws::RoleGroups> old_groups = {{true, 2, 2, /*initial=*/2}, {true, 2, 2, 2}};
//   lws::RoleRolloutStep step = lws::KeepRoleBudgets({roles, 2, new_groups, old_groups});
//   step.reason;        // lws::RoleStepReason::kDrain
//   step.old_groups;    // {1, 1}
//
// Expected flow: the first of these that changes something is the step.
//   1. Without old groups every role gets its target.
//   2. Add the batch after that of the slowest role, as far as the ceilings allow.
//   3. Take what is above the target, and the batch after that of the slowest role from the old revisions: broken ones
//      first, then in the order of the input. An old revision that serves goes only when every role of the new one has
//      a ready group, unless there is no room for one.
//   4. Add to roles that have room, even if they get ahead of the others.
//   5. Hold.
//
// `initial` is the number of groups that a role had in the old revisions when these became old; revisions without
// groups do not count. `ready` counts the ready groups of old and new revisions together, and `present` all groups.
// The floor of a role is min(initial, target) - unavailable, its ceiling max(initial, target) + surge. A child that
// loses groups may lose ready ones first, so the policy counts on that. A child's status follows its replicas late. The
// groups that it still counts although they leave may be ready ones, so the policy does not count on those either. New
// groups are not added to a child of which some leave, because its status would not show that these are gone.
//
// Laws:
//   1. Floor. A step takes groups of a role only while ready stays at its floor, whichever groups go.
//   2. Ceiling. A step adds groups of a role only while present stays within its ceiling.
//   3. Direction. No old revision grows, and new groups do not shrink below min(new, target).
//   4. No half revisions. A step that takes the last group of a role that an old revision served takes them all; a role
//      that had none from the beginning does not count.
//   5. One side at a time. A step adds groups or takes groups, never both.
//   6. End. When all groups become ready, finitely many steps reach old = 0 and new = target, and each step changes
//      something.
//   7. No needless wait. A step holds only when no role has room for a group that it wants. A role of which new groups
//      leave wants none.
//   8. Targets may move. The laws hold for the targets of the present step.
//   9. It is a pure function: equal input gives an equal answer, and permuted roles give the permuted answer.
// tests/rollout/keep_role_budgets_test.cc checks these laws in every state of small rollouts.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_
#define LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_

#include "lws/rollout/role_rollout.h"

namespace lws {

// A RoleRolloutPolicy. A budget of 0 and 0 counts as a surge of 1. REQUIRES: as for PlanRoleRollout. Complexity:
// O(revisions * roles).
RoleRolloutStep KeepRoleBudgets(const RoleRolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_
