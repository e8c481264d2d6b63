// The search itself: it descends from the domain that takes the whole group to the nodes.
//
//   std::vector<lws::internal::PickedDomain> nodes = lws::internal::SearchDomainsForNodes(problem, capacity, counts);
//   // empty when there is no place
//
// Expected flow: the counts are up to date with the capacity. At each level the search picks the fewest domains inside
// those chosen before. The levels are the required or preferred one and all below it, or only the last for an
// unconstrained group. Laws 4 to 7 of assign_group.h are kept here.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_DOMAIN_SEARCH_H_
#define LWS_PLACEMENT_SEARCH_DOMAIN_SEARCH_H_

#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// Returns picks on nodes in path order, in units of the last level, within the scope of the counts. Complexity:
// O(domains + picks x log domains), and the cost of SplitSubgroups.
std::vector<PickedDomain> SearchDomainsForNodes(const PlacementProblem& problem, const Capacity& capacity,
                                                const DomainCounts& counts);

// Whether the domain of the counts' scope could take the whole group. The search takes this for granted.
bool ScopeTakesWhole(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_DOMAIN_SEARCH_H_
