// The API server's checks of an object's metadata.
//
//   lws::internal::ValidateObjectMeta(meta);    // metadata.name: Required value: name or generateName is required
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_OBJECT_META_VALIDATION_H_
#define LWS_API_OBJECT_META_VALIDATION_H_

#include "lws/api/field_error.h"

namespace lws {
class ObjectMeta;
}  // namespace lws

namespace lws::internal {

// Checks of a namespaced object that is created. Complexity: O(meta).
FieldErrors ValidateObjectMeta(const ObjectMeta& meta);

// Checks of an object that replaces `old_meta`. Complexity: O(meta).
FieldErrors ValidateObjectMetaUpdate(const ObjectMeta& old_meta, const ObjectMeta& meta);

}  // namespace lws::internal

#endif  // LWS_API_OBJECT_META_VALIDATION_H_
