// In which other orders several groups may be placed one after another, and whether another order may help at all.
//
//   decode.workers = 8;
//   const std::vector<lws::internal::GroupToOrder> groups = {{&prefill}, {&prefill}, {&decode}};
//   const std::vector<std::vector<size_t>> orders = lws::internal::OtherOrdersOfGroups(groups, /*most=*/24);
//   orders.size();    // 1
//   orders[0];        // {2, 0, 1}
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_GROUP_ORDERS_H_
#define LWS_PLACEMENT_SEARCH_GROUP_ORDERS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology_domain.h"

namespace lws::internal {

struct GroupToOrder {
  const GroupRequest* request = nullptr;
  // Whether some of its pods run. They bind the others, so the group is a kind of its own.
  bool runs_in_part = false;
};

// Orders of the groups by their indexes, other than the one given, in which groups of one kind follow each other.
// Groups are of one kind when they ask for the same amounts, closeness and subgroups. There are at most `most` of them:
// first those that only bring one kind to the front, and then the rest.
std::vector<std::vector<size_t>> OtherOrdersOfGroups(absl::Span<const GroupToOrder> groups, size_t most);

// Whether the domain has too little of some resource for all groups. Complexity: O(nodes x resources).
bool IsDomainTooSmallForGroups(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                               const TopologyDomain& domain);

// Whether groups that are placed one after another, first those that run in part, fit whenever they fit at all, because
// any place of one group takes as much from the others as any other place. This is so for pods of one shape that may be
// on all nodes of the domain, and for groups of one kind that are in domains of one level each. The request of a group
// that runs in part has the missing pods alone. Errors: as for PlacementProblem::Create.
absl::StatusOr<bool> AllOrdersAreAlike(const Capacity& capacity, absl::Span<const GroupToOrder> groups,
                                       const TopologyDomain& domain);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_GROUP_ORDERS_H_
