// The commands of lwsctl that look at a live cluster, or change one.
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/live/live_api.h"

namespace lwsctl {

// How a command gets at the cluster that --kubeconfig and --context name; both may be empty. The host is the caller's.
using Connect =
    std::function<absl::StatusOr<const LiveHost*>(const std::string& kubeconfig, const std::string& context)>;

// Whether the words are for RunLive: status, diff, promote, pause, resume, restart, undo, or explain --live.
bool IsLive(const std::vector<std::string>& words);

// Returns the exit code. What is wrong goes to the standard error.
int RunLive(const Connect& connect, const std::vector<std::string>& words, std::ostream* out);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_
