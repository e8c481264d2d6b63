#include "lws/adapters/kubernetes/serving/go_decode_error.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// A place in the document: field names only, since Go's decoder leaves out indexes and map keys.
struct Place {
  const TypeInfo* type = nullptr;  // the type that has the field; null for the document itself
  std::string path;
};

// The Go packages of the API and of Kubernetes' own types are all named v1.
std::string GoTypeName(const TypeInfo& type) { return absl::StrCat("v1.", type.name); }

std::string GoTypeName(const FieldInfo& field, FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return "string";
    case FieldKind::kInt32:
      return "int32";
    case FieldKind::kInt64:
      return "int64";
    case FieldKind::kBool:
      return "bool";
    case FieldKind::kQuantity:
      return "resource.Quantity";
    case FieldKind::kIntOrString:
      return "intstr.IntOrString";
    case FieldKind::kTime:
      return "v1.Time";
    case FieldKind::kRaw:
      return "interface {}";
    case FieldKind::kObject:
      return GoTypeName(field.object_type());
    case FieldKind::kList:
      return absl::StrCat("[]", GoTypeName(field, field.element_kind));
    case FieldKind::kMap:
      return absl::StrCat("map[string]", GoTypeName(field, field.element_kind));
  }
  return "";
}

std::string JsonTypeName(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "number";
}

std::string WrongTypeError(const Place& place, absl::string_view json_type, absl::string_view go_type) {
  if (place.type == nullptr)
    return absl::StrCat("json: cannot unmarshal ", json_type, " into Go value of type ", go_type);
  return absl::StrCat("json: cannot unmarshal ", json_type, " into Go struct field ", place.type->name, ".", place.path,
                      " of type ", go_type);
}

// A number with a fraction of 0 is an integer, since the API server writes it without the fraction.
bool FitsInteger(const Json& number, FieldKind kind) {
  if (number.is_number_float()) {
    const double value = number.get<double>();
    const double limit = kind == FieldKind::kInt32 ? 2147483647.0 : 9.2e18;
    return std::trunc(value) == value && std::abs(value) <= limit;
  }
  if (number.is_number_unsigned() && number.get<uint64_t>() > std::numeric_limits<int64_t>::max()) return false;
  const int64_t value = number.get<int64_t>();
  return kind == FieldKind::kInt64 ||
         (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max());
}

std::optional<std::string> CheckValue(const FieldInfo& field, FieldKind kind, const Json& value, const Place& place);

std::optional<std::string> CheckObject(const TypeInfo& type, const Json& value, const Place& place) {
  if (!value.is_object()) return WrongTypeError(place, JsonTypeName(value), GoTypeName(type));
  for (auto it = value.begin(); it != value.end(); ++it) {
    const FieldInfo* field = type.Find(it.key());
    if (field == nullptr) continue;
    const Place below = {&type, absl::StrCat(place.path, place.path.empty() ? "" : ".", it.key())};
    std::optional<std::string> error = CheckValue(*field, field->kind, *it, below);
    if (error.has_value()) return error;
  }
  return std::nullopt;
}

std::optional<std::string> CheckElements(const FieldInfo& field, const Json& value, const Place& place) {
  for (const Json& element : value) {
    std::optional<std::string> error = CheckValue(field, field.element_kind, element, place);
    if (error.has_value()) return error;
  }
  return std::nullopt;
}

std::optional<std::string> CheckInteger(FieldKind kind, const Json& value, const Place& place) {
  const char* go_type = kind == FieldKind::kInt32 ? "int32" : "int64";
  if (!value.is_number()) return WrongTypeError(place, JsonTypeName(value), go_type);
  if (FitsInteger(value, kind)) return std::nullopt;
  return WrongTypeError(place, absl::StrCat("number ", value.dump()), go_type);
}

// A null leaves the field as it is.
std::optional<std::string> CheckValue(const FieldInfo& field, FieldKind kind, const Json& value, const Place& place) {
  if (value.is_null()) return std::nullopt;
  bool fits = true;
  switch (kind) {
    case FieldKind::kString:
      fits = value.is_string();
      break;
    case FieldKind::kBool:
      fits = value.is_boolean();
      break;
    case FieldKind::kInt32:
    case FieldKind::kInt64:
      return CheckInteger(kind, value, place);
    case FieldKind::kObject:
      return CheckObject(field.object_type(), value, place);
    case FieldKind::kList:
      if (value.is_array()) return CheckElements(field, value, place);
      fits = false;
      break;
    case FieldKind::kMap:
      if (value.is_object()) return CheckElements(field, value, place);
      fits = false;
      break;
    case FieldKind::kQuantity:
    case FieldKind::kIntOrString:
    case FieldKind::kTime:
    case FieldKind::kRaw:
      break;
  }
  if (fits) return std::nullopt;
  return WrongTypeError(place, JsonTypeName(value), GoTypeName(field, kind));
}

}  // namespace

std::optional<std::string> GoDecodeError(const TypeInfo& type, const Json& document) {
  return CheckObject(type, document, {});
}

}  // namespace lws::internal
