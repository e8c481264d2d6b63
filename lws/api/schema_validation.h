// Validation of a document against the CRD's schema, as the API server does before any webhook has a say.
//
//   lws::internal::ValidateSchema(*lws::internal::FindType("LeaderWorkerSet"),
//   Json::parse(R"({"spec":{"replicas":-1}})"), "");
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

// All violations below `path`: required fields, types of nulls, enums, bounds, lengths, patterns, and repeated keys of
// list maps and sets; in the order of the field table. Values of a wrong type other than null are ReadTyped's business.
// Complexity: O(object), and quadratic in the length of one list map.
FieldErrors ValidateSchema(const TypeInfo& type, const Json& object, absl::string_view path);

}  // namespace lws::internal

#endif  // LWS_API_SCHEMA_VALIDATION_H_
