// The laws of a careful rollout of roles, for one pass over a slice: its state before and after all writes.
//
//   lws::RoleWorldOptions world;
//   world.roles = {{"prefill", /*initial=*/1, /*target=*/1, {/*surge=*/1, /*unavailable=*/0}}};
//   lws::internal::CheckedRoles before;
//   before.targets[0] = 1;
//   before.child(/*rev=*/0, /*role=*/0) = {/*exists=*/true, /*replicas=*/1, /*ready=*/1};
//   before.child(0, 0).See();
//   lws::internal::CheckedRoles after = before;
//   after.child(0, 0).replicas = after.child(0, 0).ready = 0;
//   lws::internal::BrokenRoleLaw(world, before, after);    // lws::internal::kRoleFloor
//
// Laws that a pass may break, by their numbers:
//   1. Floor: it takes groups of a role, after which fewer are ready than min(initial, target) - maxUnavailable, and
//      fewer than every status proved to be ready. A failure that no status has shown does not count against it.
//   2. Ceiling: it adds groups of a role, after which there are more than max(initial, target) + maxSurge.
//   3. Direction: an old revision grows, or the new one shrinks below min(new, target).
//   4. No half revisions: it takes all groups of a role that an old revision served, and not those of another.
//   5. One side at a time: it adds groups and takes groups.
//   6. No needless wait, where options.checks_waits is set: it does neither although a role has room.
// The initial groups are those of the revisions that have groups, when a pass first saw them as old.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_ROLE_LAWS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_ROLE_LAWS_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws::internal {

enum : uint8_t {
  kRoleFloor = 1,
  kRoleCeiling,
  kRoleDirection,
  kRoleHalf,
  kRoleBothSides,
  kRoleWait,
};

// The numbers of a role over the new revision and the old ones that have groups.
struct RoleSums {
  int32_t initial = 0;
  int32_t ready = 0;
  int32_t proven = 0;  // ready, as far as a status shows it
  int32_t present = 0;
  int32_t unseen = 0;  // failures that no status has shown, as far as a pass may count on these groups
};

RoleSums SumCheckedRole(const CheckedRoles& roles, size_t role);

// How many groups the budget of the role promises to be ready, at least 0.
int32_t PromisedCheckedRole(const RoleWorldOptions& options, const CheckedRoles& roles, size_t role);

// The first of the laws that the pass breaks; 0 when it keeps all.
uint8_t BrokenRoleLaw(const RoleWorldOptions& options, const CheckedRoles& before, const CheckedRoles& after);

// "fewer groups are ready than promised", or "" for 0. It also knows the laws of progress of explore.h.
absl::string_view RoleLawText(uint8_t law);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_ROLE_LAWS_H_
