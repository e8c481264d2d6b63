// Suggestions for misspelt field names of a LeaderWorkerSet.
//
//   lws::internal::DidYouMeanField("spec.replcas");    // ", did you mean \"replicas\"?"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_FIELD_NAMES_H_
#define LWS_API_FIELD_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

// Returns `, did you mean "NAME"?` for an unknown field with a similar known field beside it, else "".
std::string DidYouMeanField(absl::string_view path);

}  // namespace lws::internal

#endif  // LWS_API_FIELD_NAMES_H_
