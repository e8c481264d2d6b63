#include "lws/api/name_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

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

bool IsLowerAlnum(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool IsDnsLabel(absl::string_view text) {
  return !text.empty() && IsLowerAlnum(text.front()) && IsLowerAlnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool IsKeyName(absl::string_view text) {
  return !text.empty() && absl::ascii_isalnum(text.front()) && absl::ascii_isalnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
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

Errors Dns1123LabelErrors(absl::string_view text) { return LabelErrors(text, IsDnsLabel(text), kLabelRule); }

Errors Dns1123SubdomainErrors(absl::string_view text, absl::string_view unit) {
  Errors errors;
  if (text.size() > 253) errors.push_back(absl::StrCat("must be no more than 253 ", unit));
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  if (!std::all_of(labels.begin(), labels.end(), IsDnsLabel)) errors.emplace_back(kSubdomainRule);
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
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  if (parts.size() > 2) {
    return {absl::StrCat("a valid label key ", kKeyRule,
                         " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")};
  }
  if (parts.size() == 2) {
    if (parts[0].empty()) {
      errors.push_back("prefix part must be non-empty");
    } else {
      for (const std::string& error : Dns1123SubdomainErrors(parts[0], "bytes")) {
        errors.push_back(absl::StrCat("prefix part ", error));
      }
    }
  }
  const absl::string_view name = parts.back();
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

}  // namespace lws::internal
