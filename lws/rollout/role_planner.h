// One step of a rollout of several roles together, on integers alone: how many groups of the old revisions and of the
// new one each role should have next.
//
//   std::vector<lws::RoleCounts> roles = {{/*initial=*/4, /*old_replicas=*/4, /*new_replicas=*/1, /*target=*/4,
//                                          /*surge=*/1, /*unavailable=*/0},
//                                         {2, 2, 1, 2, 1, 0}};
//   std::vector<lws::RoleReplicas> next(2);
//   lws::PlanRoles(roles, absl::MakeSpan(next));    // lws::RoleStepReason::kDrain
//   next[0].old_replicas;                           // 3; the other numbers stay
//
// Progress goes in batches; the role that needs the most batches sets their number. New groups are added batch by
// batch, at the pace of the role that is furthest behind. Old groups are removed batch by batch after them.
//
// Laws:
//   1. No role's new replicas shrink, and none grow above the target.
//   2. An old revision whose roles all had groups never keeps groups for only some of them, except by kTooMuchOld.
//   3. From old = initial and new = 0 on, the steps end with old = 0 and new = target.
//   4. A step other than kNothing changes something. The exception is a kDrain that raises a number of old replicas:
//      it means that the number stays.
//   5. Permuted roles give the permuted answer. It is a pure function: equal input gives an equal answer.
// Budgets are not among the laws, because this planner may break them (role_rollout.h has a policy that keeps them).
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_ROLE_PLANNER_H_
#define LWS_ROLLOUT_ROLE_PLANNER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lws {

// Numbers of groups of one role. REQUIRES for all: a magnitude below 2^53.
struct RoleCounts {
  int64_t initial = 0;  // in the old revisions, when the rollout away from them began
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
  kWaitsForReady,  // new groups must become ready first
  kTooMuchOld,     // there are more old groups than at the beginning
  kNewIsThere,     // all new groups are there, so all old ones go
  kAdd,            // the next batch of new groups
  kDrain,          // the next batch of old groups
  kForce,          // neither fits alone, so both sides change in one step
  kAddAhead,       // new groups of a role that need not wait for the other roles
  kHeld,           // the old groups are needed until more new ones are ready
};

// "kNewIsThere" -> "new is there", for plans that explain themselves.
absl::string_view RoleStepReasonName(RoleStepReason reason);

// The reference's planner. Writes the next numbers of each role to `next`; these are the present numbers when there is
// no step. REQUIRES: next.size() == roles.size(). Complexity: O(roles), without allocation.
RoleStepReason PlanRoles(absl::Span<const RoleCounts> roles, absl::Span<RoleReplicas> next);

// How many groups of the role move at a time: its surge, or else what may be unavailable, and at least one.
int64_t RoleBatch(const RoleCounts& role);

// The number of batches: that of the role which needs the most for its initial groups or its target; 0 without groups.
int64_t RoleBatches(absl::Span<const RoleCounts> roles);

}  // namespace lws

#endif  // LWS_ROLLOUT_ROLE_PLANNER_H_
