#include "lws/api/message_equality.h"

#include "google/protobuf/message_lite.h"
#include "lws/api/message_bytes.h"

namespace lws::internal {

bool EqualMessages(const google::protobuf::MessageLite& left, const google::protobuf::MessageLite& right) {
  return left.ByteSizeLong() == right.ByteSizeLong() && MessageBytes(left) == MessageBytes(right);
}

}  // namespace lws::internal
