#include "lws/api/pod_name.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lws/api/digest.h"

namespace lws {

using internal::Sha1Hex;

std::optional<PodName> ParsePodName(absl::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == absl::string_view::npos) return std::nullopt;
  const absl::string_view digits = name.substr(dash + 1);
  PodName parsed;
  if (digits.empty() || digits.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(digits, &parsed.ordinal)) {
    return std::nullopt;
  }
  parsed.parent = std::string(name.substr(0, dash));
  return parsed;
}

int32_t ParseIndex(absl::string_view digits) {
  if (digits.empty() || digits.size() > 9 || (digits[0] == '0' && digits.size() > 1)) return -1;
  int32_t index = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    index = index * 10 + (digit - '0');
  }
  return index;
}

std::string LeaderPodName(absl::string_view set_name, int64_t group_index) {
  return absl::StrCat(set_name, "-", group_index);
}

std::string GroupKey(absl::string_view namespace_name, absl::string_view leader_pod_name) {
  return Sha1Hex(absl::StrCat(namespace_name, "/", leader_pod_name));
}

}  // namespace lws
