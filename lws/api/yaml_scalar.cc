#include "lws/api/yaml_scalar.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kBase64Characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
constexpr absl::string_view kTagPrefix = "tag:yaml.org,2002:";

// The types that a scalar can resolve to.
enum class Type { kText, kNull, kBool, kInt, kFloat, kNotFinite };

struct Resolved {
  Type type = Type::kText;
  Json value;  // unset for a text
};

bool IsOneOf(absl::string_view text, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

int DigitOf(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_isalpha(c) ? absl::ascii_tolower(c) - 'a' + 10 : 99;
}

// Digits as Go's strconv.ParseInt takes them with base 0: 10, 0x1f, 0b11, 0o17, 017. Consumes the prefix.
int ConsumeBase(absl::string_view* digits) {
  if (digits->size() < 2 || (*digits)[0] != '0') return 10;
  const char letter = absl::ascii_tolower((*digits)[1]);
  const int base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
  digits->remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  return base;
}

std::optional<uint64_t> ParseDigits(absl::string_view digits, int base) {
  if (digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    const int digit = DigitOf(c);
    if (digit >= base ||
        value > (std::numeric_limits<uint64_t>::max() - static_cast<uint64_t>(digit)) / static_cast<uint64_t>(base)) {
      return std::nullopt;
    }
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
  }
  return value;
}

// Reads an integer; `plain` is the text without underscores.
std::optional<Json> ParseInteger(absl::string_view plain) {
  absl::string_view digits = plain;
  const bool negative = absl::ConsumePrefix(&digits, "-");
  const bool positive = !negative && absl::ConsumePrefix(&digits, "+");
  const int base = ConsumeBase(&digits);
  const std::optional<uint64_t> value = ParseDigits(digits, base);
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (!value.has_value()) return std::nullopt;
  if (negative) {
    if (*value > kMost + 1) return std::nullopt;
    return *value == kMost + 1 ? Json(std::numeric_limits<int64_t>::min()) : Json(-static_cast<int64_t>(*value));
  }
  if (*value <= kMost) return Json(static_cast<int64_t>(*value));
  if (positive) return std::nullopt;
  return Json(*value);
}

size_t CountDigits(absl::string_view text) {
  const size_t end = text.find_first_not_of("0123456789");
  return end == absl::string_view::npos ? text.size() : end;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(absl::string_view text) {
  if (absl::StartsWith(text, "-") || absl::StartsWith(text, "+")) text.remove_prefix(1);
  const size_t whole = CountDigits(text);
  text.remove_prefix(whole);
  if (absl::ConsumePrefix(&text, ".")) {
    const size_t fraction = CountDigits(text);
    if (whole + fraction == 0) return false;
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (!absl::ConsumePrefix(&text, "e") && !absl::ConsumePrefix(&text, "E")) return false;
  if (absl::StartsWith(text, "-") || absl::StartsWith(text, "+")) text.remove_prefix(1);
  return !text.empty() && CountDigits(text) == text.size();
}

// A number that is too large or too small for a float is none: it stays a text, and nobody takes it for 0.
std::optional<double> ParseFloat(absl::string_view text) {
  double value = 0;
  if (!LooksLikeFloat(text)) return std::nullopt;
  absl::ConsumePrefix(&text, "+");
  if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) return std::nullopt;
  const absl::string_view digits = text.substr(0, text.find_first_of("eE"));
  const bool is_too_small = value == 0 && digits.find_first_of("123456789") != absl::string_view::npos;
  return is_too_small ? std::nullopt : std::optional<double>(value);
}

// Resolves a number that starts with a sign or a digit; `text` still has its underscores.
Resolved ResolveNumber(absl::string_view text) {
  const std::string plain = absl::StrReplaceAll(text, {{"_", ""}});
  if (std::optional<Json> integer = ParseInteger(plain); integer.has_value()) return {Type::kInt, *std::move(integer)};
  if (const std::optional<double> number = ParseFloat(plain); number.has_value()) return {Type::kFloat, *number};
  return {};
}

// Resolves a plain scalar by its first character, as go-yaml does.
Resolved ResolvePlain(absl::string_view text) {
  if (text.empty()) return {Type::kNull, nullptr};
  switch (text[0]) {
    case '~':
    case 'y':
    case 'Y':
    case 'n':
    case 'N':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O':
      if (text.size() > 5) return {};
      if (IsOneOf(text, {"~", "null", "Null", "NULL"})) return {Type::kNull, nullptr};
      if (IsOneOf(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})) {
        return {Type::kBool, true};
      }
      if (IsOneOf(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"})) {
        return {Type::kBool, false};
      }
      return {};
    case '.':
    case '+':
    case '-':
      if (IsOneOf(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf",
                         "-.INF"})) {
        return {Type::kNotFinite, nullptr};
      }
      if (text[0] != '.') return ResolveNumber(text);
      if (const std::optional<double> number = ParseFloat(text); number.has_value()) return {Type::kFloat, *number};
      return {};
    default:
      return absl::ascii_isdigit(text[0]) ? ResolveNumber(text) : Resolved{};
  }
}

const char* TagOf(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return "bool";
    case Type::kInt:
      return "int";
    case Type::kFloat:
    case Type::kNotFinite:
      return "float";
    case Type::kText:
      return "str";
  }
  return "";
}

