#include "lws/api/typed_json.h"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/field_status.h"
#include "lws/api/json_member.h"
#include "lws/api/printable_text.h"
#include "lws/api/quantity.h"
#include "lws/api/yaml_scalar.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const char* KindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return "a string";
    case FieldKind::kInt32:
      return "a 32-bit integer";
    case FieldKind::kInt64:
      return "a 64-bit integer";
    case FieldKind::kBool:
      return "true or false";
    case FieldKind::kQuantity:
      return "a quantity";
    case FieldKind::kIntOrString:
      return "a 32-bit integer or a string";
    case FieldKind::kTime:
      return "a time";
    case FieldKind::kRaw:
      return "any value";
    case FieldKind::kObject:
      return "an object";
    case FieldKind::kList:
      return "a list";
    case FieldKind::kMap:
      return "an object";
  }
  return "";
}

// Where a value stands: in a field or an element of what is above. Its path is put together for errors alone.
struct Place {
  const Place* above;                          // null for the whole
  absl::string_view name;                      // of the field, or the path of the whole
  std::optional<size_t> index = std::nullopt;  // of an element of a list, which has no name

  std::string Path() const {
    if (above == nullptr) return std::string(name);
    return index.has_value() ? FieldElementPath(above->Path(), *index) : FieldPath(above->Path(), name);
  }
};

absl::Status WrongType(const Place& place, const Json& value, FieldKind kind) {
  const std::string shown = ShortText(PrintableText(CanonicalJson(value)));
  return FieldStatus("", place.Path(), absl::StrCat(shown, " is not ", KindName(kind)));
}

// Reads an integer; 2.0 counts as 2.
std::optional<int64_t> AsInteger(const Json& value) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::abs(number) >= 9.2e18) return std::nullopt;
  return static_cast<int64_t>(number);
}

absl::StatusOr<Json> ReadInteger(FieldKind kind, const Json& raw, const Place& place) {
  const std::optional<int64_t> value = AsInteger(raw);
  const bool wide = kind == FieldKind::kInt64;
  if (!value.has_value() || (!wide && (*value < INT32_MIN || *value > INT32_MAX))) return WrongType(place, raw, kind);
  return Json(*value);
}

absl::StatusOr<Json> ReadQuantity(const Json& raw, const Place& place) {
  std::string text;
  if (raw.is_string()) {
    text = std::string(absl::StripAsciiWhitespace(raw.get_ref<const std::string&>()));
  } else if (raw.is_number()) {
    // A number that an int64 does not hold is a float to the API server.
    const std::optional<int64_t> integer = raw.is_number_float() ? std::nullopt : AsInteger(raw);
    text = integer.has_value() ? absl::StrCat(*integer) : ScalarNumberText(raw.get<double>());
  } else {
    return WrongType(place, raw, FieldKind::kQuantity);
  }
  absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
  if (!quantity.ok()) {
    return FieldStatus("", place.Path(),
                       absl::StrCat(PrintableText(CanonicalJson(raw)), ": ", quantity.status().message()));
  }
  return Json(quantity->ToString());
}

absl::StatusOr<Json> ReadTime(const Json& raw, const Place& place) {
  absl::Time time;
  std::string error;
  if (!raw.is_string()) return WrongType(place, raw, FieldKind::kTime);
  const std::string& text = raw.get_ref<const std::string&>();
  if (!absl::StrContains(text, "T") || !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return WrongType(place, raw, FieldKind::kTime);
  }
  return Json(absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone()));
}

absl::StatusOr<Json> ReadScalar(FieldKind kind, const Json& raw, const Place& place) {
  switch (kind) {
    case FieldKind::kString:
      if (raw.is_string()) return raw;
      break;
    case FieldKind::kBool:
      if (raw.is_boolean()) return raw;
      break;
    case FieldKind::kInt32:
    case FieldKind::kInt64:
      return ReadInteger(kind, raw, place);
    case FieldKind::kIntOrString:
      return raw.is_string() ? absl::StatusOr<Json>(raw) : ReadInteger(kind, raw, place);
    case FieldKind::kQuantity:
      return ReadQuantity(raw, place);
    case FieldKind::kTime:
      return ReadTime(raw, place);
    case FieldKind::kRaw:
      return raw;
    case FieldKind::kObject:
    case FieldKind::kList:
    case FieldKind::kMap:
      break;
  }
  return WrongType(place, raw, kind);
}

