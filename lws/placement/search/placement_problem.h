// A request that is checked against a topology, with names turned into numbers so that the search compares only
// integers.
//
//   lws::internal::PlacementProblem problem = *lws::internal::PlacementProblem::Create(request, topology);
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_PLACEMENT_PROBLEM_H_
#define LWS_PLACEMENT_SEARCH_PLACEMENT_PROBLEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws::internal {

// A pod's shape on a topology.
struct ShapeOnTopology {
  // The amounts of the resources that a pod takes, as pairs of the resource's number and the amount. "pods" comes
  // first.
  std::vector<std::pair<int32_t, int64_t>> takes;
  // Resources that no node offers, or not in this amount.
  std::vector<std::string> never_offered;
  // By class when a node's class decides, else by node.
  std::vector<NodeExclusion> exclusions;
  bool by_class = true;

  NodeExclusion Exclusion(const Topology& topology, int32_t node) const {
    return exclusions[by_class ? topology.ClassOf(node) : node];
  }
};

// Whether pods of both shapes take the same and may run on the same nodes.
bool SameShapeOnTopology(const ShapeOnTopology& a, const ShapeOnTopology& b);

// What a pod of each kind takes of one resource.
struct Take {
  int32_t resource = 0;
  int64_t worker = 0;
  int64_t leader = 0;
};

// A layer of subgroups. A unit of layer i is one subgroup, which consists of `ratio` units of layer i - 1, or workers.
struct LayerOnTopology {
  int level = 0;
  int64_t size = 0;   // pods
  int64_t ratio = 0;  // units of the layer below
  int64_t units = 0;  // subgroups in all
  bool exclusive = false;
};

// What pods of the group may share one node.
struct NodeLimit {
  int64_t workers = kMaxGroupPods;
  bool leader_counts = false;                 // as one of these workers
  bool leader_alone = false;                  // the leader shares the node with no worker
  NodeExclusion rule = NodeExclusion::kNone;  // one that limits the pods
};

struct PlacementProblem {
  // Borrows both. Errors: InvalidArgument naming the field: an unknown level, a size that does not divide, a negative
  // amount, no pods at all, more than kMaxGroupPods, more than kMaxSubgroupLayers. Complexity: O(classes), or O(nodes)
  // for filters that depend on names or prefer nodes.
  static absl::StatusOr<PlacementProblem> Create(const GroupRequest& request, const Topology& topology);

  // The number of units to place, in the units of `level`: subgroups of the widest layer at or below it, or workers.
  int64_t UnitsAt(int level) const;
  // That layer; null when the units are workers.
  const LayerOnTopology* LayerAtOrBelow(int level) const;
  // The number of workers in this many units of `level`. With the leader, it is one of the pods of the first unit.
  int64_t WorkersIn(int level, int64_t units, bool with_leader) const;
  // The least number of units in the leader's domain: its own subgroup.
  int64_t LeastWithLeader(int level) const;
  // Number of layers whose level is wider than `level`.
  int LayersAbove(int level) const;

  // The leader, if there is one, and the workers.
  int64_t Pods() const { return workers + has_leader; }

  const Topology* topology = nullptr;
  const GroupRequest* request = nullptr;
  bool has_leader = false;
  bool same_shape = false;  // leader and worker have the same shape
  ShapeOnTopology leader;
  ShapeOnTopology worker;
  int64_t workers = 0;
  // All resources that some pod of the group takes, and two selections from them:
  std::vector<Take> takes;
  // The resources that a worker takes. Those of which it takes one come first, because they need no division.
  std::vector<Take> worker_takes;
  // The resources that the leader takes. Only these can displace a worker.
  std::vector<Take> leader_takes;
  std::vector<LayerOnTopology> layers;  // innermost first
  // The level of the required or preferred domain; Topology::kRoot when there is neither.
  int level = Topology::kRoot;
  // The level of GroupRequest::preferred_within, or `level`.
  int preferred_level = Topology::kRoot;
  std::vector<int> exclusive_levels;
  // The narrowest exclusive level; Topology::kRoot when there is none.
  int exclusive_level = Topology::kRoot;
  // How much the workers prefer each node, or the leader does in a group without workers; empty for no preference.
  std::vector<int64_t> preferences;
  // The limits on pods that share a node, by node; empty when only room limits them. group_rules.h fills it.
  std::vector<NodeLimit> limits;
  // The rules that the search does not guarantee, so that an assignment must be checked; named as in NoFit::rules.
  std::vector<std::string> unchecked_rules;
};

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_PLACEMENT_PROBLEM_H_
