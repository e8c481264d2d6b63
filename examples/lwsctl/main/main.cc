// lwsctl: LeaderWorkerSets without a cluster, and on a live one. lwsctl --help lists the commands.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <new>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/command_row.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/completion.h"
#include "examples/lwsctl/help_text.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/live/connect.h"
#include "examples/lwsctl/live/live_commands.h"
#include "examples/lwsctl/man_page.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/printable_output.h"
#include "examples/lwsctl/schema.h"
#include "examples/lwsctl/serve/serve.h"
#include "lws/api/json.h"
#include "lws/api/near_word.h"
#include "lws/api/printable_text.h"

namespace {

constexpr char kReferenceLine[] = "The reference is the controller of kubernetes-sigs/lws at commit 060ab4d.";

int Complete(const std::vector<std::string>& words);
int ShowManual(const std::vector<std::string>& words);
int ShowSchema(const std::vector<std::string>& words);

struct Command {
  const char* name;
  const char* operands;
  const char* summary;
  // Null for a command on a live cluster.
  int (*run)(const std::vector<std::string>& words);
};

// In the order of --help, completions and the manual.
constexpr Command kCommands[] = {
    {"validate", "FILE...", "what the API server would say of the sets, and what it will refuse of their objects",
     lwsctl::RunValidate},
    {"render", "FILE", "the objects that the sets need", lwsctl::RunRender},
    {"simulate", "FILE", "a set in a simulated cluster: it is created and updated, and a container fails",
     lwsctl::RunSimulate},
    {"test", "FILE...", "scenarios with their expectations; exit 1 when one is not met", lwsctl::RunTest},
    {"check", "FILE", "whether a rollout policy keeps the set's promise, whatever happens", lwsctl::RunCheck},
    {"swarm", "", "random sets under random faults, drawn from seeds", lwsctl::RunSwarm},
    {"compare", "FILE", "one scenario under each rollout policy, side by side", lwsctl::RunCompare},
    {"place", "FILE", "a node for every pod of the sets' groups, or why there is none", lwsctl::RunPlace},
    {"capacity", "FILE", "how many more groups fit, where, and why the next one does not", lwsctl::RunCapacity},
    {"defragment", "FILE", "moves of running groups that empty domains, or make room for one more group",
     lwsctl::RunDefragment},
    {"serve", "FILE...", "the pages of simulate and test in a browser, made again whenever a file is edited",
     lwsctl::Serve},
    {"explain", "FILE", "what the controller would do with a saved cluster state, and why; --live reads the cluster",
     lwsctl::RunExplain},
    {"crd", "", "the CustomResourceDefinitions", lwsctl::RunCustomResources},
    {"install", "", "the manifests that run the operator in a cluster", lwsctl::RunInstall},
    {"completion", "SHELL", "a script that completes these words in bash, zsh or fish", Complete},
    {"man", "[COMMAND]", "a page of the manual", ShowManual},
    {"schema", "NAME", "the JSON Schema of a kind of files, or of what a command writes with -o json", ShowSchema},
    {"status", "NAME", "a tree of a set's groups, and whether its rollout is done", nullptr},
    {"diff", "FILE", "what an edit would do to each group; diff OLD NEW needs no cluster", nullptr},
    {"promote", "NAME", "approves the next canary step", nullptr},
    {"pause", "NAME", "holds the rollout", nullptr},
    {"resume", "NAME", "continues it", nullptr},
    {"restart", "NAME GROUP", "recreates a group", nullptr},
    {"undo", "NAME", "gives the set a former template back", nullptr},
};

constexpr char kNotes[] =
    "Sets are LeaderWorkerSets; all commands but check, swarm, defragment and those on a live cluster take\n"
    "DisaggregatedSets, too.\n"
    "FILE is YAML or JSON and may contain other kinds, too; - is standard input. `lwsctl help COMMAND` lists the flags "
    "of\n"
    "a command, and `lwsctl --version` says which controller the answers follow.\n"
    "\n"
    "Exit codes: 0 as wished; 1 a finding: refused, not finished, a law broken, no place, a difference; 2 a flag or "
    "file\n"
    "that cannot be read; 3 lwsctl cannot go on: no memory, or no place for its output; 130 after Ctrl-C.\n";

std::string CommandList(bool live) {
  std::string list;
  for (const Command& command : kCommands) {
    if ((command.run == nullptr) != live) continue;
    const std::string shown = absl::StrCat(command.name, *command.operands == '\0' ? "" : " ", command.operands);
    absl::StrAppendFormat(&list, "  %-18s %s\n", shown, command.summary);
  }
  return list;
}

std::string Help() {
  return absl::StrCat("usage: lwsctl COMMAND [FLAGS] FILE...\n\n", CommandList(/*live=*/false),
                      "\nOn a live cluster, and as a plugin `kubectl lws COMMAND`:\n\n", CommandList(/*live=*/true),
                      "\n", kNotes);
}

int RunLive(const std::vector<std::string>& words) {
  lwsctl::KubeHost kube;
  return lwsctl::RunLive(
      [&kube](const std::string& file, const std::string& context) { return kube.Open(file, context); }, words,
      &std::cout);
}

const Command* FindCommand(absl::string_view name) {
  const auto found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                  [name](const Command& command) { return name == command.name; });
  return found == std::end(kCommands) ? nullptr : found;
}

