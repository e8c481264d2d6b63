#include "lws/adapters/simulation/kubernetes/object_fields.h"

#include "nlohmann/json.hpp"

namespace lws::simulation {

const Json& FieldAt(const Json& object, std::initializer_list<absl::string_view> path) {
  static const Json& none = *new Json();
  const Json* at = &object;
  for (const absl::string_view key : path) {
    if (!at->is_object()) return none;
    const Json::object_t& members = at->get_ref<const Json::object_t&>();
    const auto found = members.find(key);
    if (found == members.end()) return none;
    at = &found->second;
  }
  return *at;
}

const std::string& TextAt(const Json& object, std::initializer_list<absl::string_view> path) {
  static const std::string& empty = *new std::string();
  const Json& field = FieldAt(object, path);
  return field.is_string() ? field.get_ref<const std::string&>() : empty;
}

}  // namespace lws::simulation
