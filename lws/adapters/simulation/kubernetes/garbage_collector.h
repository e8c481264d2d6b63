// Kubernetes' garbage collector. It deletes dependents after their owner, or before it in a foreground deletion.
//
//   lws::simulation::GarbageCollector collector(&server);
//   while (collector.Step()) {}
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_GARBAGE_COLLECTOR_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_GARBAGE_COLLECTOR_H_

#include <set>
#include <string>

#include "lws/adapters/simulation/kubernetes/api_server.h"

namespace lws::simulation {

class GarbageCollector {
 public:
  // Borrows `server`, and subscribes to it.
  explicit GarbageCollector(ApiServer* server);

  // Looks at one object that may have to be deleted; returns false when there is none.
  bool Step();

 private:
  void OnChange(const ObjectChange& change);
  void Look(const ObjectRef& key);
  void LookAtOwner(const ObjectRef& key, const StoredObject& object);
  bool OwnersAreGone(const StoredObject& object, bool* owner_waits) const;
  void Orphan(const ObjectRef& key, const StoredObject& object);

  ApiServer* server_;
  std::set<ObjectRef> due_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_GARBAGE_COLLECTOR_H_
