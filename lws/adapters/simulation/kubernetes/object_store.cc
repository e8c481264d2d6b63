#include "lws/adapters/simulation/kubernetes/object_store.h"

#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool SameOwners(const StoredObject& a, const StoredObject& b) {
  return a.SharesWith(b, "metadata") || (UidOfStored(a) == UidOfStored(b) && OwnersOfStored(a) == OwnersOfStored(b));
}

}  // namespace

SharedObject ObjectStore::Find(const ObjectRef& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<SharedObject> ObjectStore::FindAll(absl::string_view kind) const {
  std::vector<SharedObject> found;
  const auto keys = by_kind_.find(kind);
  if (keys == by_kind_.end()) return found;
  found.reserve(keys->second.size());
  for (const ObjectRef& key : keys->second) found.push_back(objects_.at(key));
  return found;
}

std::vector<ObjectRef> ObjectStore::DependentsOf(const std::string& uid) const {
  const auto found = dependents_.find(uid);
  if (found == dependents_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

void ObjectStore::Index(const ObjectRef& key, const StoredObject& object, bool add) {
  const std::string& uid = UidOfStored(object);
  add ? (void)uids_.insert(uid) : (void)uids_.erase(uid);
  for (const Json& owner : OwnersOfStored(object)) {
    const std::string& owner_uid = StoredTextAt(owner, {"uid"});
    std::set<ObjectRef>& dependents = dependents_[owner_uid];
    add ? (void)dependents.insert(key) : (void)dependents.erase(key);
    if (dependents.empty()) dependents_.erase(owner_uid);
  }
}

SharedObject ObjectStore::Put(const ObjectRef& key, const SharedObject& object) {
  SharedObject before = std::exchange(objects_[key], object);
  const bool is_indexed = before != nullptr && SameOwners(*before, *object);
  if (before != nullptr && !is_indexed) Index(key, *before, false);
  if (!is_indexed) Index(key, *object, true);
  if (before == nullptr) by_kind_[key.kind].insert(key);
  return before;
}

SharedObject ObjectStore::Erase(const ObjectRef& key) {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return nullptr;
  SharedObject before = std::move(found->second);
  Index(key, *before, false);
  objects_.erase(found);
  by_kind_[key.kind].erase(key);
  return before;
}

}  // namespace lws::simulation
