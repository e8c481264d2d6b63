#include "lws/adapters/simulation/stored_object_reader.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/api/json_member.h"
#include "lws/api/pod_tpus.h"
#include "lws/api/typed_message.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using simulation::IsStoredDeleting;
using simulation::ObjectChange;
using simulation::StoredFieldAt;
using simulation::StoredObject;
using simulation::StoredObjectRef;

namespace {

// Reads fields that have the right types. Another type is noticed: then the document tells the error.
class Fields {
 public:
  bool ok() const { return ok_; }

  void Text(const Json& field, std::string* text) {
    if (field.is_string()) {
      *text = field.get_ref<const std::string&>();
    } else {
      ok_ = ok_ && field.is_null();
    }
  }

  void Text(const Json& field, std::optional<std::string>* text) {
    if (field.is_string()) {
      *text = field.get_ref<const std::string&>();
    } else {
      ok_ = ok_ && field.is_null();
    }
  }

  void Count(const Json& field, int32_t* count) {
    const int64_t number = Integer(field);
    ok_ = ok_ && number >= 0 && number <= std::numeric_limits<int32_t>::max();
    *count = ok_ ? static_cast<int32_t>(number) : 0;
  }

  // 0 when absent.
  int64_t Integer(const Json& field) {
    if (field.is_null()) return 0;
    ok_ = ok_ && field.is_number_integer() &&
          !(field.is_number_unsigned() && field.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()});
    return ok_ ? field.get<int64_t>() : 0;
  }

  bool Bool(const Json& field) {
    ok_ = ok_ && (field.is_null() || field.is_boolean());
    return field == true;
  }

  // A null one, or one with members, is right.
  const Json& Object(const Json& field) {
    ok_ = ok_ && (field.is_null() || field.is_object());
    return field;
  }

  const Json& List(const Json& field) {
    static const Json& none = *new Json(Json::array());
    ok_ = ok_ && (field.is_null() || field.is_array());
    return field.is_array() ? field : none;
  }

 private:
  bool ok_ = true;
};

void ReadMeta(const StoredObject& object, Fields* fields, ObservedMeta* meta) {
  const Json& metadata = fields->Object(object["metadata"]);
  fields->Text(StoredFieldAt(metadata, {"namespace"}), &meta->namespace_name);
  fields->Text(StoredFieldAt(metadata, {"name"}), &meta->name);
  fields->Text(StoredFieldAt(metadata, {"uid"}), &meta->uid);
  meta->resource_version = object.resource_version();
  meta->terminating = IsStoredDeleting(object);
  for (const Json& owner : fields->List(StoredFieldAt(metadata, {"ownerReferences"}))) {
    if (meta->controller.has_value() || !fields->Bool(StoredFieldAt(fields->Object(owner), {"controller"}))) continue;
    ObservedMeta::Controller& controller = meta->controller.emplace();
    fields->Text(StoredFieldAt(owner, {"kind"}), &controller.kind);
    fields->Text(StoredFieldAt(owner, {"name"}), &controller.name);
    fields->Text(StoredFieldAt(owner, {"uid"}), &controller.uid);
  }
  const Json& labels = fields->Object(StoredFieldAt(metadata, {"labels"}));
  fields->Text(StoredFieldAt(labels, {kNameLabel}), &meta->set_name);
  fields->Text(StoredFieldAt(labels, {kRevisionLabel}), &meta->revision_key);
  fields->Text(StoredFieldAt(labels, {kGroupIndexLabel}), &meta->group_index);
  meta->group_in_name = GroupInName(*meta);
}

// The first condition of the type counts.
bool ReadReady(const Json& status, Fields* fields) {
  for (const Json& condition : fields->List(StoredFieldAt(status, {"conditions"}))) {
    std::string type;
    fields->Text(StoredFieldAt(fields->Object(condition), {"type"}), &type);
    if (type != "Ready") continue;
    std::string is_ready;
    fields->Text(StoredFieldAt(condition, {"status"}), &is_ready);
    return is_ready == "True";
  }
  return false;
}

bool ReadRestarted(const Json& status, Fields* fields) {
  for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
    for (const Json& container : fields->List(StoredFieldAt(status, {list}))) {
      if (fields->Integer(StoredFieldAt(fields->Object(container), {"restartCount"})) > 0) return true;
    }
  }
  return false;
}

void ReadPodMeta(const StoredObject& object, Fields* fields, ObservedPod* pod) {
  ReadMeta(object, fields, &pod->meta);
  const Json& labels = *object.meta().labels;
  fields->Text(StoredFieldAt(labels, {kWorkerIndexLabel}), &pod->worker_index);
  fields->Text(StoredFieldAt(labels, {kGroupKeyLabel}), &pod->group_key);
  const Json& annotations = fields->Object(StoredFieldAt(object, {"metadata", "annotations"}));
  fields->Text(StoredFieldAt(annotations, {kLeaderNameAnnotation}), &pod->leader_name);
  fields->Text(StoredFieldAt(annotations, {kPodGroupNameAnnotation}), &pod->pod_group_name);
}

