// A document read through the field table: the form in which Kubernetes would hold and write it.
//
//   const lws::internal::TypeInfo& type = *lws::internal::FindTypeInfo("ResourceRequirements");
//   lws::internal::ReadTypedJson(type, lws::Json::parse(R"({"limits": {"cpu": "0.5"}, "foo": 1})"), "resources");
//   // {"limits":{"cpu":"500m"}}
//
// Laws:
//   1. ReadTypedJson is idempotent: reading its own result changes nothing.
//   2. ReadTypedJson's result holds known fields only, in the form that Kubernetes writes: absent forms, quantity
//      texts, times in UTC, no empty optional values, no null where a value is meant.
//   3. PruneUnknownFields, DropNullFields and ApplySchemaDefaults are idempotent.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_TYPED_JSON_H_
#define LWS_API_TYPED_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"

namespace lws::internal {

// Returns `raw` as a value of `type`. Errors: InvalidArgument naming the field below `path` and what it should hold,
// for a value of another type, a number outside of its type, a quantity or time that does not parse. Unknown fields are
// dropped. Complexity: O(raw).
absl::StatusOr<Json> ReadTypedJson(const TypeInfo& type, const Json& raw, absl::string_view path);

// Removes from `object` all fields that `type` does not have, or that its schema drops, and appends the path of each
// to `pruned`. Values of a wrong type stay: ReadTypedJson reports them. Complexity: O(object).
void PruneUnknownFields(const TypeInfo& type, absl::string_view path, Json* object, std::vector<std::string>* pruned);

// Removes fields and map values that are null. Null elements of lists stay. Complexity: O(object).
void DropNullFields(const TypeInfo& type, Json* object);

// Gives absent fields the defaults of their schema. Complexity: O(object).
void ApplySchemaDefaults(const TypeInfo& type, Json* object);

// The text of a document that ReadTypedJson returned for `type`, with fields in the order of the field table and sorted
// keys of maps: the bytes that Go's encoding/json writes for the typed value. Complexity: O(object).
std::string FieldOrderJson(const TypeInfo& type, const Json& object);

// `value` as errors show it, in Go's form: a whole number has no fraction.
std::string ShowTypedJson(const Json& value);

// The path of field `name` below `path`, and of element `index`.
std::string FieldPath(absl::string_view path, absl::string_view name);
std::string FieldElementPath(absl::string_view path, size_t index);

}  // namespace lws::internal

#endif  // LWS_API_TYPED_JSON_H_
