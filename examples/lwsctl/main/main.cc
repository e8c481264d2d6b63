// lwsctl: LeaderWorkerSets without a cluster. lwsctl --help lists the commands.
#include <exception>
#include <iostream>
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
    "  validate FILE...   what the API server would say of the sets, and what it will refuse of their objects\n"
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
    "Sets are LeaderWorkerSets; all but check, swarm and capacity take DisaggregatedSets, too.\n"
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

}  // namespace

int main(int argc, char** argv) {
  // Whatever a command prints of its files is printable.
  const lwsctl::PrintableOutput output(&std::cout);
  const lwsctl::PrintableOutput errors(&std::cerr);
  // No input should come to an exception; one that does is a fault of this program.
  try {
    return Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception&) {
    std::cerr << "lwsctl: a fault of lwsctl itself; please report what it was run on\n";
    return kFault;
  }
}
