#include "lws/core/desired/desired_objects.h"

#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/spec_counts.h"
#include "lws/api/well_known.h"
#include "lws/placement/pod_resources.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

using Texts = google::protobuf::Map<std::string, std::string>;

Json TextMap(const Texts& texts) {
  Json map = Json::object();
  for (const auto& [key, value] : texts) map[key] = value;
  return map;
}

std::optional<std::string> Annotation(const LeaderWorkerSet& set, const char* key) {
  const auto found = set.metadata().annotations().find(key);
  if (found == set.metadata().annotations().end()) return std::nullopt;
  return found->second;
}

Json OwnerReferences(absl::string_view api_version, absl::string_view kind, absl::string_view name,
                     absl::string_view uid) {
  return Json::array({{{"apiVersion", std::string(api_version)},
                       {"kind", std::string(kind)},
                       {"name", std::string(name)},
                       {"uid", std::string(uid)},
                       {"controller", true},
                       {"blockOwnerDeletion", true}}});
}

Json OwnedBySet(const LeaderWorkerSet& set) {
  return OwnerReferences(kApiVersion, kKind, set.metadata().name(), set.metadata().uid());
}

Json OwnedByLeader(const ObservedPod& leader) {
  return OwnerReferences("v1", "Pod", leader.meta.name, leader.meta.uid);
}

int64_t Size(const LeaderWorkerSet& set) { return SpecSize(set.spec()); }

// Writes the annotations that leader and worker templates share: the size, and exclusive placement.
void OverlayAnnotations(const LeaderWorkerSet& set, Json* annotations) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  (*annotations)[kSizeAnnotation] = absl::StrCat(Size(set));
  const std::string topology = Annotation(set, kExclusiveTopologyAnnotation).value_or("");
  if (!topology.empty()) (*annotations)[kExclusiveTopologyAnnotation] = topology;
  if (!group.has_sub_group_policy()) return;
  if (group.sub_group_policy().has_type()) {
    (*annotations)[kSubGroupPolicyTypeAnnotation] = group.sub_group_policy().type();
  }
  (*annotations)[kSubGroupSizeAnnotation] = absl::StrCat(group.sub_group_policy().sub_group_size());
  const std::string subgroup_topology = Annotation(set, kSubGroupExclusiveTopologyAnnotation).value_or("");
  if (!subgroup_topology.empty()) (*annotations)[kSubGroupExclusiveTopologyAnnotation] = subgroup_topology;
}

// The labels or annotations of a template's metadata, as an object to write into.
Json& TemplateMap(Json* pod_template, const char* map) {
  Json& metadata = (*pod_template)["metadata"];
  if (!metadata.is_object()) metadata = Json::object();
  Json& texts = metadata[map];
  if (!texts.is_object()) texts = Json::object();
  return texts;
}

// The set's claims, each with the fields that a StatefulSet's volumeClaimTemplates need.
Json VolumeClaimTemplates(const LeaderWorkerSet& set) {
  Json claims = Json::array();
  for (const std::string& text : set.spec().leader_worker_template().volume_claim_templates()) {
    const Json claim = ObjectFromText(text);
    const Json from = claim.value("spec", Json::object());
    Json spec = Json::object();
    for (const char* key : {"accessModes", "storageClassName", "volumeMode", "resources"}) {
      if (from.contains(key)) spec[key] = from[key];
    }
    claims.push_back(
        {{"apiVersion", "v1"},
         {"kind", "PersistentVolumeClaim"},
         {"metadata",
          {{"name", claim.value("/metadata/name"_json_pointer, "")}, {"namespace", set.metadata().namespace_()}}},
         {"spec", std::move(spec)}});
  }
  return claims;
}

void AddVolumeClaims(const LeaderWorkerSet& set, Json* spec) {
  Json claims = VolumeClaimTemplates(set);
  if (!claims.empty()) (*spec)["volumeClaimTemplates"] = std::move(claims);
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  if (!group.has_persistent_volume_claim_retention_policy()) return;
  const PersistentVolumeClaimRetentionPolicy& policy = group.persistent_volume_claim_retention_policy();
  (*spec)["persistentVolumeClaimRetentionPolicy"] = {{"whenDeleted", policy.when_deleted()},
                                                     {"whenScaled", policy.when_scaled()}};
}

