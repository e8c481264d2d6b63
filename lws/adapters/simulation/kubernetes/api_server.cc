#include "lws/adapters/simulation/kubernetes/api_server.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/field_ownership.h"
#include "lws/adapters/simulation/kubernetes/object_defaults.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/claim_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/observed.h"
#include "lws/api/pod_validation.h"
#include "lws/api/service_validation.h"
#include "lws/api/statefulset_validation.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

std::string Describe(const ObjectRef& key) { return absl::StrCat(key.kind, " ", key.namespace_name, "/", key.name); }

// The kinds of Kubernetes without a generation that a cluster for sets has. Custom resources always have one.
constexpr absl::string_view kWithoutGeneration[] = {
    "Pod", "Node", "Service", "PersistentVolumeClaim", "ControllerRevision", "ConfigMap", "Secret", "Lease"};

bool HasGeneration(absl::string_view kind) {
  return std::find(std::begin(kWithoutGeneration), std::end(kWithoutGeneration), kind) == std::end(kWithoutGeneration);
}

bool IsScheduled(const StoredObject& pod) { return !StoredTextAt(pod, {"spec", "nodeName"}).empty(); }

// The API server writes the time of a deletion and removes the object in two writes.
constexpr absl::Duration kBetweenTwoWrites = absl::Milliseconds(1);

bool IsFinished(const StoredObject& pod) {
  return IsFinishedPhase(ReadPodPhase(StoredTextAt(pod, {"status", "phase"})));
}

bool HasFinalizers(const StoredObject& object) { return !object.meta().finalizers->empty(); }

// Shares with `former` the members that are equal in both.
struct SharedMembers {
  bool all = true;      // no member changed
  bool desired = true;  // none but metadata and status
};
SharedMembers ShareEqualMembers(const StoredObject& former, StoredObject* object) {
  SharedMembers shared;
  std::vector<absl::string_view> names = object->Members();
  const size_t own = names.size();
  for (const absl::string_view name : former.Members()) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::find(names.begin(), end, name) == end) names.push_back(name);
  }
  for (const absl::string_view name : names) {
    if (object->SharesWith(former, name)) continue;
    if (object->HasEqual(former, name)) {
      object->Share(former, name);
      continue;
    }
    shared.all = false;
    if (name != "metadata" && name != "status") shared.desired = false;
  }
  return shared;
}

// The name of a kind in messages, and its validation rules.
struct KindRule {
  const char* kind;
  const char* shown;
  FieldErrors (*validate)(const Json& object);
};
constexpr KindRule kRulesOfKinds[] = {{"StatefulSet", "StatefulSet.apps", internal::ValidateStatefulSet},
                                      {"PersistentVolumeClaim", "PersistentVolumeClaim", internal::ValidateClaim},
                                      {"Service", "Service", internal::ValidateHeadlessService}};

absl::Status Refuse(const char* kind, const std::string& name, const FieldErrors& errors) {
  if (errors.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(kind, " ", GoQuoted(name), " is invalid: ", JoinFieldErrors(errors)));
}

// The admission of priorities and runtime classes comes before validation. This cluster has no priority class but those
// of every cluster.
absl::Status CheckAdmission(const ObjectRef& key, const Json& pod) {
  FieldErrors errors = internal::PriorityErrors(pod);
  internal::AddOverheadErrors(pod, &errors);
  if (errors.empty()) return absl::OkStatus();
  const absl::string_view reason = absl::StripPrefix(errors.front().detail, "Forbidden: ");
  return absl::InvalidArgumentError(absl::StrCat("pods ", GoQuoted(key.name), " is forbidden: ", reason));
}

absl::Status CheckNew(const ObjectRef& key, const Json& object, ValidPods* pods) {
  if (key.kind == "Pod") {
    absl::Status status = CheckAdmission(key, object);
    return status.ok() ? Refuse("Pod", key.name, pods->Check(object)) : status;
  }
  for (const KindRule& rule : kRulesOfKinds) {
    if (key.kind == rule.kind) return Refuse(rule.shown, key.name, rule.validate(object));
  }
  return absl::OkStatus();
}

