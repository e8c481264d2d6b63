// The fields of the API's messages: how each is called in Kubernetes JSON, and where it lies among a message's bytes.
//
//   const lws::internal::MessageInfo* info = lws::internal::FindMessageInfo("lws.v1.NetworkConfig");
//   info->fields[0].json_name;    // subdomainPolicy
//   info->fields[0].number;       // 1
//
// The table is made from the .proto files. Messages are of the lite runtime, which knows nothing of descriptors: those
// are registered process-wide, so that a process could hold one copy of the library alone.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MESSAGE_FIELDS_H_
#define LWS_API_MESSAGE_FIELDS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lws::internal {

enum class MessageFieldKind {
  kInt32,
  kInt64,
  kBool,
  kText,
  kJson,     // `bytes`: a JSON value as canonical text
  kTextMap,  // map<string, string>
  kIntOrString,
  kMessage,
};

// The field's type in C++, for error texts: "int32".
absl::string_view MessageFieldKindName(MessageFieldKind kind);

struct MessageInfo;

struct MessageField {
  absl::string_view json_name;
  int number;
  MessageFieldKind kind;
  bool is_repeated;
  const MessageInfo* message;  // of kMessage, else null
};

struct MessageInfo {
  absl::string_view name;                 // with its package
  absl::Span<const MessageField> fields;  // as the .proto file has them
};

// Null for a message that is none of the API's. Complexity: O(log messages).
const MessageInfo* FindMessageInfo(absl::string_view name);

}  // namespace lws::internal

#endif  // LWS_API_MESSAGE_FIELDS_H_
