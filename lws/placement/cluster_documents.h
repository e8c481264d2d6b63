// Reads topologies, and the capacity that pods use, from the documents of nodes and pods.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   topology->DomainCount(0);    // 2: racks
//   lws::Capacity capacity(topology);
//   lws::UseRunningPods(shared_pods, &capacity).ok();    // true
//
// Thread-safety: may be called concurrently for distinct capacities.
#ifndef LWS_PLACEMENT_CLUSTER_DOCUMENTS_H_
#define LWS_PLACEMENT_CLUSTER_DOCUMENTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/api/json.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws {

// A node without a Ready condition counts as ready. It offers its status.allocatable, which must name "pods". Errors:
// InvalidArgument naming the node and the field.
absl::StatusOr<TopologyNode> ReadTopologyNode(const Json& node);

// Errors: as for ReadTopologyNode and Topology::Create.
absl::StatusOr<std::shared_ptr<const Topology>> TopologyFromNodes(absl::Span<const SharedJson> nodes,
                                                                  std::vector<std::string> level_keys);

// What a pod of this spec asks for; a limit counts as an absent request. Errors: InvalidArgument naming the field.
absl::StatusOr<PodShape> PodShapeFromSpec(const Json& pod_spec);

// Takes the room of every pod that has a node and is not finished, and records what it asks of other pods. It also
// holds the domains of groups and subgroups: at the level that exclusive-topology or subgroup-exclusive-topology
// names, or, for a pod that has a group or subgroup key without being exclusive, only its node. Pods on unknown nodes
// are ignored. Errors: InvalidArgument naming the pod and the field; the capacity is then unchanged.
absl::Status UseRunningPods(absl::Span<const SharedJson> pods, Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_CLUSTER_DOCUMENTS_H_
