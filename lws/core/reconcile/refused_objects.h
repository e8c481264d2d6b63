// What the API server will refuse of the objects that a set makes: the set itself is good, and nothing comes of it.
//
//   for (const lws::RefusedObject& refused : lws::RefusedObjects(set)) lws::Join(refused.errors);
//   // kLeaderStatefulSet: spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"
//
// Only the set is looked at: whether priority classes and the like exist, and what a cluster's own webhooks say, is not
// known here.
//
// Laws:
//   1. A set whose objects are good has none.
//   2. What all StatefulSets have in common is said of the leader StatefulSet alone, and what all pods have in common
//      with their StatefulSet is not said again.
//   3. Names grow with the numbers in them: when an object is refused, so are those of all higher groups.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_
#define LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_

#include <cstdint>
#include <vector>

#include "lws/api/field_error.h"

namespace lws {

class LeaderWorkerSet;

enum class RefusedKind { kLeaderStatefulSet, kLeaderPods, kServices, kWorkerStatefulSets, kWorkerPods };

struct RefusedObject {
  RefusedKind kind = RefusedKind::kLeaderStatefulSet;
  // The first group whose object is refused; the errors are those of this object.
  int32_t group = 0;
  // False when it depends on a hash that is not known before the object is there.
  bool is_certain = true;
  FieldErrors errors;
};

// The objects of a set that is admitted, one of each kind; a name that the API server generates is completed by some
// letters. `before`, which may be null, is the set that this one replaces: its StatefulSet is updated then, and not
// created. Complexity: O(size + templates), and the logarithm of replicas.
std::vector<RefusedObject> RefusedObjects(const LeaderWorkerSet& set, const LeaderWorkerSet* before = nullptr);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_
