// Reassigns a group that lost nodes, or whose size changed. The pods that stay keep their places.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.workers = 2;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};    // one on a node
//   lws::Assignment assignment = *lws::AssignGroup(capacity, request)->assignment;
//   const int32_t lost_node = assignment.workers[0].node;
//   lws::PlacementResult result = *lws::ReassignNodes(capacity, request, assignment, {lost_node});
//   result.assignment.has_value();    // true: the other members stay where they are
//
// Laws (numbered on from assign_group.h):
//   10. Replacement: whatever nodes are lost, survivors keep their ranks and nodes. The lost ranks go where the
//      constraints still hold: the required domain stays that of the survivors, a broken subgroup is completed in its
//      own domain, and a subgroup that is lost completely moves as a whole. When such a place exists, one is found.
//   11. Growing keeps the assignment and places only the new ranks. Shrinking drops the highest ranks.
//   15. AssignMissingRanks and UseMissingRanks leave the capacity as if all pods of the group had been there before.
//      The missing ranks take room, and a domain that only they give to an exclusive subgroup is held.
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

// Law 10. `capacity` has the group committed, on the lost nodes too. `lost` holds node numbers; these nodes take no
// pod again. When there are no survivors, or no place for the lost ranks, the answer is a no-fit. Errors: as for
// AssignGroup, and InvalidArgument for an assignment that does not belong to the request.
absl::StatusOr<PlacementResult> ReassignNodes(const Capacity& capacity, const GroupRequest& request,
                                              const Assignment& assignment, absl::Span<const int32_t> lost);

// Law 11. `capacity` has the group committed with its old size; `request` has the new number of workers. Errors: as
// for ReassignNodes.
absl::StatusOr<PlacementResult> ReassignResizedGroup(const Capacity& capacity, const GroupRequest& request,
                                                     const Assignment& assignment);

// Finds nodes, as in law 10, for the ranks of a group that have none yet. `capacity` has the pods that are placed, and
// what they hold. The nodes `closed` take none of these ranks. When no rank has a node, this is AssignGroup, in a
// cluster without the closed nodes. Errors: as for AssignGroup, and InvalidArgument for a number of ranks other than
// the request's, or for a number that is not a node's.
absl::StatusOr<PlacementResult> AssignMissingRanks(const Capacity& capacity, const GroupRequest& request,
                                                   const std::vector<std::optional<int32_t>>& nodes,
                                                   absl::Span<const int32_t> closed = {});

// Law 15. Takes from the capacity what AssignMissingRanks found for the ranks that have no node in `nodes`. When no
// rank has one, this is Commit. REQUIRES: an assignment of this request that keeps `nodes`. Complexity: O(pods log
// pods).
void UseMissingRanks(const GroupRequest& request, const Assignment& assignment,
                     const std::vector<std::optional<int32_t>>& nodes, Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_REASSIGN_GROUP_H_
