// What one field manager has applied to an object, read back from metadata.managedFields.
//
//   std::optional<lws::Json> applied = lws::internal::ObserveAppliedFields(statefulset, "lws");
//   // equal to what `lws` would apply again: then applying it changes nothing
//
// Source: the fieldsV1 format of Kubernetes' structured merge: "f:NAME" a field, "k:{...}" an element of a list map by
// its keys, "v:VALUE" an element of a set, "." the element itself.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_APPLIED_FIELDS_H_
#define LWS_API_APPLIED_FIELDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/canonical_text.h"
#include "lws/api/json.h"

namespace lws::internal {

// The parts of `object` that `manager` owns by an Apply, with apiVersion, kind, name and namespace. Returns nullopt
// when the object has no such entry, or one that does not parse. Complexity: O(object).
std::optional<Json> ObserveAppliedFields(const Json& object, absl::string_view manager);

// The digest of what was applied to a StatefulSet, without the two numbers that a rollout moves: spec.replicas and
// spec.updateStrategy.rollingUpdate.partition count as 0 where they are present. Complexity: O(applied).
std::string DigestOfAppliedStatefulSet(Json applied);

// The same of a StatefulSet that has both numbers, from its text. Complexity: O(text).
std::string DigestOfAppliedStatefulSet(const StatefulSetText& applied);

}  // namespace lws::internal

#endif  // LWS_API_APPLIED_FIELDS_H_
