// As few of the given domains as possible that hold so many units, and how the units are spread over them.
//
//   // Nodes with room for 3, 3, 2 and 1; seven units:
//   lws::internal::PickFewest(domains, {/*units=*/7});    // 3 on the first, 3, 1 on the last
//
// Laws:
//   1. No set of fewer domains holds the units, the leader among them where it is wanted.
//   2. When one domain suffices, it is one with the least room left over, the first of equals.
//   3. Balanced: no other set of so few domains, and no other spread, has a larger smallest number of pods.
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
  DomainCount count;
};

struct UnitsWanted {
  int64_t units = 0;
  bool leader = false;
  // Pods of one unit. The leader is one pod more, or one of the pods of its unit.
  int64_t unit_pods = 1;
  bool leader_is_extra = true;
  // The domain of the leader has so many units at least: 1 for the subgroup that it belongs to.
  int64_t least_with_leader = 0;
  PlacementProfile profile = PlacementProfile::kBestFit;
};

// What the problem wants, in the units of `level`.
UnitsWanted WantedAt(const PlacementProblem& problem, int level);

struct PickedDomain {
  int32_t domain = 0;
  int64_t units = 0;
  bool leader = false;
};

// `domains` in path order. Returns the picks in path order, empty when all domains together do not hold the units.
// Complexity: O(domains + picks x log domains).
std::vector<PickedDomain> PickFewest(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted);

// The smallest domains first, each full; the leader in the smallest that can have it. Returns as PickFewest.
std::vector<PickedDomain> PickSmallestFirst(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted);

// result[m]: most units that m of the domains hold; with the leader -1 where it has no place. result[0] is 0, or -1.
// A domain with -1 units is used with the leader alone, or not at all.
std::vector<int64_t> MostUnits(const std::vector<CountedDomain>& domains, bool leader);

// The units that a domain with, or without, the leader must get so that it has `pods` pods.
int64_t LeastUnitsFor(int64_t pods, const UnitsWanted& wanted, bool with_leader);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_FEWEST_DOMAINS_H_
