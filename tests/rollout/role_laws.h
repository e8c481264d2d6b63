// The laws of a careful rollout of roles, implemented a second time from their texts, for the states of a slice before
// and after a step.
#ifndef LWS_TESTS_ROLLOUT_ROLE_LAWS_H_
#define LWS_TESTS_ROLLOUT_ROLE_LAWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/rollout/small_slice.h"

namespace lws {

inline bool IsGone(const SmallSlice& world, size_t revision) {
  for (size_t i = 0; i < world.roles(); ++i) {
    if (world.old_groups[revision * world.roles() + i].replicas > 0) return false;
  }
  return true;
}

inline bool HasOld(const SmallSlice& world) {
  for (size_t revision = 0; revision < world.revisions(); ++revision) {
    if (!IsGone(world, revision)) return true;
  }
  return false;
}

// The numbers of one role, for the new revision and the old revisions that have groups.
struct RoleNumbers {
  int32_t initial = 0, ready = 0, present = 0;
};

inline RoleNumbers NumbersOf(const SmallSlice& world, size_t role) {
  RoleNumbers numbers{0, world.new_groups[role].ready, world.new_groups[role].replicas};
  for (size_t revision = 0; revision < world.revisions(); ++revision) {
    if (IsGone(world, revision)) continue;
    const RoleGroups& groups = world.old_groups[revision * world.roles() + role];
    numbers.initial += std::max(groups.initial, groups.replicas);
    numbers.ready += groups.ready;
    numbers.present += groups.replicas;
  }
  return numbers;
}

inline int32_t Floor(const SmallSlice& world, size_t role) {
  const RoleGoal& goal = world.goals[role];
  return std::min(NumbersOf(world, role).initial, goal.target) - goal.budget.unavailable;
}

inline int32_t Ceiling(const SmallSlice& world, size_t role) {
  const RoleGoal& goal = world.goals[role];
  return std::max(NumbersOf(world, role).initial, goal.target) + goal.budget.surge;
}

// Whether the old revision now has no group in one role that it served before the step, but has some in another.
inline bool IsHalf(const SmallSlice& world, const SmallSlice& before, size_t revision) {
  bool some_gone = false, some_left = false;
  for (size_t i = revision * world.roles(); i < (revision + 1) * world.roles(); ++i) {
    if (std::max(before.old_groups[i].initial, before.old_groups[i].replicas) <= 0) continue;
    (world.old_groups[i].replicas == 0 ? some_gone : some_left) = true;
  }
  return some_gone && some_left;
}

// The first of the laws 1 to 5 and 7 of keep_role_budgets.h that the step breaks; "" when it keeps them.
inline std::string BrokenLaw(const SmallSlice& before, const SmallSlice& after) {
  const bool has_old = HasOld(before);
  bool adds = false, takes = false, has_room = false;
  for (size_t i = 0; i < before.roles(); ++i) {
    const RoleNumbers was = NumbersOf(before, i);
    int32_t present = after.new_groups[i].replicas, ready = after.new_groups[i].ready;
    bool loses = after.new_groups[i].replicas < before.new_groups[i].replicas;
    for (size_t j = i; j < before.old_groups.size(); j += before.roles()) {
      if (after.old_groups[j].replicas > before.old_groups[j].replicas) return "law 3: an old revision grows";
      loses = loses || after.old_groups[j].replicas < before.old_groups[j].replicas;
      present += after.old_groups[j].replicas;
      ready += after.old_groups[j].ready;
    }
    const bool gains = after.new_groups[i].replicas > before.new_groups[i].replicas;
    adds = adds || gains;
    takes = takes || loses;
    if (loses && ready < was.ready && ready < Floor(before, i)) return absl::StrCat("law 1: role ", i);
    if (gains && has_old && present > Ceiling(before, i)) return absl::StrCat("law 2: role ", i);
    if (after.new_groups[i].replicas < std::min(before.new_groups[i].replicas, before.goals[i].target)) {
      return absl::StrCat("law 3: new of role ", i);
    }
    has_room = has_room || (before.new_groups[i].replicas < before.goals[i].target && was.present < Ceiling(before, i));
  }
  for (size_t revision = 0; revision < before.revisions(); ++revision) {
    if (IsHalf(after, before, revision) && !IsHalf(before, before, revision)) return "law 4";
  }
  if (has_old && adds && takes) return "law 5";
  if (!adds && !takes && has_room) return "law 7";
  return "";
}

}  // namespace lws

#endif  // LWS_TESTS_ROLLOUT_ROLE_LAWS_H_
