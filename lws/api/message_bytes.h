// The bytes of a message, which are the same for messages that say the same.
//
//   lws::internal::MessageBytes(set) == lws::internal::MessageBytes(lws::LeaderWorkerSet(set));    // true
//
// Laws:
//   1. Messages of one type with the same fields have the same bytes: the entries of maps come in the order of their
//      keys, while protocol buffers give them any order.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MESSAGE_BYTES_H_
#define LWS_API_MESSAGE_BYTES_H_

#include <string>

namespace google {
namespace protobuf {
class MessageLite;
}  // namespace protobuf
}  // namespace google

namespace lws::internal {

// REQUIRES: a message of at most 2 GiB. Complexity: O(message).
std::string MessageBytes(const google::protobuf::MessageLite& message);

}  // namespace lws::internal

#endif  // LWS_API_MESSAGE_BYTES_H_
