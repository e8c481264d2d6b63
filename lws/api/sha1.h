// SHA-1 as lower-case hex, for the keys that LeaderWorkerSet derives from names.
//
//   lws::internal::Sha1Hex("default/vllm-0");    // 40 hex digits
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_SHA1_H_
#define LWS_API_SHA1_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

std::string Sha1Hex(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_SHA1_H_
