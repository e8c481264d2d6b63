// The pods of the groups that run, with what each of them takes and holds.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   auto groups = *lws::UseRunningGroups(shared_pods, &capacity);    // takes the room of all pods
//   for (const lws::RunningPods& group : groups) lws::TakeAwayPods(group, &capacity);
//
// Laws:
//   1. UseRunningGroups changes the capacity as UseCapacityOfRunningPods does.
//   2. TakeAwayPods of a group leaves the capacity as if the group's pods had never been there, and PutBackPods undoes
//      it.
//   3. KeepRanksOfGroup leaves the group and the capacity as if the pods of the ranks from `size` on had never been
//      there. Only the group's priority stays.
//
// Thread-safety: may be called concurrently for distinct capacities.
#ifndef LWS_PLACEMENT_RUNNING_PODS_H_
#define LWS_PLACEMENT_RUNNING_PODS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/json.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"

namespace lws {

// A domain that a group, or a subgroup, keeps from others.
struct HeldDomain {
  Holder holder = Holder::kGroup;
  std::string namespace_name;
  int level = 0;
  int32_t domain = 0;
  // The lowest rank of the pods that hold it.
  int64_t lowest_rank = 0;
};

struct RunningPods {
  GroupId id;
  // The highest priority of its pods.
  int64_t priority = 0;
  // Nodes, and the shapes of the pods on them.
  std::vector<std::pair<int32_t, PodShape>> pods;
  // The ranks of the pods. A pod beyond the end, or without a label for its rank, counts as rank 0.
  std::vector<int64_t> ranks;
  std::vector<HeldDomain> holds;
};

// Takes the room of all pods, and returns the groups of LeaderWorkerSets among them, in the order of their ids. Pods
// that end count, because their room is taken. A pod without a priority has the priority 0. Errors: as for
// UseCapacityOfRunningPods. Complexity: O(pods log pods).
absl::StatusOr<std::vector<RunningPods>> UseRunningGroups(absl::Span<const SharedJson> pods, Capacity* capacity);

// What the pods of DaemonSets on the node of this name ask for: an owner reference of kind DaemonSet tells them.
// Finished pods do not count. Errors: as for UseCapacityOfRunningPods. Complexity: O(pods).
absl::StatusOr<std::vector<PodShape>> DaemonSetPodsOn(absl::string_view node, absl::Span<const SharedJson> pods);

// A pod that keeps its node in use.
struct PodOnNode {
  int32_t node = 0;
  // The group that it belongs to, if any.
  std::optional<GroupId> group;
};

// The pods that are on nodes of the topology or about to be, in their order. Finished pods are left out, and so are
// those that run on a node for the node's sake: pods of DaemonSets and static pods. Errors: InvalidArgument naming the
// pod and its field. Complexity: O(pods).
absl::StatusOr<std::vector<PodOnNode>> PodsThatUseNodes(const Topology& topology, absl::Span<const SharedJson> pods);

void TakeAwayPods(const RunningPods& group, Capacity* capacity);
void PutBackPods(const RunningPods& group, Capacity* capacity);

// What the group has when it shrinks to `size` pods. The capacity contains the group.
void KeepRanksOfGroup(int64_t size, RunningPods* group, Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_RUNNING_PODS_H_
