// Nodes, running pods and placement options, as the commands that place groups read them.
#ifndef LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_

#include <map>
#include <memory>
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
// The text of --help for these flags.
extern const char kClusterHelp[];

// --required, --preferred, --subgroup, --exclusive and --profile.
absl::StatusOr<lws::SetPlacement> ReadSetPlacement(const Arguments& arguments);

// The present cluster.
struct ClusterInput {
  std::unique_ptr<lws::Capacity> capacity;
  std::map<lws::GroupId, lws::RunningGroup> running;
};

// Changes to the cluster for a what-if question.
struct ClusterChanges {
  // Names of nodes, or paths of domains as tables print them ("b1/r3"). The nodes are removed with their pods.
  std::vector<std::string> gone;
  // Adds this many nodes like this one, with copies of the DaemonSet pods that run on it.
  int added = 0;
  std::string like;
};

// Reads --nodes, --levels and --pods, and applies the changes. Errors: also for a change that names no node and no
// domain.
absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const ClusterChanges& changes);

// A count on the command line. Errors: InvalidArgument naming the flag.
absl::StatusOr<int> ReadCount(const Arguments& arguments, const std::string& flag);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