void ReadPodSpec(const StoredObject& object, Fields* fields, ObservedPod* pod) {
  const Json& spec = fields->Object(object["spec"]);
  pod->requests_tpus = PodRequestsTpus(spec);
  pod->node_name.clear();
  fields->Text(object.Field("spec", "nodeName"), &pod->node_name);
}

void ReadPodStatus(const StoredObject& object, Fields* fields, ObservedPod* pod) {
  const Json& status = fields->Object(object["status"]);
  std::string phase;
  fields->Text(StoredFieldAt(status, {"phase"}), &phase);
  pod->phase = ReadPodPhase(phase);
  pod->has_ready_condition = ReadReady(status, fields);
  pod->restarted = ReadRestarted(status, fields);
}

// nullopt when a field has another type.
std::optional<ObservedPod> ReadPod(const StoredObject& object) {
  if (object["apiVersion"] != "v1") return std::nullopt;
  Fields fields;
  ObservedPod pod;
  ReadPodMeta(object, &fields, &pod);
  ReadPodSpec(object, &fields, &pod);
  ReadPodStatus(object, &fields, &pod);
  if (!fields.ok()) return std::nullopt;
  return pod;
}

// Reads what is another one than before of a pod with the same metadata. Returns false when a field has another type.
bool ReadChangedParts(const ObjectChange& change, ObservedPod* pod) {
  const StoredObject& object = *change.after;
  if (object["apiVersion"] != "v1") return false;
  Fields fields;
  pod->meta.resource_version = object.resource_version();
  if (!object.SharesWith(*change.before, "spec")) ReadPodSpec(object, &fields, pod);
  if (!object.SharesWith(*change.before, "status")) ReadPodStatus(object, &fields, pod);
  return fields.ok();
}

// Reads a pod, as far as it changed, and keeps it. Null when a field has another type: then none is kept.
const ObservedPod* ReadAndKeepPod(const ObjectChange& change, absl::flat_hash_map<ObjectRef, ObservedPod>* kept) {
  const bool has_same_meta = change.before != nullptr && change.after->SharesWith(*change.before, "metadata");
  const auto known = has_same_meta ? kept->find(change.key) : kept->end();
  if (known != kept->end() && ReadChangedParts(change, &known->second)) return &known->second;
  std::optional<ObservedPod> pod = ReadPod(*change.after);
  if (pod.has_value()) return &kept->insert_or_assign(change.key, *std::move(pod)).first->second;
  kept->erase(change.key);
  return nullptr;
}

// Returns false when a field has another type.
bool ReadStatus(const StoredObject& object, ObservedStatefulSet* statefulset) {
  Fields fields;
  const Json& status = fields.Object(object["status"]);
  statefulset->meta.resource_version = object.resource_version();
  fields.Count(StoredFieldAt(status, {"replicas"}), &statefulset->status_replicas);
  fields.Count(StoredFieldAt(status, {"availableReplicas"}), &statefulset->available_replicas);
  statefulset->current_revision.clear();
  statefulset->update_revision.clear();
  fields.Text(StoredFieldAt(status, {"currentRevision"}), &statefulset->current_revision);
  fields.Text(StoredFieldAt(status, {"updateRevision"}), &statefulset->update_revision);
  return fields.ok();
}

bool ReadStatus(const ObjectChange& change, ObservedStatefulSet* statefulset) {
  return ReadStatus(*change.after, statefulset);
}

// nullopt when a field has another type, and for one that says what was applied.
std::optional<ObservedStatefulSet> ReadStatefulSet(const StoredObject& object) {
  if (object["apiVersion"] != "apps/v1" || !object.Field("metadata", "managedFields").is_null()) return std::nullopt;
  Fields fields;
  ObservedStatefulSet statefulset;
  ReadMeta(object, &fields, &statefulset.meta);
  const Json& spec = fields.Object(object["spec"]);
  const Json& strategy = fields.Object(MemberOf(spec, "updateStrategy"));
  const Json& annotations = fields.Object(object.Field("metadata", "annotations"));
  std::string strategy_type;
  fields.Count(MemberOf(spec, "replicas"), &statefulset.replicas);
  if (MemberOf(spec, "replicas").is_null()) statefulset.replicas = 1;
  fields.Count(MemberOf(fields.Object(MemberOf(strategy, "rollingUpdate")), "partition"), &statefulset.partition);
  fields.Text(MemberOf(strategy, "type"), &strategy_type);
  statefulset.on_delete = strategy_type == "OnDelete";
  fields.Text(MemberOf(annotations, kReplicasAnnotation), &statefulset.replicas_annotation);
  if (!fields.ok() || !ReadStatus(object, &statefulset)) return std::nullopt;
  return statefulset;
}