absl::Status CheckUpdate(const ObjectRef& key, const StoredObject& before, const StoredObject& object) {
  if (key.kind != "StatefulSet") return absl::OkStatus();
  return Refuse("StatefulSet.apps", key.name,
                internal::ValidateStatefulSetUpdate(*before.Document(), *object.Document()));
}

absl::Status CheckPreconditions(const StoredObject& live, const std::string& uid, const std::string& version) {
  if (!uid.empty() && UidOfStored(live) != uid) {
    return absl::AbortedError(absl::StrCat(Describe(StoredObjectRef(live)), ": the UID in the precondition (", uid,
                                           ") does not match the UID in record (", UidOfStored(live), ")"));
  }
  if (!version.empty() && live.resource_version() != version) {
    return absl::AbortedError(
        absl::StrCat(Describe(StoredObjectRef(live)),
                     ": the object has been modified; please apply your changes to the latest version"));
  }
  return absl::OkStatus();
}

Json* FindManager(absl::string_view manager, Json* object) {
  Json& entries = (*object)["metadata"]["managedFields"];
  if (!entries.is_array()) entries = Json::array();
  for (Json& entry : entries) {
    if (entry.value("manager", "") == manager && entry.value("operation", "") == "Apply") return &entry;
  }
  return nullptr;
}

}  // namespace

void ApiServer::RegisterWebhook(const std::string& kind, MutatingWebhook webhook) {
  webhooks_[kind] = std::move(webhook);
}

const std::string& ApiServer::Timestamp() const {
  const int64_t now = absl::ToUnixSeconds(clock_->now());
  if (timestamp_.empty() || stamped_ != now) {
    stamped_ = now;
    timestamp_ = absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", absl::FromUnixSeconds(now), absl::UTCTimeZone());
  }
  return timestamp_;
}

void ApiServer::Store(const ObjectRef& key, StoredObject object, ChangeType type) {
  object.SetResourceVersion(absl::StrCat(++version_));
  ObjectChange change{type, key, nullptr, std::make_shared<const StoredObject>(std::move(object))};
  change.before = objects_.Put(key, change.after);
  for (const auto& subscriber : subscribers_) subscriber(change);
}

void ApiServer::Remove(const ObjectRef& key) {
  const ObjectChange change{ChangeType::kDeleted, key, objects_.Erase(key), nullptr};
  ++version_;
  for (const auto& subscriber : subscribers_) subscriber(change);
}

SharedJson ApiServer::Get(const ObjectRef& key) const {
  const SharedObject found = Find(key);
  return found == nullptr ? nullptr : found->Document();
}

void ApiServer::NoteRefusal(const ObjectRef& key, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) {
    refusals_[key] = std::string(status.message());
  } else if (status.ok() && !refusals_.empty()) {
    refusals_.erase(key);
  }
}

absl::StatusOr<SharedObject> ApiServer::Create(Json object) {
  const ObjectRef key = StoredObjectRef(object);
  absl::StatusOr<SharedObject> created = TryCreate(key, std::move(object));
  NoteRefusal(key, created.status());
  return created;
}

absl::StatusOr<SharedObject> ApiServer::TryCreate(const ObjectRef& key, Json object) {
  if (key.name.empty()) return absl::InvalidArgumentError(absl::StrCat(key.kind, ": metadata.name: Required value"));
  if (Find(key) != nullptr) return absl::AlreadyExistsError(absl::StrCat(Describe(key), " already exists"));
  const auto webhook = webhooks_.find(key.kind);
  if (webhook != webhooks_.end()) {
    absl::StatusOr<Json> admitted = webhook->second(std::move(object));
    if (!admitted.ok()) return admitted.status();
    object = *std::move(admitted);
  }
  ApplyObjectDefaults(&object);
  absl::Status status = CheckNew(key, object, &valid_pods_);
  if (!status.ok()) return status;
  Json& metadata = object["metadata"];
  metadata["uid"] = absl::StrFormat("00000000-0000-4000-8000-%012x", next_uid_++);
  metadata["creationTimestamp"] = Timestamp();
  if (HasGeneration(key.kind)) metadata["generation"] = 1;
  StoredObject created(std::move(object));
  // Objects that are made one after the other often have equal statuses.
  SharedObject& last = last_created_[key.kind];
  if (last != nullptr && (*last)["status"] == created["status"]) created.Share(*last, "status");
  Store(key, std::move(created), ChangeType::kAdded);
  last = Find(key);
  return last;
}

