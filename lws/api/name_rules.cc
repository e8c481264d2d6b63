#include "lws/api/name_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lws::internal {
namespace {

using Errors = std::vector<std::string>;

constexpr absl::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr absl::string_view kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr absl::string_view kServiceRule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end "
    "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr absl::string_view kKeyRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. "
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr absl::string_view kValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end "
    "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

constexpr absl::string_view kSearchRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must "
    "start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
constexpr absl::string_view kConfigKeyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
constexpr absl::string_view kHeaderRule =
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for "
    "validation is '[-A-Za-z0-9]+')";
constexpr absl::string_view kEnvRule =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool IsDnsLabel(absl::string_view text) {
  return !text.empty() && IsLowerAlnum(text.front()) && IsLowerAlnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

bool IsSubdomain(absl::string_view text) {
  for (size_t dot = text.find('.'); dot != text.npos; dot = text.find('.')) {
    if (!IsDnsLabel(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return IsDnsLabel(text);
}

// _?[a-z0-9]([-_a-z0-9]*[a-z0-9])?
bool IsSearchLabel(absl::string_view text) {
  absl::ConsumePrefix(&text, "_");
  return !text.empty() && IsLowerAlnum(text.front()) && IsLowerAlnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-' || c == '_'; });
}

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool IsKeyName(absl::string_view text) {
  return !text.empty() && absl::ascii_isalnum(text.front()) && absl::ascii_isalnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

template <typename Allowed>
bool ConsistsOf(absl::string_view text, const Allowed& allowed) {
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

Errors DotErrors(absl::string_view text) {
  if (text == ".") return {"must not be '.'"};
  if (text == "..") return {"must not be '..'"};
  if (absl::StartsWith(text, "..")) return {"must not start with '..'"};
  return {};
}

Errors LabelErrors(absl::string_view text, bool well_formed, absl::string_view rule) {
  Errors errors;
  if (text.size() > 63) errors.push_back("must be no more than 63 characters");
  if (!well_formed) errors.emplace_back(rule);
  return errors;
}

}  // namespace

Errors Dns1035LabelErrors(absl::string_view text) {
  return LabelErrors(text, IsDnsLabel(text) && absl::ascii_islower(text.front()), kServiceRule);
}

Errors Dns1123LabelErrors(absl::string_view text) {
  if (!IsDnsLabel(text) && IsSubdomain(text)) {
    return LabelErrors(text, false, "must not contain dots");
  }
  return LabelErrors(text, IsDnsLabel(text), kLabelRule);
}

Errors Dns1123SubdomainErrors(absl::string_view text, absl::string_view unit) {
  Errors errors;
  if (text.size() > 253) errors.push_back(absl::StrCat("must be no more than 253 ", unit));
  if (!IsSubdomain(text)) errors.emplace_back(kSubdomainRule);
  return errors;
}

Errors PathSegmentErrors(absl::string_view text) {
  Errors errors;
  if (text == "." || text == "..") return {absl::StrCat("may not be '", text, "'")};
  for (const absl::string_view forbidden : {"/", "%"}) {
    if (absl::StrContains(text, forbidden)) errors.push_back(absl::StrCat("may not contain '", forbidden, "'"));
  }
  return errors;
}

Errors LabelKeyErrors(absl::string_view text) {
  Errors errors;
  const size_t slash = text.find('/');
  const bool has_prefix = slash != text.npos;
  if (has_prefix && absl::StrContains(text.substr(slash + 1), "/")) {
    return {absl::StrCat("a valid label key ", kKeyRule,
                         " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")};
  }
  const absl::string_view prefix = has_prefix ? text.substr(0, slash) : "";
  if (has_prefix && prefix.empty()) errors.push_back("prefix part must be non-empty");
  if (!prefix.empty()) {
    for (const std::string& error : Dns1123SubdomainErrors(prefix, "bytes")) {
      errors.push_back(absl::StrCat("prefix part ", error));
    }
  }
  const absl::string_view name = has_prefix ? text.substr(slash + 1) : text;
  if (name.empty()) {
    errors.push_back("name part must be non-empty");
  } else if (name.size() > 63) {
    errors.push_back("name part must be no more than 63 bytes");
  }
  if (!IsKeyName(name)) errors.push_back(absl::StrCat("name part ", kKeyRule));
  return errors;
}

Errors LabelValueErrors(absl::string_view text) {
  Errors errors;
  if (text.size() > 63) errors.push_back("must be no more than 63 bytes");
  if (!text.empty() && !IsKeyName(text)) errors.emplace_back(kValueRule);
  return errors;
}

Errors SubdomainErrors(absl::string_view text) { return Dns1123SubdomainErrors(text, "characters"); }

Errors SubdomainPrefixErrors(absl::string_view text) {
  if (text.size() < 2 || !absl::EndsWith(text, "-")) return SubdomainErrors(text);
  return SubdomainErrors(absl::StrCat(text.substr(0, text.size() - 1), "a"));
}

Errors SearchDomainErrors(absl::string_view text) {
  if (text == ".") return {};
  const absl::string_view path = absl::StripSuffix(text, ".");
  Errors errors;
  if (path.size() > 253) errors.push_back("must be no more than 253 characters");
  const std::vector<absl::string_view> labels = absl::StrSplit(path, '.');
  if (!std::all_of(labels.begin(), labels.end(), IsSearchLabel)) errors.emplace_back(kSearchRule);
  return errors;
}

Errors PortNameErrors(absl::string_view text) {
  Errors errors;
  if (text.size() > 15) errors.push_back("must be no more than 15 characters");
  if (!ConsistsOf(text, [](char c) { return IsLowerAlnum(c) || c == '-'; })) {
    errors.push_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), [](char c) { return absl::ascii_islower(c); })) {
    errors.push_back("must contain at least one letter (a-z)");
  }
  if (absl::StrContains(text, "--")) errors.push_back("must not contain consecutive hyphens");
  if (absl::StartsWith(text, "-") || absl::EndsWith(text, "-")) {
    errors.push_back("must not begin or end with a hyphen");
  }
  return errors;
}

Errors EnvNameErrors(absl::string_view text) {
  if (text.empty()) return {"environment variable name must be non-empty"};
  if (!ConsistsOf(text, [](char c) { return absl::ascii_isprint(c) && c != '='; })) return {std::string(kEnvRule)};
  return {};
}

Errors ConfigKeyErrors(absl::string_view text) {
  Errors errors;
  if (text.size() > 253) errors.push_back("must be no more than 253 characters");
  if (!ConsistsOf(text, [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; })) {
    errors.emplace_back(kConfigKeyRule);
  }
  for (std::string& error : DotErrors(text)) errors.push_back(std::move(error));
  return errors;
}

Errors HeaderNameErrors(absl::string_view text) {
  if (!ConsistsOf(text, [](char c) { return absl::ascii_isalnum(c) || c == '-'; })) return {std::string(kHeaderRule)};
  return {};
}

Errors IpAddressErrors(absl::string_view text) {
  unsigned char address[16];
  const std::string copy(text);
  const bool is_address =
      inet_pton(AF_INET, copy.c_str(), address) == 1 || inet_pton(AF_INET6, copy.c_str(), address) == 1;
  if (is_address) return {};
  return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

}  // namespace lws::internal
