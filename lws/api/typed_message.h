// Converts between typed messages and their Kubernetes JSON. A message and its type in the field table share a name.
//
//   lws::NetworkConfig config;
//   absl::Status status = lws::internal::MessageFromJson("NetworkConfig", document, &config);
//   lws::internal::MessageToJson("NetworkConfig", config);    // {"subdomainPolicy":"Shared"}
//
// Thread-safety: may be called concurrently for distinct messages.
#ifndef LWS_API_TYPED_MESSAGE_H_
#define LWS_API_TYPED_MESSAGE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace google {
namespace protobuf {
class MessageLite;
}  // namespace protobuf
}  // namespace google

namespace lws::internal {

// Fills `message` with `document`, read as the field table's type of that name. No defaults are applied. Errors:
// InvalidArgument naming the field that holds something else than its type. REQUIRES: the type exists.
// Complexity: O(document).
absl::Status MessageFromJson(absl::string_view type, const Json& document, google::protobuf::MessageLite* message);

// The message as Kubernetes writes it. Complexity: O(message).
Json MessageToJson(absl::string_view type, const google::protobuf::MessageLite& message);

}  // namespace lws::internal

#endif  // LWS_API_TYPED_MESSAGE_H_