// The value that a null element of a list or map stands for.
Json ZeroOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return "";
    case FieldKind::kBool:
      return false;
    case FieldKind::kInt32:
    case FieldKind::kInt64:
    case FieldKind::kIntOrString:
      return 0;
    case FieldKind::kQuantity:
      return "0";
    default:
      return nullptr;
  }
}

bool IsZero(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return value.get_ref<const std::string&>().empty();
    case Json::value_t::boolean:
      return !value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return value.get<int64_t>() == 0;
    case Json::value_t::array:
    case Json::value_t::object:
      return value.empty();
    default:
      return false;
  }
}

absl::StatusOr<Json> ReadObject(const TypeInfo& type, const Json& raw, const Place& place);

absl::StatusOr<Json> ReadElement(const FieldInfo& field, const Json& raw, const Place& place) {
  if (field.element_kind == FieldKind::kObject) {
    return ReadObject(field.object_type(), raw.is_null() ? Json::object() : raw, place);
  }
  if (raw.is_null()) return ZeroOf(field.element_kind);
  return ReadScalar(field.element_kind, raw, place);
}

absl::StatusOr<Json> ReadList(const FieldInfo& field, const Json& raw, const Place& place) {
  if (!raw.is_array()) return WrongType(place, raw, field.kind);
  Json result = Json::array();
  for (size_t i = 0; i < raw.size(); ++i) {
    absl::StatusOr<Json> element = ReadElement(field, raw[i], {&place, "", i});
    if (!element.ok()) return element.status();
    result.push_back(*std::move(element));
  }
  return result;
}

absl::StatusOr<Json> ReadMap(const FieldInfo& field, const Json& raw, const Place& place) {
  if (!raw.is_object()) return WrongType(place, raw, field.kind);
  Json result = Json::object();
  for (auto it = raw.begin(); it != raw.end(); ++it) {
    absl::StatusOr<Json> element = ReadElement(field, *it, {&place, it.key()});
    if (!element.ok()) return element.status();
    result[it.key()] = *std::move(element);
  }
  return result;
}

absl::StatusOr<Json> ReadField(const FieldInfo& field, const Json& raw, const Place& place) {
  switch (field.kind) {
    case FieldKind::kObject:
      return ReadObject(field.object_type(), raw, place);
    case FieldKind::kList:
      return ReadList(field, raw, place);
    case FieldKind::kMap:
      return ReadMap(field, raw, place);
    default:
      return ReadScalar(field.kind, raw, place);
  }
}

// Whether the value is not written. Objects that are not pointers are always written, whatever their omitempty says.
bool IsOmitted(const FieldInfo& field, const Json& value) {
  return field.omits_empty && !field.is_pointer && field.kind != FieldKind::kObject &&
         field.kind != FieldKind::kIntOrString && field.kind != FieldKind::kQuantity && IsZero(value);
}

absl::StatusOr<Json> ReadObject(const TypeInfo& type, const Json& raw, const Place& place) {
  if (!raw.is_object()) return WrongType(place, raw, FieldKind::kObject);
  Json result = Json::object();
  for (const FieldInfo& field : type) {
    const Json& given = MemberOf(raw, field.name);
    if (!given.is_null()) {
      absl::StatusOr<Json> value = ReadField(field, given, {&place, field.name});
      if (!value.ok()) return value.status();
      if (!IsOmitted(field, *value)) result.emplace(field.name, *std::move(value));
    } else if (field.rules().absent_json != nullptr) {
      result.emplace(field.name, Json::parse(field.rules().absent_json));
    }
  }
  return result;
}

// Visits the objects below `value`, a value of `field`, with the path of each.
template <typename Visit>
void ForEachObject(const FieldInfo& field, absl::string_view path, Json* value, const Visit& visit) {
  if (field.type < 0) return;
  if (field.kind == FieldKind::kObject && value->is_object()) visit(std::string(path), value);
  if (field.kind == FieldKind::kList && value->is_array()) {
    for (size_t i = 0; i < value->size(); ++i) {
      if ((*value)[i].is_object()) visit(FieldElementPath(path, i), &(*value)[i]);
    }
  }
}

