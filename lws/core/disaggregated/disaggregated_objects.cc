#include "lws/core/disaggregated/disaggregated_objects.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/role_objects.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

template <typename T>
bool BeforeInName(const T* a, const T* b) {
  return a->name() < b->name();
}

}  // namespace

DisaggregatedObjects::DisaggregatedObjects(const DisaggregatedObservation& observation, absl::string_view revision,
                                           PlanBuilder* plan)
    : set_(*observation.set), revision_(revision), plan_(*plan) {
  for (const ObservedChild* child : observation.children) AddChild(child);
  for (const ObservedRoleService* service : observation.services) services_[service->meta.name] = service;
}

void DisaggregatedObjects::AddChild(const ObservedChild* object) {
  storage_.push_back({object, object->replicas(), object->spec_replicas, object->initial_replicas, false});
  DisaggregatedChild* child = &storage_.back();
  children_[child->name()] = child;
  if (!IsOwn(*child)) return;
  const std::optional<int32_t> slice = SliceOfLabel(child->labels().slice);
  if (!slice.has_value()) return;
  std::vector<DisaggregatedChild*>& of_slice = slices_[*slice];
  of_slice.insert(std::upper_bound(of_slice.begin(), of_slice.end(), child, BeforeInName<DisaggregatedChild>), child);
}

DisaggregatedChild* DisaggregatedObjects::FindChild(absl::string_view name) {
  const auto found = children_.find(name);
  return found == children_.end() ? nullptr : found->second;
}

bool DisaggregatedObjects::IsControlled(const DisaggregatedChild& child) const {
  return IsControlledBy(child.object->meta, set_.metadata().uid());
}

bool DisaggregatedObjects::IsOwn(const DisaggregatedChild& child) const {
  return IsControlled(child) && child.labels().set_name == set_.metadata().name();
}

std::vector<DisaggregatedChild*> DisaggregatedObjects::Children() {
  std::vector<DisaggregatedChild*> own;
  for (const auto& [name, child] : children_) {
    if (IsOwn(*child)) own.push_back(child);
  }
  return own;
}

const std::vector<DisaggregatedChild*>& DisaggregatedObjects::ChildrenOfSlice(int32_t slice) { return slices_[slice]; }

absl::Status DisaggregatedObjects::CreateChild(const DisaggregatedRole& role, int32_t slice, int32_t replicas) {
  absl::StatusOr<Json> object = RoleChildObject(set_, role, slice, revision_, replicas);
  if (!object.ok()) return object.status();
  ObservedChild child;
  child.meta.namespace_name = set_.metadata().namespace_();
  child.meta.name = ChildName(set_.metadata().name(), slice, revision_, role.name());
  child.meta.controller =
      ObservedMeta::Controller{kDisaggregatedSetKind, set_.metadata().name(), set_.metadata().uid()};
  child.labels = {set_.metadata().name(), role.name(), absl::StrCat(slice), revision_};
  child.spec_replicas = replicas;
  if (FindChild(child.meta.name) != nullptr) {
    return absl::AlreadyExistsError(absl::StrCat("LeaderWorkerSet ", child.meta.name, " already exists"));
  }
  plan_.Create(*std::move(object));
  created_children_.push_back(std::move(child));
  AddChild(&created_children_.back());
  return absl::OkStatus();
}

void DisaggregatedObjects::DeleteChild(DisaggregatedChild* child) {
  plan_.Delete(kApiVersion, kKind, child->object->meta);
  child->is_gone = true;
  children_.erase(child->name());
  for (auto& [slice, children] : slices_) {
    children.erase(std::remove(children.begin(), children.end(), child), children.end());
  }
}

void DisaggregatedObjects::ScaleChild(DisaggregatedChild* child, int32_t replicas) {
  plan_.Patch(kApiVersion, kKind, child->object->meta, {{"spec", {{"replicas", replicas}}}});
  child->replicas = replicas;
  child->spec_replicas = replicas;
}

void DisaggregatedObjects::RememberReplicas(DisaggregatedChild* child, std::optional<int32_t> replicas) {
  const Json value = replicas.has_value() ? Json(absl::StrCat(*replicas)) : Json();
  plan_.Patch(kApiVersion, kKind, child->object->meta,
              {{"metadata", {{"annotations", {{kInitialReplicasAnnotation, value}}}}}});
  child->initial_replicas = replicas.has_value() ? std::optional<std::string>(absl::StrCat(*replicas)) : std::nullopt;
}

std::vector<const ObservedRoleService*> DisaggregatedObjects::Services() const {
  std::vector<const ObservedRoleService*> of_set;
  for (const auto& [name, service] : services_) {
    if (service->labels.set_name == set_.metadata().name()) of_set.push_back(service);
  }
  return of_set;
}

void DisaggregatedObjects::CreateService(const DisaggregatedChild& child) {
  plan_.Create(RoleServiceObject(set_, *child.object));
  ObservedRoleService service;
  service.meta.namespace_name = set_.metadata().namespace_();
  service.meta.name = RoleServiceName(child.name());
  service.labels = child.labels();
  created_services_.push_back(std::move(service));
  services_[created_services_.back().meta.name] = &created_services_.back();
}

void DisaggregatedObjects::DeleteService(const std::string& name) {
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  plan_.Delete("v1", "Service", found->second->meta);
  services_.erase(found);
}

}  // namespace lws::internal
