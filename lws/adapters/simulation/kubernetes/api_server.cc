#include "lws/adapters/simulation/kubernetes/api_server.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/field_ownership.h"
#include "lws/adapters/simulation/kubernetes/object_defaults.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/claim_validation.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/api/observed.h"
#include "lws/api/pod_validation.h"
#include "lws/api/service_validation.h"
#include "lws/api/statefulset_validation.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

std::string Describe(const ObjectKey& key) { return absl::StrCat(key.kind, " ", key.namespace_name, "/", key.name); }

bool HasGeneration(absl::string_view kind) {
  return kind == "StatefulSet" || kind == kKind || kind == kDisaggregatedSetKind || kind == kRoleScalerKind;
}

// Whether the objects have the same members, except those of these names.
bool SameBut(std::initializer_list<absl::string_view> ignored, const Json& a, const Json& b) {
  const auto is_ignored = [&ignored](const std::string& key) {
    return std::find(ignored.begin(), ignored.end(), key) != ignored.end();
  };
  const auto skip = [&is_ignored](const Json& object, Json::const_iterator at) {
    while (at != object.end() && is_ignored(at.key())) ++at;
    return at;
  };
  auto x = skip(a, a.begin());
  auto y = skip(b, b.begin());
  for (; x != a.end() && y != b.end(); x = skip(a, ++x), y = skip(b, ++y)) {
    if (x.key() != y.key() || *x != *y) return false;
  }
  return x == a.end() && y == b.end();
}

bool SameDesired(const Json& a, const Json& b) { return SameBut({"metadata", "status"}, a, b); }

bool SameButVersion(const Json& a, const Json& b) {
  return SameBut({"resourceVersion"}, a["metadata"], b["metadata"]) && SameBut({"metadata"}, a, b);
}

const Json& StatusOf(const Json& object) { return FieldAt(object, {"status"}); }

bool IsScheduled(const Json& pod) { return !TextAt(pod, {"spec", "nodeName"}).empty(); }

bool IsFinished(const Json& pod) { return IsFinished(ReadPodPhase(TextAt(pod, {"status", "phase"}))); }

bool SameOwners(const Json& a, const Json& b) {
  return TextAt(a, {"metadata", "uid"}) == TextAt(b, {"metadata", "uid"}) &&
         FieldAt(a, {"metadata", "ownerReferences"}) == FieldAt(b, {"metadata", "ownerReferences"});
}

bool HasFinalizers(const Json& object) {
  const Json& metadata = object["metadata"];
  return metadata.contains("finalizers") && !metadata["finalizers"].empty();
}

bool IsDeleting(const Json& object) { return object["metadata"].contains("deletionTimestamp"); }

// The name of a kind in messages, and its validation rules.
struct KindRule {
  const char* kind;
  const char* shown;
  FieldErrors (*validate)(const Json& object);
};
constexpr KindRule kKindRules[] = {{"Pod", "Pod", internal::ValidatePod},
                                   {"StatefulSet", "StatefulSet.apps", internal::ValidateStatefulSet},
                                   {"PersistentVolumeClaim", "PersistentVolumeClaim", internal::ValidateClaim},
                                   {"Service", "Service", internal::ValidateHeadlessService}};

absl::Status Refuse(const char* kind, const std::string& name, const FieldErrors& errors) {
  if (errors.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(kind, " ", Quote(name), " is invalid: ", Join(errors)));
}

absl::Status CheckNew(const ObjectKey& key, const Json& object) {
  for (const KindRule& rule : kKindRules) {
    if (key.kind == rule.kind) return Refuse(rule.shown, key.name, rule.validate(object));
  }
  return absl::OkStatus();
}