absl::StatusOr<SharedObject> ApiServer::Apply(const Json& object, absl::string_view manager, bool force) {
  const ObjectRef key = StoredObjectRef(object);
  const SharedJson current = Get(key);
  Json live = current == nullptr ? object : *current;
  const Json fields = OwnedFields(object);
  Json* entry = FindManager(manager, &live);
  const Json before = entry == nullptr ? Json::object() : (*entry)["fieldsV1"];
  std::vector<Json> others;
  for (Json& other : live["metadata"]["managedFields"]) {
    if (other.value("manager", "") == manager) continue;
    const std::vector<std::string> conflicts = FieldConflicts(object, fields, other["fieldsV1"], live, 3);
    if (!conflicts.empty() && !force) {
      return absl::AbortedError(absl::StrCat("Apply failed: conflict with \"", other.value("manager", ""),
                                             "\": ", absl::StrJoin(conflicts, ", ")));
    }
    if (!conflicts.empty()) TakeFieldOwnership(fields, &other["fieldsV1"]);
    others.push_back(other["fieldsV1"]);
  }
  if (current != nullptr) MergeAppliedFields(object, before, fields, others, &live);
  entry = FindManager(manager, &live);
  if (entry == nullptr) {
    live["metadata"]["managedFields"].push_back({{"manager", std::string(manager)},
                                                 {"operation", "Apply"},
                                                 {"apiVersion", object.value("apiVersion", "")},
                                                 {"fieldsType", "FieldsV1"}});
    entry = FindManager(manager, &live);
  }
  (*entry)["fieldsV1"] = fields;
  return current == nullptr ? Create(std::move(live)) : Update(std::move(live));
}

absl::StatusOr<SharedObject> ApiServer::Update(StoredObject object) {
  const ObjectRef key = StoredObjectRef(object);
  absl::StatusOr<SharedObject> updated = TryUpdate(key, std::move(object));
  NoteRefusal(key, updated.status());
  return updated;
}

absl::StatusOr<SharedObject> ApiServer::TryUpdate(const ObjectRef& key, StoredObject object) {
  const SharedObject current = Find(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  absl::Status status = CheckPreconditions(*current, UidOfStored(object), object.resource_version());
  if (!status.ok()) return status;
  if (!(*current)["status"].is_null()) object.Share(*current, "status");
  if (!object.SharesWith(*current, "spec")) ApplyObjectDefaults(&object);
  const SharedMembers shared = ShareEqualMembers(*current, &object);
  if (shared.all) return current;
  status = CheckUpdate(key, *current, object);
  if (!status.ok()) return status;
  if (HasGeneration(key.kind) && !shared.desired) {
    object.SetApart("metadata", "generation", current->meta().generation + 1);
  }
  const bool gone = IsStoredDeleting(object) && !HasFinalizers(object) && key.kind != "Pod";
  Store(key, std::move(object), ChangeType::kModified);
  if (gone) Remove(key);
  return Find(key);
}

absl::StatusOr<SharedObject> ApiServer::UpdateStatus(const StoredObject& object) {
  const ObjectRef key = StoredObjectRef(object);
  const SharedObject current = Find(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  absl::Status status = CheckPreconditions(*current, UidOfStored(object), object.resource_version());
  if (!status.ok()) return status;
  if ((*current)["status"] == object["status"]) return current;
  StoredObject next = *current;
  next.Share(object, "status");
  Store(key, std::move(next), ChangeType::kModified);
  return Find(key);
}

absl::Status ApiServer::Bind(const ObjectRef& pod, const std::string& node) {
  const SharedObject current = Find(pod);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(pod), " not found"));
  if (IsScheduled(*current)) {
    return absl::AbortedError(absl::StrCat(Describe(pod), " is already assigned to node \"",
                                           StoredTextAt(*current, {"spec", "nodeName"}), "\""));
  }
  if (IsStoredDeleting(*current)) {
    return absl::AbortedError(absl::StrCat(Describe(pod), " is being deleted, cannot be assigned to a host"));
  }
  StoredObject next = *current;
  next.SetApart("spec", "nodeName", node);
  NoteRefusal(pod, absl::OkStatus());
  Store(pod, std::move(next), ChangeType::kModified);
  return absl::OkStatus();
}

