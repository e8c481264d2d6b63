#include "lws/core/disaggregated/role_objects.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/typed_message.h"
#include "lws/api/well_known.h"
#include "lws/placement/affinity_terms.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

Json OwnedBySet(const DisaggregatedSet& set) {
  return {{"apiVersion", kDisaggregatedSetApiVersion},
          {"kind", kDisaggregatedSetKind},
          {"name", set.metadata().name()},
          {"uid", set.metadata().uid()},
          {"controller", true}};
}

Json Metadata(const DisaggregatedSet& set, std::string name, Json labels) {
  return {{"name", std::move(name)},
          {"namespace", set.metadata().namespace_()},
          {"labels", std::move(labels)},
          {"ownerReferences", Json::array({OwnedBySet(set)})}};
}

bool HasPlacement(const DisaggregatedSet& set) {
  const PlacementPolicy& policy = set.spec().placement_policy();
  return (policy.type() == kExclusiveSlice || policy.type() == kExclusiveTopology) && !policy.topology().empty();
}

// Adds the terms of the placement policy to the pods of a slice: they go together by topology, apart from other slices
// of the set, and, under ExclusiveTopology, apart from the slices of all other sets.
absl::Status AddPlacement(const DisaggregatedSet& set, const std::string& slice, Json* pod_spec) {
  const PlacementPolicy& policy = set.spec().placement_policy();
  const Json name = Json::array({set.metadata().name()});
  const Json this_slice = Json::array({slice});
  const Json in_set = AffinitySelectorExpression(kDisaggregatedNameLabel, "In", name);
  const Json has_slice = AffinitySelectorExpression(kSliceLabel, "Exists", Json::array());
  const Json in_slice = AffinitySelectorExpression(kSliceLabel, "In", this_slice);
  Json others = Json::array({in_set});
  if (slice == "0") others.push_back(has_slice);  // a pod without a slice label belongs to slice 0
  others.push_back(AffinitySelectorExpression(kSliceLabel, "NotIn", this_slice));
  Json apart = Json::array({AffinityTerm(std::move(others), policy.topology())});
  if (policy.type() == kExclusiveTopology) {
    const Json has_name = AffinitySelectorExpression(kDisaggregatedNameLabel, "Exists", Json::array());
    const Json not_in_set = AffinitySelectorExpression(kDisaggregatedNameLabel, "NotIn", name);
    apart.push_back(AffinityTerm(Json::array({has_name, not_in_set, has_slice}), policy.topology()));
  }
  const Json together = Json::array({AffinityTerm(Json::array({in_set, in_slice}), policy.topology())});
  return AppendAffinity(together, apart, pod_spec);
}

// Puts `overlay` over the labels of a pod template, and adds the terms of the placement policy.
absl::Status OverlayTemplate(const DisaggregatedSet& set, const std::string& slice, const Json& overlay,
                             Json* pod_template) {
  (*pod_template)["metadata"]["labels"].update(overlay);
  if (!HasPlacement(set)) return absl::OkStatus();
  return AddPlacement(set, slice, &(*pod_template)["spec"]);
}

}  // namespace

absl::StatusOr<Json> RoleChildObject(const DisaggregatedSet& set, const DisaggregatedRole& role, int32_t slice,
                                     absl::string_view revision, int32_t replicas) {
  const std::string& set_name = set.metadata().name();
  const std::string slice_text = absl::StrCat(slice);
  const Json overlay = {{kAppLabel, RoleAppName(set_name, slice, role.name())},
                        {kDisaggregatedNameLabel, set_name},
                        {kRoleLabel, role.name()},
                        {kSliceLabel, slice_text},
                        {kDisaggregatedRevisionLabel, std::string(revision)}};
  Json labels = Json::object();
  for (const auto& [key, value] : role.metadata().labels()) labels[key] = value;
  labels.update(overlay);
  Json metadata = Metadata(set, ChildName(set_name, slice, revision, role.name()), std::move(labels));
  for (const auto& [key, value] : role.metadata().annotations()) metadata["annotations"][key] = value;
  Json spec = MessageToJson("LeaderWorkerSetSpec", role.spec());
  spec["replicas"] = replicas;
  Json& group = spec["leaderWorkerTemplate"];
  for (const char* part : {"leaderTemplate", "workerTemplate"}) {
    if (!group.contains(part)) continue;
    absl::Status status = OverlayTemplate(set, slice_text, overlay, &group[part]);
    if (!status.ok()) return status;
  }
  return Json(
      {{"apiVersion", kApiVersion}, {"kind", kKind}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}});
}

Json RoleServiceObject(const DisaggregatedSet& set, const ObservedChild& child) {
  Json labels = {{kDisaggregatedNameLabel, set.metadata().name()},
                 {kRoleLabel, child.labels.role},
                 {kDisaggregatedRevisionLabel, child.labels.revision}};
  if (!child.labels.slice.empty()) labels[kSliceLabel] = child.labels.slice;
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", Metadata(set, RoleServiceName(child.meta.name), labels)},
          {"spec", {{"clusterIP", "None"}, {"selector", labels}}}};
}

Json RoleScalerObject(const DisaggregatedSet& set, const DisaggregatedRole& role, int32_t replicas) {
  Json metadata = Metadata(set, RoleScalerName(set.metadata().name(), role.name()),
                           {{kDisaggregatedNameLabel, set.metadata().name()}, {kRoleLabel, role.name()}});
  metadata["ownerReferences"][0]["blockOwnerDeletion"] = true;
  return {{"apiVersion", kDisaggregatedSetApiVersion},
          {"kind", kRoleScalerKind},
          {"metadata", std::move(metadata)},
          {"spec", {{"replicas", replicas}}}};
}

}  // namespace lws::internal
