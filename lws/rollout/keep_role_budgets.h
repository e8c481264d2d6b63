// A policy for the rollout of roles that keeps the promise of their budgets, and never leaves half of an old revision.
//
//   // Two roles of 1 group, maxSurge 0 and maxUnavailable 1: the reference takes both old groups and adds both new
//   ones
//   // in one step, and nothing serves.
//   lws::RoleRolloutStep step = lws::KeepRoleBudgets(input);
//   step.reason;    // kDrain: what is added comes after it
//
// Numbers of a role, over all old revisions that still have groups:
//   initial  the groups that the old revisions had when they became old
//   ready    ready groups of old and new together; present: all groups of old and new
//   floor    min(initial, target) - unavailable;  ceiling: max(initial, target) + surge
// A child that loses groups may lose ready ones, so that is what is counted on.
//
// The first of these that changes something is the step:
//   1. Without old groups every role gets its target.
//   2. Add the batch behind that of the slowest role, as far as the ceilings leave room.
//   3. Take what is above the target, and the batch behind that of the slowest role from the old revisions: broken ones
//      first, then in the order of the input. An old revision that serves goes only when every role of the new one has
//      a ready group, unless there is no room for one.
//   4. Add to roles that have room, though they run ahead of the others.
//   5. Hold.
//
// Laws:
//   1. Floor. A step takes groups of a role only while ready stays at its floor, whichever groups go.
//   2. Ceiling. A step adds groups of a role only while present stays within its ceiling.
//   3. Direction. No old revision grows, and new groups do not shrink below min(new, target).
//   4. No half revisions. A step that takes the last group of a role that an old revision served takes them all; a role
//      that had none from the beginning does not count.
//   5. One side at a time. A step adds or takes, never both.
//   6. End. When all groups become ready, finitely many steps reach old 0 and new = target; each changes something.
//   7. No needless wait. A step holds only when no role has room for a group that it wants.
//   8. Targets may move. The laws hold for the targets of this very step.
//   9. A pure function: equal input, equal answer; roles permuted, answer permuted.
// tests/rollout/keep_role_budgets_test.cc holds it to them in every state of small rollouts.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_
#define LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_

#include "lws/rollout/role_rollout.h"

namespace lws {

// A RoleRolloutPolicy. A budget of 0 and 0 counts as a surge of 1. REQUIRES: as PlanRoleRollout.
// Complexity: O(revisions * roles).
RoleRolloutStep KeepRoleBudgets(const RoleRolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_KEEP_ROLE_BUDGETS_H_
