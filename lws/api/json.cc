#include "lws/api/json.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// The deepest nesting of brackets outside of strings. It is exact for valid JSON. For other texts it is an upper bound
// for the depth that a parser reaches before it finds the first error.
int Depth(absl::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

// The parser's message without its prefix "[json.exception.parse_error.101] ".
absl::string_view WithoutPrefix(absl::string_view message) {
  const size_t end = message.find("] ");
  return end == absl::string_view::npos ? message : message.substr(end + 2);
}

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view source) {
  if (Depth(text) > kMaxJsonDepth) {
    return absl::InvalidArgumentError(absl::StrCat(source, ": nested deeper than ", kMaxJsonDepth, " levels"));
  }
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(source, ": ", WithoutPrefix(error.what())));
  }
}

Json ObjectFromText(absl::string_view text) {
  if (Depth(text) > kMaxJsonDepth) return Json::object();
  Json object = Json::parse(text.begin(), text.end(), nullptr, false);
  return object.is_object() ? object : Json::object();
}

std::string CanonicalJson(const Json& document) {
  std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  // The replaced characters occur only inside strings, so the whole text can be escaped at once. Most have none.
  if (text.find_first_of("<>&\xe2") == std::string::npos) return text;
  return absl::StrReplaceAll(
      text,
      {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xa9", "\\u2029"}});
}

}  // namespace lws
