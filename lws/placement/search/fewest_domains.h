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

namespace lws::internal {

struct CountedDomain {
  int32_t domain = 0;
  DomainCount count;
};

struct UnitsWanted {
  int64_t units = 0;
  bool leader = false;
  // Units are workers, so that the leader is one pod more; else they are subgroups.
  bool of_workers = true;
  // The domain of the leader has so many units at least: 1 for the subgroup that it belongs to.
  int64_t least_with_leader = 0;
  PlacementProfile profile = PlacementProfile::kBestFit;
};

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
std::vector<int64_t> MostUnits(const std::vector<CountedDomain>& domains, bool leader);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_FEWEST_DOMAINS_H_
