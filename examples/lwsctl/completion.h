// Scripts that complete the words of lwsctl in a shell, made from the texts of --help.
#ifndef LWS_EXAMPLES_LWSCTL_COMPLETION_H_
#define LWS_EXAMPLES_LWSCTL_COMPLETION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/command_row.h"

namespace lwsctl {

// The script for bash, zsh or fish. It completes commands, their flags, and the words that a flag takes; other words
// are files. Errors: InvalidArgument for another shell.
absl::StatusOr<std::string> CompletionScript(absl::string_view shell, const std::vector<CommandRow>& commands);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_COMPLETION_H_
