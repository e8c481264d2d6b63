// A contiguous cuboid of nodes for a group: a slice of a torus or of a mesh, in which TPU hosts are wired.
//
//   std::vector<lws::TopologyNode> nodes(4);
//   for (size_t x = 0; x < nodes.size(); ++x) {
//     nodes[x].facts.name = absl::StrCat("n", x);
//     nodes[x].facts.labels = {{"x", absl::StrCat(x)}};
//     nodes[x].allocatable = {{"pods", x == 1 ? 0 : 1}};    // n1 is full
//   }
//   lws::Capacity ring(*lws::Topology::Create(nodes, {"x"}));
//   lws::NodeGrid grid;
//   grid.labels[0] = "x";
//   grid.extents[0] = 4;
//   grid.wraps[0] = true;
//   lws::GroupRequest request;
//   request.workers = 3;
//   lws::PlacementResult result = *lws::AssignCuboid(ring, request, grid, lws::Cuboid{{3, 1, 1}});
//   result.assignment->NodesByRank();    // {2, 3, 0}: the ring goes on from n3 to n0
//
// Laws:
//   1. The pods fill the nodes of a cuboid, each with as many pods as the others. Ranks go along the first axis, then
//      the second, then the third, beginning in the cuboid's corner, so the leader is on the corner's node.
//   2. Contiguous: each node's coordinates are those of the corner plus an offset below the cuboid's size. Only on an
//      axis that wraps does the count go on at 0 beyond the end.
//   3. The laws of assign_group.h on capacity and constraints hold. With kRequired, each domain of the level is a grid
//      of its own, and the cuboid is in one of them; else the whole cluster is one grid.
//   4. Completeness, all or nothing: when some corner and turn has a place for every pod, the answer is an assignment,
//      or kRulesNotKept.
//   5. The place is the one that the fewest usable nodes touch, so that it leaves large cuboids free; then
//      the one in the grid with the fewest usable nodes, then in the first domain in path order, then the one with the
//      first turn, then with the smallest corner, where the third coordinate decides first. A node is usable when it
//      takes its share of workers.
//   6. Without a place, `best_domain` is the grid, and `best_pods` the pods, of the cuboid with the most usable nodes.
//   7. The answer within a domain is the one in a cluster that has only the nodes of this domain.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_ASSIGN_CUBOID_H_
#define LWS_PLACEMENT_ASSIGN_CUBOID_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology_domain.h"

namespace lws {

inline constexpr size_t kGridAxes = 3;
// The most nodes that all grids together may have room for.
inline constexpr int64_t kMostGridNodes = int64_t{1} << 22;

// Where the nodes stand: labels hold their coordinates, which count from 0.
struct NodeGrid {
  // The key of each axis; an empty one for an axis on which all nodes have the coordinate 0.
  std::array<std::string, kGridAxes> labels;
  // The number of nodes along each axis.
  std::array<int32_t, kGridAxes> extents = {1, 1, 1};
  // Whether the last node of the axis is a neighbour of the first one, as in a torus.
  std::array<bool, kGridAxes> wraps = {false, false, false};
};

// Nodes along each axis.
struct Cuboid {
  std::array<int32_t, kGridAxes> size = {1, 1, 1};
  // Whether the cuboid may lie along other axes. Its turns are tried in the order of the axes.
  bool may_turn = false;
};

// A cuboid of a grid, as a group asks for it.
struct CuboidOfGrid {
  NodeGrid grid;
  Cuboid cuboid;
};

// Nodes without the labels are counted as "missingLabel". Errors: those of AssignGroup, and InvalidArgument for a
// request with subgroups or a preferred level, a size that is not in the extents, a number of pods that the nodes of
// the cuboid do not share evenly, a label that is no coordinate of the grid, and two nodes in one place. Complexity:
// O(nodes x resources + grid), and a check of the rules for each place that is tried.
absl::StatusOr<PlacementResult> AssignCuboid(const Capacity& capacity, const GroupRequest& request,
                                             const NodeGrid& grid, const Cuboid& cuboid,
                                             const TopologyDomain& within = {});

}  // namespace lws

#endif  // LWS_PLACEMENT_ASSIGN_CUBOID_H_
