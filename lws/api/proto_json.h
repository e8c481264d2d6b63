// Protocol Buffers as Kubernetes JSON, by reflection: a message field is the JSON field of its json_name, and a `bytes`
// field is a JSON value kept as canonical text.
//
//   lws::NetworkConfig config;
//   lws::internal::ProtoFromJson(Json::parse(R"({"subdomainPolicy":"Shared"})"), &config);
//   lws::internal::ProtoToJson(config);    // {"subdomainPolicy":"Shared"}
//
// Laws:
//   1. For a document that ReadTyped returned for the type of the same name, ReadTyped(ProtoToJson(ProtoFromJson(d)))
//      == d.
//
// Thread-safety: may be called concurrently for distinct messages.
#ifndef LWS_API_PROTO_JSON_H_
#define LWS_API_PROTO_JSON_H_

#include "absl/status/status.h"
#include "lws/api/json.h"

namespace google {
namespace protobuf {
class Message;
}  // namespace protobuf
}  // namespace google

namespace lws::internal {

// Fills `message` from `document`. Errors: InvalidArgument naming the field for a value of another type than the
// message's field; unknown fields are passed over. Complexity: O(document).
absl::Status ProtoFromJson(const Json& document, google::protobuf::Message* message);

// The message as JSON: fields that are set, and no others. Complexity: O(message).
Json ProtoToJson(const google::protobuf::Message& message);

}  // namespace lws::internal

#endif  // LWS_API_PROTO_JSON_H_