// Appends `value`, which has this kind: the field's value or one of its elements.
void AppendInFieldOrder(const FieldInfo& field, FieldKind kind, const Json& value, std::string* text);

void AppendInFieldOrder(const TypeInfo& type, const Json& object, std::string* text) {
  text->push_back('{');
  bool first = true;
  for (const FieldInfo& field : type) {
    const auto found = object.find(field.name);
    if (found == object.end()) continue;
    absl::StrAppend(text, first ? "" : ",", CanonicalJson(field.name), ":");
    AppendInFieldOrder(field, field.kind, *found, text);
    first = false;
  }
  text->push_back('}');
}

void AppendInFieldOrder(const FieldInfo& field, FieldKind kind, const Json& value, std::string* text) {
  if (field.type < 0 || !value.is_structured()) {
    absl::StrAppend(text, CanonicalJson(value));
    return;
  }
  if (kind == FieldKind::kObject) return AppendInFieldOrder(field.object_type(), value, text);
  const bool is_list = value.is_array();
  text->push_back(is_list ? '[' : '{');
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it != value.begin()) text->push_back(',');
    if (!is_list) absl::StrAppend(text, CanonicalJson(it.key()), ":");
    AppendInFieldOrder(field, field.element_kind, *it, text);
  }
  text->push_back(is_list ? ']' : '}');
}

}  // namespace

std::string FieldPath(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

std::string FieldElementPath(absl::string_view path, size_t index) { return absl::StrCat(path, "[", index, "]"); }

absl::StatusOr<Json> ReadTypedJson(const TypeInfo& type, const Json& raw, absl::string_view path) {
  return ReadObject(type, raw, {nullptr, path});
}

std::string ShowTypedJson(const Json& value) {
  const double number = value.is_number_float() ? value.get<double>() : 0.5;
  const bool is_whole = std::trunc(number) == number && std::abs(number) < 1e15;
  return is_whole ? absl::StrCat(static_cast<int64_t>(number)) : CanonicalJson(value);
}

std::string FieldOrderJson(const TypeInfo& type, const Json& object) {
  std::string text;
  AppendInFieldOrder(type, object, &text);
  return text;
}

void PruneUnknownFields(const TypeInfo& type, absl::string_view path, Json* object, std::vector<std::string>* pruned) {
  for (auto it = object->begin(); it != object->end();) {
    const FieldInfo* field = type.Find(it.key());
    const std::string field_path = FieldPath(path, it.key());
    if (field == nullptr || field->pruned) {
      pruned->push_back(field_path);
      it = object->erase(it);
      continue;
    }
    ForEachObject(*field, field_path, &*it, [&](const std::string& below, Json* value) {
      PruneUnknownFields(field->object_type(), below, value, pruned);
    });
    ++it;
  }
}

void DropNullFields(const TypeInfo& type, Json* object) {
  for (const FieldInfo& field : type) {
    const auto found = object->find(field.name);
    if (found == object->end()) continue;
    if (found->is_null()) {
      object->erase(found);
      continue;
    }
    if (field.kind == FieldKind::kMap && found->is_object()) {
      for (auto it = found->begin(); it != found->end();) it = it->is_null() ? found->erase(it) : std::next(it);
    }
    ForEachObject(field, "", &*found,
                  [&](const std::string&, Json* value) { DropNullFields(field.object_type(), value); });
  }
}

void ApplySchemaDefaults(const TypeInfo& type, Json* object) {
  for (const FieldInfo& field : type) {
    const auto found = object->find(field.name);
    if (found == object->end()) {
      if (field.rules().default_json != nullptr) (*object)[field.name] = Json::parse(field.rules().default_json);
      continue;
    }
    ForEachObject(field, "", &*found,
                  [&](const std::string&, Json* value) { ApplySchemaDefaults(field.object_type(), value); });
  }
}

}  // namespace lws::internal
