// An API server in memory: objects with UIDs, resource versions and generations, conflicts, server-side apply with
// field ownership, label selection, and deletion with finalizers and propagation.
//
//   lws::simulation::ApiServer server(&clock);
//   absl::StatusOr<lws::simulation::SharedObject> pod = server.Create(document);
//   lws::simulation::DeleteOptions options;
//   options.propagation = lws::simulation::Deletion::kForeground;
//   absl::Status status = server.Delete({"Pod", "default", "vllm-0"}, options);
//
// Subscribers are told every change, in order, before the call returns. Webhooks admit new objects. The versions of an
// object share what did not change (stored_object.h), so that a write costs only what it writes.
// Other parts do the rest: garbage_collector.h deletes dependents, and the controllers and the kubelet write the
// status.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/object_store.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/valid_pods.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"

namespace lws::simulation {

enum class ChangeType { kAdded, kModified, kDeleted };

struct ObjectChange {
  ChangeType type;
  ObjectRef key;
  SharedObject before;  // null when added
  SharedObject after;   // null when deleted
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
  explicit ApiServer(VirtualClock* clock) : clock_(clock) {}

  // Objects of the kind go through the webhook before they are created. One webhook a kind; the last registered counts.
  void RegisterWebhook(const std::string& kind, MutatingWebhook webhook);

  void Subscribe(std::function<void(const ObjectChange&)> subscriber) { subscribers_.push_back(std::move(subscriber)); }

  // Errors: AlreadyExists; InvalidArgument naming the object for one that is not admitted, or is invalid: pods,
  // StatefulSets, claims and Services are held to Kubernetes' rules, in its words.
  absl::StatusOr<SharedObject> Create(Json object);

  // Server-side apply. Errors: Aborted naming the fields, when another manager owns them with another value and `force`
  // is not given.
  absl::StatusOr<SharedObject> Apply(const Json& object, absl::string_view manager, bool force);

  // Replaces everything except the status, or only the status. The resource version is checked if the object has one.
  // Errors: NotFound, Aborted for a conflict, InvalidArgument for a StatefulSet that is invalid or changes immutable
  // fields. An update without a change does nothing.
  absl::StatusOr<SharedObject> Update(StoredObject object);
  absl::StatusOr<SharedObject> UpdateStatus(const StoredObject& object);

  // Gives a pod its node, as the binding of a pod does. Errors: NotFound, Aborted for a pod that has a node or is being
  // deleted.
  absl::Status Bind(const ObjectRef& pod, const std::string& node);

  // A pod on a node is being deleted until its kubelet has stopped it. A finished pod, or one without a node, is being
  // deleted for a moment as well, as on a real API server, whose watches tell both versions. Errors: NotFound, Aborted
  // when a precondition fails.
  absl::Status Delete(const ObjectRef& key, const DeleteOptions& options);

  // Removes a finalizer. If it was the last one and the object is being deleted, the object is removed.
  void RemoveFinalizer(const ObjectRef& key, absl::string_view finalizer);

  // Null when absent.
  SharedObject Find(const ObjectRef& key) const { return objects_.Find(key); }

  // All objects of a kind, in the order of namespace and name.
  std::vector<SharedObject> FindAll(absl::string_view kind) const { return objects_.FindAll(kind); }

  // The same as whole documents, for readers who look rarely. Complexity: O(objects) at the first call for a version.
  SharedJson Get(const ObjectRef& key) const;
  std::vector<SharedJson> List(absl::string_view kind) const;

  // The objects that name this UID as an owner.
  std::vector<ObjectRef> DependentsOf(const std::string& uid) const { return objects_.DependentsOf(uid); }
  bool UidExists(const std::string& uid) const { return objects_.UidExists(uid); }

  // How much was done since the beginning: the writes, and what the parts of the cluster say that they looked at. It
  // grows like the time that a simulation takes, and is the same on every machine.
  int64_t work() const { return static_cast<int64_t>(version_) + looks_; }
  void CountLooks(int64_t looks) { looks_ += looks; }

  // Why the last write of an object was refused as invalid, of those that were not written since.
  const std::map<ObjectRef, std::string>& refusals() const { return refusals_; }

  // The present in whole seconds, as Kubernetes writes it. Valid until the clock moves.
  const std::string& Timestamp() const;

 private:
  absl::StatusOr<SharedObject> TryCreate(const ObjectRef& key, Json object);
  absl::StatusOr<SharedObject> TryUpdate(const ObjectRef& key, StoredObject object);
  void NoteRefusal(const ObjectRef& key, const absl::Status& status);
  void Store(const ObjectRef& key, StoredObject object, ChangeType type);
  void Remove(const ObjectRef& key);

  VirtualClock* clock_;
  mutable int64_t stamped_ = 0;  // the second when Timestamp was last asked for, and its answer
  mutable std::string timestamp_;
  std::map<std::string, MutatingWebhook> webhooks_;  // by kind
  uint64_t version_ = 0;
  uint64_t next_uid_ = 1;
  int64_t looks_ = 0;
  ObjectStore objects_;
  std::map<std::string, SharedObject> last_created_;  // by kind
  ValidPods valid_pods_;
  std::map<ObjectRef, std::string> refusals_;
  std::vector<std::function<void(const ObjectChange&)>> subscribers_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_API_SERVER_H_
