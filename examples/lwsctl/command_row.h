// A command, as completions and pages of the manual show it.
#ifndef LWS_EXAMPLES_LWSCTL_COMMAND_ROW_H_
#define LWS_EXAMPLES_LWSCTL_COMMAND_ROW_H_

#include <string>
#include <vector>

#include "examples/lwsctl/help_text.h"

namespace lwsctl {

struct CommandRow {
  std::string name;
  std::string summary;  // one line
  HelpText help;
  std::vector<std::string> operands;  // the words that it takes; empty for files and names
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_COMMAND_ROW_H_
