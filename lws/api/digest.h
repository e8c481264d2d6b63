// Digests as lower-case hex, for keys that are derived from names and for revisions.
//
//   lws::internal::Sha1Hex("default/vllm-0").size();    // 40
//   lws::internal::Sha256Hex("[]").substr(0, 8);        // "4f53cda1"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_DIGEST_H_
#define LWS_API_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

// Complexity of both: O(text).
std::string Sha1Hex(absl::string_view text);
std::string Sha256Hex(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_DIGEST_H_
