// Suggestions for misspelt words.
//
//   lws::internal::DidYouMean("evnts", {"events", "nodes"});    // ", did you mean \"events\"?"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_NEAR_WORD_H_
#define LWS_API_NEAR_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws::internal {

// The word of `known` that is nearest to `word`: equal except for capitals, or at most two letters away (one for
// words of up to four letters). If several are equally near, the one that begins like the word wins, and then the first
// one. Returns "" when none is near.
// Complexity: O(letters of the word * letters of all known words).
absl::string_view NearWord(absl::string_view word, const std::vector<absl::string_view>& known);

// ", did you mean "WORD"?", or "".
std::string DidYouMean(absl::string_view word, const std::vector<absl::string_view>& known);

}  // namespace lws::internal

#endif  // LWS_API_NEAR_WORD_H_
