#include "lws/rollout/role_planner.h"

#include <algorithm>
#include <cstddef>

#include "absl/container/inlined_vector.h"
#include "lws/rollout/scaled_share.h"

namespace lws {

using internal::ShareDown;
using internal::ShareTowardsZero;
using internal::ShareUp;

namespace {

using Roles = absl::Span<const RoleCounts>;
using Next = absl::Span<RoleReplicas>;

template <typename Predicate>
bool AllRoles(Roles roles, const Predicate& holds) {
  return std::all_of(roles.begin(), roles.end(), holds);
}

bool IsThere(const RoleCounts& role) { return role.new_replicas >= role.target; }

// Whether the target's floor protects the role. A role that began with fewer groups than its target has none.
bool HasFloor(const RoleCounts& role) { return role.initial >= role.target; }

// Raises the new replicas of all roles to the batch after the one that the slowest role has completed.
void AddBatch(Roles roles, int64_t batches, Next next) {
  int64_t completed = batches;
  for (const RoleCounts& role : roles) {
    if (role.target != 0) completed = std::min(completed, ShareDown(role.new_replicas, batches, role.target));
  }
  for (size_t i = 0; i < roles.size(); ++i) {
    const int64_t wanted = std::min(roles[i].target, ShareUp(completed + 1, roles[i].target, batches));
    next[i].new_replicas = std::max(roles[i].new_replicas, wanted);
  }
}

bool Adds(Roles roles, Next next) {
  for (size_t i = 0; i < roles.size(); ++i) {
    if (next[i].new_replicas > roles[i].new_replicas) return true;
  }
  return false;
}

// Whether the old groups and the next new ones together stay within the surge.
bool Fits(Roles roles, Next next) {
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& role = roles[i];
    if (role.target != 0 && role.old_replicas + next[i].new_replicas > role.target + role.surge) return false;
  }
  return true;
}

// The number of old groups that have to stay beside `new_replicas` new ones.
int64_t Floor(const RoleCounts& role, int64_t new_replicas) {
  return HasFloor(role) ? std::max<int64_t>(role.target - role.unavailable - new_replicas, 0) : 0;
}

// Lowers the old replicas of all roles to the batch after the one that the fastest role has completed.
void DrainBatch(Roles roles, int64_t batches, Next next) {
  int64_t completed = 0;
  for (const RoleCounts& role : roles) {
    if (role.initial == 0) continue;
    completed = std::max(completed, ShareTowardsZero(role.initial - role.old_replicas, batches, role.initial));
  }
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& role = roles[i];
    const int64_t left = std::max<int64_t>(0, role.initial - ShareDown(completed + 1, role.initial, batches));
    next[i].old_replicas = std::max(std::min(role.old_replicas, left), Floor(role, role.new_replicas));
  }
}

// Lowers the old replicas so that they and the next new ones stay within the surge.
void ForceRoom(Roles roles, Next next) {
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& role = roles[i];
    const int64_t room = role.target + role.surge - next[i].new_replicas;
    const int64_t left = std::max<int64_t>(0, std::min(role.old_replicas, room));
    next[i].old_replicas = std::max(left, Floor(role, next[i].new_replicas));
  }
}

bool Drains(Roles roles, Next next) {
  for (size_t i = 0; i < roles.size(); ++i) {
    if (next[i].old_replicas < roles[i].old_replicas) return true;
  }
  return false;
}

// Leaves no old revision with only some of its roles. If the new groups alone keep all floors, all old groups go; else
// each role keeps one. When all roles are at 0 already, the new groups do keep the floors.
void KeepWhole(Roles roles, Next next) {
  bool some_at_zero = false;
  bool new_bears_it = true;
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& role = roles[i];
    if (HasFloor(role) && next[i].new_replicas < role.target - role.unavailable) new_bears_it = false;
    if (role.initial != 0 && next[i].old_replicas == 0) some_at_zero = true;
  }
  if (!some_at_zero) return;
  for (size_t i = 0; i < roles.size(); ++i) {
    int64_t& left = next[i].old_replicas;
    if (new_bears_it) {
      left = 0;
    } else if (left == 0 && roles[i].initial > 0) {
      left = 1;
    }
  }
}

}  // namespace

absl::string_view RoleStepReasonName(RoleStepReason reason) {
  switch (reason) {
    case RoleStepReason::kNothing:
      return "nothing";
    case RoleStepReason::kWaitsForReady:
      return "waits for ready groups";
    case RoleStepReason::kTooMuchOld:
      return "too much old";
    case RoleStepReason::kNewIsThere:
      return "new is there";
    case RoleStepReason::kAdd:
      return "add";
    case RoleStepReason::kDrain:
      return "drain";
    case RoleStepReason::kForce:
      return "force";
    case RoleStepReason::kAddAhead:
      return "add ahead";
    case RoleStepReason::kHeld:
      return "held";
  }
  return "";
}

int64_t RoleBatch(const RoleCounts& role) {
  return role.surge > 0 ? role.surge : std::max<int64_t>(1, role.unavailable);
}

int64_t RoleBatches(Roles roles) {
  int64_t batches = 0;
  for (const RoleCounts& role : roles) {
    const int64_t most = std::max<int64_t>({role.initial, role.target, 0});
    const int64_t batch = RoleBatch(role);
    batches = std::max(batches, most / batch + (most % batch != 0 ? 1 : 0));
  }
  return batches;
}

RoleStepReason PlanRoles(Roles roles, Next next) {
  for (size_t i = 0; i < roles.size(); ++i) next[i] = {roles[i].old_replicas, roles[i].new_replicas};
  const int64_t batches = RoleBatches(roles);
  const bool new_is_there = AllRoles(roles, IsThere);
  const bool old_is_gone = AllRoles(roles, [](const RoleCounts& role) { return role.old_replicas == 0; });
  if ((old_is_gone && new_is_there) || batches == 0) return RoleStepReason::kNothing;
  if (!AllRoles(roles, [](const RoleCounts& role) { return role.old_replicas <= role.initial; })) {
    for (size_t i = 0; i < roles.size(); ++i) {
      next[i].old_replicas = std::min(roles[i].initial, roles[i].old_replicas);
    }
    return RoleStepReason::kTooMuchOld;
  }
  if (new_is_there) {
    for (RoleReplicas& role : next) role.old_replicas = 0;
    return RoleStepReason::kNewIsThere;
  }
  AddBatch(roles, batches, next);
  if (Adds(roles, next) && Fits(roles, next)) return RoleStepReason::kAdd;
  // The drain is judged by the new groups that exist, so the groups to add are put aside.
  absl::InlinedVector<int64_t, 10> wanted;
  for (size_t i = 0; i < roles.size(); ++i) {
    wanted.push_back(next[i].new_replicas);
    next[i].new_replicas = roles[i].new_replicas;
  }
  DrainBatch(roles, batches, next);
  KeepWhole(roles, next);
  if (Drains(roles, next)) return RoleStepReason::kDrain;
  for (size_t i = 0; i < roles.size(); ++i) next[i].new_replicas = wanted[i];
  ForceRoom(roles, next);
  if (Drains(roles, next)) {
    KeepWhole(roles, next);
    return RoleStepReason::kForce;
  }
  for (size_t i = 0; i < roles.size(); ++i) next[i] = {roles[i].old_replicas, roles[i].new_replicas};
  return RoleStepReason::kNothing;
}

}  // namespace lws
