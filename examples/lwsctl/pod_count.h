// How many pods a question is about, which is limited: time and memory must not grow with a number in a file or a flag.
#ifndef LWS_EXAMPLES_LWSCTL_POD_COUNT_H_
#define LWS_EXAMPLES_LWSCTL_POD_COUNT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lwsctl {

// More pods than a cluster of Kubernetes is made for, which has at most 150,000.
inline constexpr int64_t kMostPlacedPods = 200000;

class PodCount {
 public:
  // Counts groups, or other things, with so many pods each. Neither number is negative; a group without pods counts as
  // one pod. Errors: InvalidArgument "NAME: N groups of M pods: at most 200000 pods are placed at once" for too many
  // beside those before.
  absl::Status Add(absl::string_view name, int64_t groups, int64_t pods_of_group, absl::string_view thing = "group");

  int64_t pods() const { return pods_; }

 private:
  int64_t pods_ = 0;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_POD_COUNT_H_