Json LeaderPodTemplate(const LeaderWorkerSet& set, absl::string_view revision_key) {
  Json pod_template = LeaderTemplate(set.spec().leader_worker_template());
  Json& labels = TemplateMap(&pod_template, "labels");
  labels[kWorkerIndexLabel] = "0";
  labels[kNameLabel] = set.metadata().name();
  labels[kRevisionLabel] = std::string(revision_key);
  Json& annotations = TemplateMap(&pod_template, "annotations");
  OverlayAnnotations(set, &annotations);
  const NetworkConfig& network = set.spec().network_config();
  if (network.has_subdomain_policy() && network.subdomain_policy() == kSubdomainUniquePerReplica) {
    annotations[kSubdomainPolicyAnnotation] = kSubdomainUniquePerReplica;
  }
  return pod_template;
}

Json HeadlessService(Json metadata, Json selector) {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", std::move(metadata)},
          {"spec", {{"clusterIP", "None"}, {"publishNotReadyAddresses", true}, {"selector", std::move(selector)}}},
          {"status", {{"loadBalancer", Json::object()}}}};
}

Json WorkerLabels(const LeaderWorkerSet& set, const ObservedPod& leader) {
  return {{kGroupIndexLabel, leader.meta.group_index.value_or("")},
          {kNameLabel, set.metadata().name()},
          {kGroupKeyLabel, leader.group_key}};
}

Json WorkerPodTemplate(const LeaderWorkerSet& set, const ObservedPod& leader,
                       std::optional<absl::string_view> topology_value) {
  Json pod_template = WorkerTemplate(set.spec().leader_worker_template());
  Json& labels = TemplateMap(&pod_template, "labels");
  labels.update(WorkerLabels(set, leader));
  labels[kRevisionLabel] = leader.meta.revision_key;
  Json& annotations = TemplateMap(&pod_template, "annotations");
  OverlayAnnotations(set, &annotations);
  annotations[kLeaderNameAnnotation] = leader.meta.name;
  if (leader.requests_tpus) annotations[kLeaderRequestsTpusAnnotation] = "true";
  const std::optional<std::string> topology = Annotation(set, kExclusiveTopologyAnnotation);
  if (topology.has_value() && topology_value.has_value()) {
    Json& selector = pod_template["spec"]["nodeSelector"];
    if (!selector.is_object()) selector = Json::object();
    selector[*topology] = std::string(*topology_value);
  }
  return pod_template;
}

}  // namespace

bool HasSharedSubdomain(const LeaderWorkerSet& set) {
  const NetworkConfig& network = set.spec().network_config();
  return !set.spec().has_network_config() || network.subdomain_policy() == kSubdomainShared;
}

absl::StatusOr<Json> LeaderStatefulSet(const LeaderWorkerSet& set, absl::string_view revision_key, int32_t partition,
                                       int32_t replicas) {
  const RollingUpdateConfiguration& update = set.spec().rollout_strategy().rolling_update_configuration();
  const int32_t wanted = SpecReplicas(set.spec());
  const absl::StatusOr<RolloutBudget> budget =
      ScaleBudget(wanted, ToIntOrPercent(update.max_surge()), ToIntOrPercent(update.max_unavailable()));
  if (!budget.ok()) return budget.status();

  Json labels = TextMap(set.metadata().labels());
  labels[kNameLabel] = set.metadata().name();
  labels[kRevisionLabel] = std::string(revision_key);
  Json annotations = TextMap(set.metadata().annotations());
  annotations[kReplicasAnnotation] = absl::StrCat(wanted);
  Json spec = {
      {"serviceName", set.metadata().name()},
      {"replicas", replicas},
      {"podManagementPolicy", "Parallel"},
      {"updateStrategy",
       {{"type", set.spec().rollout_strategy().type()},
        {"rollingUpdate", {{"partition", partition}, {"maxUnavailable", StatefulSetMaxUnavailable(*budget)}}}}},
      {"selector", {{"matchLabels", {{kNameLabel, set.metadata().name()}, {kWorkerIndexLabel, "0"}}}}},
      {"template", LeaderPodTemplate(set, revision_key)},
  };
  AddVolumeClaims(set, &spec);
  return Json{{"apiVersion", "apps/v1"},
              {"kind", "StatefulSet"},
              {"metadata",
               {{"name", set.metadata().name()},
                {"namespace", set.metadata().namespace_()},
                {"labels", std::move(labels)},
                {"annotations", std::move(annotations)},
                {"ownerReferences", OwnedBySet(set)}}},
              {"spec", std::move(spec)}};
}

