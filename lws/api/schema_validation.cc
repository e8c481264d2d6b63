#include "lws/api/schema_validation.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"

namespace lws::internal {
namespace {

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

class Validator {
 public:
  void Object(const TypeInfo& type, const Json& object, absl::string_view path) {
    for (const FieldInfo& field : type) {
      if (field.pruned) continue;
      const auto found = object.find(field.name);
      const std::string field_path = FieldPath(path, field.name);
      if (found != object.end()) {
        Field(field, *found, field_path);
      } else if (field.required) {
        errors_.push_back(RequiredValue(field_path, ""));
      }
    }
  }

  FieldErrors Take() { return std::move(errors_); }

 private:
  void WrongType(FieldKind kind, const Json& value, absl::string_view path) {
    errors_.push_back(
        InvalidText(path, value.dump(),
                    absl::StrCat(path, " in body must be of type ", SchemaType(kind), ": ", Quote(value.dump()))));
  }

  void Field(const FieldInfo& field, const Json& value, const std::string& path) {
    if (value.is_null()) return WrongType(field.kind, value, path);
    switch (field.kind) {
      case FieldKind::kObject:
        return Object(field.object_type(), value, path);
      case FieldKind::kList:
        return List(field, value, path);
      case FieldKind::kMap:
        return Map(field, value, path);
      default:
        return Scalar(field, value, path);
    }
  }

  void List(const FieldInfo& field, const Json& list, const std::string& path) {
    std::map<Json, int> seen;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string element_path = ElementPath(path, i);
      if (list[i].is_null()) {
        WrongType(field.element_kind, list[i], element_path);
        continue;
      }
      if (field.list_type == ListType::kMap || field.list_type == ListType::kSet) {
        Json key = Key(field, list[i]);
        // The API server reports the first repetition of a key alone.
        if (++seen[key] == 2) errors_.push_back(DuplicateValue(element_path, CanonicalJson(key)));
      }
      if (field.element_kind == FieldKind::kObject) Object(field.object_type(), list[i], element_path);
    }
  }

  // What must be unique among the elements of a list map or set.
  static Json Key(const FieldInfo& field, const Json& element) {
    if (field.list_type == ListType::kSet) return element;
    Json key = Json::object();
    for (Texts name = field.list_map_keys; *name != nullptr; ++name) {
      if (const auto found = element.find(*name); found != element.end()) key[*name] = *found;
    }
    return key;
  }

  void Map(const FieldInfo& field, const Json& map, const std::string& path) {
    for (auto it = map.begin(); it != map.end(); ++it) {
      if (it->is_null()) WrongType(field.element_kind, *it, FieldPath(path, it.key()));
      if (field.element_has_pattern && it->is_string()) Pattern(field, *it, FieldPath(path, it.key()));
    }
  }

  void Scalar(const FieldInfo& field, const Json& value, const std::string& path) {
    if (field.bounded && value.is_number_integer()) Bounds(field, value.get<int64_t>(), path);
    if (!value.is_string()) return;
    const std::string& text = value.get_ref<const std::string&>();
    if (field.enum_values != nullptr && !Contains(field.enum_values, text)) {
      errors_.push_back(UnsupportedValue(path, text, field.enum_values));
    }
    Length(field, text, path);
    if (field.pattern != nullptr) Pattern(field, value, path);
  }

  void Bounds(const FieldInfo& field, int64_t value, const std::string& path) {
    const std::string shown = absl::StrCat(value);
    if (value < field.min) {
      errors_.push_back(
          InvalidValue(path, shown, absl::StrCat(path, " in body should be greater than or equal to ", field.min)));
    }
    if (value > field.max) {
      errors_.push_back(
          InvalidValue(path, shown, absl::StrCat(path, " in body should be less than or equal to ", field.max)));
    }
  }

  void Length(const FieldInfo& field, const std::string& text, const std::string& path) {
    const int characters =
        static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    if (field.min_length >= 0 && characters < field.min_length) {
      errors_.push_back(
          InvalidText(path, text, absl::StrCat(path, " in body should be at least ", field.min_length, " chars long")));
    }
    if (field.max_length >= 0 && characters > field.max_length) {
      errors_.push_back({path, absl::StrCat("Too long: may not be more than ", field.max_length, " bytes")});
    }
  }

  void Pattern(const FieldInfo& field, const Json& value, const std::string& path) {
    std::unique_ptr<RE2>& pattern = patterns_[field.pattern];
    if (pattern == nullptr) pattern = std::make_unique<RE2>(field.pattern, RE2::Quiet);
    const std::string& text = value.get_ref<const std::string&>();
    if (RE2::PartialMatch(text, *pattern)) return;
    errors_.push_back(InvalidText(path, text, absl::StrCat(path, " in body should match '", field.pattern, "'")));
  }

  static bool Contains(Texts texts, const std::string& text) {
    for (; *texts != nullptr; ++texts) {
      if (text == *texts) return true;
    }
    return false;
  }

  FieldErrors errors_;
  std::map<std::string, std::unique_ptr<RE2>> patterns_;  // compiled on first use
};

}  // namespace

FieldErrors ValidateSchema(const TypeInfo& type, const Json& object, absl::string_view path) {
  Validator validator;
  validator.Object(type, object, path);
  return validator.Take();
}

}  // namespace lws::internal
