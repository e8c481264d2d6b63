// The names of the fields of a LeaderWorkerSet, for those who nearly know them.
//
//   lws::internal::DidYouMeanField("spec.replcas");    // ", did you mean "replicas"?"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_FIELD_NAMES_H_
#define LWS_API_FIELD_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

// Of an unknown field of a LeaderWorkerSet: the field beside it that it is nearly called like, else "".
std::string DidYouMeanField(absl::string_view path);

}  // namespace lws::internal

#endif  // LWS_API_FIELD_NAMES_H_