std::vector<absl::string_view> CommandNames() {
  std::vector<absl::string_view> names;
  for (const Command& command : kCommands) names.push_back(command.name);
  return names;
}

int RefuseCommand(const std::string& name) {
  std::cerr << "lwsctl: unknown command " << lws::PrintableText(name) << lws::internal::DidYouMean(name, CommandNames())
            << "\n`lwsctl --help` lists the commands\n";
  return lwsctl::kWrongUse;
}

// What the command prints with --help.
std::string HelpOf(const Command& command) {
  std::ostringstream help;
  std::streambuf* const output = std::cout.rdbuf(help.rdbuf());
  if (command.run == nullptr) {
    RunLive({command.name, "--help"});
  } else {
    command.run({"--help"});
  }
  std::cout.rdbuf(output);
  return help.str();
}

lwsctl::CommandRow RowOf(const Command& command) {
  return {command.name, command.summary, lwsctl::ReadHelpText(HelpOf(command)), {}};
}

std::vector<lwsctl::CommandRow> Rows() {
  std::vector<lwsctl::CommandRow> rows;
  for (const Command& command : kCommands) {
    rows.push_back(RowOf(command));
    if (rows.back().name == "completion") rows.back().operands = {"bash", "zsh", "fish"};
    const bool is_manual = rows.back().name == "man";
    const bool is_schema = rows.back().name == "schema";
    if (!is_manual && !is_schema) continue;
    for (const absl::string_view name : is_manual ? CommandNames() : lwsctl::SchemaNames()) {
      rows.back().operands.emplace_back(name);
    }
  }
  return rows;
}

constexpr char kCompletionHelp[] =
    "usage: lwsctl completion bash|zsh|fish\n"
    "Prints a script that completes commands, flags and their words:\n"
    "  source <(lwsctl completion bash)\n"
    "  lwsctl completion zsh > \"${fpath[1]}/_lwsctl\"\n"
    "  lwsctl completion fish > ~/.config/fish/completions/lwsctl.fish\n";

int Complete(const std::vector<std::string>& words) {
  const absl::StatusOr<lwsctl::Arguments> arguments = lwsctl::ParseArguments(words, kCompletionHelp);
  if (!arguments.ok()) return lwsctl::Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kCompletionHelp;
    return lwsctl::kAsWished;
  }
  if (arguments->files.size() != 1) {
    return lwsctl::Fail(absl::InvalidArgumentError("completion needs the name of a shell: bash, zsh or fish"));
  }
  const absl::StatusOr<std::string> script = lwsctl::CompletionScript(arguments->files[0], Rows());
  if (!script.ok()) return lwsctl::Fail(script.status());
  std::cout << *script;
  return lwsctl::kAsWished;
}

