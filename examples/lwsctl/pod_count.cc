#include "examples/lwsctl/pod_count.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lwsctl {

absl::Status PodCount::Add(absl::string_view name, int64_t groups, int64_t pods_of_group, absl::string_view thing) {
  const int64_t left = kMostPlacedPods - pods_;
  if (groups > left / std::max<int64_t>(1, pods_of_group)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", groups, " ", thing, groups == 1 ? " of " : "s of ",
                                                   pods_of_group, pods_of_group == 1 ? " pod" : " pods",
                                                   pods_ == 0 ? "" : absl::StrCat(" beside ", pods_, " other pods"),
                                                   ": at most ", kMostPlacedPods, " pods are placed at once"));
  }
  pods_ += groups * std::max<int64_t>(1, pods_of_group);
  return absl::OkStatus();
}

}  // namespace lwsctl
