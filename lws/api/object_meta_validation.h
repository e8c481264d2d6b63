// The API server's checks of an object's metadata.
//
//   lws::internal::ValidateObjectMeta(meta);    // metadata.name: Required value: name or generateName is required
//   lws::internal::ValidateMetadata(service, lws::internal::Dns1123LabelErrors);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_OBJECT_META_VALIDATION_H_
#define LWS_API_OBJECT_META_VALIDATION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class ObjectMeta;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Checks of a namespaced object that is created. Complexity: O(meta).
FieldErrors ValidateObjectMeta(const ObjectMeta& meta);

// The same of the metadata of `object`, whose name follows `name_rule`: a rule of name_rules.h. Fields that hold
// another type count as absent. Complexity: O(metadata).
FieldErrors ValidateMetadata(const Json& object, std::vector<std::string> (*name_rule)(absl::string_view));

// Checks of an object that replaces `old_meta`. Complexity: O(meta).
FieldErrors ValidateObjectMetaUpdate(const ObjectMeta& old_meta, const ObjectMeta& meta);

}  // namespace lws::internal

#endif  // LWS_API_OBJECT_META_VALIDATION_H_
