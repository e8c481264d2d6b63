#include "lws/placement/providers/pod_group.h"

#include "absl/strings/str_cat.h"

namespace lws {

std::string PodGroupName(absl::string_view leader_pod_name, absl::string_view revision_key) {
  return absl::StrCat(leader_pod_name, "-", revision_key);
}

}  // namespace lws
