#include "lws/api/open_api_schema.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Types that server-side apply takes as one value, so that two appliers never own half of one each. Kubernetes says so
// of them; the table does not need it.
constexpr absl::string_view kAtomicTypes[] = {
    "ConfigMapKeySelector",
    "FileKeySelector",
    "LabelSelector",
    "LocalObjectReference",
    "NodeSelector",
    "NodeSelectorTerm",
    "ObjectFieldSelector",
    "ResourceFieldSelector",
    "SecretKeySelector",
    "SecretReference",
    "TypedLocalObjectReference",
};

bool IsAtomic(absl::string_view type) {
  return std::find(std::begin(kAtomicTypes), std::end(kAtomicTypes), type) != std::end(kAtomicTypes);
}

Json Scalar(const char* type, const char* format) {
  Json schema = {{"type", type}};
  if (format != nullptr) schema["format"] = format;
  return schema;
}

Json IntOrString() {
  return {{"anyOf", {{{"type", "integer"}}, {{"type", "string"}}}}, {"x-kubernetes-int-or-string", true}};
}

// A value of the field, or of one of its elements, of this kind.
Json KindSchema(const FieldInfo& field, FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return Scalar("string", nullptr);
    case FieldKind::kInt32:
      return Scalar("integer", "int32");
    case FieldKind::kInt64:
      return Scalar("integer", "int64");
    case FieldKind::kBool:
      return Scalar("boolean", nullptr);
    case FieldKind::kTime:
      return Scalar("string", "date-time");
    case FieldKind::kQuantity:
    case FieldKind::kIntOrString:
      return IntOrString();
    case FieldKind::kRaw:
      return {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    case FieldKind::kObject:
      return OpenApiSchema(field.object_type());
    case FieldKind::kList:
      return {{"type", "array"}, {"items", KindSchema(field, field.element_kind)}};
    case FieldKind::kMap:
      return {{"type", "object"}, {"additionalProperties", KindSchema(field, field.element_kind)}};
  }
  return Json();
}

Json TextList(Texts texts) {
  Json list = Json::array();
  for (; *texts != nullptr; ++texts) list.push_back(*texts);
  return list;
}

void AddListType(const FieldInfo& field, Json* schema) {
  switch (field.list_type) {
    case ListType::kNone:
      return;
    case ListType::kAtomic:
      (*schema)["x-kubernetes-list-type"] = "atomic";
      return;
    case ListType::kSet:
      (*schema)["x-kubernetes-list-type"] = "set";
      return;
    case ListType::kMap:
      (*schema)["x-kubernetes-list-type"] = "map";
      (*schema)["x-kubernetes-list-map-keys"] = TextList(field.rules().list_map_keys);
      return;
  }
}

void AddBounds(const FieldInfo& field, Json* schema) {
  const bool is_list = field.kind == FieldKind::kList;
  if (field.rules().bounded && field.rules().min != std::numeric_limits<int64_t>::min())
    (*schema)["minimum"] = field.rules().min;
  if (field.rules().bounded && field.rules().max != std::numeric_limits<int64_t>::max())
    (*schema)["maximum"] = field.rules().max;
  if (field.rules().min_length >= 0) (*schema)[is_list ? "minItems" : "minLength"] = field.rules().min_length;
  if (field.rules().max_length >= 0) (*schema)[is_list ? "maxItems" : "maxLength"] = field.rules().max_length;
}

void AddPattern(const FieldInfo& field, Json* schema) {
  if (field.rules().pattern == nullptr) return;
  if (!field.rules().element_has_pattern) {
    (*schema)["pattern"] = field.rules().pattern;
  } else {
    (*schema)[field.kind == FieldKind::kList ? "items" : "additionalProperties"]["pattern"] = field.rules().pattern;
  }
}

Json FieldSchema(const FieldInfo& field) {
  Json schema = KindSchema(field, field.kind);
  if (field.rules().default_json != nullptr)
    schema["default"] = Json::parse(field.rules().default_json, nullptr, false);
  if (field.rules().enum_values != nullptr) schema["enum"] = TextList(field.rules().enum_values);
  AddBounds(field, &schema);
  AddPattern(field, &schema);
  AddListType(field, &schema);
  return schema;
}

}  // namespace

Json OpenApiSchema(const TypeInfo& type) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const FieldInfo& field : type) {
    if (field.pruned) continue;
    properties[field.name] = FieldSchema(field);
    if (field.required) required.push_back(field.name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  std::sort(required.begin(), required.end());
  if (!required.empty()) schema["required"] = std::move(required);
  if (IsAtomic(type.name)) schema["x-kubernetes-map-type"] = "atomic";
  return schema;
}

}  // namespace lws::internal
