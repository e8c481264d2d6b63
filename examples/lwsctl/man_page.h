// Pages of the manual, made from the texts of --help.
#ifndef LWS_EXAMPLES_LWSCTL_MAN_PAGE_H_
#define LWS_EXAMPLES_LWSCTL_MAN_PAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "examples/lwsctl/command_row.h"

namespace lwsctl {

// The page lwsctl-COMMAND(1), in roff.
std::string ManPage(const CommandRow& command, absl::string_view version);

// The page lwsctl(1): what the commands are, and the notes behind them in the help of lwsctl itself.
std::string ManPageOfAll(const std::vector<CommandRow>& commands, absl::string_view help, absl::string_view version);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_MAN_PAGE_H_
