// The defaults that the API server gives to the objects that decisions and the other simulated controllers read.
//
//   lws::simulation::ApplyObjectDefaults(&statefulset);    // replicas 1, podManagementPolicy OrderedReady, ...
//
// Thread-safety: may be called concurrently for distinct objects.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_DEFAULTS_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_DEFAULTS_H_

#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/api/json.h"

namespace lws::simulation {

// Idempotent. Objects of other kinds than StatefulSet and Pod are left as they are. Complexity: O(object).
void ApplyObjectDefaults(Json* object);
void ApplyObjectDefaults(StoredObject* object);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_DEFAULTS_H_
