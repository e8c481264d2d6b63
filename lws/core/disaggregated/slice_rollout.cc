#include "lws/core/disaggregated/slice_rollout.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/strict_integer.h"
#include "lws/core/disaggregated/wanted_groups.h"

namespace lws::internal {
namespace {

// The budget of a role. Percentages refer to the wanted groups; without a scaler an External role wants none.
RoleBudget BudgetOf(const DisaggregatedRole& role, const RoleScalers& scalers) {
  return RoleBudgetOf(role, scalers.Wanted(role, nullptr));
}

RoleGroups GroupsOf(const DisaggregatedChild& child) {
  const int32_t leaving = std::max(0, child.object->status_replicas - child.replicas);
  return {true, child.replicas, child.object->ready_replicas, InitialRoleReplicas(child), leaving};
}

absl::Time Youngest(const SliceChildren::Roles& roles) {
  absl::Time youngest = absl::InfinitePast();
  for (const auto& [name, child] : roles) youngest = std::max(youngest, child->object->created);
  return youngest;
}

}  // namespace

std::optional<int32_t> RememberedRoleReplicas(const DisaggregatedChild& child) {
  const std::optional<int64_t> number = ParseStrictInteger(child.initial_replicas.value_or(""));
  if (!number.has_value() || *number < std::numeric_limits<int32_t>::min() ||
      *number > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(*number);
}

int32_t InitialRoleReplicas(const DisaggregatedChild& child) {
  return RememberedRoleReplicas(child).value_or(child.replicas);
}

SliceRollout::SliceRollout(const DisaggregatedSet& set, const SliceChildren& children, const RoleScalers& scalers) {
  AddGoals(set, children, scalers);
  AddOldRevisions(children);
}

void SliceRollout::AddGoals(const DisaggregatedSet& set, const SliceChildren& children, const RoleScalers& scalers) {
  for (const DisaggregatedRole& role : set.spec().roles()) {
    DisaggregatedChild* child = children.FindNew(role.name());
    names_.push_back(role.name());
    new_children_.push_back(child);
    new_groups_.push_back(child == nullptr ? RoleGroups() : GroupsOf(*child));
    goals_.push_back({scalers.Wanted(role, child), BudgetOf(role, scalers), IsExternalRole(role)});
  }
  spec_roles_ = names_.size();
  std::set<std::string> removed;
  for (const auto& [revision, roles] : children.old_revisions()) {
    for (const auto& [name, child] : roles) removed.insert(std::string(name));
  }
  for (const std::string& name : names_) removed.erase(name);
  for (const std::string& name : removed) {
    names_.push_back(name);
    new_children_.push_back(nullptr);
    new_groups_.emplace_back();
    goals_.emplace_back();
  }
}

void SliceRollout::AddOldRevisions(const SliceChildren& children) {
  std::vector<std::pair<absl::Time, const SliceChildren::Roles*>> revisions;
  for (const auto& [revision, roles] : children.old_revisions()) revisions.emplace_back(Youngest(roles), &roles);
  std::stable_sort(revisions.begin(), revisions.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [time, roles] : revisions) {
    for (const std::string& name : names_) {
      DisaggregatedChild* child = SliceChildren::Find(*roles, name);
      old_children_.push_back(child);
      old_groups_.push_back(child == nullptr ? RoleGroups() : GroupsOf(*child));
    }
  }
}

}  // namespace lws::internal
