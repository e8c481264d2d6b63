// Messages in the JSON form that protocol buffers define. The library's messages are of the lite runtime; what they
// look like is read from descriptors that this program carries, in a pool of its own.
//
//   absl::StatusOr<std::string> text = lwsctl::ProtoDocument(lws::PlanToProto(plan), /*indented=*/true);
//
// Thread-safety: may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_PROTO_DOCUMENT_H_
#define LWS_EXAMPLES_LWSCTL_PROTO_DOCUMENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace lwsctl {

// Errors: Internal for a message that the program has no descriptor of.
absl::StatusOr<std::string> ProtoDocument(const google::protobuf::MessageLite& message, bool indented);

// Errors: InvalidArgument for a text that is no such message.
absl::Status ReadProtoDocument(const std::string& text, google::protobuf::MessageLite* message);

// Serialised FileDescriptorSets, one after another.
absl::string_view ProtoDescriptors();

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PROTO_DOCUMENT_H_
