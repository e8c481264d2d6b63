#include "lws/core/disaggregated/slice_events.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "lws/core/plan/decision.h"

namespace lws::internal {
namespace {

DecisionReason ReasonOf(RoleStepReason reason) {
  switch (reason) {
    case RoleStepReason::kNothing:
      return DecisionReason::kRolesHaveNoStep;
    case RoleStepReason::kWaitsForReady:
      return DecisionReason::kRolesWaitForReady;
    case RoleStepReason::kTooMuchOld:
      return DecisionReason::kRolesHaveTooMuchOld;
    case RoleStepReason::kNewIsThere:
      return DecisionReason::kRolesAreThere;
    case RoleStepReason::kAdd:
      return DecisionReason::kRolesAdd;
    case RoleStepReason::kDrain:
      return DecisionReason::kRolesDrain;
    case RoleStepReason::kForce:
      return DecisionReason::kRolesForce;
    case RoleStepReason::kAddAhead:
      return DecisionReason::kRolesAddAhead;
    case RoleStepReason::kHeld:
      return DecisionReason::kRolesAreHeld;
  }
  return DecisionReason::kRolesHaveNoStep;
}

// The groups of a role, summed over all old revisions.
int64_t OldGroups(const RoleRolloutInput& input, size_t role, const RoleRolloutStep* step) {
  int64_t groups = 0;
  for (size_t i = role; i < input.old_groups.size(); i += input.roles.size()) {
    groups += step == nullptr ? input.old_groups[i].replicas : step->old_groups[i];
  }
  return groups;
}

// Why the role has to wait: "decode is held: 2 of 4 new groups are ready".
std::string WhyHeld(const SliceRollout& rollout, const RoleRolloutInput& input, size_t role) {
  const RoleGroups& groups = input.new_groups[role];
  const std::string held = absl::StrCat(rollout.role_name(role), " is held: ");
  if (!groups.exists && role < rollout.spec_roles()) return absl::StrCat(held, "its new LeaderWorkerSet is missing");
  if (groups.ready != groups.replicas) {
    return absl::StrCat(held, groups.ready, " of ", groups.replicas, " new groups are ready");
  }
  return absl::StrCat(held, "none of its ", OldGroups(input, role, nullptr), " old groups can go");
}

std::string ChangeOf(const SliceRollout& rollout, const RoleRolloutInput& input, const RoleRolloutStep& step,
                     size_t role) {
  std::string text;
  const int64_t old_before = OldGroups(input, role, nullptr), old_after = OldGroups(input, role, &step);
  const int32_t new_before = input.new_groups[role].replicas, new_after = step.new_groups[role];
  if (old_before != old_after) absl::StrAppend(&text, " old from ", old_before, " to ", old_after);
  if (new_before != new_after) absl::StrAppend(&text, " new from ", new_before, " to ", new_after);
  return text.empty() ? text : absl::StrCat(", ", rollout.role_name(role), text);
}

}  // namespace

void RecordSliceStarted(const std::string& revision, PlanBuilder* plan) {
  plan->Tell("RollingUpdateStarted", "Update", absl::StrCat("Started rolling update to revision ", revision));
}

void RecordSliceCompleted(const std::string& revision, PlanBuilder* plan) {
  plan->Tell("RollingUpdateCompleted", "Update", absl::StrCat("Completed rolling update to revision ", revision));
}

void RecordSliceScaling(const std::string& role, const std::string& child, int32_t before, int32_t after,
                        PlanBuilder* plan) {
  const bool is_up = after > before;
  plan->Tell(is_up ? "ScalingUp" : "ScalingDown", "Update",
             absl::StrCat("Scaling ", is_up ? "up " : "down ", role, " LWS ", child, " from ", before, " to ", after,
                          " replicas"));
}

void ExplainSliceStep(int32_t slice, const SliceRollout& rollout, const RoleRolloutInput& input,
                      const RoleRolloutStep& step, PlanBuilder* plan) {
  std::string text = absl::StrCat("slice ", slice);
  if (step.role >= 0) absl::StrAppend(&text, ": ", WhyHeld(rollout, input, static_cast<size_t>(step.role)));
  for (size_t role = 0; role < rollout.roles(); ++role) absl::StrAppend(&text, ChangeOf(rollout, input, step, role));
  plan->Because(ReasonOf(step.reason), DecisionSubject::kSlice, text);
}

}  // namespace lws::internal
