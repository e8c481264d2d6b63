// How long to wait after failures in a row.
//
//   lws::internal::ExponentialBackoff(0, absl::Seconds(1), absl::Seconds(30));    // a second
//   lws::internal::ExponentialBackoff(3, absl::Seconds(1), absl::Seconds(30));    // 8 seconds
//   lws::internal::ExponentialBackoff(9, absl::Seconds(1), absl::Seconds(30));    // 30 seconds
//
// Thread-safety: the function may be called concurrently.
#ifndef LWS_CORE_EXPONENTIAL_BACKOFF_H_
#define LWS_CORE_EXPONENTIAL_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace lws::internal {

// The first wait, doubled for each of the `earlier` failures in the same row, and at most the longest wait. Complexity:
// O(log(longest / first)).
inline absl::Duration ExponentialBackoff(int earlier, absl::Duration first, absl::Duration longest) {
  absl::Duration wait = first;
  for (int i = 0; i < earlier && wait < longest; ++i) wait *= 2;
  return std::min(wait, longest);
}

}  // namespace lws::internal

#endif  // LWS_CORE_EXPONENTIAL_BACKOFF_H_
