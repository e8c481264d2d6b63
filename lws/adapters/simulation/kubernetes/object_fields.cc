#include "lws/adapters/simulation/kubernetes/object_fields.h"

#include "lws/api/json_member.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

using internal::MemberOf;

namespace {

using Key = const absl::string_view*;

const Json& FieldBelow(const Json& object, Key begin, Key end) {
  const Json* at = &object;
  for (Key key = begin; key != end; ++key) at = &MemberOf(*at, *key);
  return *at;
}

const std::string& TextOf(const Json& field) {
  static const std::string& empty = *new std::string();
  return field.is_string() ? field.get_ref<const std::string&>() : empty;
}

}  // namespace

const Json& StoredFieldAt(const Json& object, std::initializer_list<absl::string_view> path) {
  return FieldBelow(object, path.begin(), path.end());
}

const Json& StoredFieldAt(const StoredObject& object, std::initializer_list<absl::string_view> path) {
  const Key first = path.begin();
  if (path.size() == 1) return object[*first];
  return FieldBelow(object.Field(first[0], first[1]), first + 2, path.end());
}

const std::string& StoredTextAt(const Json& object, std::initializer_list<absl::string_view> path) {
  return TextOf(StoredFieldAt(object, path));
}

const std::string& StoredTextAt(const StoredObject& object, std::initializer_list<absl::string_view> path) {
  return TextOf(StoredFieldAt(object, path));
}

bool IsStoredDeleting(const StoredObject& object) { return object.meta().is_deleting; }

const std::string& UidOfStored(const StoredObject& object) { return object.meta().uid; }

const Json& OwnersOfStored(const StoredObject& object) { return *object.meta().owners; }

ObjectRef StoredObjectRef(const Json& object) {
  return {StoredTextAt(object, {"kind"}), StoredTextAt(object, {"metadata", "namespace"}),
          StoredTextAt(object, {"metadata", "name"})};
}

const ObjectRef& StoredObjectRef(const StoredObject& object) { return object.meta().key; }

}  // namespace lws::simulation