// nullopt when a field has another type.
std::optional<ObservedRevision> ReadRevision(const StoredObject& object) {
  if (object["apiVersion"] != "apps/v1") return std::nullopt;
  Fields fields;
  ObservedRevision revision;
  ReadMeta(object, &fields, &revision.meta);
  revision.number = fields.Integer(object["revision"]);
  revision.data = CanonicalJson(object["data"]);
  if (!fields.ok()) return std::nullopt;
  return revision;
}

// Whether only the status is another one than before.
bool IsStatusAlone(const ObjectChange& change) {
  return change.before != nullptr && change.after->SharesWith(*change.before, "metadata") &&
         change.after->SharesWith(*change.before, "spec");
}

// Reads the counts of a status whose conditions are those that `status` has. Returns false when a field has another
// type.
bool ReadCounts(const Json& object, LeaderWorkerSetStatus* status) {
  Fields fields;
  int32_t ready = 0;
  int32_t updated = 0;
  int32_t replicas = 0;
  fields.Count(MemberOf(object, "readyReplicas"), &ready);
  fields.Count(MemberOf(object, "updatedReplicas"), &updated);
  fields.Count(MemberOf(object, "replicas"), &replicas);
  const int64_t generation = fields.Integer(MemberOf(object, "observedGeneration"));
  status->clear_hpa_pod_selector();
  fields.Text(MemberOf(object, "hpaPodSelector"), status->mutable_hpa_pod_selector());
  status->set_ready_replicas(ready);
  status->set_updated_replicas(updated);
  status->set_replicas(replicas);
  status->set_observed_generation(generation);
  return fields.ok();
}

bool ReadStatus(const ObjectChange& change, LeaderWorkerSet* set) {
  const Json& before = (*change.before)["status"];
  const Json& after = (*change.after)["status"];
  set->mutable_metadata()->set_resource_version(change.after->resource_version());
  if (after.is_null()) {
    set->clear_status();
    return true;
  }
  const bool has_same_conditions =
      set->has_status() && after.is_object() && MemberOf(before, "conditions") == MemberOf(after, "conditions");
  LeaderWorkerSetStatus* status = set->mutable_status();
  if (has_same_conditions && ReadCounts(after, status)) return true;
  status->Clear();
  return MessageFromJson("LeaderWorkerSetStatus", after, status).ok();
}

// nullopt when a field has another type.
std::optional<ObservedNode> ReadNode(const StoredObject& object) {
  if (object["apiVersion"] != "v1") return std::nullopt;
  Fields fields;
  ObservedNode node;
  fields.Text(StoredFieldAt(fields.Object(object["metadata"]), {"name"}), &node.name);
  const Json& labels = fields.Object(StoredFieldAt(object, {"metadata", "labels"}));
  for (auto it = labels.begin(); it != labels.end(); ++it) fields.Text(*it, &node.labels[it.key()]);
  if (!fields.ok()) return std::nullopt;
  return node;
}

absl::StatusOr<ObservedObject> ReadWhole(const StoredObject& object) {
  if (StoredObjectRef(object).kind == "StatefulSet") {
    std::optional<ObservedStatefulSet> statefulset = ReadStatefulSet(object);
    if (statefulset.has_value()) return *std::move(statefulset);
  }
  if (StoredObjectRef(object).kind == "ControllerRevision") {
    std::optional<ObservedRevision> revision = ReadRevision(object);
    if (revision.has_value()) return *std::move(revision);
  }
  if (StoredObjectRef(object).kind == "Node") {
    std::optional<ObservedNode> node = ReadNode(object);
    if (node.has_value()) return *std::move(node);
  }
  return ReadObservedObject(*object.Document());
}

// Reads a kept object's new status, or else the document, and keeps what it read.
template <typename Observed, typename Kept>
absl::StatusOr<ObservedObject> ReadAndKeep(const ObjectChange& change, Kept* kept) {
  const auto known = kept->find(change.key);
  if (known != kept->end() && IsStatusAlone(change) && ReadStatus(change, &known->second)) {
    return known->second;
  }
  absl::StatusOr<ObservedObject> read = ReadWhole(*change.after);
  const Observed* observed = read.ok() ? std::get_if<Observed>(&*read) : nullptr;
  if (observed != nullptr) {
    kept->insert_or_assign(change.key, *observed);
  } else {
    kept->erase(change.key);
  }
  return read;
}

}  // namespace

absl::StatusOr<ObservedObject> StoredObjectReader::Read(const ObjectChange& change) {
  if (change.key.kind == "StatefulSet") return ReadAndKeep<ObservedStatefulSet>(change, &statefulsets_);
  if (change.key.kind == kKind) return ReadAndKeep<LeaderWorkerSet>(change, &sets_);
  if (change.key.kind == "Pod") {
    const ObservedPod* pod = ReadAndKeepPod(change, &pods_);
    if (pod != nullptr) return *pod;
  }
  return ReadWhole(*change.after);
}

void StoredObjectReader::Forget(const ObjectRef& key) {
  pods_.erase(key);
  statefulsets_.erase(key);
  sets_.erase(key);
}

}  // namespace lws::internal
