#include "lws/placement/pods/subgroup.h"

#include "absl/strings/str_cat.h"
#include "lws/api/digest.h"

namespace lws::internal {

int64_t SubGroupIndex(int64_t worker_index, int64_t size, int64_t sub_group_size) {
  const bool leader_is_extra = (size - 1) % sub_group_size == 0 && size % sub_group_size != 0;
  return (leader_is_extra ? worker_index - 1 : worker_index) / sub_group_size;
}

std::string SubGroupKey(absl::string_view leader_pod_name, absl::string_view sub_group_index) {
  return Sha1Hex(absl::StrCat(leader_pod_name, "/", sub_group_index));
}

}  // namespace lws::internal
