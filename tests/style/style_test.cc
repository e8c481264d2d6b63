// Rules for every source file: the include arrows between the layers, no calls into the world from the pure layers,
// lengths of lines, functions and files, a Bazel target for every header, comments without riddles.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

constexpr size_t kMaxLine = 120;
constexpr size_t kMaxFunctionLines = 70;
constexpr size_t kMaxFileLines = 500;

std::string Layer(const std::string& path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  return parts[0] == "lws" ? absl::StrCat(parts[0], "/", parts[1]) : parts[0];
}

TEST(StyleTest, IncludesFollowTheLayers) {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"lws/api", {"lws/api"}},
      {"lws/rollout", {"lws/api", "lws/rollout"}},
      {"lws/placement", {"lws/api", "lws/placement"}},
      {"lws/core", {"lws/api", "lws/rollout", "lws/placement", "lws/core"}},
      {"lws/adapters", {"lws/api", "lws/rollout", "lws/placement", "lws/core", "lws/adapters"}},
  };
  int checked = 0;
  for (const Source& source : Sources()) {
    const auto rule = allowed.find(Layer(source.path));
    if (rule == allowed.end()) continue;
    for (const std::string& line : source.lines) {
      if (!absl::StartsWith(line, "#include \"")) continue;
      const std::string included = line.substr(10, line.size() - 11);
      for (const char* folder : {"examples/", "tests/", "benchmarks/"}) {
        EXPECT_FALSE(absl::StartsWith(included, folder)) << source.path << " includes " << included;
      }
      if (!absl::StartsWith(included, "lws/")) continue;
      ++checked;
      EXPECT_EQ(rule->second.count(Layer(included)), 1) << source.path << " includes " << included;
    }
  }
  EXPECT_GT(checked, 100);
}

TEST(StyleTest, PureLayersCallNothingOfTheWorld) {
  const std::map<std::string, std::string> banned = {
      {"absl::Now(", "take the time as an argument"},
      {"std::chrono", "take the time as an argument"},
      {"std::thread", "start no thread"},
      {"std::async", "start no thread"},
      {"std::random_device", "take a seed"},
      {"rand(", "take a seed"},
      {"std::cout", "do no output"},
      {"std::cerr", "do no output"},
      {"printf(", "do no output"},
      {"getenv(", "take options as arguments"},
      {"std::ifstream", "do no input"},
      {"fopen(", "do no input"},
  };
  for (const Source& source : Sources()) {
    const std::string layer = Layer(source.path);
    const bool pure = layer == "lws/api" || layer == "lws/rollout" || layer == "lws/placement" || layer == "lws/core";
    // A program that runs at build time.
    if (!pure || absl::EndsWith(source.path, "_generator.cc")) continue;
    for (size_t i = 0; i < source.lines.size(); ++i) {
      if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(source.lines[i]), "//")) continue;
      for (const auto& [call, instead] : banned) {
        EXPECT_FALSE(absl::StrContains(source.lines[i], call))
            << source.path << ":" << i + 1 << ": " << call << " - " << instead;
      }
    }
  }
}

