// Divides the subgroups of a group among the domains of their levels so that, one level further down, as few domains
// as possible are used.
//
// Filling every rack to the last node would not be enough: a rack takes whole subgroups, and its remaining room may
// cost more nodes than the room in another rack. The division is exact: for every number of units the fewest domains
// are computed, and combined domain by domain.
//
//   // Four workers in subgroups of two, each within a rack, on nodes (level 1) that take one worker each:
//   std::vector<lws::internal::CountedDomain> domains;
//   for (int32_t node = 0; node < 6; ++node) domains.push_back({node, /*tie=*/0, counts.At(1, node)});
//   lws::internal::SplitSubgroups(problem, capacity, 1, domains).size();    // 4: two nodes in each rack
//
// Laws:
//   1. Every domain of a layer above `level` gets whole units of that layer.
//   2. No division uses fewer of the domains.
//   3. Balanced: no other division into equally few domains has a larger smallest number of pods.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_SUBGROUP_SPLIT_H_
#define LWS_PLACEMENT_SEARCH_SUBGROUP_SPLIT_H_

#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// `domains` of `level` are in path order. REQUIRES: problem.LayersAbove(level) > 0. Returns picks in units of the
// level, in path order; empty when there is no division. Complexity: O(units^2 + domains log domains) at worst.
std::vector<PickedDomain> SplitSubgroups(const PlacementProblem& problem, const Capacity& capacity, int level,
                                         const std::vector<CountedDomain>& domains);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_SUBGROUP_SPLIT_H_
