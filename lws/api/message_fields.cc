#include "lws/api/message_fields.h"

namespace lws::internal {

absl::string_view MessageFieldKindName(MessageFieldKind kind) {
  switch (kind) {
    case MessageFieldKind::kInt32:
      return "int32";
    case MessageFieldKind::kInt64:
      return "int64";
    case MessageFieldKind::kBool:
      return "bool";
    case MessageFieldKind::kText:
    case MessageFieldKind::kJson:
      return "string";
    case MessageFieldKind::kTextMap:
    case MessageFieldKind::kIntOrString:
    case MessageFieldKind::kMessage:
      return "message";
  }
  return "";
}

}  // namespace lws::internal
