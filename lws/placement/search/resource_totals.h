// Sums over nodes and over groups, by resource of the topology.
//
//   lws::internal::FreeInDomain(capacity, lws::Topology::kRoot, 0).size() == topology.resources().size();    // true
//   lws::internal::ResourcesWantedBy(topology, {&request}).is_offered;    // whether nodes offer what it asks for
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_RESOURCE_TOTALS_H_
#define LWS_PLACEMENT_SEARCH_RESOURCE_TOTALS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws::internal {

// What is free on the nodes of the domain. A node of which more is used than it offers counts as full. Complexity:
// O(nodes x resources).
std::vector<__int128> FreeInDomain(const Capacity& capacity, int level, int32_t domain);

struct WantedAmounts {
  std::vector<__int128> amounts;
  // Whether some node offers each resource that the groups ask for.
  bool is_offered = true;
};

// What all pods of the groups ask for. Every pod takes one of "pods", which is the first resource. Complexity:
// O(groups x resources).
WantedAmounts ResourcesWantedBy(const Topology& topology, absl::Span<const GroupRequest* const> groups);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_RESOURCE_TOTALS_H_
