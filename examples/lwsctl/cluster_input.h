// Nodes, pods that run, and wishes on placement, as the commands that place groups read them.
#ifndef LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"
#include "lws/placement/capacity.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/set_request.h"

namespace lwsctl {

// The flags that ReadSetPlacement and ReadCluster take.
extern const std::vector<std::string> kClusterFlags;
// What --help tells of them.
extern const char kClusterHelp[];

// --required, --preferred, --subgroup, --exclusive and --profile.
absl::StatusOr<lws::SetPlacement> ReadSetPlacement(const Arguments& arguments);

// What is there.
struct ClusterInput {
  std::unique_ptr<lws::Capacity> capacity;
  std::map<lws::GroupId, lws::RunningGroup> running;
};

// --nodes, --levels and --pods, without the nodes that `gone` names; pods on them are gone too. Errors: also for a
// name of `gone` that is no node.
absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const std::set<std::string>& gone);

// A number of things on the command line. Errors: InvalidArgument naming the flag.
absl::StatusOr<int> ReadCount(const Arguments& arguments, const std::string& flag);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
