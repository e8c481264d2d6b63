#include "examples/lwsctl/man_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace lwsctl {
namespace {

// A line of text that roff shows as it stands.
std::string Escaped(absl::string_view text) {
  std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}, {"`", "\\(ga"}});
  if (absl::StartsWith(escaped, ".")) escaped.insert(0, "\\&");
  return escaped;
}

// Paragraphs are filled; lines that are indented keep their form.
std::string Paragraphs(const std::vector<std::string>& lines) {
  std::string page;
  bool is_kept = false;
  for (const std::string& line : lines) {
    const bool keeps = absl::StartsWith(line, " ");
    if (keeps != is_kept) absl::StrAppend(&page, keeps ? ".PP\n.nf\n" : ".fi\n.PP\n");
    is_kept = keeps;
    absl::StrAppend(&page, line.empty() ? ".PP" : Escaped(line), "\n");
  }
  return absl::StrCat(page, is_kept ? ".fi\n" : "");
}

std::string Header(absl::string_view name, absl::string_view summary, absl::string_view version) {
  return absl::StrCat(".TH ", absl::AsciiStrToUpper(name), " 1 \"\" \"", version, "\" \"LeaderWorkerSet\"\n.SH NAME\n",
                      Escaped(name), " \\- ", Escaped(summary), "\n");
}

// "lwsctl swarm [--policy POLICY] FILE", with the command in bold.
std::string Synopsis(const std::string& usage) {
  const std::vector<std::string> words = absl::StrSplit(usage, absl::MaxSplits(' ', 2));
  const std::string rest = words.size() > 2 ? words[2] : "";
  const std::string command = absl::StrCat(words[0], words.size() > 1 ? absl::StrCat(" ", words[1]) : "");
  return absl::StrCat("\\fB", Escaped(command), "\\fR ", Escaped(rest), "\n.br\n");
}

std::string Option(const HelpFlag& flag) {
  const std::string names = absl::StrJoin(flag.names, ", ", [](std::string* out, const std::string& name) {
    absl::StrAppend(out, "\\fB", Escaped(name), "\\fR");
  });
  const std::string value = flag.value.empty() ? "" : absl::StrCat(" \\fI", Escaped(flag.value), "\\fR");
  return absl::StrCat(".TP\n", names, value, "\n", flag.text.empty() ? "" : absl::StrCat(Escaped(flag.text), "\n"));
}

}  // namespace

std::string ManPage(const CommandRow& command, absl::string_view version) {
  std::string page = Header(absl::StrCat("lwsctl-", command.name), command.summary, version);
  absl::StrAppend(&page, ".SH SYNOPSIS\n");
  for (const std::string& usage : command.help.usage) absl::StrAppend(&page, Synopsis(usage));
  absl::StrAppend(&page, ".SH DESCRIPTION\n", Paragraphs(command.help.about));
  if (!command.help.flags.empty()) absl::StrAppend(&page, ".SH OPTIONS\n");
  for (const HelpFlag& flag : command.help.flags) absl::StrAppend(&page, Option(flag));
  if (!command.help.notes.empty()) absl::StrAppend(&page, ".SH NOTES\n", Paragraphs(command.help.notes));
  return absl::StrCat(page, ".SH SEE ALSO\n.BR lwsctl (1)\n");
}

std::string ManPageOfAll(const std::vector<CommandRow>& commands, absl::string_view help, absl::string_view version) {
  std::string page = Header("lwsctl", "LeaderWorkerSets without a cluster, and on a live one", version);
  const HelpText read = ReadHelpText(help);
  absl::StrAppend(&page, ".SH SYNOPSIS\n");
  for (const std::string& usage : read.usage) absl::StrAppend(&page, Synopsis(usage));
  absl::StrAppend(&page, ".SH COMMANDS\n");
  std::vector<std::string> pages;
  for (const CommandRow& command : commands) {
    absl::StrAppend(&page, ".TP\n\\fB", Escaped(command.name), "\\fR\n", Escaped(command.summary), "\n");
    pages.push_back(absl::StrCat(".BR lwsctl\\-", command.name, " (1)"));
  }
  // Behind the rows of the commands, which are indented.
  std::vector<std::string> notes;
  for (const std::string& line : read.about) {
    if (absl::StartsWith(line, "  "))
      notes.clear();
    else if (!line.empty() || !notes.empty())
      notes.push_back(line);
  }
  return absl::StrCat(page, ".SH NOTES\n", Paragraphs(notes), ".SH SEE ALSO\n", absl::StrJoin(pages, ",\n"), "\n");
}

}  // namespace lwsctl