absl::Status ApiServer::Delete(const ObjectRef& key, const DeleteOptions& options) {
  const SharedObject current = Find(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  absl::Status status = CheckPreconditions(*current, options.uid, options.resource_version);
  if (!status.ok()) return status;
  const bool is_held = options.propagation != Deletion::kBackground && !IsStoredDeleting(*current);
  const bool is_pod = key.kind == "Pod" && !options.at_once;
  // Its kubelet has to stop it first.
  const bool graceful = is_pod && IsScheduled(*current) && !IsFinished(*current);
  if (!is_pod && !is_held && !HasFinalizers(*current)) {
    Remove(key);
    return absl::OkStatus();
  }
  if (IsStoredDeleting(*current)) return absl::OkStatus();
  StoredObject next = *current;
  if (is_held) {
    Json& finalizers = next.Edit("metadata")["finalizers"];
    if (finalizers.is_null()) finalizers = Json::array();
    finalizers.push_back(options.propagation == Deletion::kForeground ? "foregroundDeletion" : "orphan");
  }
  next.SetApart("metadata", "deletionTimestamp", Timestamp());
  next.SetApart("metadata", "deletionGracePeriodSeconds",
                graceful ? next["spec"].value("terminationGracePeriodSeconds", int64_t{30}) : 0);
  if (HasGeneration(key.kind)) next.SetApart("metadata", "generation", current->meta().generation + 1);
  const bool ends_soon = is_pod && !graceful && !HasFinalizers(next);
  // Subscribers may change what `key` refers to.
  const ObjectRef pod = key;
  Store(key, std::move(next), ChangeType::kModified);
  if (!ends_soon) return absl::OkStatus();
  clock_->After(kBetweenTwoWrites, [this, pod, uid = UidOfStored(*current)] {
    const SharedObject last = Find(pod);
    if (last != nullptr && UidOfStored(*last) == uid && !HasFinalizers(*last)) Remove(pod);
  });
  return absl::OkStatus();
}

void ApiServer::RemoveFinalizer(const ObjectRef& key, absl::string_view finalizer) {
  const SharedObject current = Find(key);
  if (current == nullptr || !HasFinalizers(*current)) return;
  StoredObject next = *current;
  Json& metadata = next.Edit("metadata");
  Json& finalizers = metadata["finalizers"];
  const auto found = std::find(finalizers.begin(), finalizers.end(), std::string(finalizer));
  if (found == finalizers.end()) return;
  finalizers.erase(found);
  const bool last = finalizers.empty();
  if (last) metadata.erase("finalizers");
  // A pod whose containers still run waits for its kubelet.
  const bool waits = key.kind == "Pod" && IsScheduled(next) && !IsFinished(next);
  if (last && IsStoredDeleting(next) && !waits) {
    Remove(key);
  } else {
    Store(key, std::move(next), ChangeType::kModified);
  }
}

std::vector<SharedJson> ApiServer::List(absl::string_view kind) const {
  std::vector<SharedJson> listed;
  for (const SharedObject& object : FindAll(kind)) listed.push_back(object->Document());
  return listed;
}

}  // namespace lws::simulation
