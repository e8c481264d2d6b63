// The error of Go's JSON decoder for a document that does not fit its type, in the words that users of the reference
// know.
//
//   lws::internal::GoDecodeError(*lws::internal::FindTypeInfo("LeaderWorkerSet"),
//                                lws::Json::parse(R"({"spec": {"replicas": "two"}})"));
//   // "json: cannot unmarshal string into Go struct field LeaderWorkerSetSpec.spec.replicas of type int32"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_GO_DECODE_ERROR_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_GO_DECODE_ERROR_H_

#include <optional>
#include <string>

#include "lws/api/field_table.h"
#include "lws/api/json.h"

namespace lws::internal {

// The error for the first value, in the order of the keys, whose JSON type differs from that of its field. Nullopt
// when there is none. Quantities, times and int-or-string values are not checked, since their types decode themselves.
// Complexity: O(document).
std::optional<std::string> GoDecodeError(const TypeInfo& type, const Json& document);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_GO_DECODE_ERROR_H_
