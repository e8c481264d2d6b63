// Picks as few of the given domains as can hold a number of units, and spreads the units over them.
//
//   // Nodes with room for 3, 3, 2 and 1; seven units:
//   std::vector<lws::internal::PickedDomain> picks = lws::internal::PickFewestDomains(domains, {/*units=*/7});
//   picks.size();           // 3
//   picks.back().domain;    // 3: it takes one unit, the first two take three each
//
// Laws:
//   1. No set of fewer domains holds the units, including the leader where there is one.
//   2. When one domain suffices, the pick has the least room left over; among equals it has the smallest tie rank, and
//      among those it is the first.
//   3. Balanced: no other set of equally few domains, and no other spread, has a larger smallest number of pods.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_FEWEST_DOMAINS_H_
#define LWS_PLACEMENT_SEARCH_FEWEST_DOMAINS_H_

#include <cstdint>
#include <vector>

#include "lws/placement/group_request.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

struct CountedDomain {
  int32_t domain = 0;
  int32_t tie = 0;  // the number of smaller tie ranks among the domains
  DomainCount count;
};

struct UnitsWanted {
  int64_t units = 0;
  bool leader = false;
  // The pods of one unit. The leader is an additional pod, or one of the pods of its unit.
  int64_t unit_pods = 1;
  bool leader_is_extra = true;
  // The least number of units in the leader's domain: 1 when the leader belongs to a subgroup.
  int64_t least_with_leader = 0;
  PlacementProfile profile = PlacementProfile::kBestFit;
};

// What the problem wants, in the units of `level`.
UnitsWanted UnitsWantedAt(const PlacementProblem& problem, int level);

struct PickedDomain {
  int32_t domain = 0;
  int64_t units = 0;
  bool leader = false;
};

// `domains` are in path order. Returns the picks in path order; empty when all domains together do not hold the units.
// Complexity: O(domains + picks x log domains).
std::vector<PickedDomain> PickFewestDomains(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted);

// Fills the smallest domains first, with the leader in the smallest one that can take it. Returns as
// PickFewestDomains does.
std::vector<PickedDomain> PickSmallestDomainsFirst(const std::vector<CountedDomain>& domains,
                                                   const UnitsWanted& wanted);

// result[m] is the most units that m of the domains hold; with the leader, -1 where it has no place. result[0] is 0,
// or -1 with the leader. A domain with -1 units can only be used with the leader.
std::vector<int64_t> MostUnitsOfDomains(const std::vector<CountedDomain>& domains, bool leader);

// The fewest units that give a domain, with or without the leader, at least `pods` pods.
int64_t LeastPlacedUnitsFor(int64_t pods, const UnitsWanted& wanted, bool with_leader);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_FEWEST_DOMAINS_H_
