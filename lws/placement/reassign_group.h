// A group that lost nodes, or whose size changed: the pods that stay keep their places.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.workers = 2;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};    // one on a node
//   lws::Assignment assignment = *lws::AssignGroup(capacity, request)->assignment;
//   const int32_t lost_node = assignment.workers[0].node;
//   lws::PlacementResult result = *lws::ReplaceNodes(capacity, request, assignment, {lost_node});
//   result.assignment.has_value();    // true: the other members stay where they are
//
// Laws (numbered on from assign_group.h):
//  10. Replacement: losing any number of nodes, survivors keep their ranks and nodes; the lost ranks go where the
//      constraints still hold: the required domain stays the one of the survivors, a broken subgroup is completed in
//      its own domain, and a lost one goes whole. When there is such a place, one is found.
//  11. Growing keeps the assignment and places only the difference; shrinking drops the highest ranks.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_REASSIGN_GROUP_H_
#define LWS_PLACEMENT_REASSIGN_GROUP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"

namespace lws {

// Law 10. `capacity` has the group committed, on the lost nodes too; `lost` are node numbers, and take no pod again. No
// survivors, or no place for the lost ranks, is a no-fit. Errors: as AssignGroup, and InvalidArgument for an assignment
// that is not one of the request.
absl::StatusOr<PlacementResult> ReplaceNodes(const Capacity& capacity, const GroupRequest& request,
                                             const Assignment& assignment, absl::Span<const int32_t> lost);

// Law 11. `capacity` has the group committed as it was; `request` is as it is to be, with another number of workers.
// Errors: as ReplaceNodes.
absl::StatusOr<PlacementResult> ResizeGroup(const Capacity& capacity, const GroupRequest& request,
                                            const Assignment& assignment);

// A group of which some ranks have a node, by rank, and others none: these find a place as in law 10. `capacity` has
// the pods that are placed, and what they hold. Without a single node it is AssignGroup. Errors: as AssignGroup, and
// InvalidArgument for another number of ranks than the request's or a node that is none.
absl::StatusOr<PlacementResult> CompleteGroup(const Capacity& capacity, const GroupRequest& request,
                                              const std::vector<std::optional<int32_t>>& nodes);

}  // namespace lws

#endif  // LWS_PLACEMENT_REASSIGN_GROUP_H_
