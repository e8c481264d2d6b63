// No value is taken out of an absl::StatusOr, and no type out of a JSON value, before it was checked in the same
// function. The rules read tokens, not types: a name that also stands for something else is passed over.
#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

struct Token {
  std::string text;
  size_t line = 0;
  size_t column = 0;
};

bool IsWord(const std::string& text) { return std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_'; }

// The words and marks of the code, without comments and what stands between quotes: a quoted text is "".
std::vector<Token> Tokens(const std::vector<std::string>& lines) {
  std::vector<Token> tokens;
  for (size_t number = 0; number < lines.size(); ++number) {
    const std::string& line = lines[number];
    if (absl::StartsWith(line, "#")) continue;
    for (size_t i = 0; i < line.size();) {
      const char c = line[i];
      size_t end = i + 1;
      if (c == '/' && end < line.size() && line[end] == '/') break;
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
        while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) || line[end] == '_')) ++end;
      } else if (c == '"' || c == '\'') {
        while (end < line.size() && line[end] != c) end += line[end] == '\\' ? 2 : 1;
        ++end;
      } else if (end < line.size() && (line.compare(i, 2, "->") == 0 || line.compare(i, 2, "::") == 0)) {
        ++end;
      }
      const std::string text = c == '"' ? "\"\"" : line.substr(i, end - i);
      if (c != ' ') tokens.push_back({text, number + 1, i});
      i = end;
    }
  }
  return tokens;
}

// Whether the function ends here, or one of a class.
bool EndsFunction(const std::vector<Token>& tokens, size_t i) {
  const bool goes_on = i + 1 < tokens.size() && tokens[i + 1].text == "else";
  return tokens[i].text == "}" && tokens[i].column <= 2 && !goes_on;
}

// The token after the template arguments that begin at `i`.
size_t AfterArguments(const std::vector<Token>& tokens, size_t i) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (tokens[i].text == "<") ++depth;
    if (tokens[i].text == ">" && --depth == 0) return i + 1;
  }
  return i;
}

// The functions that return a StatusOr, and those that return something else. A name may be in both.
struct Functions {
  std::set<std::string> with_status;
  std::set<std::string> others;

  bool MayFail(const std::string& name) const { return with_status.count(name) > 0 && others.count(name) == 0; }
};

void AddFunctions(const std::vector<Token>& tokens, Functions* functions) {
  static const std::set<std::string> kNoTypes = {"return", "else", "new", "case", "not", "co_return", "throw"};
  size_t end_of_status_or = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].text == "StatusOr" && tokens[i + 1].text == "<") end_of_status_or = AfterArguments(tokens, i + 1);
    if (tokens[i + 1].text != "(" || !IsWord(tokens[i].text)) continue;
    size_t begin = i;
    while (begin >= 2 && tokens[begin - 1].text == "::" && IsWord(tokens[begin - 2].text)) begin -= 2;
    if (begin == 0) continue;
    if (begin == end_of_status_or) {
      functions->with_status.insert(tokens[i].text);
      continue;
    }
    const size_t type = tokens[begin - 1].text == "*" || tokens[begin - 1].text == "&" ? begin - 2 : begin - 1;
    if (type >= tokens.size()) continue;
    const std::string& before = tokens[type].text;
    if ((IsWord(before) && kNoTypes.count(before) == 0) || before == ">") functions->others.insert(tokens[i].text);
  }
}

// Where a value is taken unchecked: "line 12: *set".
class StatusOrRule {
 public:
  StatusOrRule(const std::vector<Token>& tokens, const Functions& functions) : tokens_(tokens), functions_(functions) {}

  std::vector<std::string> Breaches() {
    std::map<std::string, bool> checked;  // by variable
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (EndsFunction(tokens_, i)) checked.clear();
      if (Is(i, "StatusOr") && Is(i + 1, "<")) Declare(AfterArguments(tokens_, i + 1), &checked);
      if (IsDereferenced(i) && !Is(i + 2, "\"\"") && IsCall(i)) Add(i, "*" + CalledAt(i) + "()");
      const auto known = checked.find(At(i).text);
      if (known == checked.end() || known->second) continue;
      if (Is(i + 1, ".") && (Is(i + 2, "ok") || Is(i + 2, "status"))) known->second = true;
      const bool is_moved = i >= 5 && Is(i - 1, "(") && Is(i - 2, "move") && IsDereferenced(i - 4);
      const bool is_taken = Is(i + 1, "->") || (Is(i + 1, ".") && Is(i + 2, "value"));
      if (is_taken || is_moved || (!IsCall(i) && IsDereferenced(i))) Add(i, "*" + At(i).text);
    }
    return breaches_;
  }

 private:
  const Token& At(size_t i) const {
    static const Token& none = *new Token{" "};
    return i < tokens_.size() ? tokens_[i] : none;
  }
  bool Is(size_t i, absl::string_view text) const { return At(i).text == text; }

  void Declare(size_t i, std::map<std::string, bool>* checked) const {
    if (Is(i, "&")) ++i;
    const bool is_variable =
        IsWord(At(i).text) && (Is(i + 1, "=") || Is(i + 1, ";") || Is(i + 1, ",") || Is(i + 1, ")"));
    if (is_variable) (*checked)[At(i).text] = false;
  }

  // Whether the name stands behind a * that is no product and no pointer type.
  bool IsDereferenced(size_t i) const {
    if (i < 2 || !Is(i - 1, "*")) return false;
    const std::string& before = At(i - 2).text;
    const bool is_value = (IsWord(before) && before != "return") || before == ")" || before == "]" || before == ">" ||
                          std::isdigit(static_cast<unsigned char>(before[0]));
    return !is_value;
  }

  // The last name of the chain a::b( or a.b( that begins here.
  size_t LastOfChain(size_t i) const {
    while ((Is(i + 1, "::") || Is(i + 1, ".") || Is(i + 1, "->")) && IsWord(At(i + 2).text)) i += 2;
    return i;
  }
  std::string CalledAt(size_t i) const { return At(LastOfChain(i)).text; }
  // Whether the chain is a call that may fail. A call with nothing but a text is one of a constant.
  bool IsCall(size_t i) const {
    const size_t last = LastOfChain(i);
    return IsWord(At(i).text) && Is(last + 1, "(") && !Is(last + 2, "\"\"") && functions_.MayFail(At(last).text);
  }

  void Add(size_t i, const std::string& what) { breaches_.push_back(absl::StrCat("line ", At(i).line, ": ", what)); }

  const std::vector<Token>& tokens_;
  const Functions& functions_;
  std::vector<std::string> breaches_;
};

