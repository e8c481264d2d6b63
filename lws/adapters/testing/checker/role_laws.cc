#include "lws/adapters/testing/checker/role_laws.h"

#include <algorithm>

#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/promise.h"

namespace lws::internal {
namespace {

// Whether the old revision has no groups of one role that it served, but some of another.
bool IsHalf(const CheckedRoles& roles, const CheckedRoles& before, size_t rev) {
  bool some_gone = false, some_left = false;
  for (size_t role = 0; role < kMostCheckedRoles; ++role) {
    const CheckedChild& was = before.child(rev, role);
    if (!was.exists || std::max(was.was, was.replicas) == 0) continue;
    (roles.child(rev, role).replicas == 0 ? some_gone : some_left) = true;
  }
  return some_gone && some_left;
}

// What a pass changes in one role.
struct RoleChange {
  bool gains = false;
  bool loses = false;
  bool old_grows = false;
};

RoleChange ChangeOf(const CheckedRoles& before, const CheckedRoles& after, size_t role) {
  RoleChange change;
  for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
    const int32_t was = before.child(rev, role).replicas, is = after.child(rev, role).replicas;
    change.gains = change.gains || is > was;
    change.loses = change.loses || is < was;
    change.old_grows = change.old_grows || (is > was && rev != before.revision);
  }
  return change;
}

// The first broken law of one role; kRoleWait means that it has room for a group that it wants.
uint8_t BrokenOfRole(const RoleWorldOptions& options, const CheckedRoles& before, const CheckedRoles& after,
                     const RoleChange& change, size_t role) {
  const RoleBudget& budget = options.roles[role].budget;
  const int32_t target = before.targets[role];
  const RoleSums was = SumCheckedRole(before, role), is = SumCheckedRole(after, role);
  // Budgets may be as large as an int32 is.
  const int32_t floor = PromisedCheckedRole(options, before, role);
  const int64_t ceiling = int64_t{std::max(was.initial, target)} + budget.surge;
  const bool has_old = before.has_old_groups();
  const CheckedChild& new_before = before.child(before.revision, role);
  const CheckedChild& new_after = after.child(before.revision, role);
  const bool is_short = is.ready < was.ready && is.ready < std::min(floor, was.proven) - was.unseen;
  if (change.loses && is_short) return kRoleFloor;
  if (change.gains && has_old && is.present > ceiling) return kRoleCeiling;
  if (change.old_grows || new_after.replicas < std::min(new_before.replicas, target)) return kRoleDirection;
  const bool wants = new_before.replicas < target && new_before.seen_replicas <= new_before.replicas;
  return wants && (!has_old || was.present < ceiling) ? kRoleWait : 0;
}

}  // namespace

RoleSums SumCheckedRole(const CheckedRoles& roles, size_t role) {
  RoleSums sums;
  for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
    if (roles.is_gone(rev)) continue;
    const CheckedChild& child = roles.child(rev, role);
    if (rev != roles.revision) sums.initial += std::max(child.was, child.replicas);
    sums.ready += child.ready;
    sums.proven += child.proven_ready();
    sums.present += child.replicas;
    sums.unseen += std::min(child.unseen_failures, std::max(0, child.proven_ready() - child.ready));
  }
  return sums;
}

int32_t PromisedCheckedRole(const RoleWorldOptions& options, const CheckedRoles& roles, size_t role) {
  return PromiseFloor(std::min(SumCheckedRole(roles, role).initial, roles.targets[role]),
                      options.roles[role].budget.unavailable);
}

uint8_t BrokenRoleLaw(const RoleWorldOptions& options, const CheckedRoles& before, const CheckedRoles& after) {
  bool adds = false, takes = false, has_room = false;
  for (size_t role = 0; role < options.roles.size(); ++role) {
    const RoleChange change = ChangeOf(before, after, role);
    adds = adds || change.gains;
    takes = takes || change.loses;
    const uint8_t law = BrokenOfRole(options, before, after, change, role);
    if (law != 0 && law != kRoleWait) return law;
    has_room = has_room || law == kRoleWait;
  }
  for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
    if (rev == before.revision) continue;
    if (IsHalf(after, before, rev) && !IsHalf(before, before, rev)) return kRoleHalf;
  }
  if (before.has_old_groups() && adds && takes) return kRoleBothSides;
  return options.checks_waits && !adds && !takes && has_room ? kRoleWait : 0;
}

absl::string_view RoleLawText(uint8_t law) {
  switch (law) {
    case kRoleFloor:
      return kTooFewReady;
    case kRoleCeiling:
      return kTooManySurgeGroups;
    case kRoleDirection:
      return "an old revision grows, or the new one shrinks below its target";
    case kRoleHalf:
      return kHalfOfARevision;
    case kRoleBothSides:
      return "a pass adds groups and takes groups";
    case kRoleWait:
      return "a pass waits although a role has room for a group";
    case kStuck:
      return "nothing happens any more, but the update is not done";
    case kForEver:
      return "it may never finish";
  }
  return "";
}

}  // namespace lws::internal
