#include "lws/api/schema_validation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"

namespace lws::internal {
namespace {

// The field name that the API server reports in errors that name no field.
constexpr char kNoField[] = "<nil>";

const char* SchemaType(FieldKind kind) {
  switch (kind) {
    case FieldKind::kInt32:
    case FieldKind::kInt64:
      return "integer";
    case FieldKind::kBool:
      return "boolean";
    case FieldKind::kRaw:
    case FieldKind::kObject:
    case FieldKind::kMap:
      return "object";
    case FieldKind::kList:
      return "array";
    default:
      return "string";
  }
}

// The schema's format for the kind; empty when it has none.
absl::string_view SchemaFormat(FieldKind kind) {
  if (kind == FieldKind::kInt32) return "int32";
  if (kind == FieldKind::kInt64) return "int64";
  return kind == FieldKind::kTime ? "date-time" : "";
}

// Whether the value is an integer that int64 holds. A larger one counts as a number.
bool IsInteger(const Json& value) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() && value.get<uint64_t>() > std::numeric_limits<int64_t>::max());
}

// Whether the value is a whole number; 2.0 is one, too.
bool IsWholeNumber(const Json& value) {
  if (!value.is_number()) return false;
  return IsInteger(value) || std::trunc(value.get<double>()) == value.get<double>();
}

const char* JsonType(const Json& value) {
  if (value.is_number()) return IsInteger(value) ? "integer" : "number";
  return value.type_name();
}

const char* JsonFormat(const Json& value) {
  if (!value.is_number()) return "";
  return IsInteger(value) ? "int64" : "float64";
}

bool IsIntegerKind(FieldKind kind) { return kind == FieldKind::kInt32 || kind == FieldKind::kInt64; }

// Whether an integer of this kind can hold the number.
bool Holds(FieldKind kind, const Json& number) {
  if (!IsWholeNumber(number)) return false;
  if (kind == FieldKind::kInt64 && IsInteger(number)) return true;
  const double limit = kind == FieldKind::kInt32 ? 0x1p31 : 0x1p63;
  return number.get<double>() >= -limit && number.get<double>() < limit;
}

// The element of an old list map that `key` names; null when there is none, or when `key` misses a field.
const Json* FindByKey(Texts fields, const Json& key, const Json* old_list) {
  if (old_list == nullptr || !old_list->is_array()) return nullptr;
  for (Texts field = fields; *field != nullptr; ++field) {
    if (!key.contains(*field)) return nullptr;
  }
  for (const Json& element : *old_list) {
    if (!element.is_object()) continue;
    bool same = true;
    for (auto it = key.begin(); it != key.end(); ++it) same = same && element.value(it.key(), Json()) == *it;
    if (same) return &element;
  }
  return nullptr;
}

bool Contains(Texts texts, const Json& value) {
  for (; *texts != nullptr; ++texts) {
    if (value == *texts) return true;
  }
  return false;
}

class Validator {
 public:
  // `old_object` is the object that an update replaces; null when there is none.
  void Object(const TypeInfo& type, const Json& object, const Json* old_object, absl::string_view path) {
    for (const FieldInfo& field : type) {
      if (field.pruned) continue;
      const auto found = object.find(field.name);
      const std::string field_path = FieldPath(path, field.name);
      if (found != object.end()) {
        Value(field, field.kind, *found, OldField(old_object, field.name), field_path);
      } else if (field.required) {
        errors_.push_back(FieldRequired(field_path, ""));
      }
    }
  }

  FieldErrors Take() { return std::move(errors_); }

 private:
  static const Json* OldField(const Json* old_object, const std::string& name) {
    if (old_object == nullptr || !old_object->is_object()) return nullptr;
    const auto found = old_object->find(name);
    return found == old_object->end() ? nullptr : &*found;
  }

