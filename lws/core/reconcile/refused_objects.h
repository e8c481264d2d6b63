// Finds the objects of a set that the API server will refuse, although it admits the set itself.
//
//   for (const lws::RefusedObject& refused : lws::RefusedObjectsOf(set)) lws::JoinFieldErrors(refused.errors);
//   // kLeaderStatefulSet: spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"
//
// Only the set is looked at. Whether other priority classes and the like exist, and what a cluster's own webhooks say,
// is not known here.
//
// Laws:
//   1. A set whose objects are all valid gives none.
//   2. An error that all StatefulSets share is reported only for the leader StatefulSet, and an error that a
//      StatefulSet reports is not repeated for its pods.
//   3. Names grow with the numbers in them. When an object is refused for its name, those of all higher groups are,
//      too.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_
#define LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_

#include <cstdint>
#include <vector>

#include "lws/api/field_error.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

enum class RefusedKind { kLeaderStatefulSet, kLeaderPods, kServices, kWorkerStatefulSets, kWorkerPods };

struct RefusedObject {
  RefusedKind kind = RefusedKind::kLeaderStatefulSet;
  // The first group whose object is refused; the errors are those of this object.
  int32_t group = 0;
  // False when the refusal depends on a hash that is not known before the object exists, or on the cluster's priority
  // classes.
  bool is_certain = true;
  FieldErrors errors;
};

// The refused objects of an admitted set, one of each kind. A name that the API server generates is completed by some
// letters. `before`, which may be null, is the set that this one replaces: its StatefulSet is then updated instead of
// created. Complexity: O(size + templates), and the logarithm of replicas.
std::vector<RefusedObject> RefusedObjectsOf(const LeaderWorkerSet& set, const LeaderWorkerSet* before = nullptr);

}  // namespace lws

#endif  // LWS_CORE_RECONCILE_REFUSED_OBJECTS_H_
