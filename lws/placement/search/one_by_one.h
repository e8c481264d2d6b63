// Puts the pods of a group onto nodes one by one, as the scheduler does, for rules between pods that the search over
// domains cannot respect: spreads over domains of many nodes, affinity within a group, and the like.
//
//   std::vector<lws::internal::PickedDomain> nodes = lws::internal::PickNodesOneByOne(problem, capacity, counts);
//   nodes.empty();    // true: this group has subgroups, which only the search over domains divides
//
// Laws:
//   1. Each pod is put where the scheduler would let it beside the pods before it, and where there is room for it.
//   2. All pods are in one domain of the required level. If the request prefers a level, they are in one domain of the
//      narrowest level, from that one on, that takes the group in this way.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_ONE_BY_ONE_H_
#define LWS_PLACEMENT_SEARCH_ONE_BY_ONE_H_

#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// Returns picks on nodes in path order, in units of the last level, within the scope of the counts. None for groups
// with subgroups or exclusive levels, and when more than two million nodes would have to be looked at, each for one
// pod. Complexity: O(pods x nodes x terms) within this bound.
std::vector<PickedDomain> PickNodesOneByOne(const PlacementProblem& problem, const Capacity& capacity,
                                            const DomainCounts& counts);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_ONE_BY_ONE_H_