constexpr char kManualHelp[] =
    "usage: lwsctl man [COMMAND]\n"
    "Prints the page of the manual about lwsctl, or about one command: lwsctl man simulate | man -l -\n";

int ShowManual(const std::vector<std::string>& words) {
  const absl::StatusOr<lwsctl::Arguments> arguments = lwsctl::ParseArguments(words, kManualHelp);
  if (!arguments.ok()) return lwsctl::Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kManualHelp;
    return lwsctl::kAsWished;
  }
  if (arguments->files.size() > 1) return lwsctl::Fail(absl::InvalidArgumentError("man takes one COMMAND, or none"));
  if (arguments->files.empty()) {
    std::cout << lwsctl::ManPageOfAll(Rows(), Help(), lwsctl::kVersionLine);
    return lwsctl::kAsWished;
  }
  const Command* const command = FindCommand(arguments->files[0]);
  if (command == nullptr) return RefuseCommand(arguments->files[0]);
  std::cout << lwsctl::ManPage(RowOf(*command), lwsctl::kVersionLine);
  return lwsctl::kAsWished;
}

constexpr char kSchemaHelp[] =
    "usage: lwsctl schema NAME\n"
    "Prints the JSON Schema of scenarios, tests or swarm cases, by which editors complete and check these files, or "
    "of\n"
    "the document that a command writes with -o json. The first line of a file can name its schema:\n"
    "  # yaml-language-server: $schema=scenario.json\n";

int ShowSchema(const std::vector<std::string>& words) {
  const absl::StatusOr<lwsctl::Arguments> arguments = lwsctl::ParseArguments(words, kSchemaHelp);
  if (!arguments.ok()) return lwsctl::Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kSchemaHelp << "NAME is one of " << absl::StrJoin(lwsctl::SchemaNames(), ", ") << ".\n";
    return lwsctl::kAsWished;
  }
  if (arguments->files.size() != 1) return lwsctl::Fail(absl::InvalidArgumentError("schema needs one NAME"));
  const absl::StatusOr<lws::Json> schema = lwsctl::SchemaNamed(arguments->files[0]);
  if (!schema.ok()) return lwsctl::Fail(schema.status());
  std::cout << lwsctl::DocumentText(*schema, lwsctl::OutputFormat::kJson);
  return lwsctl::kAsWished;
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
    (words.empty() ? std::cerr : std::cout) << Help();
    return words.empty() ? lwsctl::kWrongUse : lwsctl::kAsWished;
  }
  if (words[0] == "--version" || words[0] == "version") {
    std::cout << lwsctl::kVersionLine << "\n" << kReferenceLine << "\n";
    return lwsctl::kAsWished;
  }
  if (lwsctl::IsLive(words)) return RunLive(words);
  const Command* const command = FindCommand(words[0]);
  if (command == nullptr || command->run == nullptr) return RefuseCommand(words[0]);
  return command->run({words.begin() + 1, words.end()});
}

// A JSON value asks for memory even to end, so an exception for the lack of it would end in an abort.
void EndForLackOfMemory() {
  constexpr char kText[] = "lwsctl: there is not enough memory\n";
  if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) std::_Exit(lwsctl::kFault);
  std::_Exit(lwsctl::kFault);
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
    const int code = is_open ? Run(std::vector<std::string>(argv + 1, argv + argc)) : lwsctl::kFault;
    if (lwsctl::IsInterrupted()) std::cerr << "lwsctl: stopped; the output tells what was known by then\n";
    if (is_open && std::cout.flush().good()) return lwsctl::ExitCodeOr(code);
    std::cerr << "lwsctl: the output cannot be written\n";
    return lwsctl::kFault;
  } catch (const std::exception&) {
    std::cerr << "lwsctl: a fault of lwsctl itself; please report what it was run on\n";
    return lwsctl::kFault;
  }
}
