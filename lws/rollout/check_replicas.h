// The check of a set's replicas, which every policy makes first.
//
//   lws::internal::CheckRolloutReplicas(-1);    // InvalidArgument: replicas: -1 is negative
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_CHECK_REPLICAS_H_
#define LWS_ROLLOUT_CHECK_REPLICAS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lws::internal {

// Errors: InvalidArgument for a negative number.
inline absl::Status CheckRolloutReplicas(int32_t replicas) {
  if (replicas >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("replicas: ", replicas, " is negative"));
}

}  // namespace lws::internal

#endif  // LWS_ROLLOUT_CHECK_REPLICAS_H_
