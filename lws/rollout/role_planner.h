// One step of a rollout of several roles together, on integers alone: how many groups of the old revisions and of the
// new one each role should have next.
//
//   std::vector<lws::RoleCounts> roles = {{/*initial=*/4, /*old_replicas=*/4, /*new_replicas=*/1, /*target=*/4,
//                                          /*surge=*/1, /*unavailable=*/0},
//                                         {2, 2, 1, 2, 1, 0}};
//   std::vector<lws::RoleReplicas> next(2);
//   lws::PlanRoles(roles, absl::MakeSpan(next));    // lws::RoleStepReason::kDrain
//   next[0].old_replicas;                           // 3; the rest stays
//
// Progress goes in `batches`, as many as the role with the most of them needs. New groups are added batch by batch, led
// by the role that is furthest behind; old ones are taken away batch by batch after them.
//
// Laws:
//   1. No role's new replicas shrink, and none grow above its target.
//   2. An old revision whose roles all had groups is never left with some of them at 0 (but by kTooMuchOld).
//   3. From old = initial and new = 0 on, the steps end with old 0 and new = target.
//   4. A step that is not kNothing changes something, unless kDrain raises a number of old replicas, which means: it
//      stays.
//   5. Permuted roles give the permuted answer. A pure function: equal input, equal answer.
// Budgets are not among the laws: this planner may break them (role_rollout.h has one that keeps them).
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_ROLE_PLANNER_H_
#define LWS_ROLLOUT_ROLE_PLANNER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lws {

// Numbers of groups of one role. REQUIRES of all: a magnitude below 2^53.
struct RoleCounts {
  int64_t initial = 0;  // of the old revisions, when the rollout away from them began
  int64_t old_replicas = 0;
  int64_t new_replicas = 0;
  int64_t target = 0;  // of the new revision; not negative
  int64_t surge = 0;
  int64_t unavailable = 0;
};

struct RoleReplicas {
  int64_t old_replicas = 0;
  int64_t new_replicas = 0;

  friend bool operator==(const RoleReplicas& a, const RoleReplicas& b) {
    return a.old_replicas == b.old_replicas && a.new_replicas == b.new_replicas;
  }
};

enum class RoleStepReason : uint8_t {
  kNothing,        // the rollout is done, or there is no step
  kWaitsForReady,  // new groups are to become ready first
  kTooMuchOld,     // more old groups than there were at the beginning
  kNewIsThere,     // the new groups are all there: the old ones go at once
  kAdd,            // the next batch of new groups
  kDrain,          // the next batch of old groups
  kForce,          // neither fits alone: both sides move in one step
  kAddAhead,       // new groups of a role that need not wait for the others
  kHeld,           // what could go is needed, until more groups are ready
};

// "kNewIsThere" -> "new is there", for plans that explain themselves.
absl::string_view RoleStepReasonName(RoleStepReason reason);

// The planner of the reference. Writes the next numbers of each role to `next`, those that there are when it has no
// step. REQUIRES: next.size() == roles.size(). Complexity: O(roles), without allocation.
RoleStepReason PlanRoles(absl::Span<const RoleCounts> roles, absl::Span<RoleReplicas> next);

// How many groups of the role move at a time: its surge, else what may be unavailable, one at least.
int64_t RoleBatch(const RoleCounts& role);

// As many batches as the role with the most of them needs for its initial groups or its target; 0 without groups.
int64_t RoleBatches(absl::Span<const RoleCounts> roles);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_PLANNER_H_
