#include "lws/api/observed.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lws/api/applied_fields.h"
#include "lws/api/json_reader.h"
#include "lws/api/pod_name.h"
#include "lws/api/pod_tpus.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DigestOfAppliedStatefulSet;
using internal::JsonReader;
using internal::ObserveAppliedFields;
using internal::PodRequestsTpus;

namespace {

ObservedMeta ReadMeta(JsonReader& reader) {
  ObservedMeta meta;
  meta.namespace_name = reader.Text({"metadata", "namespace"});
  meta.name = reader.Text({"metadata", "name"});
  meta.uid = reader.Text({"metadata", "uid"});
  meta.resource_version = reader.Text({"metadata", "resourceVersion"});
  meta.terminating = reader.Find({"metadata", "deletionTimestamp"}) != nullptr;
  for (const Json& owner : reader.List({"metadata", "ownerReferences"})) {
    if (meta.controller.has_value() || !reader.BoolIn(owner, {"controller"})) continue;
    meta.controller = ObservedMeta::Controller{reader.TextIn(owner, {"kind"}), reader.TextIn(owner, {"name"}),
                                               reader.TextIn(owner, {"uid"})};
  }
  meta.set_name = reader.Text({"metadata", "labels", kNameLabel});
  meta.revision_key = reader.Text({"metadata", "labels", kRevisionLabel});
  meta.group_index = reader.OptionalText({"metadata", "labels", kGroupIndexLabel});
  meta.group_in_name = GroupInName(meta);
  return meta;
}

// The first condition of the type counts, as in Kubernetes' own check.
bool ReadReady(JsonReader& reader) {
  for (const Json& condition : reader.List({"status", "conditions"})) {
    if (reader.TextIn(condition, {"type"}) == "Ready") return reader.TextIn(condition, {"status"}) == "True";
  }
  return false;
}

bool ReadRestarted(JsonReader& reader) {
  for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
    for (const Json& status : reader.List({"status", list})) {
      if (reader.IntegerIn(status, {"restartCount"}).value_or(0) > 0) return true;
    }
  }
  return false;
}

template <typename Observed>
absl::StatusOr<Observed> Finish(const JsonReader& reader, Observed observed) {
  if (!reader.status().ok()) return reader.status();
  return observed;
}

}  // namespace

PodPhase ReadPodPhase(absl::string_view phase) {
  if (phase == "Pending") return PodPhase::kPending;
  if (phase == "Running") return PodPhase::kRunning;
  if (phase == "Succeeded") return PodPhase::kSucceeded;
  if (phase == "Failed") return PodPhase::kFailed;
  return PodPhase::kUnknown;
}

int32_t GroupInName(const ObservedMeta& meta) {
  if (!meta.group_index.has_value()) return -1;
  absl::string_view suffix = meta.name;
  if (!absl::ConsumePrefix(&suffix, meta.set_name) || !absl::ConsumePrefix(&suffix, "-")) return -1;
  return suffix == *meta.group_index ? ParseIndex(suffix) : -1;
}

absl::StatusOr<ObservedPod> ObservePod(const Json& object) {
  JsonReader reader(object);
  ObservedPod pod;
  pod.meta = ReadMeta(reader);
  pod.worker_index = reader.OptionalText({"metadata", "labels", kWorkerIndexLabel});
  pod.group_key = reader.Text({"metadata", "labels", kGroupKeyLabel});
  pod.leader_name = reader.OptionalText({"metadata", "annotations", kLeaderNameAnnotation});
  pod.pod_group_name = reader.Text({"metadata", "annotations", kPodGroupNameAnnotation});
  pod.phase = ReadPodPhase(reader.Text({"status", "phase"}));
  pod.has_ready_condition = ReadReady(reader);
  pod.restarted = ReadRestarted(reader);
  pod.requests_tpus = PodRequestsTpus(reader.Object({"spec"}));
  pod.node_name = reader.Text({"spec", "nodeName"});
  return Finish(reader, std::move(pod));
}

absl::StatusOr<ObservedStatefulSet> ObserveStatefulSet(const Json& object) {
  JsonReader reader(object);
  ObservedStatefulSet statefulset;
  statefulset.meta = ReadMeta(reader);
  statefulset.replicas = reader.Count({"spec", "replicas"}, 1);
  statefulset.partition = reader.Count({"spec", "updateStrategy", "rollingUpdate", "partition"}, 0);
  statefulset.on_delete = reader.Text({"spec", "updateStrategy", "type"}) == "OnDelete";
  statefulset.replicas_annotation = reader.OptionalText({"metadata", "annotations", kReplicasAnnotation});
  statefulset.status_replicas = reader.Count({"status", "replicas"}, 0);
  statefulset.available_replicas = reader.Count({"status", "availableReplicas"}, 0);
  statefulset.current_revision = reader.Text({"status", "currentRevision"});
  statefulset.update_revision = reader.Text({"status", "updateRevision"});
  if (std::optional<Json> applied = ObserveAppliedFields(object, kFieldManager); applied.has_value()) {
    if (!statefulset.meta.group_index.has_value()) statefulset.applied_core = DigestOfAppliedStatefulSet(*applied);
    statefulset.applied = std::make_shared<Json>(*std::move(applied));
  }
  return Finish(reader, std::move(statefulset));
}

absl::StatusOr<ObservedRevision> ObserveRevision(const Json& object) {
  JsonReader reader(object);
  ObservedRevision revision;
  revision.meta = ReadMeta(reader);
  revision.number = reader.Integer({"revision"}).value_or(0);
  const Json* data = reader.Find({"data"});
  revision.data = data == nullptr ? "null" : CanonicalJson(*data);
  return Finish(reader, std::move(revision));
}

absl::StatusOr<ObservedMeta> ObserveMeta(const Json& object) {
  JsonReader reader(object);
  return Finish(reader, ReadMeta(reader));
}

absl::StatusOr<ObservedService> ObserveService(const Json& object) {
  JsonReader reader(object);
  return Finish(reader, ObservedService{ReadMeta(reader)});
}

absl::StatusOr<ObservedPodGroup> ObservePodGroup(const Json& object) {
  JsonReader reader(object);
  return Finish(reader, ObservedPodGroup{ReadMeta(reader)});
}

absl::StatusOr<ObservedNode> ObserveNode(const Json& object) {
  JsonReader reader(object);
  ObservedNode node;
  node.name = reader.Text({"metadata", "name"});
  const Json& labels = reader.Object({"metadata", "labels"});
  for (auto it = labels.begin(); it != labels.end(); ++it) {
    node.labels[it.key()] = reader.TextIn(labels, {it.key().c_str()});
  }
  return Finish(reader, std::move(node));
}

}  // namespace lws
