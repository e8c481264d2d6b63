#include "examples/lwsctl/help_text.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lwsctl {
namespace {

constexpr absl::string_view kUsage = "usage: ";

bool IsFlag(absl::string_view line) { return absl::StartsWith(line, "  -"); }
// Deeper than a flag.
bool IsContinued(absl::string_view line) { return absl::StartsWith(line, "      "); }

// "-n, --namespace NAMESPACE   what it does". The text is behind two spaces, or behind the value where a long name
// leaves room for one only.
HelpFlag ReadFlag(absl::string_view line) {
  HelpFlag flag;
  absl::string_view rest = absl::StripAsciiWhitespace(line);
  while (absl::StartsWith(rest, "-")) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(rest, absl::MaxSplits(' ', 1));
    flag.names.emplace_back(absl::StripSuffix(parts.first, ","));
    rest = parts.second;
    if (!absl::EndsWith(parts.first, ",")) break;
  }
  if (!rest.empty() && rest.front() != ' ') {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(rest, absl::MaxSplits(' ', 1));
    flag.value = std::string(parts.first);
    rest = parts.second;
  }
  flag.text = std::string(absl::StripAsciiWhitespace(rest));
  return flag;
}

// "table|json|yaml]" -> "table|json|yaml"
absl::string_view WithoutBrackets(absl::string_view word) {
  while (absl::ConsumePrefix(&word, "[") || absl::ConsumePrefix(&word, "(")) {
  }
  while (absl::ConsumeSuffix(&word, "]") || absl::ConsumeSuffix(&word, ")")) {
  }
  return word;
}

HelpFlag* Find(absl::string_view name, HelpText* help) {
  const auto found = std::find_if(help->flags.begin(), help->flags.end(), [name](const HelpFlag& flag) {
    return std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end();
  });
  return found == help->flags.end() ? nullptr : &*found;
}

// Adds what only the usage has: flags, "[-o table|json|yaml] [--strict]", and alternatives of a value, "[--more
// N|surge]".
void AddUsage(absl::string_view usage, HelpText* help) {
  const std::vector<std::string> words = absl::StrSplit(usage, ' ', absl::SkipEmpty());
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string name(WithoutBrackets(words[i]));
    if (name.size() < 2 || name[0] != '-') continue;
    const bool ends = absl::EndsWith(words[i], "]") || i + 1 == words.size() || words[i + 1] == "|";
    const bool has_value = !ends && words[i + 1][0] != '[' && words[i + 1][0] != '-';
    const std::string value = has_value ? std::string(WithoutBrackets(words[i + 1])) : "";
    HelpFlag* const known = Find(name, help);
    if (known == nullptr) {
      help->flags.push_back({{name}, value, ""});
    } else if (!known->value.empty() && known->Words().empty() && absl::StrContains(value, "|")) {
      known->value = value;
    }
  }
}

}  // namespace

std::vector<std::string> HelpFlag::Words() const {
  std::vector<std::string> words;
  for (const absl::string_view word : absl::StrSplit(value, '|', absl::SkipEmpty())) {
    const bool is_literal =
        std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
    if (is_literal) words.emplace_back(word);
  }
  return words;
}

HelpText ReadHelpText(absl::string_view help) {
  HelpText read;
  bool is_usage = false;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(help, "\n"), '\n')) {
    const bool begins = absl::ConsumePrefix(&line, kUsage);
    is_usage = begins || (is_usage && absl::StartsWith(line, "  "));
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (is_usage && (begins || absl::StartsWith(stripped, "lwsctl "))) {
      read.usage.emplace_back(stripped);
    } else if (is_usage) {
      absl::StrAppend(&read.usage.back(), " ", stripped);
    } else if (IsFlag(line)) {
      read.flags.push_back(ReadFlag(line));
    } else if (IsContinued(line) && !read.flags.empty() && read.notes.empty()) {
      HelpFlag& flag = read.flags.back();
      absl::StrAppend(&flag.text, flag.text.empty() ? "" : " ", stripped);
    } else {
      (read.flags.empty() ? read.about : read.notes).emplace_back(line);
    }
  }
  for (const std::string& usage : read.usage) AddUsage(usage, &read);
  return read;
}

}  // namespace lwsctl