// Where a type is taken out of a JSON value in a function that asks no value for its type up to there.
std::vector<std::string> UnaskedTypes(const std::vector<Token>& tokens) {
  std::vector<std::string> breaches;
  bool has_asked = false;
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    const std::string& text = tokens[i].text;
    if (EndsFunction(tokens, i)) has_asked = false;
    const bool is_question = absl::StartsWith(text, "is_") || absl::StartsWith(text, "Is") || text == "AsInteger";
    has_asked |= is_question && tokens[i + 1].text == "(";
    const bool is_taken = (text == "." || text == "->") && absl::StartsWith(tokens[i + 1].text, "get") &&
                          (tokens[i + 1].text == "get" || tokens[i + 1].text == "get_ref") && tokens[i + 2].text == "<";
    if (is_taken && !has_asked) breaches.push_back(absl::StrCat("line ", tokens[i].line, ": ", tokens[i + 1].text));
  }
  return breaches;
}

// Functions whose callers asked for the type, or that made the value.
const std::set<std::string>& FilesThatKnowTheirTypes() {
  static const auto& files = *new std::set<std::string>{
      "lws/api/field_table_generator.cc",  // a program that runs at build time
      "lws/api/schema_validation.cc",      // numbers alone are passed to Number
      "lws/adapters/c/place_request.cc",   // the request's fields were checked before
  };
  return files;
}

bool IsProduct(const std::string& path) {
  return absl::StartsWith(path, "lws/") || absl::StartsWith(path, "examples/");
}

std::string Breaches(const std::string& code, const Functions& functions) {
  const std::vector<Token> tokens = Tokens(absl::StrSplit(code, '\n'));
  return absl::StrJoin(StatusOrRule(tokens, functions).Breaches(), ", ");
}

TEST(UncheckedValuesTest, TheRuleFindsWhatItIsFor) {
  Functions functions;
  AddFunctions(Tokens({"absl::StatusOr<std::vector<int>> Read(int x);", "StatusOr<int> Take(); bool Take(int);"}),
               &functions);
  const std::string with = "void F() {\n  absl::StatusOr<int> a = Read(1);\n";
  EXPECT_EQ(Breaches(with + "  return *a;\n}", functions), "line 3: *a");
  EXPECT_EQ(Breaches(with + "  Use(*std::move(a));\n}", functions), "line 3: *a");
  EXPECT_EQ(Breaches(with + "  Use(a->b);\n}", functions), "line 3: *a");
  EXPECT_EQ(Breaches(with + "  Use(a.value());\n}", functions), "line 3: *a");
  EXPECT_EQ(Breaches(with + "  return a.ok() ? *a : 0;\n}", functions), "");
  EXPECT_EQ(Breaches(with + "  if (!a.ok()) return a.status();\n  return *a;\n}", functions), "");
  EXPECT_EQ(Breaches(with + "  if (!a.ok()) return;\n}\nvoid G(absl::StatusOr<int> a) {\n  Use(*a);\n}", functions),
            "line 6: *a");
  EXPECT_EQ(Breaches("void F() { Use(*Read(1), *x.Read(2)); }", functions), "line 1: *Read(), line 1: *Read()");
  EXPECT_EQ(Breaches("void F() { Use(*Read(\"1\"), 2 * Read(3), *Take()); }", functions), "");
}

TEST(UncheckedValuesTest, EveryStatusOrIsChecked) {
  std::map<std::string, std::vector<Token>> files;
  Functions functions;
  for (const Source& source : Sources()) {
    if (!IsProduct(source.path)) continue;
    files[source.path] = Tokens(source.lines);
    AddFunctions(files[source.path], &functions);
  }
  EXPECT_GT(functions.with_status.size(), 100);
  for (const auto& [path, tokens] : files) {
    EXPECT_EQ(absl::StrJoin(StatusOrRule(tokens, functions).Breaches(), ", "), "") << path;
  }
}

TEST(UncheckedValuesTest, EveryTypeOfJsonIsAskedFor) {
  EXPECT_EQ(UnaskedTypes(Tokens({"int F(const Json& a) { return a.get<int>(); }"})).size(), 1);
  EXPECT_EQ(UnaskedTypes(Tokens({"int F(const Json& a) { return a.is_number() ? a.get<int>() : 0; }"})).size(), 0);
  int known = 0;
  for (const Source& source : Sources()) {
    if (!IsProduct(source.path)) continue;
    const std::vector<std::string> breaches = UnaskedTypes(Tokens(source.lines));
    if (FilesThatKnowTheirTypes().count(source.path) > 0) {
      known += !breaches.empty();
      continue;
    }
    EXPECT_EQ(absl::StrJoin(breaches, ", "), "") << source.path;
  }
  EXPECT_EQ(known, FilesThatKnowTheirTypes().size()) << "a file of the list has nothing to excuse any more";
}

}  // namespace
}  // namespace lws
