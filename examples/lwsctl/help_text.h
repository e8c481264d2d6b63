// The text of --help, read as the table of a command's flags. It is the one place that lists them: arguments are
// parsed, words are completed, and pages of the manual are written by it.
//
// | usage: lwsctl swarm [--policy POLICY] FILE
// | Runs random sets under random faults.
// |   --seeds N   how many seeds; default 1000
// |   -o table|json|yaml
// | Exit 1 when a law is broken.
//
// A line that begins with two spaces and a dash is a flag: its names, the form of its value, and after two spaces what
// it does. Lines that are further indented continue it. A flag of one letter and its long name stand in one line, with
// a comma between them. The usage may have more flags, which need no words. The value is a word in capitals, or its
// alternatives with | between them: `table|json|yaml`, `N|surge`.
#ifndef LWS_EXAMPLES_LWSCTL_HELP_TEXT_H_
#define LWS_EXAMPLES_LWSCTL_HELP_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lwsctl {

struct HelpFlag {
  std::vector<std::string> names;  // {"-n", "--namespace"}
  std::string value;               // "NAMESPACE", "table|json|yaml"; "" for a flag without a value
  std::string text;

  // The alternatives of the value that are written as they stand, without those in capitals: {"table", "json", "yaml"}.
  std::vector<std::string> Words() const;
};

struct HelpText {
  std::vector<std::string> usage;  // "lwsctl swarm [--policy POLICY] FILE"
  std::vector<std::string> about;  // lines before the flags
  std::vector<HelpFlag> flags;
  std::vector<std::string> notes;  // lines behind them
};

HelpText ReadHelpText(absl::string_view help);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_HELP_TEXT_H_
