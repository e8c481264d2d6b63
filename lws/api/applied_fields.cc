#include "lws/api/applied_fields.h"

#include <string>

#include "absl/strings/match.h"
#include "lws/api/digest.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const Json* Find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool HasKeys(const Json& element, const Json& keys) {
  if (!element.is_object() || !keys.is_object()) return false;
  for (auto it = keys.begin(); it != keys.end(); ++it) {
    const auto found = element.find(it.key());
    if (found == element.end() || *found != *it) return false;
  }
  return true;
}

Json Extract(const Json& value, const Json& fields);

Json ExtractList(const Json& list, const Json& fields) {
  Json result = Json::array();
  for (const Json& element : list) {  // in the order of the object
    for (auto it = fields.begin(); it != fields.end(); ++it) {
      const absl::string_view key = it.key();
      if (key.size() < 2) continue;
      // As pointers, like every text that is read: a parser of strings would be compiled beside that of pointers.
      const Json parsed = Json::parse(key.data() + 2, key.data() + key.size(), nullptr, false);
      if (absl::StartsWith(key, "k:") && HasKeys(element, parsed)) result.push_back(Extract(element, *it));
      if (absl::StartsWith(key, "v:") && element == parsed) result.push_back(element);
    }
  }
  return result;
}

// Returns the parts of `value` that `fields` names. A leaf of `fields` owns the whole value below it.
Json Extract(const Json& value, const Json& fields) {
  if (!fields.is_object() || fields.empty()) return value;
  if (value.is_array()) return ExtractList(value, fields);
  if (!value.is_object()) return value;
  Json result = Json::object();
  for (auto it = fields.begin(); it != fields.end(); ++it) {
    if (!absl::StartsWith(it.key(), "f:")) continue;
    const auto found = value.find(it.key().substr(2));
    if (found != value.end()) result[it.key().substr(2)] = Extract(*found, *it);
  }
  return result;
}

}  // namespace

std::optional<Json> ObserveAppliedFields(const Json& object, absl::string_view manager) {
  const Json* metadata = Find(object, "metadata");
  const Json* entries = metadata == nullptr ? nullptr : Find(*metadata, "managedFields");
  if (entries == nullptr || !entries->is_array()) return std::nullopt;
  for (const Json& entry : *entries) {
    const Json* name = Find(entry, "manager");
    const Json* operation = Find(entry, "operation");
    const Json* fields = Find(entry, "fieldsV1");
    if (name == nullptr || *name != std::string(manager) || operation == nullptr || *operation != "Apply" ||
        fields == nullptr || !fields->is_object()) {
      continue;
    }
    Json applied = Extract(object, *fields);
    for (const char* key : {"apiVersion", "kind"}) applied[key] = object.value(key, Json());
    for (const char* key : {"name", "namespace"}) applied["metadata"][key] = metadata->value(key, Json());
    return applied;
  }
  return std::nullopt;
}

std::string DigestOfAppliedStatefulSet(Json applied) {
  for (const Json::json_pointer& number :
       {"/spec/replicas"_json_pointer, "/spec/updateStrategy/rollingUpdate/partition"_json_pointer}) {
    if (applied.contains(number)) applied[number] = 0;
  }
  return Sha256Hex(CanonicalJson(applied));
}

std::string DigestOfAppliedStatefulSet(const StatefulSetText& applied) {
  std::string text;
  AppendStatefulSet(applied, /*partition=*/0, /*replicas=*/0, &text);
  return Sha256Hex(text);
}

}  // namespace lws::internal
