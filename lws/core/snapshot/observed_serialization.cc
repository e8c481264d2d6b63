#include "lws/core/snapshot/observed_serialization.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/applied_fields.h"
#include "lws/api/json.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Written where it stays: a state of bytes has an object for every group, and moving one moves a dozen texts.
void FillMeta(const ObservedMetaProto& proto, ObservedMeta* meta) {
  meta->namespace_name = proto.namespace_();
  meta->name = proto.name();
  meta->uid = proto.uid();
  meta->resource_version = proto.resource_version();
  meta->terminating = proto.terminating();
  if (proto.has_controller()) {
    meta->controller =
        ObservedMeta::Controller{proto.controller().kind(), proto.controller().name(), proto.controller().uid()};
  }
  meta->set_name = proto.set_name();
  meta->revision_key = proto.revision_key();
  if (proto.has_group_index()) meta->group_index = proto.group_index();
  meta->group_in_name = GroupInName(*meta);
}

}  // namespace

ObservedMetaProto ObservedToProto(const ObservedMeta& meta) {
  ObservedMetaProto proto;
  proto.set_namespace_(meta.namespace_name);
  proto.set_name(meta.name);
  proto.set_uid(meta.uid);
  proto.set_resource_version(meta.resource_version);
  proto.set_terminating(meta.terminating);
  if (meta.controller.has_value()) {
    proto.mutable_controller()->set_kind(meta.controller->kind);
    proto.mutable_controller()->set_name(meta.controller->name);
    proto.mutable_controller()->set_uid(meta.controller->uid);
  }
  proto.set_set_name(meta.set_name);
  proto.set_revision_key(meta.revision_key);
  if (meta.group_index.has_value()) proto.set_group_index(*meta.group_index);
  return proto;
}

ObservedMeta ObservedFromProto(const ObservedMetaProto& proto) {
  ObservedMeta meta;
  FillMeta(proto, &meta);
  return meta;
}

ObservedPodProto ObservedToProto(const ObservedPod& pod) {
  ObservedPodProto proto;
  *proto.mutable_meta() = ObservedToProto(pod.meta);
  if (pod.worker_index.has_value()) proto.set_worker_index(*pod.worker_index);
  proto.set_group_key(pod.group_key);
  if (pod.leader_name.has_value()) proto.set_leader_name(*pod.leader_name);
  proto.set_pod_group_name(pod.pod_group_name);
  proto.set_phase(static_cast<ObservedPodProto::Phase>(pod.phase));
  proto.set_has_ready_condition(pod.has_ready_condition);
  proto.set_restarted(pod.restarted);
  proto.set_requests_tpus(pod.requests_tpus);
  proto.set_node_name(pod.node_name);
  return proto;
}

ObservedPod ObservedFromProto(const ObservedPodProto& proto) {
  ObservedPod pod;
  FillMeta(proto.meta(), &pod.meta);
  if (proto.has_worker_index()) pod.worker_index = proto.worker_index();
  pod.group_key = proto.group_key();
  if (proto.has_leader_name()) pod.leader_name = proto.leader_name();
  pod.pod_group_name = proto.pod_group_name();
  pod.phase = static_cast<PodPhase>(proto.phase());
  pod.has_ready_condition = proto.has_ready_condition();
  pod.restarted = proto.restarted();
  pod.requests_tpus = proto.requests_tpus();
  pod.node_name = proto.node_name();
  return pod;
}

ObservedStatefulSetProto ObservedToProto(const ObservedStatefulSet& statefulset) {
  ObservedStatefulSetProto proto;
  *proto.mutable_meta() = ObservedToProto(statefulset.meta);
  proto.set_replicas(statefulset.replicas);
  proto.set_partition(statefulset.partition);
  proto.set_on_delete(statefulset.on_delete);
  if (statefulset.replicas_annotation.has_value()) proto.set_replicas_annotation(*statefulset.replicas_annotation);
  proto.set_status_replicas(statefulset.status_replicas);
  proto.set_available_replicas(statefulset.available_replicas);
  proto.set_current_revision(statefulset.current_revision);
  proto.set_update_revision(statefulset.update_revision);
  if (statefulset.applied != nullptr) proto.set_applied(CanonicalJson(*statefulset.applied));
  return proto;
}

absl::StatusOr<ObservedStatefulSet> ObservedFromProto(const ObservedStatefulSetProto& proto) {
  ObservedStatefulSet statefulset;
  FillMeta(proto.meta(), &statefulset.meta);
  statefulset.replicas = proto.replicas();
  statefulset.partition = proto.partition();
  statefulset.on_delete = proto.on_delete();
  if (proto.has_replicas_annotation()) statefulset.replicas_annotation = proto.replicas_annotation();
  statefulset.status_replicas = proto.status_replicas();
  statefulset.available_replicas = proto.available_replicas();
  statefulset.current_revision = proto.current_revision();
  statefulset.update_revision = proto.update_revision();
  if (proto.has_applied()) {
    absl::StatusOr<Json> applied =
        ParseJson(proto.applied(), absl::StrCat("StatefulSet ", proto.meta().name(), ": applied"));
    if (!applied.ok()) return applied.status();
    if (!statefulset.meta.group_index.has_value()) statefulset.applied_core = DigestOfAppliedStatefulSet(*applied);
    statefulset.applied = std::make_shared<const Json>(*std::move(applied));
  }
  return statefulset;
}

ObservedRevisionProto ObservedToProto(const ObservedRevision& revision) {
  ObservedRevisionProto proto;
  *proto.mutable_meta() = ObservedToProto(revision.meta);
  proto.set_number(revision.number);
  proto.set_data(revision.data);
  return proto;
}

ObservedRevision ObservedFromProto(const ObservedRevisionProto& proto) {
  return {ObservedFromProto(proto.meta()), proto.number(), proto.data()};
}

ObservedNodeProto ObservedToProto(const ObservedNode& node) {
  ObservedNodeProto proto;
  proto.set_name(node.name);
  for (const auto& [key, value] : node.labels) (*proto.mutable_labels())[key] = value;
  return proto;
}

ObservedNode ObservedFromProto(const ObservedNodeProto& proto) {
  return {proto.name(), {proto.labels().begin(), proto.labels().end()}};
}

}  // namespace lws::internal
