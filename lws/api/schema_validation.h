// Validation of a document against the CRD's schema, as the API server does it before it calls any webhook.
//
//   lws::internal::ValidateSchema(*lws::internal::FindTypeInfo("LeaderWorkerSet"),
//                                  Json::parse(R"({"spec":{"replicas":-1}})"), "");
//   // spec.leaderWorkerTemplate: Required value
//   // spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_SCHEMA_VALIDATION_H_
#define LWS_API_SCHEMA_VALIDATION_H_

#include "absl/strings/string_view.h"
#include "lws/api/field_error.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"

namespace lws::internal {

// All violations below `path`, in the order of the field table: required fields, types, enums, bounds, lengths,
// patterns, numbers of items, and repeated keys of list maps and sets. As in the API server, errors about a number's
// range and about a value that matches no alternative name the field `<nil>`. Complexity: O(object).
FieldErrors ValidateSchema(const TypeInfo& type, const Json& object, absl::string_view path);

// The same for an update of `old_object`: a value that does not change passes, even if it is wrong. Elements of a list
// map are the same when their keys are equal. Complexity: O(object), and quadratic in the length of one list map.
FieldErrors ValidateSchemaUpdate(const TypeInfo& type, const Json& old_object, const Json& object,
                                 absl::string_view path);

}  // namespace lws::internal

#endif  // LWS_API_SCHEMA_VALIDATION_H_
