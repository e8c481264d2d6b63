#include "lws/api/message_fields.h"

namespace lws::internal {

absl::string_view FieldKindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kInt32:
      return "int32";
    case FieldKind::kInt64:
      return "int64";
    case FieldKind::kBool:
      return "bool";
    case FieldKind::kText:
    case FieldKind::kJson:
      return "string";
    case FieldKind::kTextMap:
    case FieldKind::kIntOrString:
    case FieldKind::kMessage:
      return "message";
  }
  return "";
}

}  // namespace lws::internal
