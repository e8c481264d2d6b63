// The commands of lwsctl that look at a live cluster, or change one.
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_

#include <ostream>
#include <string>
#include <vector>

#include "examples/lwsctl/live/live_call.h"

namespace lwsctl {

// Whether the words are for RunLive: status, diff, promote, pause, resume, restart, undo, or explain --live.
bool IsLive(const std::vector<std::string>& words);

// Returns the exit code. What is wrong goes to the standard error.
int RunLive(const Connect& connect, const std::vector<std::string>& words, std::ostream* out);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_LIVE_COMMANDS_H_