  // Checks a value of this kind: the field's, or one of its elements. A value that an update does not change passes.
  void Value(const FieldInfo& field, FieldKind kind, const Json& value, const Json* old_value,
             const std::string& path) {
    if (old_value != nullptr && *old_value == value) return;
    const bool has_type = CheckType(kind, value, path);
    if (value.is_null()) return;
    if (IsIntegerKind(kind) && value.is_number()) Number(field, kind, value, path);
    if (kind == field.kind && field.rules().enum_values != nullptr) Enum(field, value, path);
    if (!has_type) return;
    switch (kind) {
      case FieldKind::kObject:
        return Object(field.object_type(), value, old_value, path);
      case FieldKind::kList:
        return List(field, value, old_value, path);
      case FieldKind::kMap:
        return Map(field, value, old_value, path);
      default:
        return Text(field, kind, value, path);
    }
  }

  // Whether the value has the type of the kind. If not, an error is added.
  bool CheckType(FieldKind kind, const Json& value, const std::string& path) {
    const std::string actual = JsonType(value);
    const std::string wanted = SchemaType(kind);
    if (kind == FieldKind::kRaw && !value.is_null()) return true;
    const bool is_any_of = kind == FieldKind::kIntOrString || kind == FieldKind::kQuantity;
    if (is_any_of && !value.is_null()) return CheckAnyOf(value, actual, path);
    if (actual == wanted || (IsIntegerKind(kind) && IsWholeNumber(value))) return true;
    const absl::string_view format = SchemaFormat(kind);
    if (!format.empty() && !value.is_null() && !value.is_string() && !value.is_array()) {
      errors_.push_back(FieldTypeInvalid(path, format, JsonFormat(value)));
    } else {
      errors_.push_back(FieldTypeInvalid(path, wanted, actual));
    }
    return false;
  }

  // Checks for an integer or a string. Any other value gives one error for each alternative and one for both together.
  bool CheckAnyOf(const Json& value, const std::string& actual, const std::string& path) {
    if (value.is_string() || IsWholeNumber(value)) return true;
    errors_.push_back(
        FieldInvalidText(kNoField, "", absl::StrCat(GoQuoted(path), " must validate at least one schema (anyOf)")));
    errors_.push_back(FieldTypeInvalid(path, "integer,string", actual));
    errors_.push_back(FieldTypeInvalid(path, "integer", actual));
    if (value.is_number()) NotAnInteger("(default format)", path);
    return false;
  }

  void NotAnInteger(absl::string_view format, const std::string& path) {
    errors_.push_back(
        FieldInvalidText(kNoField, "", absl::StrCat("Checked value must be of type integer ", format, " in ", path)));
  }

  void List(const FieldInfo& field, const Json& list, const Json* old_list, const std::string& path) {
    const int items = static_cast<int>(list.size());
    if (field.rules().min_length >= 0 && items < field.rules().min_length) {
      errors_.push_back(
          FieldInvalid(path, absl::StrCat(items),
                       absl::StrCat(path, " in body should have at least ", field.rules().min_length, " items")));
    }
    if (field.rules().max_length >= 0 && items > field.rules().max_length) {
      errors_.push_back(FieldTooMany(path, list.size(), field.rules().max_length));
    }
    Duplicates(field, list, path);
    for (size_t i = 0; i < list.size(); ++i) {
      const bool has_key = field.list_type == ListType::kMap && list[i].is_object();
      const Json* old_element =
          has_key ? FindByKey(field.rules().list_map_keys, Key(field, list[i]), old_list) : nullptr;
      Value(field, field.element_kind, list[i], old_element, FieldElementPath(path, i));
    }
  }

