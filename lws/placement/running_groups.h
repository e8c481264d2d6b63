// The nodes on which the pods of LeaderWorkerSets run already, by group and rank.
//
//   pod["spec"]["nodeName"] = "n1";
//   auto groups = *lws::NodesOfRunningGroups({std::make_shared<const lws::Json>(pod)});
//   const lws::GroupId group{"default", "vllm", 0};
//   groups[group][0];    // "n1": the node of the leader
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_RUNNING_GROUPS_H_
#define LWS_PLACEMENT_RUNNING_GROUPS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/api/json.h"
#include "lws/placement/node_binding.h"

namespace lws {

// Names of nodes by rank.
using RunningGroup = std::map<int64_t, std::string>;

// Counts pods that have a node and the labels name, group-index and worker-index, and that are neither finished nor
// being deleted. Errors: InvalidArgument naming the pod and the field. Complexity: O(pods log pods).
absl::StatusOr<std::map<GroupId, RunningGroup>> NodesOfRunningGroups(absl::Span<const SharedJson> pods);

}  // namespace lws

#endif  // LWS_PLACEMENT_RUNNING_GROUPS_H_
