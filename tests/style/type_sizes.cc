#include "tests/style/type_sizes.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lws {
namespace {

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The position behind the first `closing` from `begin` on, or the end of the text.
size_t Behind(absl::string_view text, absl::string_view closing, size_t begin) {
  const size_t found = text.find(closing, begin);
  return found == absl::string_view::npos ? text.size() : found + closing.size();
}

// The position behind the literal whose opening quote is at `begin`.
size_t BehindLiteral(absl::string_view text, size_t begin) {
  const bool is_raw = begin > 0 && text[begin - 1] == 'R' && text[begin] == '"';
  if (is_raw) {
    const size_t open = std::min(text.find('(', begin), text.size());
    return Behind(text, absl::StrCat(")", text.substr(begin + 1, open - begin - 1), "\""), open);
  }
  size_t end = begin + 1;
  while (end < text.size() && text[end] != text[begin]) end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

// The position behind the word at `begin`; "::" is part of a word.
size_t BehindWord(absl::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size()) {
    if (IsWordCharacter(text[end])) {
      ++end;
    } else if (absl::StartsWith(text.substr(end), "::")) {
      end += 2;
    } else {
      break;
    }
  }
  return end;
}

// The words and single characters of the text, without comments, preprocessor lines and literals.
std::vector<std::string> Tokens(absl::string_view text) {
  std::vector<std::string> tokens;
  for (size_t i = 0; i < text.size();) {
    const absl::string_view rest = text.substr(i);
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    const bool parts_digits = rest[0] == '\'' && i > 0 && IsWordCharacter(text[i - 1]);
    if (absl::StartsWith(rest, "//") || (rest[0] == '#' && begins_line)) {
      i = Behind(text, "\n", i);
    } else if (absl::StartsWith(rest, "/*")) {
      i = Behind(text, "*/", i);
    } else if (rest[0] == '"' || (rest[0] == '\'' && !parts_digits)) {
      i = BehindLiteral(text, i);
    } else if (const size_t end = BehindWord(text, i); end > i) {
      tokens.emplace_back(text.substr(i, end - i));
      i = end;
    } else {
      if (std::isspace(static_cast<unsigned char>(rest[0])) == 0) tokens.emplace_back(1, rest[0]);
      ++i;
    }
  }
  return tokens;
}

bool IsWord(const std::string& token) { return IsWordCharacter(token[0]) || token[0] == ':'; }

bool IsOneOf(const std::string& token, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), token) != words.end();
}

// A declaration in the body of a class, with what counting needs.
struct Declaration {
  size_t end = 0;  // the position behind it
  std::string first_word;
  bool is_empty = true;
  bool is_static = false;
  bool is_function = false;
  bool is_defaulted = false;  // or deleted
  bool has_body = false;      // if it is a nested type
  bool has_name = false;      // after that body
  int names = 1;              // number of data members
};

// Reads the tokens of a file.
class Reader {
 public:
  explicit Reader(absl::string_view text) : tokens_(Tokens(text)) {}

