#include "lws/adapters/simulation/kubernetes/object_fields.h"

#include "nlohmann/json.hpp"

namespace lws::simulation {

namespace {

using Key = const absl::string_view*;

// Null when there is none.
const Json* FindMember(const Json::object_t& members, absl::string_view key) {
  // Most of a few keys have another length, which tells sooner than their order.
  constexpr size_t kFew = 5;
  if (members.size() > kFew) {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : &found->second;
  }
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& FieldBelow(const Json& object, Key begin, Key end) {
  static const Json& none = *new Json();
  const Json* at = &object;
  for (Key key = begin; key != end; ++key) {
    if (!at->is_object()) return none;
    at = FindMember(at->get_ref<const Json::object_t&>(), *key);
    if (at == nullptr) return none;
  }
  return *at;
}

const std::string& TextOf(const Json& field) {
  static const std::string& empty = *new std::string();
  return field.is_string() ? field.get_ref<const std::string&>() : empty;
}

template <typename Object>
ObjectKey KeyOf(const Object& object) {
  return {TextAt(object, {"kind"}), TextAt(object, {"metadata", "namespace"}), TextAt(object, {"metadata", "name"})};
}

}  // namespace

const Json& FieldAt(const Json& object, std::initializer_list<absl::string_view> path) {
  return FieldBelow(object, path.begin(), path.end());
}

const Json& FieldAt(const StoredObject& object, std::initializer_list<absl::string_view> path) {
  return FieldBelow(object[*path.begin()], path.begin() + 1, path.end());
}

const std::string& TextAt(const Json& object, std::initializer_list<absl::string_view> path) {
  return TextOf(FieldAt(object, path));
}

const std::string& TextAt(const StoredObject& object, std::initializer_list<absl::string_view> path) {
  return TextOf(FieldAt(object, path));
}

bool IsDeleting(const StoredObject& object) { return !FieldAt(object, {"metadata", "deletionTimestamp"}).is_null(); }

const std::string& UidOf(const StoredObject& object) { return TextAt(object, {"metadata", "uid"}); }

const Json& OwnersOf(const StoredObject& object) { return FieldAt(object, {"metadata", "ownerReferences"}); }

ObjectKey StoredObjectKey(const Json& object) { return KeyOf(object); }

ObjectKey StoredObjectKey(const StoredObject& object) { return KeyOf(object); }

}  // namespace lws::simulation
