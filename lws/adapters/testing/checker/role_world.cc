#include "lws/adapters/testing/checker/role_world.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/testing/checker/role_laws.h"
#include "lws/adapters/testing/checker/role_steps.h"

namespace lws::internal {
namespace {

void SetGroups(int32_t replicas, int32_t ready, CheckedChild* child) {
  child->exists = true;
  child->replicas = replicas;
  child->ready = ready;
  child->See();
}

// "2/4", ready of all; with what the status shows where it is behind.
std::string ChildText(const CheckedChild& child) {
  if (!child.exists) return "-";
  const std::string text = absl::StrCat(child.ready, "/", child.replicas);
  if (child.is_seen()) return text;
  return absl::StrCat(text, " (seen ", child.seen_ready, "/", child.seen_replicas, ")");
}

std::string RoleText(const RoleWorldOptions& options, const CheckedRoles& roles, size_t role) {
  std::vector<std::string> old_texts;
  for (const uint8_t rev : roles.order) {
    if (rev != roles.revision && roles.has_children(rev)) old_texts.push_back(ChildText(roles.child(rev, role)));
  }
  return absl::StrCat(options.roles[role].name, " [old ", old_texts.empty() ? "-" : absl::StrJoin(old_texts, " "),
                      " new ", ChildText(roles.child(roles.revision, role)), " of ", roles.targets[role], "] ready ",
                      SumCheckedRole(roles, role).ready, " promised ", PromisedCheckedRole(options, roles, role));
}

// The letters of a child: first its ready groups.
std::string ChildLetters(const CheckedChild& child, char ready, char unready) {
  if (!child.exists) return "";
  return std::string(static_cast<size_t>(child.ready), ready) +
         std::string(static_cast<size_t>(child.replicas - child.ready), unready);
}

CheckedLane LaneOf(const RoleWorldOptions& options, const CheckedRoles& roles, size_t role) {
  CheckedLane lane{options.roles[role].name, "", SumCheckedRole(roles, role).ready,
                   PromisedCheckedRole(options, roles, role)};
  for (const uint8_t rev : roles.order) {
    if (rev != roles.revision && roles.has_children(rev)) lane.groups += ChildLetters(roles.child(rev, role), 'O', 'o');
  }
  lane.groups += ChildLetters(roles.child(roles.revision, role), 'N', 'n');
  return lane;
}

}  // namespace

RoleWorld::State RoleWorld::Beginning() const {
  CheckedRoles roles;
  for (size_t role = 0; role < options_.roles.size(); ++role) {
    const CheckedRole& of_set = options_.roles[role];
    roles.targets[role] = of_set.target;
    CheckedChild& child = roles.child(0, role);
    SetGroups(of_set.initial, of_set.initial, &child);
  }
  return PackCheckedRoles(roles, options_.lags);
}

std::vector<RoleWorld::State> RoleWorld::AllBeginnings() const {
  std::vector<CheckedRoles> all = {NoticeCheckedRevision(UnpackCheckedRoles(Beginning(), options_.lags))};
  for (size_t role = 0; role < options_.roles.size(); ++role) {
    const int32_t initial = options_.roles[role].initial;
    const int32_t most_new = std::max(initial, options_.roles[role].target);
    std::vector<CheckedRoles> next;
    for (CheckedRoles& roles : all) {
      CheckedChild& old_child = roles.child(0, role);
      old_child.remembered = initial;
      for (int32_t old_groups = 0; old_groups <= initial; ++old_groups) {
        for (int32_t old_ready = 0; old_ready <= old_groups; ++old_ready) {
          SetGroups(old_groups, old_ready, &old_child);
          for (int32_t new_groups = 0; new_groups <= most_new; ++new_groups) {
            for (int32_t new_ready = 0; new_ready <= new_groups; ++new_ready) {
              SetGroups(new_groups, new_ready, &roles.child(1, role));
              next.push_back(roles);
            }
          }
        }
      }
    }
    all = std::move(next);
  }
  std::vector<State> states;
  states.reserve(all.size());
  for (const CheckedRoles& roles : all) states.push_back(PackCheckedRoles(roles, options_.lags));
  return states;
}

void RoleWorld::Steps(const State& state, absl::FunctionRef<void(const Step&)> emit) const {
  EmitRoleSteps(options_, UnpackCheckedRoles(state, options_.lags), emit);
}

bool RoleWorld::IsSettled(const State& state) const {
  const CheckedRoles roles = UnpackCheckedRoles(state, options_.lags);
  for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
    if (rev != roles.revision && roles.has_children(rev)) return false;
  }
  for (size_t role = 0; role < options_.roles.size(); ++role) {
    const CheckedChild& child = roles.child(roles.revision, role);
    if (!child.exists || child.replicas != roles.targets[role] || child.ready != child.replicas) return false;
  }
  return true;
}

std::string RoleWorld::Draw(const std::vector<Step>& steps) const {
  std::string text;
  for (size_t number = 0; number < steps.size(); ++number) {
    const CheckedRoles roles = UnpackCheckedRoles(steps[number].next, options_.lags);
    std::vector<std::string> of_roles;
    for (size_t role = 0; role < options_.roles.size(); ++role) of_roles.push_back(RoleText(options_, roles, role));
    absl::StrAppendFormat(&text, "%3d  %-40s %s\n", number,
                          RoleStepText(options_, steps[number].kind, steps[number].subject),
                          absl::StrJoin(of_roles, "; "));
  }
  return text;
}

std::vector<CheckedMoment> RoleWorld::Moments(const std::vector<Step>& steps) const {
  std::vector<CheckedMoment> moments;
  for (const Step& step : steps) {
    const CheckedRoles roles = UnpackCheckedRoles(step.next, options_.lags);
    CheckedMoment moment{RoleStepText(options_, step.kind, step.subject), IsRoleStepFromOutside(step.kind), "", {}};
    for (size_t role = 0; role < options_.roles.size(); ++role) moment.lanes.push_back(LaneOf(options_, roles, role));
    moments.push_back(std::move(moment));
  }
  return moments;
}

}  // namespace lws::internal
