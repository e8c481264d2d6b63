// Fields of objects that may not be there, read without a copy of what they hold.
//
//   lws::simulation::StoredTextAt(pod, {"spec", "nodeName"});    // "" when the pod has no node
//   lws::simulation::StoredFieldAt(pod, {"metadata", "labels"}); // null when it has none
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_FIELDS_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_FIELDS_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/api/json.h"

namespace lws::simulation {

// The value below `object` at the path of keys; null when one of them is not there. Complexity: O(path x log keys).
const Json& StoredFieldAt(const Json& object, std::initializer_list<absl::string_view> path);
// REQUIRES: the path has a key.
const Json& StoredFieldAt(const StoredObject& object, std::initializer_list<absl::string_view> path);

// The text there; "" when it is absent, or no text.
const std::string& StoredTextAt(const Json& object, std::initializer_list<absl::string_view> path);
const std::string& StoredTextAt(const StoredObject& object, std::initializer_list<absl::string_view> path);

// Whether the object has a deletion timestamp.
bool IsStoredDeleting(const StoredObject& object);

// Its UID, and the list of its owner references; "" and null when it has none. Valid as meta() of the object.
const std::string& UidOfStored(const StoredObject& object);
const Json& OwnersOfStored(const StoredObject& object);

ObjectRef StoredObjectRef(const Json& object);
const ObjectRef& StoredObjectRef(const StoredObject& object);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_OBJECT_FIELDS_H_
