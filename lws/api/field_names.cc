#include "lws/api/field_names.h"

#include <cstddef>
#include <vector>

#include "lws/api/field_table.h"
#include "lws/api/near_word.h"
#include "lws/api/well_known.h"

namespace lws::internal {

std::string DidYouMeanField(absl::string_view path) {
  const TypeInfo* type = FindTypeInfo(kKind);
  for (size_t dot = path.find('.'); dot != absl::string_view::npos; dot = path.find('.')) {
    const absl::string_view name = path.substr(0, dot);
    const FieldInfo* field = type->Find(name.substr(0, name.find('[')));
    if (field == nullptr || field->type < 0) return "";
    type = &field->object_type();
    path.remove_prefix(dot + 1);
  }
  std::vector<absl::string_view> known;
  for (const FieldInfo& field : *type) {
    if (!field.pruned) known.emplace_back(field.name);
  }
  return DidYouMean(path, known);
}

}  // namespace lws::internal
