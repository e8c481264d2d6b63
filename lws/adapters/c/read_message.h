// Reads a message from bytes of a caller, which may be of any size.
//
//   lws::PlanProto plan;
//   lws::internal::ReadCallerMessage(bytes, &plan);    // false for bytes that are none
//
// Thread-safety: may be called concurrently for distinct messages.
#ifndef LWS_ADAPTERS_C_READ_MESSAGE_H_
#define LWS_ADAPTERS_C_READ_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace lws::internal {

// Whether the bytes are such a message. A message has less than 2 GiB.
inline bool ReadCallerMessage(absl::string_view bytes, google::protobuf::MessageLite* message) {
  constexpr size_t kMost = std::numeric_limits<int32_t>::max();
  return bytes.size() <= kMost && message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_READ_MESSAGE_H_
