#include "lws/api/field_table.h"

#include <algorithm>

namespace lws::internal {

const TypeInfo& FieldInfo::object_type() const { return TypeInfoAt(type); }

const FieldInfo* TypeInfo::Find(absl::string_view wanted) const {
  const FieldInfo* found = std::find_if(begin(), end(), [&](const FieldInfo& field) { return wanted == field.name; });
  return found == end() ? nullptr : found;
}

}  // namespace lws::internal
