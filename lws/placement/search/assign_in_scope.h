// Places a group within the scope of its counts, and checks what the pods ask of each other on the place.
//
//   lws::PlacementResult result = lws::internal::AssignInScope(problem, capacity, counts);
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_ASSIGN_IN_SCOPE_H_
#define LWS_PLACEMENT_SEARCH_ASSIGN_IN_SCOPE_H_

#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// What AssignGroup answers if the cluster were the scope of the counts. REQUIRES: the counts are up to date with the
// capacity, and nothing is reserved in them. Complexity: as of SearchDomainsForNodes, and for a no-fit O(nodes x
// resources).
PlacementResult AssignInScope(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts);

// Whether pods of the group ask something of other pods, so that a commit may change which nodes others can use apart
// from the room that it takes.
bool AsksOfOthers(const GroupRequest& request);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_ASSIGN_IN_SCOPE_H_
