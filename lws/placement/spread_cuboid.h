// A contiguous cuboid of nodes for a group of a set whose groups are spread over failure domains.
//
//   std::vector<lws::TopologyNode> nodes(4);    // two racks of two neighbours
//   for (size_t i = 0; i < nodes.size(); ++i) {
//     nodes[i].facts.name = absl::StrCat("n", i);
//     nodes[i].facts.labels = {{"rack", i < 2 ? "r1" : "r2"}, {"x", absl::StrCat(i % 2)}};
//     nodes[i].allocatable = {{"pods", 9}};
//   }
//   lws::Capacity racks(*lws::Topology::Create(nodes, {"rack"}));
//   lws::CuboidOfGrid slice;
//   slice.grid.labels[0] = "x";
//   slice.grid.extents[0] = 2;
//   slice.cuboid.size[0] = 2;
//   lws::GroupRequest request;
//   request.workers = 2;
//   request.closeness = lws::Closeness::kRequired;
//   request.level = "rack";    // each rack is a grid of its own
//   lws::GroupSpread spread;
//   spread.level = "rack";
//   spread.running.push_back(*lws::SpreadCuboid(racks, request, slice, spread)->assignment);
//   lws::SpreadCuboid(racks, request, slice, spread)->assignment->NodesByRank();    // {2, 3}
//
// Laws:
//   1. All nodes of the cuboid are in one domain of the level of the spread, and the place is what AssignCuboid finds
//      in a cluster of only this domain. So the laws of assign_cuboid.h hold in the domain.
//   2. The domain has fewer than `most_in_domain` groups before.
//   3. It is the domain that has the fewest groups among those that take the cuboid, and then comes first in path
//      order.
//   4. There is no place only if no domain that may have another group takes the cuboid. The no-fit is that of the
//      domain which would take most of the pods; its reason is kDomainsAreFull when each domain has `most_in_domain`
//      groups.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SPREAD_CUBOID_H_
#define LWS_PLACEMENT_SPREAD_CUBOID_H_

#include "absl/status/statusor.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/spread_groups.h"

namespace lws {

// Errors: those of AssignCuboid and DomainsForAnotherGroup. Complexity: AssignCuboid for each domain that is tried,
// with the nodes of the domain.
absl::StatusOr<PlacementResult> SpreadCuboid(const Capacity& capacity, const GroupRequest& request,
                                             const CuboidOfGrid& cuboid, const GroupSpread& spread);

}  // namespace lws

#endif  // LWS_PLACEMENT_SPREAD_CUBOID_H_
