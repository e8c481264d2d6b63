// What the defaulting webhook answers to the document of a set.
//
//   absl::StatusOr<lws::LeaderWorkerSet> set = lws::LeaderWorkerSetFromJson(manifest);
//   lws::internal::DefaultDocument(&*set, &manifest);    // true: manifest["spec"]["networkConfig"] is there
//
// Laws:
//   1. A document that defaulting does not change stays as it is, byte for byte.
//   2. A document that changes also gets its absent fields in their written form, as Kubernetes writes a typed object
//      back. What the types do not know stays.
//   3. DefaultDocument is idempotent.
//
// Thread-safety: may be called concurrently for distinct sets.
#ifndef LWS_API_DEFAULT_DOCUMENT_H_
#define LWS_API_DEFAULT_DOCUMENT_H_

#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Gives `set`, and `document` that it was read from, the defaults of admission. Returns whether the document changed.
// Complexity: O(document).
bool DefaultDocument(LeaderWorkerSet* set, Json* document);

}  // namespace lws::internal

#endif  // LWS_API_DEFAULT_DOCUMENT_H_