absl::Status CheckUpdate(const ObjectKey& key, const Json& before, const Json& object) {
  if (key.kind != "StatefulSet") return absl::OkStatus();
  return Refuse("StatefulSet.apps", key.name, internal::ValidateStatefulSetUpdate(before, object));
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

ObjectKey StoredObjectKey(const Json& object) {
  return {TextAt(object, {"kind"}), TextAt(object, {"metadata", "namespace"}), TextAt(object, {"metadata", "name"})};
}

void ApiServer::RegisterWebhook(const std::string& kind, MutatingWebhook webhook) {
  webhooks_[kind] = std::move(webhook);
}

std::string ApiServer::Timestamp() const {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", clock_->now(), absl::UTCTimeZone());
}

std::string ApiServer::NextUid() { return absl::StrFormat("00000000-0000-4000-8000-%012x", next_uid_++); }

void ApiServer::Index(const ObjectKey& key, const Json& object, bool add) {
  const Json& metadata = object["metadata"];
  const std::string& uid = TextAt(metadata, {"uid"});
  add ? (void)uids_.insert(uid) : (void)uids_.erase(uid);
  if (!metadata.contains("ownerReferences")) return;
  for (const Json& owner : metadata["ownerReferences"]) {
    std::set<ObjectKey>& dependents = dependents_[owner.value("uid", "")];
    add ? (void)dependents.insert(key) : (void)dependents.erase(key);
    if (dependents.empty()) dependents_.erase(owner.value("uid", ""));
  }
}

void ApiServer::Store(const ObjectKey& key, Json object, ChangeType type) {
  object["metadata"]["resourceVersion"] = absl::StrCat(++version_);
  Change change{type, key, Get(key), std::make_shared<const Json>(std::move(object))};
  const bool is_indexed = change.before != nullptr && SameOwners(*change.before, *change.after);
  if (change.before != nullptr && !is_indexed) Index(key, *change.before, false);
  if (!is_indexed) Index(key, *change.after, true);
  objects_[key] = change.after;
  if (change.before == nullptr) by_kind_[key.kind].insert(key);
  for (const auto& subscriber : subscribers_) subscriber(change);
}

void ApiServer::Remove(const ObjectKey& key) {
  Change change{ChangeType::kDeleted, key, Get(key), nullptr};
  Index(key, *change.before, false);
  objects_.erase(key);
  by_kind_[key.kind].erase(key);
  ++version_;
  for (const auto& subscriber : subscribers_) subscriber(change);
}

SharedJson ApiServer::Get(const ObjectKey& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

void ApiServer::NoteRefusal(const ObjectKey& key, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) {
    refusals_[key] = std::string(status.message());
  } else if (status.ok() && !refusals_.empty()) {
    refusals_.erase(key);
  }
}

absl::StatusOr<SharedJson> ApiServer::Create(Json object) {
  const ObjectKey key = StoredObjectKey(object);
  absl::StatusOr<SharedJson> created = TryCreate(key, std::move(object));
  NoteRefusal(key, created.status());
  return created;
}

absl::StatusOr<SharedJson> ApiServer::TryCreate(const ObjectKey& key, Json object) {
  if (key.name.empty()) return absl::InvalidArgumentError(absl::StrCat(key.kind, ": metadata.name: Required value"));
  if (Get(key) != nullptr) return absl::AlreadyExistsError(absl::StrCat(Describe(key), " already exists"));
  const auto webhook = webhooks_.find(key.kind);
  if (webhook != webhooks_.end()) {
    absl::StatusOr<Json> admitted = webhook->second(std::move(object));
    if (!admitted.ok()) return admitted.status();
    object = *std::move(admitted);
  }
  ApplyObjectDefaults(&object);
  absl::Status status = CheckNew(key, object);
  if (!status.ok()) return status;
  Json& metadata = object["metadata"];
  metadata["uid"] = NextUid();
  metadata["creationTimestamp"] = Timestamp();
  if (HasGeneration(key.kind)) metadata["generation"] = 1;
  Store(key, std::move(object), ChangeType::kAdded);
  return Get(key);
}

absl::StatusOr<SharedJson> ApiServer::Apply(const Json& object, absl::string_view manager, bool force) {
  const ObjectKey key = StoredObjectKey(object);
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

absl::Status ApiServer::CheckPreconditions(const Json& live, const std::string& uid, const std::string& version) const {
  const Json& metadata = live["metadata"];
  if (!uid.empty() && metadata.value("uid", "") != uid) {
    return absl::AbortedError(absl::StrCat(Describe(StoredObjectKey(live)), ": the UID in the precondition (", uid,
                                           ") does not match the UID in record (", metadata.value("uid", ""), ")"));
  }
  if (!version.empty() && metadata.value("resourceVersion", "") != version) {
    return absl::AbortedError(
        absl::StrCat(Describe(StoredObjectKey(live)),
                     ": the object has been modified; please apply your changes to the latest version"));
  }
  return absl::OkStatus();
}

absl::StatusOr<SharedJson> ApiServer::Update(Json object) {
  const ObjectKey key = StoredObjectKey(object);
  absl::StatusOr<SharedJson> updated = TryUpdate(key, std::move(object));
  NoteRefusal(key, updated.status());
  return updated;
}

absl::StatusOr<SharedJson> ApiServer::TryUpdate(const ObjectKey& key, Json object) {
  const SharedJson current = Get(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  absl::Status status = CheckPreconditions(*current, object["metadata"].value("uid", ""),
                                           object["metadata"].value("resourceVersion", ""));
  if (!status.ok()) return status;
  if (current->contains("status")) object["status"] = (*current)["status"];
  ApplyObjectDefaults(&object);
  if (SameButVersion(object, *current)) return current;
  status = CheckUpdate(key, *current, object);
  if (!status.ok()) return status;
  if (HasGeneration(key.kind) && !SameDesired(object, *current)) {
    object["metadata"]["generation"] = (*current)["metadata"].value("generation", int64_t{0}) + 1;
  }
  const bool gone = IsDeleting(object) && !HasFinalizers(object) && key.kind != "Pod";
  Store(key, std::move(object), ChangeType::kModified);
  if (gone) Remove(key);
  return Get(key);
}

absl::StatusOr<SharedJson> ApiServer::UpdateStatus(const Json& object) {
  const ObjectKey key = StoredObjectKey(object);
  const SharedJson current = Get(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  const Json& metadata = object["metadata"];
  absl::Status status = CheckPreconditions(*current, metadata.value("uid", ""), metadata.value("resourceVersion", ""));
  if (!status.ok()) return status;
  const Json& next_status = StatusOf(object);
  if (StatusOf(*current) == next_status) return current;
  Json next = Json::object();
  for (auto it = current->begin(); it != current->end(); ++it) {
    if (it.key() != "status") next.emplace(it.key(), *it);
  }
  next.emplace("status", next_status);
  Store(key, std::move(next), ChangeType::kModified);
  return Get(key);
}

absl::Status ApiServer::Delete(const ObjectKey& key, const DeleteOptions& options) {
  const SharedJson current = Get(key);
  if (current == nullptr) return absl::NotFoundError(absl::StrCat(Describe(key), " not found"));
  absl::Status status = CheckPreconditions(*current, options.uid, options.resource_version);
  if (!status.ok()) return status;
  Json next = *current;
  Json& metadata = next["metadata"];
  if (options.propagation != Deletion::kBackground && !IsDeleting(next)) {
    if (!metadata.contains("finalizers")) metadata["finalizers"] = Json::array();
    metadata["finalizers"].push_back(options.propagation == Deletion::kForeground ? "foregroundDeletion" : "orphan");
  }
  // A pod on a node is removed only when its kubelet has stopped it.
  const bool graceful = key.kind == "Pod" && IsScheduled(next) && !IsFinished(next) && !options.at_once;
  if (!graceful && !HasFinalizers(next)) {
    Remove(key);
    return absl::OkStatus();
  }
  if (IsDeleting(next)) return absl::OkStatus();
  metadata["deletionTimestamp"] = Timestamp();
  metadata["deletionGracePeriodSeconds"] =
      graceful ? next["spec"].value("terminationGracePeriodSeconds", int64_t{30}) : 0;
  if (HasGeneration(key.kind)) metadata["generation"] = metadata.value("generation", int64_t{0}) + 1;
  Store(key, std::move(next), ChangeType::kModified);
  return absl::OkStatus();
}

void ApiServer::RemoveFinalizer(const ObjectKey& key, absl::string_view finalizer) {
  const SharedJson current = Get(key);
  if (current == nullptr || !HasFinalizers(*current)) return;
  Json next = *current;
  Json& finalizers = next["metadata"]["finalizers"];
  const auto found = std::find(finalizers.begin(), finalizers.end(), std::string(finalizer));
  if (found == finalizers.end()) return;
  finalizers.erase(found);
  const bool last = finalizers.empty();
  if (last) next["metadata"].erase("finalizers");
  // A pod whose containers still run waits for its kubelet.
  const bool waits = key.kind == "Pod" && IsScheduled(next) && !IsFinished(next);
  if (last && IsDeleting(next) && !waits) {
    Remove(key);
  } else {
    Store(key, std::move(next), ChangeType::kModified);
  }
}

std::vector<SharedJson> ApiServer::List(absl::string_view kind) const {
  std::vector<SharedJson> listed;
  const auto keys = by_kind_.find(kind);
  if (keys == by_kind_.end()) return listed;
  for (const ObjectKey& key : keys->second) listed.push_back(objects_.at(key));
  return listed;
}

std::vector<ObjectKey> ApiServer::DependentsOf(const std::string& uid) const {
  const auto found = dependents_.find(uid);
  if (found == dependents_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace lws::simulation
