#include "lws/api/message_equality.h"

#include <string>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message_lite.h"

namespace lws::internal {
namespace {

using google::protobuf::MessageLite;

// The entries of maps in the order of their keys.
std::string BytesOf(const MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

}  // namespace

bool EqualMessages(const MessageLite& left, const MessageLite& right) {
  return left.ByteSizeLong() == right.ByteSizeLong() && BytesOf(left) == BytesOf(right);
}

}  // namespace lws::internal
