// lwsctl diff: compares a file with the sets of a cluster, or two files.
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_LIVE_DIFF_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_LIVE_DIFF_H_

#include "absl/status/statusor.h"
#include "examples/lwsctl/live/live_call.h"

namespace lwsctl {

// Returns the exit code: a finding unless nothing changes.
absl::StatusOr<int> ShowDiff(const LiveCall& call);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_LIVE_DIFF_H_
