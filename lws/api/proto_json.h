// Protocol Buffers as Kubernetes JSON, by a table of fields (message_fields.h): a message field is the JSON field of
// its json_name, and a `bytes` field is a JSON value kept as canonical text.
//
//   lws::NetworkConfig config;
//   lws::internal::ProtoFromJson(lws::Json::parse(R"({"subdomainPolicy":"Shared"})"), &config);
//   lws::internal::ProtoToJson(config);    // {"subdomainPolicy":"Shared"}
//
// Laws:
//   1. For a document that ReadTypedJson returned for the type of the same name,
//      ReadTypedJson(ProtoToJson(ProtoFromJson(d))) == d.
//
// Thread-safety: may be called concurrently for distinct messages.
#ifndef LWS_API_PROTO_JSON_H_
#define LWS_API_PROTO_JSON_H_

#include "absl/status/status.h"
#include "lws/api/json.h"

namespace google {
namespace protobuf {
class MessageLite;
}  // namespace protobuf
}  // namespace google

namespace lws::internal {

// Fills `message` from `document`. Errors: InvalidArgument naming the field for a value of another type than the
// message's field, when the fields before it are filled; unknown fields are passed over. REQUIRES: a message of the
// API. Complexity: O(document).
absl::Status ProtoFromJson(const Json& document, google::protobuf::MessageLite* message);

// The message as JSON: fields that are set, and no others. REQUIRES: a message of the API. Complexity: O(message).
Json ProtoToJson(const google::protobuf::MessageLite& message);

}  // namespace lws::internal

#endif  // LWS_API_PROTO_JSON_H_
