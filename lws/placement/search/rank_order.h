// Turns picked nodes into ranks.
//
//   lws::Assignment assignment = lws::internal::AssignRanksToNodes(problem, picks);
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_RANK_ORDER_H_
#define LWS_PLACEMENT_SEARCH_RANK_ORDER_H_

#include <vector>

#include "lws/placement/assignment.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// `picks` are nodes in path order, in units of the last level. Workers are numbered over the nodes in path order,
// beginning with the domains that hold the leader's subgroup. Complexity: O(picks log picks).
Assignment AssignRanksToNodes(const PlacementProblem& problem, std::vector<PickedDomain> picks);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_RANK_ORDER_H_
