// An API server in memory: objects with UIDs, resource versions and generations, conflicts, server-side apply with
// field ownership, label selection, and deletion with finalizers and propagation.
//
//   lws::simulation::ApiServer server(&clock);
//   absl::StatusOr<lws::SharedJson> pod = server.Create(document);
//   lws::simulation::DeleteOptions options;
//   options.propagation = lws::simulation::Deletion::kForeground;
//   absl::Status status = server.Delete({"Pod", "default", "vllm-0"}, options);
//
// Subscribers are told every change, in order, before the call returns. Webhooks admit new objects.
// Other parts do the rest: garbage_collector.h deletes dependents, and the controllers and the kubelet write the
// status.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"

namespace lws::simulation {

struct ObjectKey {
  std::string kind;
  std::string namespace_name;
  std::string name;

  // In the order of kind, namespace and name.
  bool operator<(const ObjectKey& other) const {
    const int by_kind = kind.compare(other.kind);
    if (by_kind != 0) return by_kind < 0;
    const int by_namespace = namespace_name.compare(other.namespace_name);
    return by_namespace != 0 ? by_namespace < 0 : name < other.name;
  }
  bool operator==(const ObjectKey& other) const {
    return name == other.name && namespace_name == other.namespace_name && kind == other.kind;
  }

  template <typename H>
  friend H AbslHashValue(H hash, const ObjectKey& key) {
    return H::combine(std::move(hash), key.kind, key.namespace_name, key.name);
  }
};

ObjectKey StoredObjectKey(const Json& object);

enum class ChangeType { kAdded, kModified, kDeleted };

struct Change {
  ChangeType type;
  ObjectKey key;
  SharedJson before;  // null when added
  SharedJson after;   // null when deleted
};

enum class Deletion { kBackground, kForeground, kOrphan };

struct DeleteOptions {
  Deletion propagation = Deletion::kBackground;
  // Preconditions; empty for none.
  std::string uid;
  std::string resource_version;
  // Removes a pod at once, without waiting for its kubelet.
  bool at_once = false;
};

class ApiServer {
 public:
  // Called before an object is created. It returns the object to create, or refuses it with an error.
  using MutatingWebhook = std::function<absl::StatusOr<Json>(Json object)>;

  // Borrows `clock`.
  explicit ApiServer(const VirtualClock* clock) : clock_(clock) {}

  // Objects of the kind go through the webhook before they are created. One webhook a kind; the last registered counts.
  void RegisterWebhook(const std::string& kind, MutatingWebhook webhook);

  void Subscribe(std::function<void(const Change&)> subscriber) { subscribers_.push_back(std::move(subscriber)); }

  // Errors: AlreadyExists; InvalidArgument naming the object for one that is not admitted, or is invalid: pods,
  // StatefulSets, claims and Services are held to Kubernetes' rules, in its words.
  absl::StatusOr<SharedJson> Create(Json object);

  // Server-side apply. Errors: Aborted naming the fields, when another manager owns them with another value and `force`
  // is not given.
  absl::StatusOr<SharedJson> Apply(const Json& object, absl::string_view manager, bool force);

  // Replaces everything except the status, or only the status. The resource version is checked if the object has one.
  // Errors: NotFound, Aborted for a conflict, InvalidArgument for a StatefulSet that is invalid or changes immutable
  // fields. An update without a change does nothing.
  absl::StatusOr<SharedJson> Update(Json object);
  absl::StatusOr<SharedJson> UpdateStatus(const Json& object);

  // Errors: NotFound, Aborted when a precondition fails.
  absl::Status Delete(const ObjectKey& key, const DeleteOptions& options);

  // Removes a finalizer. If it was the last one and the object is being deleted, the object is removed.
  void RemoveFinalizer(const ObjectKey& key, absl::string_view finalizer);

  // Null when absent.
  SharedJson Get(const ObjectKey& key) const;

  // All objects of a kind, in the order of namespace and name.
  std::vector<SharedJson> List(absl::string_view kind) const;

  // The objects that name this UID as an owner.
  std::vector<ObjectKey> DependentsOf(const std::string& uid) const;
  bool UidExists(const std::string& uid) const { return uids_.count(uid) > 0; }

  // How much was done since the beginning: the writes, and what the parts of the cluster say that they looked at. It
  // grows like the time that a simulation takes, and is the same on every machine.
  int64_t work() const { return static_cast<int64_t>(version_) + looks_; }
  void CountLooks(int64_t looks) { looks_ += looks; }

  // Why the last write of an object was refused as invalid, of those that were not written since.
  const std::map<ObjectKey, std::string>& refusals() const { return refusals_; }

  // The present, as Kubernetes writes it.
  std::string Timestamp() const;

 private:
  absl::StatusOr<SharedJson> TryCreate(const ObjectKey& key, Json object);
  absl::StatusOr<SharedJson> TryUpdate(const ObjectKey& key, Json object);
  void NoteRefusal(const ObjectKey& key, const absl::Status& status);
  void Store(const ObjectKey& key, Json object, ChangeType type);
  void Remove(const ObjectKey& key);
  void Index(const ObjectKey& key, const Json& object, bool add);
  absl::Status CheckPreconditions(const Json& live, const std::string& uid, const std::string& version) const;
  std::string NextUid();

  const VirtualClock* clock_;
  std::map<std::string, MutatingWebhook> webhooks_;  // by kind
  uint64_t version_ = 0;
  uint64_t next_uid_ = 1;
  int64_t looks_ = 0;
  absl::flat_hash_map<ObjectKey, SharedJson> objects_;
  std::map<std::string, std::set<ObjectKey>, std::less<>> by_kind_;
  absl::flat_hash_map<std::string, std::set<ObjectKey>> dependents_;  // by owner UID
  absl::flat_hash_set<std::string> uids_;
  std::map<ObjectKey, std::string> refusals_;
  std::vector<std::function<void(const Change&)>> subscribers_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_
