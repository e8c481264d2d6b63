#include "lws/api/typed_message.h"

#include "absl/status/statusor.h"
#include "lws/api/field_table.h"
#include "lws/api/proto_json.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

absl::Status MessageFromJson(absl::string_view type, const Json& document, google::protobuf::MessageLite* message) {
  const absl::StatusOr<Json> typed = ReadTypedJson(*FindTypeInfo(type), document, "");
  if (!typed.ok()) return typed.status();
  return ProtoFromJson(*typed, message);
}

Json MessageToJson(absl::string_view type, const google::protobuf::MessageLite& message) {
  // What a message holds is of the right types, so that reading it only adds the absent forms.
  return ReadTypedJson(*FindTypeInfo(type), ProtoToJson(message), "").value_or(Json());
}

}  // namespace lws::internal