TEST(StyleTest, FormatIsThatOfClangFormat) {
  std::string files;
  for (const Source& source : Sources()) absl::StrAppend(&files, " ", source.path);
  const std::string command = absl::StrCat("cd ", Root().string(), " && clang-format-14 --dry-run --Werror", files);
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(StyleTest, LinesAreShort) {
  for (const Source& source : Sources()) {
    for (size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_LE(source.lines[i].size(), kMaxLine) << source.path << ":" << i + 1;
      EXPECT_FALSE(absl::StrContains(source.lines[i], '\t')) << source.path << ":" << i + 1 << ": a tab";
    }
  }
}

size_t IndentOf(const std::string& line) { return line.find_first_not_of(' '); }

// Whether the line opens the body of a function, inside or outside of a class; also the last line of a long signature.
bool OpensFunction(const std::string& line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  if (!absl::EndsWith(text, " {") || !absl::StrContains(text, ")")) return false;
  for (const char* word : {"if ", "for ", "while ", "switch ", "} else", "class ", "struct ", "//", "#"}) {
    if (absl::StartsWith(text, word)) return false;
  }
  return true;
}

// The line that closes what line `begin` opens: the first one that begins with a brace and is not indented further.
size_t ClosingLine(const std::vector<std::string>& lines, size_t begin) {
  for (size_t i = begin + 1; i < lines.size(); ++i) {
    const size_t indent = IndentOf(lines[i]);
    if (indent <= IndentOf(lines[begin]) && lines[i][indent] == '}') return i;
  }
  return begin;
}

TEST(StyleTest, FunctionsAreShort) {
  int functions = 0;
  for (const Source& source : Sources()) {
    for (size_t i = 0; i < source.lines.size(); ++i) {
      if (!OpensFunction(source.lines[i])) continue;
      ++functions;
      const size_t length = ClosingLine(source.lines, i) - i;
      EXPECT_LE(length, kMaxFunctionLines) << source.path << ":" << i + 1;
    }
  }
  EXPECT_GT(functions, 4000);
  const std::vector<std::string> member = {"class C {", "  void F() const {", "    if (x) {", "    }", "  }", "};"};
  EXPECT_TRUE(OpensFunction(member[1]));
  EXPECT_EQ(ClosingLine(member, 1), 4u);
}

TEST(StyleTest, FilesAreShort) {
  for (const std::vector<Source>& sources : {Sources(), SourcesInOtherLanguages()}) {
    EXPECT_GT(sources.size(), 20);
    for (const Source& source : sources) {
      EXPECT_LE(source.lines.size(), kMaxFileLines) << source.path << ": part it by its subjects";
    }
  }
}

// Turns of phrase that readers had to read twice, and what to write instead. A sentence that begins with "Of" is one
// too.
constexpr struct {
  const char* phrase;
  const char* instead;
} kRiddles[] = {
    {"anew", "again"},
    {"at its word", "as it is"},
    {"befall", "happen to"},
    {"befell", "happened to"},
    {"but for ", "except"},
    {"does not read", "does not parse"},
    {"of equals", "among equals"},
    {"otherwise than", "differently from"},
    {"that is there", "existing"},
    {"the reference's way", "as in the reference"},
    {"wants nothing", "needs no change"},
    {"what is there", "what exists"},
    {"worth nothing", "unusable"},
};

// Where the comment of the line begins; npos without one. The C header has C comments, whose lines begin with a star.
size_t CommentIn(const std::string& line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  const bool is_whole_line =
      absl::StartsWith(text, "//") || absl::StartsWith(text, "/*") || absl::StartsWith(text, "* ");
  if (is_whole_line) return line.size() - text.size();
  return std::min(line.find("  // "), line.find(" /* "));
}

// The comments of a file by the line on which they begin. Neighbouring comment lines are one comment. Each of its lines
// follows a space.
std::map<size_t, std::string> Comments(const Source& source) {
  std::map<size_t, std::string> comments;
  bool continues = false;
  size_t begin = 0;
  for (size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    const size_t at = CommentIn(line);
    const bool is_whole_line =
        at != std::string::npos && absl::StripAsciiWhitespace(absl::string_view(line).substr(0, at)).empty();
    const bool begins_block = is_whole_line && absl::StartsWith(absl::string_view(line).substr(at), "/*");
    if (!is_whole_line || !continues || begins_block) begin = i + 1;
    continues = is_whole_line;
    if (at == std::string::npos) continue;
    absl::string_view text = absl::StripAsciiWhitespace(absl::string_view(line).substr(at));
    text.remove_prefix(std::min(text.size(), text.find_first_not_of("/*")));
    absl::StrAppend(&comments[begin], " ", absl::StripAsciiWhitespace(text));
  }
  return comments;
}

TEST(StyleTest, CommentsAreNoRiddles) {
  int checked = 0;
  for (const Source& source : Sources()) {
    for (const auto& [line, comment] : Comments(source)) {
      ++checked;
      const std::string where = absl::StrCat(source.path, ":", line, ":", comment);
      EXPECT_FALSE(absl::StartsWith(comment, " Of ") || absl::StrContains(comment, ". Of "))
          << where << ": a sentence begins with \"Of\" instead of its subject";
      for (const auto& [phrase, instead] : kRiddles) {
        EXPECT_FALSE(absl::StrContains(comment, phrase))
            << where << ": write \"" << instead << "\" for \"" << phrase << "\"";
      }
    }
  }
  EXPECT_GT(checked, 1000);
}

// A test without a target never runs.
TEST(StyleTest, EverySourceOfLibrariesAndTestsHasATarget) {
  int checked = 0;
  for (const Source& source : Sources()) {
    const std::filesystem::path path = source.path;
    if (path.extension() != ".cc" || absl::StartsWith(source.path, "examples/")) continue;
    const std::string build = ReadText(path.parent_path() / "BUILD.bazel");
    if (build.empty()) continue;  // a part of the workspace outside, with its own build
    const bool is_named = absl::StrContains(build, absl::StrCat("\"", path.filename().string(), "\"")) ||
                          absl::StrContains(build, absl::StrCat("\"", path.stem().string(), "\"")) ||
                          path.filename() == "replay.cc";  // of every fuzz target
    EXPECT_TRUE(is_named || absl::StrContains(build, "glob(")) << source.path << " is in no target";
    ++checked;
  }
  EXPECT_GT(checked, 300);
}

// The name that a line of a header gives to a type; empty for any other line, and for a declaration alone.
std::string TypeIn(absl::string_view line) {
  for (const absl::string_view word : {"struct ", "class ", "enum class ", "using "}) {
    if (!absl::ConsumePrefix(&line, word)) continue;
    const std::string name(line.substr(0, line.find_first_of(" :;{<")));
    const bool is_alias = word == "using ";
    const bool is_here = is_alias ? absl::StrContains(line, " = ") : absl::StrContains(line, "{");
    return is_here && !absl::StrContains(line.substr(0, line.find_first_of(" {")), "::") ? name : "";
  }
  return "";
}

// The name of the function that a line at the margin declares; empty for any other line.
std::string FunctionIn(absl::string_view line) {
  if (line.empty() || !(absl::ascii_isalpha(line[0])) || absl::StartsWith(line, "namespace ")) return "";
  absl::string_view head = line.substr(0, line.find('('));
  if (head.size() == line.size() || absl::StrContains(head, "=")) return "";
  const size_t begin = head.find_last_of(" &*");
  return begin == absl::string_view::npos ? "" : std::string(head.substr(begin + 1));
}

// A name has one meaning in the library: two headers define no type of the same name, and no function has the name of a
// type.
TEST(StyleTest, NoTwoThingsOfOneName) {
  EXPECT_EQ(TypeIn("class Reflector {"), "Reflector");
  EXPECT_EQ(TypeIn("class CurlClient final : public HttpClient {"), "CurlClient");
  EXPECT_EQ(TypeIn("using Seen = std::pair<int, int>;"), "Seen");
  EXPECT_EQ(TypeIn("class Reflector;"), "");
  EXPECT_EQ(FunctionIn("absl::StatusOr<Json> ReadToldDocument(ObjectKind kind);"), "ReadToldDocument");
  std::map<std::string, std::string> types;  // the header that defines it
  for (const Source& source : Sources()) {
    if (!absl::StartsWith(source.path, "lws/") || !absl::EndsWith(source.path, ".h")) continue;
    for (const std::string& line : source.lines) {
      const std::string name = TypeIn(line);
      if (name.empty()) continue;
      const auto [known, is_new] = types.emplace(name, source.path);
      EXPECT_TRUE(is_new || known->second == source.path) << name << ": in " << source.path << " and " << known->second;
    }
  }
  for (const Source& source : Sources()) {
    if (!absl::StartsWith(source.path, "lws/") || !absl::EndsWith(source.path, ".h")) continue;
    for (const std::string& line : source.lines) {
      const auto type = types.find(FunctionIn(line));
      EXPECT_TRUE(type == types.end()) << line << ": a function in " << source.path << " and a type in "
                                       << type->second;
    }
  }
  EXPECT_GT(types.size(), 400);
}

// Overloads for several types are one thing. Two function templates of one name are not: a file that includes both
// headers does not compile, or calls the wrong one.
TEST(StyleTest, AFunctionTemplateHasANameOfItsOwn) {
  std::map<std::string, std::set<std::string>> headers;  // that declare a function of the name
  std::set<std::string> templates;
  for (const Source& source : Sources()) {
    if (!absl::StartsWith(source.path, "lws/") || !absl::EndsWith(source.path, ".h")) continue;
    for (size_t i = 1; i < source.lines.size(); ++i) {
      const std::string name = FunctionIn(source.lines[i]);
      if (name.empty()) continue;
      headers[name].insert(source.path);
      if (absl::StartsWith(source.lines[i - 1], "template <")) templates.insert(name);
    }
  }
  for (const std::string& name : templates) {
    EXPECT_EQ(headers[name].size(), 1) << name << ": in " << absl::StrJoin(headers[name], " and ");
  }
  EXPECT_GT(templates.size(), 5);
}

bool IsWordCharacter(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The words of a line of code, without those in comments, in texts and behind "std::" or "absl::".
std::vector<std::string> WordsOf(const std::string& line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  std::vector<std::string> words;
  if (absl::StartsWith(text, "//") || absl::StartsWith(text, "#")) return words;
  for (size_t i = 0; i < text.size() && !absl::StartsWith(text.substr(i), "  // ");) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
    }
    size_t end = i;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    const absl::string_view before = text.substr(0, i);
    const bool is_of_others = absl::EndsWith(before, "std::") || absl::EndsWith(before, "absl::");
    if (end > i && !is_of_others && !absl::ascii_isdigit(static_cast<unsigned char>(text[i])))
      words.emplace_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return words;
}

// The function that a line at the margin of a source defines, also as a member: "Worlds" for "int Hello::Worlds() {".
std::string DefinedIn(const std::string& line) {
  const std::string name = FunctionIn(line);
  const size_t colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

// Names that no code of the tree uses, and that stay.
const std::set<std::string>& UsedElsewhere() {
  static const auto& names = *new std::set<std::string>{
      "AbslHashValue",          // Abseil's containers call it
      "alignas",                // a word of the language
      "combine",                // Abseil's hash
      "kSubGroupLeaderWorker",  // a value of the API, for hosts
      "rules_index",            // the generated table
  };
  return names;
}

// What nobody uses goes: every name that a header gives is used, beside its declaration and definition.
TEST(StyleTest, NamesOfHeadersAreUsed) {
  EXPECT_EQ(WordsOf("  int a = f(\"b \\\" c\", std::min(d, 1));  // e"),
            (std::vector<std::string>{"int", "a", "f", "std", "d"}));
  EXPECT_EQ(WordsOf("// a"), std::vector<std::string>());
  EXPECT_EQ(DefinedIn("bool Fleet::Has(const ObjectRef& ref) const {"), "Has");
  EXPECT_EQ(DefinedIn("  Has(ref);"), "");
  std::map<std::string, int> uses;           // by name; the first place in a header is the declaration
  std::map<std::string, std::string> place;  // of the declaration
  for (const Source& source : Sources()) {
    const bool is_header = absl::StartsWith(source.path, "lws/") && absl::EndsWith(source.path, ".h");
    for (const std::string& line : source.lines) {
      for (const std::string& word : WordsOf(line)) {
        const bool is_new =
            is_header && source.path != "lws/adapters/c/lws.h" && place.emplace(word, source.path).second;
        uses[word] += !is_new && (is_header || DefinedIn(line) != word);
      }
    }
  }
  for (const auto& [name, header] : place) {
    const bool is_used = uses[name] > 0 || absl::StartsWith(name, "__builtin");
    EXPECT_EQ(is_used, UsedElsewhere().count(name) == 0) << header << ": nobody uses " << name;
  }
  EXPECT_GT(place.size(), 3000);
}

// Code and the examples in comments are C++17, which has no designated initializers.
TEST(StyleTest, NoInitializersOfALaterLanguage) {
  for (const Source& source : Sources()) {
    for (size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      for (size_t at = line.find("{."); at != std::string::npos; at = line.find("{.", at + 2)) {
        EXPECT_FALSE(at + 2 < line.size() && absl::ascii_islower(line[at + 2]) && absl::StrContains(line, " = "))
            << source.path << ":" << i + 1 << ": " << line;
      }
    }
  }
}

TEST(StyleTest, EveryHeaderHasATargetAndAGuard) {
  for (const Source& source : Sources()) {
    if (!absl::EndsWith(source.path, ".h") || absl::StartsWith(source.path, "examples/")) continue;
    const std::filesystem::path path = source.path;
    const std::string build = ReadText(path.parent_path() / "BUILD.bazel");
    EXPECT_TRUE(absl::StrContains(build, absl::StrCat("\"", path.filename().string(), "\""))) << source.path;
    std::string guard = absl::StrCat(absl::StartsWith(source.path, "lws/") ? "" : "LWS_", source.path, "_");
    for (char& c : guard) c = std::isalnum(static_cast<unsigned char>(c)) ? std::toupper(c) : '_';
    bool found = false;
    for (const std::string& line : source.lines) found |= line == absl::StrCat("#ifndef ", guard);
    EXPECT_TRUE(found) << source.path << ": no guard " << guard;
  }
}

}  // namespace
}  // namespace lws
