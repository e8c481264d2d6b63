// The objects of the simulated API server, found by key, by kind and by owner.
//
//   lws::simulation::ObjectStore objects;
//   objects.Put(key, stored_pod);
//   objects.FindAll("Pod").size();    // 1
//
// Laws:
//   1. What is found is what was put last and not erased since, whatever the order of the calls.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_STORE_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_STORE_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"

namespace lws::simulation {

class ObjectStore {
 public:
  // Null when absent.
  SharedObject Find(const ObjectRef& key) const;
  // All objects of a kind, in the order of namespace and name.
  std::vector<SharedObject> FindAll(absl::string_view kind) const;
  // The objects that name this UID as an owner, in the order of their keys.
  std::vector<ObjectRef> DependentsOf(const std::string& uid) const;
  bool UidExists(const std::string& uid) const { return uids_.count(uid) > 0; }

  // Both return the version before; null when there was none. Complexity: O(owners + log objects of the kind).
  SharedObject Put(const ObjectRef& key, const SharedObject& object);
  SharedObject Erase(const ObjectRef& key);

 private:
  void Index(const ObjectRef& key, const StoredObject& object, bool add);

  absl::flat_hash_map<ObjectRef, SharedObject> objects_;
  std::map<std::string, std::set<ObjectRef>, std::less<>> by_kind_;
  absl::flat_hash_map<std::string, std::set<ObjectRef>> dependents_;  // by owner UID
  absl::flat_hash_set<std::string> uids_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_STORE_H_
