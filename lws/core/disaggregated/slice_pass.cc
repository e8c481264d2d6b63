#include "lws/core/disaggregated/slice_pass.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/mending_rollout.h"
#include "lws/core/disaggregated/slice_errors.h"
#include "lws/core/disaggregated/slice_events.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {
SliceChildren SlicePass::Children() const {
  return SliceChildren(objects_.ChildrenOfSlice(slice_), objects_.revision());
}

std::string SlicePass::NameOf(const std::string& role) const {
  return ChildName(set_.metadata().name(), slice_, objects_.revision(), role);
}

absl::Status SlicePass::Run() {
  MendingRollout mending(set_, slice_, options_.rollout, scalers_, &objects_, &plan_);
  if (options_.mends) mending.Remember(Children());
  DeleteDrained(Children());
  const SliceChildren children = Children();
  absl::Status status;
  if (options_.mends) {
    status = mending.Run(children);
  } else {
    status = HasOldGroups(children) ? RollOut(children) : CreateAndScale();
  }
  if (status.ok()) ReconcileServices(Children());
  return status;
}

// Deletes the children of old revisions in which no role has groups left.
void SlicePass::DeleteDrained(const SliceChildren& children) {
  for (const auto& [revision, roles] : children.old_revisions()) {
    const bool is_drained =
        std::all_of(roles.begin(), roles.end(), [](const auto& role) { return role.second->replicas == 0; });
    if (!is_drained) continue;
    for (const auto& [role, child] : roles) {
      objects_.DeleteChild(child);
      plan_.Tell("LWSDeleted", "Delete", absl::StrCat("Deleted drained LWS ", child->name()));
    }
  }
  if (options_.mends && !children.old_revisions().empty() && Children().old_revisions().empty()) {
    RecordSliceCompleted(objects_.revision(), &plan_);
  }
}

bool SlicePass::HasOldGroups(const SliceChildren& children) const {
  for (const auto& [revision, roles] : children.old_revisions()) {
    for (const DisaggregatedRole& role : set_.spec().roles()) {
      const DisaggregatedChild* child = SliceChildren::Find(roles, role.name());
      if (child != nullptr && child->replicas > 0) return true;
    }
  }
  return false;
}

// --- Without old groups everything is created and scaled at once.

// The child under its present name, or, in slice 0, under its legacy name; null when there is none.
absl::StatusOr<DisaggregatedChild*> SlicePass::FindOwnChild(const std::string& role) {
  const std::string name = NameOf(role);
  DisaggregatedChild* child = objects_.FindChild(name);
  if (child != nullptr && objects_.IsControlled(*child)) return child;
  DisaggregatedChild* legacy =
      slice_ != 0 ? nullptr : objects_.FindChild(LegacyChildName(set_.metadata().name(), objects_.revision(), role));
  if (legacy != nullptr && objects_.IsControlled(*legacy)) return legacy;
  if (child != nullptr) return SliceRefuses(name, set_.metadata().name(), "adopt");
  return nullptr;
}

absl::Status SlicePass::CreateAndScale() {
  for (const DisaggregatedRole& role : set_.spec().roles()) {
    const absl::StatusOr<DisaggregatedChild*> child = FindOwnChild(role.name());
    absl::Status status = child.status();
    if (child.ok()) {
      const int32_t wanted = scalers_.Wanted(role, *child);
      if (*child == nullptr) {
        status = objects_.CreateChild(role, slice_, wanted);
      } else if ((*child)->replicas != wanted) {
        objects_.ScaleChild(*child, wanted);
      }
    }
    if (!status.ok()) return AnnotateSliceError(status, absl::StrCat("failed to reconcile ", role.name(), " role"));
  }
  return absl::OkStatus();
}

// --- The rollout.

absl::Status SlicePass::RollOut(const SliceChildren& children) {
  if (children.new_children().empty()) return Begin(children);
  const SliceRollout rollout(set_, children, scalers_);
  const RoleRolloutStep step = options_.rollout(rollout.Input());
  ExplainSliceStep(slice_, rollout, rollout.Input(), step, &plan_);
  if (step.reason == RoleStepReason::kWaitsForReady) {
    looks_again_ = true;
    return absl::OkStatus();
  }
  if (step.reason == RoleStepReason::kNothing) {
    RecordSliceCompleted(objects_.revision(), &plan_);
    return absl::OkStatus();
  }
  return CarryOut(rollout, step);
}

