#include "lws/adapters/simulation/kubernetes/garbage_collector.h"

#include <algorithm>
#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool HasFinalizer(const Json& object, const char* finalizer) {
  const Json& metadata = object["metadata"];
  const auto finalizers = metadata.find("finalizers");
  return finalizers != metadata.end() &&
         std::find(finalizers->begin(), finalizers->end(), finalizer) != finalizers->end();
}

bool IsDeleting(const Json& object) { return object["metadata"].contains("deletionTimestamp"); }

const Json& Owners(const Json& object) { return FieldAt(object, {"metadata", "ownerReferences"}); }

// Whether the object has to be looked at because of its own change. A change of its owners makes it due by itself.
bool MatterNow(const Change& change) {
  if (IsDeleting(*change.after)) return true;
  const Json& owners = Owners(*change.after);
  return !owners.is_null() && (change.before == nullptr || Owners(*change.before) != owners);
}

}  // namespace

GarbageCollector::GarbageCollector(ApiServer* server) : server_(server) {
  server_->Subscribe([this](const Change& change) { OnChange(change); });
}

void GarbageCollector::OnChange(const Change& change) {
  const Json& object = change.after != nullptr ? *change.after : *change.before;
  const Json& metadata = object["metadata"];
  if (change.after != nullptr && MatterNow(change)) due_.insert(change.key);
  if (change.after != nullptr && !IsDeleting(object)) return;
  for (const ObjectKey& dependent : server_->DependentsOf(metadata.value("uid", ""))) due_.insert(dependent);
  if (change.after != nullptr || !metadata.contains("ownerReferences")) return;
  // An owner may be waiting for this object.
  for (const Json& owner : metadata["ownerReferences"]) {
    due_.insert({owner.value("kind", ""), change.key.namespace_name, owner.value("name", "")});
  }
}

bool GarbageCollector::Step() {
  if (due_.empty()) return false;
  const ObjectKey key = *due_.begin();
  due_.erase(due_.begin());
  Look(key);
  return true;
}

bool GarbageCollector::OwnersAreGone(const Json& object, bool* owner_waits) const {
  const Json& metadata = object["metadata"];
  const auto owners = metadata.find("ownerReferences");
  if (owners == metadata.end() || owners->empty()) return false;
  const std::string namespace_name = metadata.value("namespace", "");
  bool all_gone = true;
  for (const Json& owner : *owners) {
    if (!server_->UidExists(owner.value("uid", ""))) continue;
    const SharedJson live = server_->Get({owner.value("kind", ""), namespace_name, owner.value("name", "")});
    const bool waits = live != nullptr && IsDeleting(*live) && HasFinalizer(*live, "foregroundDeletion");
    *owner_waits |= waits;
    all_gone = all_gone && waits;
  }
  return all_gone;
}

void GarbageCollector::Look(const ObjectKey& key) {
  const SharedJson object = server_->Get(key);
  if (object == nullptr) return;
  if (IsDeleting(*object)) return LookAtOwner(key, *object);
  bool owner_waits = false;
  if (!OwnersAreGone(*object, &owner_waits)) return;
  // If an owner waits for this object, it also waits for the object's dependents.
  const bool has_dependents = !server_->DependentsOf((*object)["metadata"].value("uid", "")).empty();
  DeleteOptions options;
  options.propagation = owner_waits && has_dependents ? Deletion::kForeground : Deletion::kBackground;
  server_->Delete(key, options).IgnoreError();
}

void GarbageCollector::LookAtOwner(const ObjectKey& key, const Json& object) {
  if (HasFinalizer(object, "orphan")) return Orphan(key, object);
  if (!HasFinalizer(object, "foregroundDeletion")) return;
  bool blocked = false;
  const std::string uid = object["metadata"].value("uid", "");
  for (const ObjectKey& dependent : server_->DependentsOf(uid)) {
    const SharedJson live = server_->Get(dependent);
    for (const Json& owner : (*live)["metadata"]["ownerReferences"]) {
      blocked |= owner.value("uid", "") == uid && owner.value("blockOwnerDeletion", false);
    }
    if (!IsDeleting(*live)) Look(dependent);
  }
  if (!blocked) server_->RemoveFinalizer(key, "foregroundDeletion");
}

void GarbageCollector::Orphan(const ObjectKey& key, const Json& object) {
  const std::string uid = object["metadata"].value("uid", "");
  for (const ObjectKey& dependent : server_->DependentsOf(uid)) {
    Json live = *server_->Get(dependent);
    Json& owners = live["metadata"]["ownerReferences"];
    owners.erase(
        std::remove_if(owners.begin(), owners.end(), [&](const Json& owner) { return owner.value("uid", "") == uid; }),
        owners.end());
    if (owners.empty()) live["metadata"].erase("ownerReferences");
    server_->Update(std::move(live)).IgnoreError();
  }
  server_->RemoveFinalizer(key, "orphan");
}

}  // namespace lws::simulation
