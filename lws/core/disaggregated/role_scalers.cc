#include "lws/core/disaggregated/role_scalers.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/role_objects.h"
#include "lws/core/disaggregated/role_status.h"
#include "lws/core/disaggregated/scaler_choice.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

std::string Label(const ObjectMeta& meta, const char* key) {
  const auto found = meta.labels().find(key);
  return found == meta.labels().end() ? "" : found->second;
}

ObservedMeta MetaOf(const DisaggregatedSetRoleScaler& scaler) {
  ObservedMeta meta;
  meta.namespace_name = scaler.metadata().namespace_();
  meta.name = scaler.metadata().name();
  meta.uid = scaler.metadata().uid();
  meta.resource_version = scaler.metadata().resource_version();
  return meta;
}

}  // namespace

const DisaggregatedSetRoleScaler* RoleScalers::Find(const std::string& role) const {
  const auto found = scalers_.find(role);
  return found == scalers_.end() ? nullptr : found->second;
}

int32_t RoleScalers::Wanted(const DisaggregatedRole& role, const DisaggregatedChild* child) const {
  if (!IsExternalRole(role)) return RoleSpecReplicas(role);
  const DisaggregatedSetRoleScaler* scaler = Find(role.name());
  if (scaler != nullptr) return scaler->spec().replicas();
  return child == nullptr ? 0 : child->spec_replicas.value_or(0);
}

void RoleScalers::Reconcile(DisaggregatedObjects* objects) {
  DeleteLeftOver();
  for (const DisaggregatedRole& role : set_.spec().roles()) {
    if (!IsExternalRole(role)) continue;
    const DisaggregatedSetRoleScaler* scaler = ScalerOfRole(observation_, role);
    if (scaler != nullptr) {
      scalers_[role.name()] = scaler;
    } else {
      CreateMissing(role, objects);
    }
  }
}

void RoleScalers::DeleteLeftOver() {
  for (const DisaggregatedSetRoleScaler* scaler : observation_.scalers) {
    if (!IsLeftOverScaler(set_, *scaler)) continue;
    plan_.Delete(kDisaggregatedSetApiVersion, kRoleScalerKind, MetaOf(*scaler));
    plan_.Tell("ScalerDeleted", "Delete",
               absl::StrCat("Deleted scaler ", scaler->metadata().name(), " (role ",
                            Label(scaler->metadata(), kRoleLabel), " is no longer External)"));
  }
}

void RoleScalers::CreateMissing(const DisaggregatedRole& role, DisaggregatedObjects* objects) {
  const std::string name = RoleScalerName(set_.metadata().name(), role.name());
  for (const DisaggregatedSetRoleScaler* scaler : observation_.scalers) {
    if (scaler->metadata().name() != name || IsOwnScaler(set_, *scaler)) continue;
    plan_.Warn("ScalerConflict", "Conflict",
               absl::StrCat("Scaler ", name, " exists but is not controlled by this DisaggregatedSet; not adopting"));
    return;
  }
  DisaggregatedSetRoleScaler scaler;
  scaler.mutable_metadata()->set_name(name);
  scaler.mutable_metadata()->set_namespace_(set_.metadata().namespace_());
  scaler.mutable_metadata()->set_generation(1);
  scaler.mutable_spec()->set_replicas(Seed(role.name(), objects));
  plan_.Create(RoleScalerObject(set_, role, scaler.spec().replicas()));
  plan_.Tell("ScalerCreated", "Create", absl::StrCat("Created scaler ", name, " for role ", role.name()));
  created_.push_back(std::move(scaler));
  scalers_[role.name()] = &created_.back();
}

// The groups that the role has already, in old and new children of all slices; 1 when it has no child.
int32_t RoleScalers::Seed(const std::string& role, DisaggregatedObjects* objects) const {
  bool has_child = false;
  int64_t replicas = 0;
  for (const DisaggregatedChild* child : objects->Children()) {
    if (child->labels().role != role) continue;
    has_child = true;
    replicas += child->replicas;
  }
  if (!has_child) return 1;
  return static_cast<int32_t>(std::min<int64_t>(replicas, std::numeric_limits<int32_t>::max()));
}

void RoleScalers::WriteStatus(DisaggregatedObjects* objects, absl::Time now) {
  const std::vector<DisaggregatedChild*> children = objects->Children();
  for (const DisaggregatedRole& role : set_.spec().roles()) {
    const DisaggregatedSetRoleScaler* scaler = Find(role.name());
    if (scaler == nullptr) continue;
    int64_t replicas = 0;
    for (const DisaggregatedChild* child : children) {
      if (child->labels().role == role.name()) replicas += child->object->status_replicas;
    }
    Json patch = RoleScalerStatusPatch(*scaler, set_.metadata().name(), role.name(), replicas, now);
    if (patch.is_null()) continue;
    plan_.PatchStatus(kDisaggregatedSetApiVersion, kRoleScalerKind, MetaOf(*scaler), std::move(patch));
  }
}

}  // namespace lws::internal
