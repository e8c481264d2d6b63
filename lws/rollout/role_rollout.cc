#include "lws/rollout/role_rollout.h"

#include <algorithm>

namespace lws {
namespace {

using Numbers = absl::InlinedVector<int64_t, 10>;

// The numbers that the planner reads: those of every role, summed over all old revisions.
absl::InlinedVector<RoleCounts, 10> CountRoles(const RoleRolloutInput& input) {
  absl::InlinedVector<RoleCounts, 10> counts(input.roles.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    const RoleGoal& goal = input.roles[i];
    RoleCounts& role = counts[i];
    role.new_replicas = input.new_groups[i].replicas;
    role.target = goal.is_external ? std::max(goal.target, input.new_groups[i].replicas) : goal.target;
    role.surge = goal.budget.surge;
    role.unavailable = goal.budget.unavailable;
    for (size_t revision = 0; revision < input.revisions(); ++revision) {
      const RoleGroups& groups = input.old_revision(revision)[i];
      if (!groups.exists) continue;
      role.initial += groups.initial;
      role.old_replicas += groups.replicas;
    }
  }
  return counts;
}

// Takes the numbers in `budgets` from one old revision. If a role is or becomes 0, the revision's other roles become
// 0, too, which is not charged to their budgets.
void DrainRevision(absl::Span<const RoleGroups> groups, absl::Span<int32_t> left, Numbers* budgets) {
  bool loses_all = false;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].exists) continue;
    const int64_t drained = std::min<int64_t>((*budgets)[i], groups[i].replicas);
    left[i] = groups[i].replicas - static_cast<int32_t>(drained);
    loses_all = loses_all || left[i] == 0;
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].exists) continue;
    const bool is_forced = loses_all && left[i] != 0;
    if (!is_forced) (*budgets)[i] -= std::max(0, groups[i].replicas - left[i]);
    left[i] = loses_all ? 0 : std::min(left[i], groups[i].replicas);
  }
}

bool IsWaitedFor(const RoleGroups& groups) { return !groups.exists || groups.replicas != groups.ready; }

}  // namespace

RoleRolloutStep UnchangedRoleStep(const RoleRolloutInput& input, RoleStepReason reason, int32_t role) {
  RoleRolloutStep step;
  step.reason = reason;
  step.role = role;
  for (const RoleGroups& groups : input.new_groups) step.new_groups.push_back(groups.replicas);
  for (const RoleGroups& groups : input.old_groups) step.old_groups.push_back(groups.replicas);
  return step;
}

RoleRolloutStep PlanRoleRollout(const RoleRolloutInput& input) {
  const absl::Span<const RoleGroups> of_spec = input.new_groups.subspan(0, input.spec_roles);
  const auto waited_for = std::find_if(of_spec.begin(), of_spec.end(), IsWaitedFor);
  if (waited_for != of_spec.end()) {
    return UnchangedRoleStep(input, RoleStepReason::kWaitsForReady, static_cast<int32_t>(waited_for - of_spec.begin()));
  }
  const absl::InlinedVector<RoleCounts, 10> counts = CountRoles(input);
  absl::InlinedVector<RoleReplicas, 10> next(counts.size());
  RoleRolloutStep step = UnchangedRoleStep(input, PlanRoles(counts, absl::MakeSpan(next)));
  Numbers budgets;
  for (size_t i = 0; i < next.size(); ++i) {
    step.new_groups[i] = static_cast<int32_t>(next[i].new_replicas);
    budgets.push_back(counts[i].old_replicas - next[i].old_replicas);
  }
  const auto is_left = [](int64_t budget) { return budget > 0; };
  for (size_t revision = 0; revision < input.revisions(); ++revision) {
    if (std::none_of(budgets.begin(), budgets.end(), is_left)) break;
    DrainRevision(input.old_revision(revision),
                  absl::MakeSpan(step.old_groups).subspan(revision * input.roles.size(), input.roles.size()), &budgets);
  }
  return step;
}

}  // namespace lws
