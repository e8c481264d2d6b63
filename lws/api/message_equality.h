// Whether two messages say the same.
//
//   lws::internal::EqualMessages(set, lws::LeaderWorkerSet(set));    // true
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_MESSAGE_EQUALITY_H_
#define LWS_API_MESSAGE_EQUALITY_H_

namespace google {
namespace protobuf {
class MessageLite;
}  // namespace protobuf
}  // namespace google

namespace lws::internal {

// The same fields are set, to the same values; the order of maps does not count. REQUIRES: messages of one type.
// Complexity: O(messages); O(1) where their sizes differ.
bool EqualMessages(const google::protobuf::MessageLite& left, const google::protobuf::MessageLite& right);

}  // namespace lws::internal

#endif  // LWS_API_MESSAGE_EQUALITY_H_