absl::Status CannotDecode(absl::string_view text, absl::string_view found, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("cannot decode !!", found, " `", text, "` as a !!", wanted));
}

absl::StatusOr<Json> Binary(absl::string_view text) {
  std::string bytes;
  const std::string joined = absl::StrReplaceAll(text, {{"\n", ""}, {"\r", ""}});
  const bool is_base64 = joined.size() % 4 == 0 && joined.find_first_not_of(kBase64Characters) == std::string::npos;
  if (!is_base64 || !absl::Base64Unescape(joined, &bytes)) {
    return absl::InvalidArgumentError("!!binary value contains invalid base64 data");
  }
  // Bytes that are not UTF-8 are replaced, because a JSON text cannot hold them.
  const std::string dumped = Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(dumped.data(), dumped.data() + dumped.size(), nullptr, false);
}

// Whether the text looks like YYYY-..., which go-yaml reads as a time. Kubernetes then uses the text itself.
bool LooksLikeTime(absl::string_view text) { return CountDigits(text) == 4 && text.size() > 4 && text[4] == '-'; }

}  // namespace

absl::StatusOr<Json> ResolveYamlScalar(absl::string_view text, absl::string_view tag) {
  const bool is_yamls = absl::ConsumePrefix(&tag, kTagPrefix);
  if (is_yamls && tag == "binary") return Binary(text);
  if (!tag.empty() && (!is_yamls || !IsOneOf(tag, {"bool", "int", "float", "null", "timestamp"}))) {
    return Json(std::string(text));
  }
  const Resolved resolved = ResolvePlain(text);
  if (tag == "timestamp") {
    if (LooksLikeTime(text)) return Json(std::string(text));
    return CannotDecode(text, TagOf(resolved.type), tag);
  }
  const bool is_int_as_float = tag == "float" && resolved.type == Type::kInt;
  if (!tag.empty() && tag != TagOf(resolved.type) && !is_int_as_float) {
    return CannotDecode(text, TagOf(resolved.type), tag);
  }
  if (resolved.type == Type::kNotFinite) {
    return absl::InvalidArgumentError(absl::StrCat(text, " is not a number that JSON has"));
  }
  if (resolved.type == Type::kText) return Json(std::string(text));
  return resolved.value.is_number_float() ? JsonNumber(resolved.value.get<double>()) : resolved.value;
}

std::string ScalarNumberText(double number) {
  const std::string shortest = Json(std::abs(number)).dump();
  const absl::string_view sign = number < 0 ? "-" : "";
  const size_t e = std::min(shortest.find('e'), shortest.size());
  std::string digits = shortest.substr(0, e);
  int exponent = 0;
  const bool has_exponent = e < shortest.size() && absl::SimpleAtoi(shortest.substr(e + 1), &exponent);
  if (!has_exponent && absl::EndsWith(digits, ".0")) digits.resize(digits.size() - 2);
  if (!has_exponent || exponent < -6 || exponent >= 21) return absl::StrCat(sign, digits, shortest.substr(e));
  size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.erase(point, 1);
  if (exponent < 0) return absl::StrCat(sign, "0.", std::string(static_cast<size_t>(-exponent) - 1, '0'), digits);
  point += static_cast<size_t>(exponent);
  if (digits.size() <= point) return absl::StrCat(sign, digits, std::string(point - digits.size(), '0'));
  return absl::StrCat(sign, digits.substr(0, point), ".", digits.substr(point));
}

Json JsonNumber(double number) {
  int64_t whole = 0;
  const bool is_whole = std::trunc(number) == number && absl::SimpleAtoi(ScalarNumberText(number), &whole);
  return is_whole ? Json(whole) : Json(number);
}

bool PlainYamlIsText(absl::string_view text) { return ResolvePlain(text).type == Type::kText; }

}  // namespace lws::internal
