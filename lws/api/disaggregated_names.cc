#include "lws/api/disaggregated_names.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lws {

std::string ChildName(absl::string_view set, int32_t slice, absl::string_view revision, absl::string_view role) {
  return absl::StrCat(set, "-", slice, "-", revision, "-", role);
}

std::string LegacyChildName(absl::string_view set, absl::string_view revision, absl::string_view role) {
  return absl::StrCat(set, "-", revision, "-", role);
}

std::string RoleServiceName(absl::string_view child) { return absl::StrCat(child, "-prv"); }

std::string RoleScalerName(absl::string_view set, absl::string_view role) { return absl::StrCat(set, "-", role); }

std::string RoleAppName(absl::string_view set, int32_t slice, absl::string_view role) {
  return absl::StrCat(set, "-", slice, "-", role);
}

std::optional<int32_t> SliceOfLabel(absl::string_view label) {
  if (label.empty()) return 0;
  int32_t slice = 0;
  if (!absl::SimpleAtoi(label, &slice) || slice < 0 || absl::StrCat(slice) != label) return std::nullopt;
  return slice;
}

}  // namespace lws
