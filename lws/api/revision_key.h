// Keys and names of revisions: which version of a set's templates an object was made from.
//
//   lws::RevisionKey("{}");                        // "5894b84845"
//   lws::RevisionName("vllm", "6c5b8f7d9", 2);     // "vllm-6c5b8f7d9-2"
//
// Laws:
//   1. Equal data gives an equal key.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_REVISION_KEY_H_
#define LWS_API_REVISION_KEY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace lws {

// The key of a revision's bytes: FNV-1 of 32 bits, in decimal, in Kubernetes' safe alphabet. Complexity: O(data).
std::string RevisionKey(absl::string_view data);

// "SET[:220]-KEY-NUMBER".
std::string RevisionName(absl::string_view set_name, absl::string_view key, int64_t number);

}  // namespace lws

#endif  // LWS_API_REVISION_KEY_H_
