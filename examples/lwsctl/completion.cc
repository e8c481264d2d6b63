#include "examples/lwsctl/completion.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "lws/api/near_word.h"

namespace lwsctl {
namespace {

std::vector<std::string> Names(const std::vector<CommandRow>& commands) {
  std::vector<std::string> names = {"help"};
  for (const CommandRow& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> FlagNames(const CommandRow& command) {
  std::vector<std::string> names = {"--help"};
  for (const HelpFlag& flag : command.help.flags) names.insert(names.end(), flag.names.begin(), flag.names.end());
  return names;
}

// In single quotes; the texts of --help are ours, and a quote in them ends the word, is escaped, and begins it again.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// In fish a quote is escaped within the quotes.
std::string QuotedForFish(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// A case for the value of each flag that takes words, by "COMMAND FLAG".
std::string BashValues(const CommandRow& command) {
  std::string cases;
  for (const HelpFlag& flag : command.help.flags) {
    const std::vector<std::string> words = flag.Words();
    if (flag.value.empty()) continue;
    const std::vector<std::string>& names = flag.names;
    const auto pattern = [&command](std::string* out, const std::string& name) {
      absl::StrAppend(out, "'", command.name, " ", name, "'");
    };
    absl::StrAppend(&cases, "    ", absl::StrJoin(names, "|", pattern), ") words='", absl::StrJoin(words, " "),
                    "' takes=yes ;;\n");
  }
  return cases;
}

std::string Bash(const std::vector<CommandRow>& commands) {
  std::string flags;
  std::string values;
  std::string operands;
  for (const CommandRow& command : commands) {
    absl::StrAppend(&flags, "    ", command.name, ") words='", absl::StrJoin(FlagNames(command), " "), "' ;;\n");
    absl::StrAppend(&values, BashValues(command));
    if (command.operands.empty()) continue;
    absl::StrAppend(&operands, "      ", command.name, ") words='", absl::StrJoin(command.operands, " "), "' ;;\n");
  }
  return absl::StrCat(
      "# bash completion for lwsctl: source <(lwsctl completion bash)\n"
      "_lwsctl() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words='' takes=''\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ] || { [ \"$COMP_CWORD\" -eq 2 ] && [ \"$previous\" = help ]; }; then\n"
      "    COMPREPLY=($(compgen -W '",
      absl::StrJoin(Names(commands), " "),
      "' -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${COMP_WORDS[1]} $previous\" in\n",
      values,
      "  esac\n"
      "  if [ -z \"$takes\" ] && [[ $current == -* ]]; then\n"
      "    case \"${COMP_WORDS[1]}\" in\n",
      absl::StrReplaceAll(flags, {{"    ", "      "}}),
      "    esac\n"
      "  elif [ -z \"$takes\" ]; then\n"
      "    case \"${COMP_WORDS[1]}\" in\n",
      operands,
      "    esac\n"
      "  fi\n"
      "  [ -n \"$words\" ] && COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}\n"
      "complete -o default -F _lwsctl lwsctl\n");
}

// "--seed[the seed of all random delays]:N:_files", or the words in place of files.
std::string ZshFlag(const HelpFlag& flag, const std::string& name) {
  const auto escaped = [](absl::string_view text) {
    return absl::StrReplaceAll(text, {{"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
  };
  std::string spec = absl::StrCat(name, "[", escaped(flag.text.empty() ? flag.value : flag.text), "]");
  if (flag.value.empty()) return Quoted(spec);
  const std::vector<std::string> words = flag.Words();
  absl::StrAppend(&spec, ":", escaped(flag.value), ":");
  absl::StrAppend(&spec, words.empty() ? "_files" : absl::StrCat("(", absl::StrJoin(words, " "), ")"));
  return Quoted(spec);
}

std::string Zsh(const std::vector<CommandRow>& commands) {
  std::string rows;
  std::string cases;
  for (const CommandRow& command : commands) {
    absl::StrAppend(&rows, "    ", Quoted(absl::StrCat(command.name, ":", command.summary)), "\n");
    absl::StrAppend(&cases, "    ", command.name, ")\n      _arguments '--help[shows the flags]' \\\n");
    for (const HelpFlag& flag : command.help.flags) {
      for (const std::string& name : flag.names) absl::StrAppend(&cases, "        ", ZshFlag(flag, name), " \\\n");
    }
    const std::string words = absl::StrCat("(", absl::StrJoin(command.operands, " "), ")");
    absl::StrAppend(&cases, "        '*:file:", command.operands.empty() ? "_files" : words, "' ;;\n");
  }
  return absl::StrCat(
      "#compdef lwsctl\n"
      "# zsh completion for lwsctl: lwsctl completion zsh > \"${fpath[1]}/_lwsctl\"\n"
      "_lwsctl() {\n"
      "  local -a commands\n"
      "  commands=(\n"
      "    'help:the flags of a command'\n",
      rows,
      "  )\n"
      "  if (( CURRENT == 2 )) || [[ CURRENT -eq 3 && $words[2] == help ]]; then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n",
      cases,
      "  esac\n"
      "}\n"
      "if [ \"$funcstack[1]\" = _lwsctl ]; then\n"
      "  _lwsctl \"$@\"\n"
      "else\n"
      "  compdef _lwsctl lwsctl\n"
      "fi\n");
}

std::string FishFlag(const CommandRow& command, const HelpFlag& flag) {
  std::string line = absl::StrCat("complete -c lwsctl -n '__fish_seen_subcommand_from ", command.name, "'");
  for (const std::string& name : flag.names) {
    const bool is_long = absl::StartsWith(name, "--");
    absl::StrAppend(&line, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  const std::vector<std::string> words = flag.Words();
  if (!flag.value.empty()) absl::StrAppend(&line, words.empty() ? " -r" : " -x");
  if (!words.empty()) absl::StrAppend(&line, " -a ", QuotedForFish(absl::StrJoin(words, " ")));
  if (!flag.text.empty()) absl::StrAppend(&line, " -d ", QuotedForFish(flag.text));
  return absl::StrCat(line, "\n");
}

std::string Fish(const std::vector<CommandRow>& commands) {
  std::string script = "# fish completion for lwsctl: lwsctl completion fish | source\n";
  for (const CommandRow& command : commands) {
    absl::StrAppend(&script,
                    "complete -c lwsctl -n '__fish_use_subcommand; or __fish_seen_subcommand_from help' -f -a ",
                    command.name, " -d ", QuotedForFish(command.summary), "\n");
  }
  absl::StrAppend(&script, "complete -c lwsctl -n __fish_use_subcommand -f -a help -d 'the flags of a command'\n");
  for (const CommandRow& command : commands) {
    if (!command.operands.empty()) {
      absl::StrAppend(&script, "complete -c lwsctl -n '__fish_seen_subcommand_from ", command.name, "' -f -a ",
                      QuotedForFish(absl::StrJoin(command.operands, " ")), "\n");
    }
    for (const HelpFlag& flag : command.help.flags) absl::StrAppend(&script, FishFlag(command, flag));
  }
  return script;
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(absl::string_view shell, const std::vector<CommandRow>& commands) {
  if (shell == "bash") return Bash(commands);
  if (shell == "zsh") return Zsh(commands);
  if (shell == "fish") return Fish(commands);
  return absl::InvalidArgumentError(absl::StrCat("completion: ", shell, " is not one of bash, zsh, fish",
                                                 lws::internal::DidYouMean(shell, {"bash", "zsh", "fish"})));
}

}  // namespace lwsctl
