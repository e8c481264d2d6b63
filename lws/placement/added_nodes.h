// A cluster with more nodes like one that it has, and the fewest such nodes for a number of groups.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::GroupRequest request;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};
//   request.workers = 2;
//   lws::NodesLike like;
//   like.node = "n1";
//   lws::Capacity larger = *lws::WithNodesLike(lws::Capacity(topology), like, 2);
//   larger.topology().FindNode("n1+2").has_value();    // true
//   auto fewest = *lws::FewestNodesFor(lws::Capacity(topology), request, like, /*groups=*/5, /*most=*/100);
//   *fewest.nodes;                                     // 4: six nodes have room for three groups
//
// Laws:
//   1. The nodes of the capacity keep what is free on them, their pods, and the domains that are held.
//   2. An added node has the labels, the taints and the resources of the node that it is like, and only the daemons run
//      on it. Its name is that node's name with "+1", "+2", ... The hostname label, and every label that holds the
//      node's name, get the new name.
//   3. With `nodes` more nodes CountHeadroom finds `groups` groups, and with one node less it does not.
//   4. When `is_fewest`, no smaller number of nodes is enough, whatever way groups are placed.
//   5. FewestNodesUntil finds a number of nodes that is enough, and of which one node less is not. With `is_fewest` it
//      is certain that one node less is not enough.
//   6. It is certain that fewer than `at_least` nodes are not enough.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_ADDED_NODES_H_
#define LWS_PLACEMENT_ADDED_NODES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"

namespace lws {

struct NodesLike {
  // The name of a node of the topology.
  std::string node;
  // The pods that run on every node of this kind, such as those of DaemonSets. They take room on each added node.
  std::vector<PodShape> daemons;
};

// Errors: InvalidArgument when the topology has no such node, or has nodes with the names of the added ones, or for a
// negative count. Complexity: O(nodes log nodes).
absl::StatusOr<Capacity> WithNodesLike(const Capacity& capacity, const NodesLike& like, int32_t count);

// Whether a capacity has room for what is asked.
struct RoomFound {
  bool is_enough = false;
  // Without enough room: whether it is certain that there is none.
  bool is_certain = false;
};
using RoomIn = absl::FunctionRef<absl::StatusOr<RoomFound>(const Capacity& capacity)>;

struct FewestUntil {
  // Nullopt when `most` nodes are not enough.
  std::optional<int32_t> nodes;
  // Whether it is certain that one node less is not enough.
  bool is_fewest = false;
  // Fewer nodes are certainly too few.
  int32_t at_least = 0;
};

// Looks for the boundary between too few and enough nodes, and for the one between what is certainly too few and the
// rest. REQUIRES: for `room_in`, more nodes never take room away, and never make certain that there is none.
// Errors: those of WithNodesLike and of `room_in`. Complexity: O(log nodes) times WithNodesLike and `room_in`.
absl::StatusOr<FewestUntil> FewestNodesUntil(const Capacity& capacity, const NodesLike& like, int32_t most,
                                             RoomIn room_in);

struct FewestNodes {
  // Nullopt when `most` nodes are not enough.
  std::optional<int32_t> nodes;
  // Whether it is certain that fewer nodes are not enough. This is so where sums decide in headroom.h.
  bool is_fewest = false;
  // Fewer nodes are certainly too few.
  int32_t at_least = 0;
  // With that many nodes more, or with `most` nodes more when these are not enough.
  Headroom headroom;
};

// `most` limits the nodes that are added. Errors: as for WithNodesLike and CountHeadroom. Complexity: O(log nodes)
// times WithNodesLike and CountHeadroom.
absl::StatusOr<FewestNodes> FewestNodesFor(const Capacity& capacity, const GroupRequest& request, const NodesLike& like,
                                           int64_t groups, int32_t most);

}  // namespace lws

#endif  // LWS_PLACEMENT_ADDED_NODES_H_
