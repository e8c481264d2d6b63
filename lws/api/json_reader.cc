#include "lws/api/json_reader.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_status.h"
#include "lws/api/printable_text.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const Json& EmptyList() {
  static const Json& empty = *new Json(Json::array());
  return empty;
}

const Json& EmptyObject() {
  static const Json& empty = *new Json(Json::object());
  return empty;
}

std::string TextOr(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Searches `document`, which is at `path`, for the value `wanted`. When it finds it, `path` becomes the value's path.
bool PathTo(const Json& wanted, const Json& document, std::string* path) {
  if (&wanted == &document) return true;
  const size_t size = path->size();
  size_t index = 0;
  for (auto it = document.begin(); document.is_structured() && it != document.end(); ++it, ++index) {
    if (document.is_object()) {
      absl::StrAppend(path, path->empty() ? "" : ".", it.key());
    } else {
      absl::StrAppend(path, "[", index, "]");
    }
    if (PathTo(wanted, *it, path)) return true;
    path->resize(size);
  }
  return false;
}

}  // namespace

const Json* JsonReader::FindIn(const Json& from, Path path) {
  const Json* value = &from;
  for (const absl::string_view key : path) {
    if (value->is_null()) return nullptr;
    if (!value->is_object()) {
      Fail(*value, "an object");
      return nullptr;
    }
    const Json::object_t& members = value->get_ref<const Json::object_t&>();
    const auto found = members.find(key);
    if (found == members.end()) return nullptr;
    value = &found->second;
  }
  return value->is_null() ? nullptr : value;
}

std::optional<std::string> JsonReader::OptionalText(Path path) {
  const Json* value = Find(path);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  Fail(*value, "a string");
  return std::nullopt;
}

std::optional<int64_t> JsonReader::Integer(Path path) { return IntegerIn(object_, path); }

int32_t JsonReader::Count(Path path, int32_t otherwise) {
  const std::optional<int64_t> value = Integer(path);
  if (!value.has_value()) return otherwise;
  if (*value >= 0 && *value <= std::numeric_limits<int32_t>::max()) return static_cast<int32_t>(*value);
  Fail(*Find(path), "a count of 32 bits");
  return otherwise;
}

std::string JsonReader::TextIn(const Json& from, Path path) {
  const Json* value = FindIn(from, path);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  Fail(*value, "a string");
  return "";
}

std::optional<int64_t> JsonReader::IntegerIn(const Json& from, Path path) {
  const Json* value = FindIn(from, path);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer() && !(value->is_number_unsigned() && value->get<uint64_t>() > INT64_MAX)) {
    return value->get<int64_t>();
  }
  Fail(*value, "an integer");
  return std::nullopt;
}

bool JsonReader::BoolIn(const Json& from, Path path) {
  const Json* value = FindIn(from, path);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  Fail(*value, "true or false");
  return false;
}

const Json& JsonReader::List(Path path) {
  const Json* value = Find(path);
  if (value != nullptr && value->is_array()) return *value;
  if (value != nullptr) Fail(*value, "a list");
  return EmptyList();
}

const Json& JsonReader::Object(Path path) {
  const Json* value = Find(path);
  if (value != nullptr && value->is_object()) return *value;
  if (value != nullptr) Fail(*value, "an object");
  return EmptyObject();
}

void JsonReader::Fail(const Json& value, const char* wanted) {
  if (!status_.ok()) return;
  std::string field;
  PathTo(value, object_, &field);
  status_ = FieldStatus(DescribeJsonObject(object_), field, absl::StrCat(ShownJsonValue(value), " is not ", wanted));
}

std::string DescribeJsonObject(const Json& object) {
  if (!object.is_object()) return "object";
  const auto metadata = object.find("metadata");
  const Json& meta = metadata == object.end() ? EmptyObject() : *metadata;
  const std::string kind = TextOr(object, "kind");
  const std::string namespace_name = TextOr(meta, "namespace");
  return PrintableText(absl::StrCat(kind.empty() ? "object" : kind, " ", namespace_name,
                                    namespace_name.empty() ? "" : "/", TextOr(meta, "name")));
}

}  // namespace lws::internal
