// The numbered laws of headers, and the tests that name them: a law is worth what a test of it is worth.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

using Numbers = std::set<int>;

// "//   3. Never fewer": 3; 0 for a line that begins no item of a list.
int NumberOfItem(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "//   ")) return 0;
  size_t digits = 0;
  while (digits < line.size() && absl::ascii_isdigit(line[digits])) ++digits;
  int number = 0;
  const bool is_item = absl::StartsWith(line.substr(digits), ". ") && absl::SimpleAtoi(line.substr(0, digits), &number);
  return is_item ? number : 0;
}

// "Laws:", "Laws, beside those of controller.h:", "Laws checked, where ...:", "Guarantees:".
bool BeginsLaws(absl::string_view line) {
  const bool names_laws = absl::StartsWith(line, "// Laws") || absl::StrContains(line, "Guarantees");
  return absl::StartsWith(line, "// ") && names_laws && absl::EndsWith(line, ":");
}

// The numbers of the laws in the comment that the header begins with.
Numbers LawsOf(const std::vector<std::string>& lines) {
  Numbers laws;
  bool in_laws = false;
  for (const std::string& line : lines) {
    if (!absl::StartsWith(line, "//")) break;
    in_laws = in_laws || BeginsLaws(line);
    const int number = in_laws ? NumberOfItem(line) : 0;
    if (number > 0) laws.insert(number);
  }
  return laws;
}

// What joins two numbers of laws at the beginning of a text; empty when nothing does.
absl::string_view Joint(absl::string_view text) {
  for (const absl::string_view joint : {" to ", "To", " and ", "And", ", "}) {
    const bool goes_on = text.size() > joint.size() && absl::ascii_isdigit(text[joint.size()]);
    if (goes_on && absl::StartsWith(text, joint)) return joint;
  }
  return "";
}

// Adds the numbers of "3", "1To5And7" or "1, 2 and 4", which the text begins with.
void AddNumbers(absl::string_view text, Numbers* numbers) {
  int first = 0;  // of a range
  for (;;) {
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
    int number = 0;
    if (digits > 2 || !absl::SimpleAtoi(text.substr(0, digits), &number)) return;
    for (int i = first == 0 ? number : first; i <= number; ++i) numbers->insert(i);
    const absl::string_view joint = Joint(text.substr(digits));
    if (joint.empty()) return;
    first = absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(joint), "to") ? number : 0;
    text.remove_prefix(digits + joint.size());
  }
}

// The laws that a test names: "Law3" and "Laws1To4" in a test's name, "law 3" and "Laws 1 and 2" elsewhere.
Numbers NamedLaws(const std::vector<std::string>& lines) {
  Numbers named;
  for (const std::string& line : lines) {
    for (size_t at = 0; at + 3 < line.size(); ++at) {
      absl::string_view rest = absl::string_view(line).substr(at);
      if (!absl::ConsumePrefix(&rest, "law") && !absl::ConsumePrefix(&rest, "Law")) continue;
      absl::ConsumePrefix(&rest, "s");
      absl::ConsumePrefix(&rest, " ");
      AddNumbers(rest, &named);
    }
  }
  return named;
}

TEST(LawsTest, ReadsNumbersOfLaws) {
  const std::vector<std::pair<std::string, Numbers>> cases = {
      {"TEST(ATest, Law3Holds) {", {3}},
      {"TEST(ATest, Laws1To5And7InEveryState) {", {1, 2, 3, 4, 5, 7}},
      {"TEST(ATest, Laws1And2And4And5PlansEqual) {", {1, 2, 4, 5}},
      {"// Laws 1, 2 and 4.", {1, 2, 4}},
      {"<< \"law 2: seed \"", {2}},
      {"// The first of laws 1 to 3 that the step breaks.", {1, 2, 3}},
      {"TEST(ATest, Law10Replacement) {", {10}},
      {"TEST(LawsTest, Keeps2And3) {", {}},
  };
  for (const auto& [line, numbers] : cases) EXPECT_EQ(NamedLaws({line}), numbers) << line;
  const std::vector<std::string> header = {"// What it is.",
                                           "//",
                                           "// Expected flow:",
                                           "//   7. First.",
                                           "//",
                                           "// Laws, beside those of another:",
                                           "//   1. One",
                                           "//      more.",
                                           "//   2. Two.",
                                           "#ifndef A_H_",
                                           "// Laws:",
                                           "//   3. None."};
  EXPECT_EQ(LawsOf(header), (Numbers{1, 2}));
}

// A law stays one paragraph: its further lines are indented more than its number. Where they are not, the comment was
// reflowed, and readers and LawsOf take the rest for something else.
TEST(LawsTest, FurtherLinesOfALawAreIndented) {
  for (const Source& source : Sources()) {
    if (!absl::EndsWith(source.path, ".h")) continue;
    bool in_item = false;
    for (size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      const bool is_indented = absl::StartsWith(line, "//   ");
      const bool begins_item = NumberOfItem(line) > 0;
      EXPECT_FALSE(in_item && is_indented && !begins_item && !absl::StartsWith(line, "//     "))
          << source.path << ":" << i + 1 << ": " << line;
      in_item = is_indented && (in_item || begins_item);
    }
  }
}

// Every law of a header is named by a test that includes the header.
TEST(LawsTest, EveryLawIsNamedByATestThatIncludesItsHeader) {
  std::map<std::string, Numbers> named;  // by header
  const std::vector<Source> sources = Sources();
  for (const Source& source : sources) {
    if (!absl::StartsWith(source.path, "tests/")) continue;
    const Numbers laws = NamedLaws(source.lines);
    for (const std::string& header : QuotedIncludes(source)) named[header].insert(laws.begin(), laws.end());
  }
  int laws = 0;
  for (const Source& source : sources) {
    if (!absl::StartsWith(source.path, "lws/") || !absl::EndsWith(source.path, ".h")) continue;
    const Numbers of_header = LawsOf(source.lines);
    laws += static_cast<int>(of_header.size());
    Numbers missing;
    std::set_difference(of_header.begin(), of_header.end(), named[source.path].begin(), named[source.path].end(),
                        std::inserter(missing, missing.begin()));
    EXPECT_TRUE(missing.empty()) << source.path << ": no test that includes it names law "
                                 << absl::StrJoin(missing, ", law ");
  }
  EXPECT_GT(laws, 200);
}

}  // namespace
}  // namespace lws