  std::vector<TypeSize> Read() const {
    std::vector<TypeSize> sizes;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (!IsOneOf(tokens_[i], {"class", "struct"}) || (i > 0 && tokens_[i - 1] == "enum")) continue;
      TypeSize size;
      const size_t open = BodyOf(i, &size.name);
      if (open == tokens_.size()) continue;
      CountBody(open + 1, &size);
      sizes.push_back(size);
    }
    return sizes;
  }

 private:
  const std::string& At(size_t i) const {
    static const std::string& none = *new std::string(";");
    return i < tokens_.size() ? tokens_[i] : none;
  }

  // The position behind the token that closes the one at `open`.
  size_t BehindClosing(size_t open, absl::string_view opens, absl::string_view closes) const {
    int depth = 0;
    for (size_t i = open; i < tokens_.size(); ++i) {
      depth += tokens_[i] == opens;
      depth -= tokens_[i] == closes;
      if (depth == 0) return i + 1;
    }
    return tokens_.size();
  }

  // The opening brace of the type whose keyword is at `keyword`; the end of the tokens when none is defined there.
  size_t BodyOf(size_t keyword, std::string* name) const {
    for (size_t i = keyword + 1; i < tokens_.size();) {
      if (tokens_[i] == "{") return i;
      if (tokens_[i] == ":") {
        while (i < tokens_.size() && tokens_[i] != "{") ++i;
      } else if (tokens_[i] == "<") {
        i = BehindClosing(i, "<", ">");
      } else if (IsWord(tokens_[i])) {
        if (tokens_[i] != "final") *name = tokens_[i];
        ++i;
      } else {
        break;
      }
    }
    return tokens_.size();
  }

  void CountBody(size_t begin, TypeSize* size) const {
    for (size_t i = begin; i < tokens_.size() && tokens_[i] != "}";) {
      const Declaration declaration = DeclarationAt(i);
      i = declaration.end;
      Count(declaration, size);
    }
  }

  static void Count(const Declaration& declaration, TypeSize* size) {
    const std::string& word = declaration.first_word;
    if (declaration.is_empty || declaration.is_defaulted) return;
    if (IsOneOf(word, {"friend", "using", "typedef", "static_assert"})) return;
    const bool is_type = IsOneOf(word, {"class", "struct", "union", "enum"});
    if (is_type && !declaration.has_name) return;
    if (declaration.is_function) {
      ++size->functions;
    } else if (!declaration.is_static) {
      size->members += declaration.names;
    }
  }

  // The position behind what precedes a declaration: "public:", and parameters of a template.
  size_t BehindPreface(size_t i) const {
    while (true) {
      if (IsOneOf(At(i), {"public", "protected", "private"}) && At(i + 1) == ":") {
        i += 2;
      } else if (At(i) == "template") {
        i = BehindClosing(i + 1, "<", ">");
      } else {
        return i;
      }
    }
  }

  // The declaration at `begin`, up to its ";" or the end of its function body.
  Declaration DeclarationAt(size_t begin) const {
    Declaration declaration;
    size_t i = BehindPreface(begin);
    declaration.first_word = At(i);
    bool has_value = false;
    while (i < tokens_.size() && tokens_[i] != ";" && tokens_[i] != "}") {
      declaration.is_empty = false;
      const std::string& token = tokens_[i];
      if (token == "operator") {
        declaration.is_function = true;
        while (At(i + 1) != "(" && i < tokens_.size()) ++i;  // the operator's own marks
        i = At(i + 2) == ")" && At(i + 3) == "(" ? i + 3 : i + 1;
      } else if (token == "<") {
        i = BehindClosing(i, "<", ">");
      } else if (token == "(") {
        declaration.is_function |= !has_value && At(i + 1) != "*";
        i = BehindClosing(i, "(", ")");
        // The parameters of a pointer to a function follow its name.
        if (!declaration.is_function && !has_value && At(i) == "(") i = BehindClosing(i, "(", ")");
      } else if (token == "{") {
        i = BehindClosing(i, "{", "}");
        declaration.has_body = true;
        // In a list of initializers a brace is followed by others; the body is the last.
        if (declaration.is_function && !IsOneOf(At(i), {",", "{"})) {
          declaration.end = i;
          return declaration;
        }
      } else {
        declaration.is_static |= token == "static";
        declaration.is_defaulted |= has_value && IsOneOf(token, {"default", "delete"});
        declaration.has_name |= declaration.has_body && IsWord(token);
        declaration.names += token == ",";
        has_value |= token == "=";
        ++i;
      }
    }
    declaration.end = At(i) == ";" ? i + 1 : i;
    return declaration;
  }

  const std::vector<std::string> tokens_;
};

}  // namespace

std::vector<TypeSize> TypeSizes(absl::string_view text) { return Reader(text).Read(); }

}  // namespace lws
