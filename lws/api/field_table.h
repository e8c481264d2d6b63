// The fields of every type that the JSON of a LeaderWorkerSet, a DisaggregatedSet or a role scaler may hold, pod
// templates included, as data: fields.json, compiled in.
//
//   const lws::internal::TypeInfo* type = lws::internal::FindTypeInfo("RollingUpdateConfiguration");
//   const lws::internal::FieldInfo* field = type->Find("maxSurge");
//   field->kind;                    // kIntOrString
//   field->rules().default_json;    // the text of the number 0
//
// Reading, pruning, defaulting and schema validation are driven by this table; no code knows a Kubernetes field by name
// unless a decision needs it. Source: the Kubernetes 1.36 API types and the CRDs' OpenAPI schemas.
//
// Thread-safety: everything here is constant.
#ifndef LWS_API_FIELD_TABLE_H_
#define LWS_API_FIELD_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace lws::internal {

enum class FieldKind : uint8_t {
  kString,
  kInt32,
  kInt64,
  kBool,
  kQuantity,
  kIntOrString,
  kTime,
  kRaw,  // any JSON
  kObject,
  kList,
  kMap,  // keys are strings
};

enum class ListType : uint8_t { kNone, kAtomic, kSet, kMap };

struct TypeInfo;

// A list of texts that ends with a null pointer; null itself when there are none.
using Texts = const char* const*;

// What is said of few fields. Fields of which the same is said share it.
struct FieldRules {
  int64_t min;
  int64_t max;
  int32_t min_length;        // of a text in characters, of a list in items; -1 when there is no limit
  int32_t max_length;        // likewise
  bool bounded;              // the value is a number with the bounds above
  bool element_has_pattern;  // `pattern` is that of the elements
  const char* absent_json;   // what is written when the field is missing; null for nothing
  const char* default_json;  // null without a default
  const char* pattern;       // null without one
  Texts enum_values;
  Texts list_map_keys;
};

// What a value may be: the value of a field, or an element of a list or map.
struct FieldInfo {
  const char* name;
  FieldKind kind;
  FieldKind element_kind;  // of kList and kMap
  int16_t type;            // index of the object type of the value or its elements, -1 without one
  int16_t rules_index;
  bool is_pointer;   // absent and zero differ
  bool omits_empty;  // an explicit zero is not written, unless is_pointer
  bool required;
  bool pruned;  // dropped on reading
  ListType list_type;

  const FieldRules& rules() const;

  // The object type of the value or its elements. REQUIRES: type >= 0.
  const TypeInfo& object_type() const;
};

struct TypeInfo {
  const char* name;
  const FieldInfo* fields;
  size_t field_count;

  const FieldInfo* begin() const { return fields; }
  const FieldInfo* end() const { return fields + field_count; }

  // The field of that name, null when there is none. Complexity: O(fields).
  const FieldInfo* Find(absl::string_view name) const;
};

// The type of that name, null when there is none; types are sorted by name. Complexity: O(log types).
const TypeInfo* FindTypeInfo(absl::string_view name);

// Type number `index`, for FieldInfo::type.
const TypeInfo& TypeInfoAt(int index);

}  // namespace lws::internal

#endif  // LWS_API_FIELD_TABLE_H_
