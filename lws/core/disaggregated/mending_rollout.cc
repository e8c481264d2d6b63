#include "lws/core/disaggregated/mending_rollout.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/slice_errors.h"
#include "lws/core/disaggregated/slice_events.h"

namespace lws::internal {
namespace {

bool IsLeaving(const DisaggregatedChild* child) { return child != nullptr && child->object->meta.terminating; }

// The groups with ready set to 0 where the child is being deleted, because those do not serve.
std::vector<RoleGroups> Serving(absl::Span<const RoleGroups> groups, const std::vector<DisaggregatedChild*>& children) {
  std::vector<RoleGroups> serving(groups.begin(), groups.end());
  for (size_t i = 0; i < serving.size(); ++i) {
    if (IsLeaving(children[i])) serving[i].ready = 0;
  }
  return serving;
}

}  // namespace

void MendingRollout::Remember(const SliceChildren& children) {
  for (const auto& [role, child] : children.new_children()) {
    if (child->initial_replicas.has_value() && !IsLeaving(child)) objects_.RememberReplicas(child, std::nullopt);
  }
  for (const auto& [revision, roles] : children.old_revisions()) {
    const bool remembers_all = std::all_of(roles.begin(), roles.end(), [](const auto& role) {
      return RememberedRoleReplicas(*role.second).has_value() || IsLeaving(role.second);
    });
    if (remembers_all) continue;
    for (const bool has_record : {true, false}) {
      for (const auto& [role, child] : roles) {
        const std::optional<int32_t> record = RememberedRoleReplicas(*child);
        if (IsLeaving(child) || record.has_value() != has_record) continue;
        if (record != child->replicas) objects_.RememberReplicas(child, child->replicas);
      }
    }
  }
}

absl::Status MendingRollout::Run(const SliceChildren& children) {
  const SliceRollout rollout(set_, children, scalers_);
  const bool has_old = !children.old_revisions().empty();
  const std::vector<RoleGroups> new_groups = Serving(rollout.Input().new_groups, rollout.new_children());
  const std::vector<RoleGroups> old_groups = Serving(rollout.Input().old_groups, rollout.old_children());
  RoleRolloutInput input = rollout.Input();
  input.new_groups = new_groups;
  input.old_groups = old_groups;
  const RoleRolloutStep step = policy_(input);
  if (has_old) ExplainSliceStep(slice_, rollout, input, step, &plan_);
  if (has_old && children.new_children().empty()) RecordSliceStarted(objects_.revision(), &plan_);
  for (size_t i = 0; i < rollout.spec_roles(); ++i) {
    DisaggregatedChild* child = rollout.new_child(i);
    if (child != nullptr) {
      Scale(rollout.role_name(i), child, step.new_groups[i], has_old);
      continue;
    }
    absl::Status status = Make(set_.spec().roles(static_cast<int>(i)), step.new_groups[i]);
    if (!status.ok()) return status;
  }
  for (size_t i = 0; i < rollout.old_children().size(); ++i) {
    DisaggregatedChild* child = rollout.old_children()[i];
    if (child != nullptr) Scale(rollout.role_name(i % rollout.roles()), child, step.old_groups[i], true);
  }
  return absl::OkStatus();
}

absl::Status MendingRollout::Make(const DisaggregatedRole& role, int32_t replicas) {
  const std::string name = ChildName(set_.metadata().name(), slice_, objects_.revision(), role.name());
  absl::Status status = objects_.FindChild(name) == nullptr ? objects_.CreateChild(role, slice_, replicas)
                                                            : SliceRefuses(name, set_.metadata().name(), "adopt");
  return status.ok() ? status : AnnotateSliceError(status, absl::StrCat("failed to create LWS ", name));
}

void MendingRollout::Scale(const std::string& role, DisaggregatedChild* child, int32_t replicas, bool tells) {
  if (child->replicas == replicas || IsLeaving(child)) return;
  const int32_t before = child->replicas;
  objects_.ScaleChild(child, replicas);
  if (tells) RecordSliceScaling(role, child->name(), before, replicas, &plan_);
}

}  // namespace lws::internal