  // Reports repeated elements of list maps and sets. A null counts as an empty object. The first element of a list map
  // that is any other value than an object is reported, and ends the check.
  void Duplicates(const FieldInfo& field, const Json& list, const std::string& path) {
    if (field.list_type != ListType::kMap && field.list_type != ListType::kSet) return;
    std::map<Json, int> seen;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string element_path = FieldElementPath(path, i);
      if (field.list_type == ListType::kMap && !list[i].is_object() && !list[i].is_null()) {
        errors_.push_back(
            FieldInvalid(element_path, ShowTypedJson(list[i]), "must be an object for an array of list-type map"));
        return;
      }
      const Json key = Key(field, list[i]);
      // The API server reports only the first repetition of a key.
      if (++seen[key] == 2) errors_.push_back(FieldDuplicate(element_path, CanonicalJson(key)));
    }
  }

  // The part of an element of a list map or set that must be unique.
  static Json Key(const FieldInfo& field, const Json& element) {
    if (field.list_type == ListType::kSet) return element;
    Json key = Json::object();
    if (!element.is_object()) return key;
    for (Texts name = field.rules().list_map_keys; *name != nullptr; ++name) {
      if (const auto found = element.find(*name); found != element.end()) key[*name] = *found;
    }
    return key;
  }

  void Map(const FieldInfo& field, const Json& map, const Json* old_map, const std::string& path) {
    for (auto it = map.begin(); it != map.end(); ++it) {
      Value(field, field.element_kind, *it, OldField(old_map, it.key()), FieldPath(path, it.key()));
    }
  }

  void Number(const FieldInfo& field, FieldKind kind, const Json& value, const std::string& path) {
    if (!Holds(kind, value)) NotAnInteger(absl::StrCat("with format ", SchemaFormat(kind)), path);
    if (!field.rules().bounded || kind != field.kind) return;
    const double number = value.get<double>();
    if (number < static_cast<double>(field.rules().min)) {
      errors_.push_back(
          FieldInvalid(path, ShowTypedJson(value),
                       absl::StrCat(path, " in body should be greater than or equal to ", field.rules().min)));
    }
    if (number > static_cast<double>(field.rules().max)) {
      errors_.push_back(
          FieldInvalid(path, ShowTypedJson(value),
                       absl::StrCat(path, " in body should be less than or equal to ", field.rules().max)));
    }
  }

  void Enum(const FieldInfo& field, const Json& value, const std::string& path) {
    if (Contains(field.rules().enum_values, value)) return;
    errors_.push_back(FieldNotSupported(
        path, value.is_string() ? GoQuoted(value.get_ref<const std::string&>()) : ShowTypedJson(value),
        field.rules().enum_values));
  }

  void Text(const FieldInfo& field, FieldKind kind, const Json& value, const std::string& path) {
    if (!value.is_string()) return;
    const bool is_element = kind != field.kind;
    const std::string& text = value.get_ref<const std::string&>();
    if (!is_element && !HasLength(field, text, path)) return;
    if (field.rules().pattern != nullptr && is_element == field.rules().element_has_pattern) Pattern(field, text, path);
  }

  // Whether the text has an allowed length. A text of a wrong length is not checked further.
  bool HasLength(const FieldInfo& field, const std::string& text, const std::string& path) {
    const int characters =
        static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    if (field.rules().max_length >= 0 && characters > field.rules().max_length) {
      errors_.push_back(FieldTooLong(path, field.rules().max_length));
      return false;
    }
    if (field.rules().min_length < 0 || characters >= field.rules().min_length) return true;
    errors_.push_back(FieldInvalidText(
        path, text, absl::StrCat(path, " in body should be at least ", field.rules().min_length, " chars long")));
    return false;
  }

  void Pattern(const FieldInfo& field, const std::string& text, const std::string& path) {
    std::unique_ptr<RE2>& pattern = patterns_[field.rules().pattern];
    if (pattern == nullptr) pattern = std::make_unique<RE2>(field.rules().pattern, RE2::Quiet);
    if (RE2::PartialMatch(text, *pattern)) return;
    errors_.push_back(
        FieldInvalidText(path, text, absl::StrCat(path, " in body should match '", field.rules().pattern, "'")));
  }

  FieldErrors errors_;
  std::map<std::string, std::unique_ptr<RE2>> patterns_;  // compiled on first use
};

}  // namespace

FieldErrors ValidateSchema(const TypeInfo& type, const Json& object, absl::string_view path) {
  Validator validator;
  validator.Object(type, object, nullptr, path);
  return validator.Take();
}

FieldErrors ValidateSchemaUpdate(const TypeInfo& type, const Json& old_object, const Json& object,
                                 absl::string_view path) {
  Validator validator;
  validator.Object(type, object, &old_object, path);
  return validator.Take();
}

}  // namespace lws::internal
