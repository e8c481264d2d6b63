// What the pods of a group ask of each other and of existing pods, for the search and for the check after it.
//
//   lws::internal::PlacementProblem problem = *lws::internal::ReadPlacementProblem(request, capacity);
//   problem.unchecked_rules.empty();                               // true: no pod asks anything of others
//   lws::internal::KeepsSearchRules(problem, capacity, nodes);    // true; to be asked when there are unchecked rules
//
// Laws:
//   1. The search is told only of what holds for every possible place: nodes that some pod excludes whatever the rest
//      of the group does, and limits of the pods that share a node. Its no-fit is therefore right.
//   2. What is not so, is checked on the assignment: the pods are put onto their nodes one by one, each as soon as the
//      scheduler would let it. What passes can be scheduled in that order; what only another order allows is given up,
//      which is rare.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_GROUP_RULES_H_
#define LWS_PLACEMENT_SEARCH_GROUP_RULES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/pod_neighbours.h"

namespace lws::internal {

// The pods of the capacity, as pods of this shape see them. Borrows the shape and the topology. REQUIRES: the shape has
// rules. Complexity: O(pods x terms), and O(nodes) when the shape has spread constraints.
PodNeighbours NeighboursOf(const PodShape& shape, const Capacity& capacity);

// The problem with the rules applied. Borrows the request and the topology. Errors: as for PlacementProblem::Create.
// Complexity: as for that, and O(nodes x keys + pods x terms) when some pod asks something of others.
absl::StatusOr<PlacementProblem> ReadPlacementProblem(const GroupRequest& request, const Capacity& capacity);

// Law 2. `nodes` are given by rank; -1 stands for a pod that the capacity already contains.
bool KeepsSearchRules(const PlacementProblem& problem, const Capacity& capacity, const std::vector<int32_t>& nodes);

// A stricter request, whose assignments are likelier to keep the rules. Each of them also meets the original request.
struct StricterRequest {
  GroupRequest request;
  // Whether each node is limited to the pods that a spread constraint allows there while other nodes get none.
  bool limits_spread = false;
};
std::vector<StricterRequest> StricterSearchRequests(const PlacementProblem& problem);

// Errors and complexity: as for ReadPlacementProblem.
absl::StatusOr<PlacementProblem> ReadStricterSearchProblem(const StricterRequest& stricter, const Capacity& capacity);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_GROUP_RULES_H_
