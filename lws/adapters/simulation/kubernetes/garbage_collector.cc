#include "lws/adapters/simulation/kubernetes/garbage_collector.h"

#include <algorithm>
#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool HasFinalizer(const StoredObject& object, const char* finalizer) {
  const Json& finalizers = *object.meta().finalizers;
  return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

// Whether the object has to be looked at because of its own change. A change of its owners makes it due by itself.
bool MatterNow(const ObjectChange& change) {
  if (IsStoredDeleting(*change.after)) return true;
  const Json& owners = OwnersOfStored(*change.after);
  if (owners.is_null()) return false;
  if (change.before == nullptr) return true;
  return !change.after->SharesWith(*change.before, "metadata") && OwnersOfStored(*change.before) != owners;
}

}  // namespace

GarbageCollector::GarbageCollector(ApiServer* server) : server_(server) {
  server_->Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

void GarbageCollector::OnChange(const ObjectChange& change) {
  const StoredObject& object = change.after != nullptr ? *change.after : *change.before;
  if (change.after != nullptr && MatterNow(change)) due_.insert(change.key);
  if (change.after != nullptr && !IsStoredDeleting(object)) return;
  for (const ObjectRef& dependent : server_->DependentsOf(UidOfStored(object))) due_.insert(dependent);
  if (change.after != nullptr) return;
  // An owner may be waiting for this object.
  for (const Json& owner : OwnersOfStored(object)) {
    due_.insert({StoredTextAt(owner, {"kind"}), change.key.namespace_name, StoredTextAt(owner, {"name"})});
  }
}

bool GarbageCollector::Step() {
  if (due_.empty()) return false;
  const ObjectRef key = *due_.begin();
  due_.erase(due_.begin());
  Look(key);
  return true;
}

bool GarbageCollector::OwnersAreGone(const StoredObject& object, bool* owner_waits) const {
  const Json& owners = OwnersOfStored(object);
  if (owners.empty()) return false;
  const std::string& namespace_name = StoredTextAt(object, {"metadata", "namespace"});
  bool all_gone = true;
  for (const Json& owner : owners) {
    if (!server_->UidExists(StoredTextAt(owner, {"uid"}))) continue;
    const SharedObject live =
        server_->Find({StoredTextAt(owner, {"kind"}), namespace_name, StoredTextAt(owner, {"name"})});
    const bool waits = live != nullptr && IsStoredDeleting(*live) && HasFinalizer(*live, "foregroundDeletion");
    *owner_waits |= waits;
    all_gone = all_gone && waits;
  }
  return all_gone;
}

void GarbageCollector::Look(const ObjectRef& key) {
  const SharedObject object = server_->Find(key);
  if (object == nullptr) return;
  if (IsStoredDeleting(*object)) return LookAtOwner(key, *object);
  bool owner_waits = false;
  if (!OwnersAreGone(*object, &owner_waits)) return;
  // If an owner waits for this object, it also waits for the object's dependents.
  const bool has_dependents = !server_->DependentsOf(UidOfStored(*object)).empty();
  DeleteOptions options;
  options.propagation = owner_waits && has_dependents ? Deletion::kForeground : Deletion::kBackground;
  server_->Delete(key, options).IgnoreError();
}

void GarbageCollector::LookAtOwner(const ObjectRef& key, const StoredObject& object) {
  if (HasFinalizer(object, "orphan")) return Orphan(key, object);
  if (!HasFinalizer(object, "foregroundDeletion")) return;
  bool blocked = false;
  const std::string uid = UidOfStored(object);
  for (const ObjectRef& dependent : server_->DependentsOf(uid)) {
    const SharedObject live = server_->Find(dependent);
    for (const Json& owner : OwnersOfStored(*live)) {
      blocked |= StoredTextAt(owner, {"uid"}) == uid && StoredFieldAt(owner, {"blockOwnerDeletion"}) == true;
    }
    if (!IsStoredDeleting(*live)) Look(dependent);
  }
  if (!blocked) server_->RemoveFinalizer(key, "foregroundDeletion");
}

void GarbageCollector::Orphan(const ObjectRef& key, const StoredObject& object) {
  const std::string uid = UidOfStored(object);
  for (const ObjectRef& dependent : server_->DependentsOf(uid)) {
    StoredObject live = *server_->Find(dependent);
    Json& metadata = live.Edit("metadata");
    Json& owners = metadata["ownerReferences"];
    owners.erase(
        std::remove_if(owners.begin(), owners.end(), [&](const Json& owner) { return owner.value("uid", "") == uid; }),
        owners.end());
    if (owners.empty()) metadata.erase("ownerReferences");
    server_->Update(std::move(live)).IgnoreError();
  }
  server_->RemoveFinalizer(key, "orphan");
}

}  // namespace lws::simulation
