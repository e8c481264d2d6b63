#include "lws/api/json_member.h"

#include "nlohmann/json.hpp"

namespace lws::internal {

const Json& MemberOf(const Json& object, absl::string_view name) {
  static const Json& none = *new Json();
  if (!object.is_object()) return none;
  const Json::object_t& members = object.get_ref<const Json::object_t&>();
  // Most of a few keys have another length, which tells sooner than their order.
  constexpr size_t kFew = 5;
  if (members.size() > kFew) {
    const auto found = members.find(name);
    return found == members.end() ? none : found->second;
  }
  for (const auto& [key, value] : members) {
    if (key == name) return value;
  }
  return none;
}

std::string TextMemberOf(const Json& object, absl::string_view name) {
  const Json& member = MemberOf(object, name);
  return member.is_string() ? member.get<std::string>() : std::string();
}

}  // namespace lws::internal
