// lwsctl: LeaderWorkerSets without a cluster, and on a live one. lwsctl --help lists the commands.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/live/connect.h"
#include "examples/lwsctl/live/live_commands.h"
#include "examples/lwsctl/printable_output.h"
#include "lws/api/near_word.h"
#include "lws/api/printable_text.h"

namespace {

constexpr int kFault = 3;

constexpr char kHelp[] =
    "usage: lwsctl COMMAND [FLAGS] FILE...\n"
    "\n"
    "  validate FILE...   what the API server would say of the sets, and what it will refuse of their objects\n"
    "  render FILE        the objects that the sets need\n"
    "  simulate FILE      a set in a simulated cluster: it is created and updated, and a container fails\n"
    "  test FILE...       scenarios with their expectations; exit 1 when one is not met\n"
    "  check FILE         whether a rollout policy keeps the set's promise, whatever happens\n"
    "  swarm              random sets under random faults, drawn from seeds\n"
    "  compare FILE       one scenario under each rollout policy, side by side\n"
    "  place FILE         a node for every pod of the sets' groups, or why there is none\n"
    "  capacity FILE      how many more groups fit, where, and why the next one does not\n"
    "  defragment FILE    moves of running groups that empty domains, or make room for one more group\n"
    "  explain FILE       what the controller would do with a saved cluster state, and why\n"
    "  crd                the CustomResourceDefinitions\n"
    "  install            the manifests that run the operator in a cluster\n"
    "\n"
    "On a live cluster, and as a plugin `kubectl lws COMMAND`:\n"
    "\n"
    "  status NAME        a tree of a set's groups, and whether its rollout is done\n"
    "  explain --live     what the operator would do now, and why\n"
    "  diff FILE          what an edit would do to each group; diff OLD NEW needs no cluster\n"
    "  promote NAME       approves the next canary step; pause NAME and resume NAME hold the rollout and continue it\n"
    "  restart NAME GROUP recreates a group\n"
    "  undo NAME          gives the set a former template back\n"
    "\n"
    "Sets are LeaderWorkerSets; all commands but check, swarm, capacity and defragment take DisaggregatedSets, too.\n"
    "FILE is YAML or JSON and may contain other kinds, too; - is standard input. `lwsctl help COMMAND` lists the flags "
    "of\n"
    "a command, and `lwsctl --version` says which controller the answers follow.\n"
    "\n"
    "Exit codes: 0 as wished; 1 a finding: refused, not finished, a law broken, no place, a difference; 2 a flag or "
    "file\n"
    "that cannot be read; 3 lwsctl cannot go on: no memory, or no place for its output; 130 after Ctrl-C.\n";

constexpr char kVersion[] =
    "lwsctl 0.1.0\n"
    "The reference is the controller of kubernetes-sigs/lws at commit 060ab4d.\n";

using Command = int (*)(const std::vector<std::string>& words);

const std::map<std::string, Command>& Commands() {
  static const auto& commands = *new std::map<std::string, Command>{{"validate", lwsctl::Validate},
                                                                    {"render", lwsctl::Render},
                                                                    {"simulate", lwsctl::Simulate},
                                                                    {"test", lwsctl::Test},
                                                                    {"check", lwsctl::Check},
                                                                    {"swarm", lwsctl::Swarm},
                                                                    {"compare", lwsctl::Compare},
                                                                    {"place", lwsctl::Place},
                                                                    {"capacity", lwsctl::ShowCapacity},
                                                                    {"defragment", lwsctl::Defragment},
                                                                    {"explain", lwsctl::Explain},
                                                                    {"install", lwsctl::Install},
                                                                    {"crd", lwsctl::ShowCustomResources}};
  return commands;
}

// `help COMMAND` and -h are other words for `COMMAND --help`.
std::vector<std::string> Usual(std::vector<std::string> words) {
  if (words.size() == 2 && words[0] == "help") return {words[1], "--help"};
  std::replace(words.begin(), words.end(), std::string("-h"), std::string("--help"));
  return words;
}

int Run(const std::vector<std::string>& given) {
  const std::vector<std::string> words = Usual(given);
  if (words.empty() || words[0] == "--help" || words[0] == "help") {
    (words.empty() ? std::cerr : std::cout) << kHelp;
    return words.empty() ? lwsctl::kWrongUse : lwsctl::kAsWished;
  }
  if (words[0] == "--version" || words[0] == "version") {
    std::cout << kVersion;
    return lwsctl::kAsWished;
  }
  if (lwsctl::IsLive(words)) {
    lwsctl::KubeHost kube;
    return lwsctl::RunLive(
        [&kube](const std::string& file, const std::string& context) { return kube.Open(file, context); }, words,
        &std::cout);
  }
  const auto command = Commands().find(words[0]);
  if (command != Commands().end()) return command->second({words.begin() + 1, words.end()});
  std::vector<absl::string_view> names = lwsctl::LiveCommandNames();
  for (const auto& [name, run] : Commands()) names.push_back(name);
  std::cerr << "lwsctl: unknown command " << lws::PrintableText(words[0]) << lws::internal::DidYouMean(words[0], names)
            << "\n`lwsctl --help` lists the commands\n";
  return lwsctl::kWrongUse;
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
  const lwsctl::InterruptionWatch watch;
  std::set_new_handler(EndForLackOfMemory);
  const bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  // Whatever a command prints of its files is printable.
  const lwsctl::PrintableOutput output(&std::cout);
  const lwsctl::PrintableOutput errors(&std::cerr);
  // No input should come to an exception; one that does is a fault of this program.
  try {
    const int code = is_open ? Run(std::vector<std::string>(argv + 1, argv + argc)) : kFault;
    if (lwsctl::IsInterrupted()) std::cerr << "lwsctl: stopped; the output tells what was known by then\n";
    if (is_open && std::cout.flush().good()) return lwsctl::ExitCodeOr(code);
    std::cerr << "lwsctl: the output cannot be written\n";
    return kFault;
  } catch (const std::exception&) {
    std::cerr << "lwsctl: a fault of lwsctl itself; please report what it was run on\n";
    return kFault;
  }
}
