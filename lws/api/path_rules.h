// Kubernetes' rules for paths inside volumes, in the API server's words.
//
//   lws::internal::LocalPathErrors("../key");    // {"must not contain '..'"}
//   lws::internal::LocalPathErrors("a/key");     // {}
//
// Each function returns what is wrong with the text, in order; nothing for a good one. Complexity: O(text).
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_PATH_RULES_H_
#define LWS_API_PATH_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws::internal {

// No element is "..".
std::vector<std::string> BackstepPathErrors(absl::string_view text);
// Relative, and no element is "..".
std::vector<std::string> DescendingPathErrors(absl::string_view text);
// Descending, and it does not begin with "..".
std::vector<std::string> LocalPathErrors(absl::string_view text);
// Begins with "/".
std::vector<std::string> AbsolutePathErrors(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_PATH_RULES_H_
