// A group of a set, and the nodes of its pods.
#ifndef LWS_EXAMPLES_LWSCTL_PLACED_GROUP_H_
#define LWS_EXAMPLES_LWSCTL_PLACED_GROUP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/placement/assignment.h"
#include "lws/placement/group_request.h"

namespace lwsctl {

struct PlacedGroup {
  std::string set;
  std::string shown;  // the set's name in tables
  int index = 0;
  // Shared by all groups of a set, unless their labels matter.
  std::shared_ptr<const lws::GroupRequest> request;
  // By rank; nullopt for a pod that does not run. Empty when no pod runs.
  std::vector<std::optional<int32_t>> running;
  lws::PlacementResult result;
  // The groups that would have to go before: "ml/batch-3 (priority -10, 8 pods)".
  std::vector<std::string> victims;
  // Whether fewer may be enough, because not all sets of groups were tried.
  bool victims_are_bounded = false;
  // Whether nobody looked for a place, because the command was stopped.
  bool is_left_out = false;

  std::string title() const { return absl::StrCat(shown, "-", index); }
  // That of its set, as named_values.h has it.
  std::string path() const { return absl::StrCat(request->namespace_name, "/", set); }
  bool Runs(size_t rank) const { return rank < running.size() && running[rank].has_value(); }
  int64_t RunningPods() const {
    return std::count_if(running.begin(), running.end(), [](const auto& node) { return node.has_value(); });
  }
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACED_GROUP_H_
