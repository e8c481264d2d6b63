// lwsctl: LeaderWorkerSets without a cluster. lwsctl --help lists the commands.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/printable_output.h"
#include "lws/api/printable_text.h"

namespace {

constexpr int kFault = 3;

constexpr char kHelp[] =
    "usage: lwsctl COMMAND [FLAGS] FILE...\n"
    "\n"
    "  validate FILE...   what the API server would say of the LeaderWorkerSets, and what it will refuse of their "
    "objects\n"
    "  render FILE        the objects that the sets want\n"
    "  simulate FILE      a set living in a simulated cluster: created, updated, struck by a failure\n"
    "  test FILE...       scenarios with what is expected of them; exit 1 when something is not met\n"
    "  check FILE         whether a rollout policy keeps the set's promise, whatever happens\n"
    "  swarm              sets of all kinds under a swarm of faults, drawn from seeds\n"
    "  compare FILE       one scenario under each rollout policy, side by side\n"
    "  place FILE         a node for every pod of the sets' groups, or why there is none\n"
    "  capacity FILE      how many more groups fit, where, and what stands in the way of the next\n"
    "  explain FILE       what would be done now on a saved cluster state, and why\n"
    "  crd                the CustomResourceDefinitions\n"
    "  install            all that the operator needs in a cluster\n"
    "\n"
    "FILE is YAML or JSON and may hold other kinds beside; - is standard input. `lwsctl COMMAND --help` tells the "
    "flags.\n";

int Run(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "help") {
    (words.empty() ? std::cerr : std::cout) << kHelp;
    return words.empty() ? 2 : 0;
  }
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (words[0] == "validate") return lwsctl::Validate(rest);
  if (words[0] == "render") return lwsctl::Render(rest);
  if (words[0] == "simulate") return lwsctl::Simulate(rest);
  if (words[0] == "test") return lwsctl::Test(rest);
  if (words[0] == "check") return lwsctl::Check(rest);
  if (words[0] == "swarm") return lwsctl::Swarm(rest);
  if (words[0] == "compare") return lwsctl::Compare(rest);
  if (words[0] == "place") return lwsctl::Place(rest);
  if (words[0] == "capacity") return lwsctl::ShowCapacity(rest);
  if (words[0] == "explain") return lwsctl::Explain(rest);
  if (words[0] == "install") return lwsctl::Install(rest);
  if (words[0] == "crd") return lwsctl::ShowCustomResources(rest);
  std::cerr << "lwsctl: unknown command " << lws::PrintableText(words[0]) << "\n" << kHelp;
  return 2;
}

// A JSON value asks for memory even to end, so an exception for the lack of it would end in an abort.
void EndForLackOfMemory() {
  constexpr char kText[] = "lwsctl: there is not enough memory\n";
  if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) std::_Exit(kFault);
  std::_Exit(kFault);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away is told like a full disk, not by a signal. Without an open output, the next file to be
  // opened would get the output's text.
  std::signal(SIGPIPE, SIG_IGN);
  std::set_new_handler(EndForLackOfMemory);
  const bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  // Whatever a command prints of its files is printable.
  const lwsctl::PrintableOutput output(&std::cout);
  const lwsctl::PrintableOutput errors(&std::cerr);
  // No input should come to an exception; one that does is a fault of this program.
  try {
    const int code = is_open ? Run(std::vector<std::string>(argv + 1, argv + argc)) : kFault;
    if (is_open && std::cout.flush().good()) return code;
    std::cerr << "lwsctl: the output cannot be written\n";
    return kFault;
  } catch (const std::exception&) {
    std::cerr << "lwsctl: a fault of lwsctl itself; please report what it was run on\n";
    return kFault;
  }
}