// Remembers the replicas of the old children, then creates the new ones without groups.
absl::Status SlicePass::Begin(const SliceChildren& children) {
  looks_again_ = true;
  RecordSliceStarted(objects_.revision(), &plan_);
  for (const auto& [revision, roles] : children.old_revisions()) {
    for (const auto& [role, child] : roles) {
      if (RememberedRoleReplicas(*child) != child->replicas) objects_.RememberReplicas(child, child->replicas);
    }
  }
  for (const DisaggregatedRole& role : set_.spec().roles()) {
    const std::string name = NameOf(role.name());
    const DisaggregatedChild* child = objects_.FindChild(name);
    if (child != nullptr && objects_.IsControlled(*child)) continue;
    absl::Status status =
        child == nullptr ? objects_.CreateChild(role, slice_, 0) : SliceRefuses(name, set_.metadata().name(), "adopt");
    if (!status.ok()) return AnnotateSliceError(status, absl::StrCat("failed to create LWS ", name));
  }
  return absl::OkStatus();
}

// A policy may have groups for a new child that was deleted in the middle of the rollout. This pass does not create it.
absl::Status SlicePass::CarryOut(const SliceRollout& rollout, const RoleRolloutStep& step) {
  for (size_t role = 0; role < rollout.spec_roles(); ++role) {
    if (rollout.new_child(role) == nullptr) continue;
    const int32_t before = rollout.new_child(role)->replicas;
    if (step.new_groups[role] <= before) continue;
    absl::Status status = ScaleUp(rollout.role_name(role), before, step.new_groups[role]);
    if (!status.ok()) return status;
  }
  for (size_t i = 0; i < rollout.old_children().size(); ++i) {
    DisaggregatedChild* child = rollout.old_children()[i];
    if (child == nullptr || child->replicas <= step.old_groups[i]) continue;
    ScaleDown(rollout.role_name(i % rollout.roles()), child, step.old_groups[i]);
  }
  return absl::OkStatus();
}

// Scales the child with the present name, as the reference does, even where the new child has a legacy name.
absl::Status SlicePass::ScaleUp(const std::string& role, int32_t before, int32_t replicas) {
  const std::string name = NameOf(role);
  DisaggregatedChild* child = objects_.FindChild(name);
  if (child == nullptr) {
    return absl::NotFoundError(absl::StrCat("failed to scale ", name, ": failed to get LeaderWorkerSet ", name,
                                            " for scaling: leaderworkersets.leaderworkerset.x-k8s.io \"", name,
                                            "\" not found"));
  }
  if (!objects_.IsControlled(*child)) {
    return AnnotateSliceError(SliceRefuses(name, set_.metadata().name(), "scale"),
                              absl::StrCat("failed to scale ", name));
  }
  objects_.ScaleChild(child, replicas);
  RecordSliceScaling(role, name, before, replicas, &plan_);
  return absl::OkStatus();
}

void SlicePass::ScaleDown(const std::string& role, DisaggregatedChild* child, int32_t replicas) {
  const int32_t before = child->replicas;
  objects_.ScaleChild(child, replicas);
  plan_.Tell(
      "ScalingDown", "Update",
      absl::StrCat("Scaling down ", role, " LWS ", child->name(), " from ", before, " to ", replicas, " replicas"));
}

// --- Services.

// Whether every role of the spec has a ready group.
bool SlicePass::IsServing(const SliceChildren::Roles& roles) const {
  return std::all_of(set_.spec().roles().begin(), set_.spec().roles().end(), [&roles](const DisaggregatedRole& role) {
    const DisaggregatedChild* child = SliceChildren::Find(roles, role.name());
    return child != nullptr && child->object->ready_replicas >= 1;
  });
}

// Waits until the target revision serves. Then old Services are deleted whose revision no longer serves.
void SlicePass::ReconcileServices(const SliceChildren& children) {
  if (!IsServing(children.new_children())) return;
  for (const DisaggregatedRole& role : set_.spec().roles()) {
    const DisaggregatedChild& child = *children.FindNew(role.name());
    if (!objects_.HasService(RoleServiceName(child.name()))) objects_.CreateService(child);
  }
  for (const ObservedRoleService* service : objects_.Services()) {
    const std::string& revision = service->labels.revision;
    if (SliceOfLabel(service->labels.slice) != slice_ || revision == objects_.revision()) continue;
    const auto old = children.old_revisions().find(revision);
    if (old != children.old_revisions().end() && IsServing(old->second)) continue;
    objects_.DeleteService(service->meta.name);
  }
}

}  // namespace lws::internal
