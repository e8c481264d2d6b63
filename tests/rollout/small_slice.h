// A small slice for tests of policies: roles with groups of old revisions and of a new one, which become ready.
#ifndef LWS_TESTS_ROLLOUT_SMALL_SLICE_H_
#define LWS_TESTS_ROLLOUT_SMALL_SLICE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/rollout/role_rollout.h"

namespace lws {

struct SmallSlice {
  std::vector<RoleGoal> goals;
  std::vector<RoleGroups> new_groups;  // one per role
  std::vector<RoleGroups> old_groups;  // one per role, for each revision

  RoleRolloutInput Input() const { return {goals, goals.size(), new_groups, old_groups}; }
  size_t roles() const { return goals.size(); }
  size_t revisions() const { return old_groups.size() / goals.size(); }

  void MakeAllReady() {
    for (RoleGroups& groups : new_groups) groups.ready = groups.replicas;
    for (RoleGroups& groups : old_groups) groups.ready = groups.replicas;
  }

  // Applies the step. The groups that go are ready ones first, if `loses_ready`.
  void Apply(const RoleRolloutStep& step, bool loses_ready = true) {
    for (size_t i = 0; i < new_groups.size(); ++i) SetReplicas(step.new_groups[i], loses_ready, &new_groups[i]);
    for (size_t i = 0; i < old_groups.size(); ++i) SetReplicas(step.old_groups[i], loses_ready, &old_groups[i]);
  }

  bool IsDone() const {
    for (const RoleGroups& groups : old_groups) {
      if (groups.replicas != 0) return false;
    }
    for (size_t i = 0; i < roles(); ++i) {
      if (new_groups[i].replicas != goals[i].target) return false;
    }
    return true;
  }

  static void SetReplicas(int32_t replicas, bool loses_ready, RoleGroups* groups) {
    const int32_t taken = std::max(0, groups->replicas - replicas);
    groups->replicas = replicas;
    groups->ready = std::max(0, loses_ready ? groups->ready - taken : std::min(groups->ready, replicas));
  }

  // "4/2 s1u0 new 1(1) old 4(3)of4" a role: target, budget, replicas (ready) of initial.
  std::string ToString() const {
    std::string text;
    for (size_t i = 0; i < roles(); ++i) {
      absl::StrAppend(&text, i == 0 ? "" : "; ", "target ", goals[i].target, " surge ", goals[i].budget.surge,
                      " unavailable ", goals[i].budget.unavailable, " new ", new_groups[i].replicas, " (",
                      new_groups[i].ready, " ready)");
      for (size_t j = i; j < old_groups.size(); j += roles()) {
        absl::StrAppend(&text, " old ", old_groups[j].replicas, " of ", old_groups[j].initial, " (",
                        old_groups[j].ready, " ready)");
      }
    }
    return text;
  }
};

inline std::string ToString(const RoleRolloutStep& step) {
  std::string text = absl::StrCat(RoleStepReasonName(step.reason), ": new");
  for (const int32_t replicas : step.new_groups) absl::StrAppend(&text, " ", replicas);
  absl::StrAppend(&text, ", old");
  for (const int32_t replicas : step.old_groups) absl::StrAppend(&text, " ", replicas);
  return text;
}

// All beginnings of a rollout of two roles: every initial and target number of 0..most, every budget of 0..2 except 0
// and 0. Calls visit(world); there are no new groups yet, and all old ones are ready.
template <typename Visit>
void ForEachPairOfRoles(int32_t most, const Visit& visit) {
  std::vector<RoleGoal> goals;
  std::vector<RoleGroups> olds;
  for (int32_t target = 0; target <= most; ++target) {
    for (int32_t surge = 0; surge <= 2; ++surge) {
      for (int32_t unavailable = surge == 0 ? 1 : 0; unavailable <= 2; ++unavailable) {
        goals.push_back({target, {surge, unavailable}});
      }
    }
  }
  for (int32_t initial = 0; initial <= most; ++initial) olds.push_back({true, initial, initial, initial});
  for (const RoleGoal& a : goals) {
    for (const RoleGoal& b : goals) {
      for (const RoleGroups& old_a : olds) {
        for (const RoleGroups& old_b : olds) visit(SmallSlice{{a, b}, {{true}, {true}}, {old_a, old_b}});
      }
    }
  }
}

}  // namespace lws

#endif  // LWS_TESTS_ROLLOUT_SMALL_SLICE_H_