Json WorkerStatefulSet(const LeaderWorkerSet& set, const ObservedPod& leader,
                       std::optional<absl::string_view> topology_value) {
  Json labels = TextMap(set.metadata().labels());
  labels.update(WorkerLabels(set, leader));
  labels[kRevisionLabel] = leader.meta.revision_key;
  Json metadata = {{"name", leader.meta.name},
                   {"namespace", leader.meta.namespace_name},
                   {"labels", std::move(labels)},
                   {"ownerReferences", OwnedByLeader(leader)}};
  if (!set.metadata().annotations().empty()) metadata["annotations"] = TextMap(set.metadata().annotations());
  Json spec = {{"replicas", Size(set) - 1},
               {"ordinals", {{"start", 1}}},
               {"podManagementPolicy", "Parallel"},
               {"serviceName", HasSharedSubdomain(set) ? set.metadata().name() : leader.meta.name},
               {"selector", {{"matchLabels", WorkerLabels(set, leader)}}},
               {"template", WorkerPodTemplate(set, leader, topology_value)}};
  AddVolumeClaims(set, &spec);
  return {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", metadata}, {"spec", spec}};
}

Json SharedService(const LeaderWorkerSet& set) {
  return HeadlessService({{"name", set.metadata().name()},
                          {"namespace", set.metadata().namespace_()},
                          {"labels", {{kNameLabel, set.metadata().name()}}},
                          {"ownerReferences", OwnedBySet(set)}},
                         {{kNameLabel, set.metadata().name()}});
}

Json GroupService(const LeaderWorkerSet& set, const ObservedPod& leader) {
  return HeadlessService(
      {{"name", leader.meta.name},
       {"namespace", leader.meta.namespace_name},
       {"labels", {{kNameLabel, set.metadata().name()}}},
       {"ownerReferences", OwnedByLeader(leader)}},
      {{kNameLabel, set.metadata().name()}, {kGroupIndexLabel, leader.meta.group_index.value_or("")}});
}

absl::StatusOr<Json> GroupPodGroup(const LeaderWorkerSet& set, const ObservedPod& leader) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  const int64_t size = Size(set);
  absl::StatusOr<ResourceList> total =
      PodRequests(LeaderTemplate(group).value("spec", Json::object()), AbsentRequest::kIsZero);
  if (!total.ok()) return total.status();
  const absl::StatusOr<ResourceList> worker =
      PodRequests(WorkerTemplate(group).value("spec", Json::object()), AbsentRequest::kIsZero);
  if (!worker.ok()) return worker.status();
  if (size > 1) AddResources(*worker, size - 1, &*total);
  Json resources = Json::object();
  for (const auto& [name, amount] : *total) resources[name] = amount.ToString();

  Json metadata = {{"namespace", leader.meta.namespace_name},
                   {"labels",
                    {{kNameLabel, set.metadata().name()},
                     {kGroupIndexLabel, leader.meta.group_index.value_or("")},
                     {kRevisionLabel, leader.meta.revision_key}}},
                   {"ownerReferences", OwnedByLeader(leader)}};
  if (!leader.pod_group_name.empty()) metadata["name"] = leader.pod_group_name;
  for (const auto& [key, value] : set.metadata().annotations()) {
    if (absl::StartsWith(key, kVolcanoAnnotationPrefix)) metadata["annotations"][key] = value;
  }
  Json spec = {{"minMember", set.spec().startup_policy() == kLeaderReady ? 1 : size}, {"minResources", resources}};
  const std::string queue = Annotation(set, kVolcanoQueueAnnotation).value_or("");
  if (!queue.empty()) spec["queue"] = queue;
  return Json{{"apiVersion", kPodGroupApiVersion},
              {"kind", kPodGroupKind},
              {"metadata", std::move(metadata)},
              {"spec", std::move(spec)},
              {"status", Json::object()}};
}

Json RevisionObject(const LeaderWorkerSet& set, absl::string_view name, absl::string_view key, int64_t number,
                    const std::string& data) {
  return {{"apiVersion", "apps/v1"},
          {"kind", "ControllerRevision"},
          {"metadata",
           {{"name", std::string(name)},
            {"namespace", set.metadata().namespace_()},
            {"labels", {{kNameLabel, set.metadata().name()}, {kRevisionLabel, std::string(key)}}},
            {"ownerReferences", OwnedBySet(set)}}},
          {"data", ObjectFromText(data)},
          {"revision", number}};
}

}  // namespace lws::internal
