// Nodes, running pods and placement options, as the commands that place groups read them.
#ifndef LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

}  // namespace lws

namespace lwsctl {

// The text of --help for the flags that ReadSetPlacement and ReadCluster take, except --keep-empty.
extern const char kClusterHelp[];

// --required, --preferred, --subgroup, --exclusive, --profile and --keep-empty. Errors: InvalidArgument naming the
// flag, also for a level in one of these or in --spread, --together and --empty that is not one of --levels.
absl::StatusOr<lws::SetPlacement> ReadSetPlacement(const Arguments& arguments);

// The present cluster.
struct ClusterInput {
  std::unique_ptr<lws::Capacity> capacity;
  std::map<lws::GroupId, lws::RunningGroup> running;
  // Their pods, whose room is taken, in the order of their ids.
  std::vector<lws::RunningPods> groups;
  // The pods of the DaemonSets on the nodes `like`, by the name of the node.
  std::map<std::string, std::vector<lws::PodShape>> daemons;
  // The pods that keep nodes in use; empty unless the question asks for them.
  std::vector<lws::PodOnNode> users;
};

// What a command asks about the cluster besides its present state.
struct ClusterQuestion {
  // Names of nodes, or paths of domains as tables print them ("b1/r3"). The nodes are removed with their pods.
  std::vector<std::string> gone;
  // The names of the nodes whose daemons are wanted.
  std::set<std::string> like;
  // Whether the pods that keep nodes in use are wanted.
  bool asks_for_users = false;
};

// Reads --nodes, --levels and --pods. Errors: also for a word of `gone` that names no node and no domain, and for a
// node of `like` that is gone.
absl::StatusOr<ClusterInput> ReadCluster(const Arguments& arguments, const ClusterQuestion& question);

// How many groups more than its replicas a rollout of the set makes at most.
absl::StatusOr<int> SurgeOf(const lws::LeaderWorkerSet& set);

// The replicas of the set and the groups of --more. Errors: InvalidArgument naming the flag.
absl::StatusOr<int> GroupsOf(const lws::LeaderWorkerSet& set, const Arguments& arguments);

// The nodes of the group's running pods by rank, where these nodes are known; empty when no pod of the group runs.
std::vector<std::optional<int32_t>> RunningNodes(const ClusterInput& cluster, const lws::GroupId& id,
                                                 const lws::GroupRequest& request);

// The running pods of the group; null without one.
lws::RunningPods* FindRunning(const lws::GroupId& id, ClusterInput* cluster);

// The names of the nodes by rank.
std::vector<std::string> NodeNames(const lws::Topology& topology, const lws::Assignment& assignment);

// A group that is to be smaller than what runs gives up its highest ranks, and their room.
void KeepSize(const lws::GroupId& id, const lws::GroupRequest& request, ClusterInput* cluster);

// Takes these groups, by their indexes in cluster->groups, from the cluster. Returns them as tables name them:
// "ml/batch-3 (priority -10, 8 pods)".
std::vector<std::string> TakeVictims(const std::vector<size_t>& victims, ClusterInput* cluster);

// "after these are gone: A, B". Where not all sets of groups were tried, it says that others may be better.
std::string AfterVictims(const std::vector<std::string>& victims, bool are_bounded);

// The names of a flag with commas between them; none when the flag is not given. Errors: InvalidArgument naming the
// flag, for an empty name: a variable without a value must not become the question about the whole cluster.
absl::StatusOr<std::vector<std::string>> ReadNames(const Arguments& arguments, const std::string& flag);

// A count on the command line. Errors: InvalidArgument naming the flag.
absl::StatusOr<int> ReadCount(const Arguments& arguments, const std::string& flag);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CLUSTER_INPUT_H_
