// Assignment of groups over failure domains: each group is close together in one of them, and the groups are apart.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.workers = 2;
//   lws::GroupSpread spread;
//   spread.level = "cloud/rack";
//   spread.most_in_domain = 2;
//   const std::vector<const lws::GroupRequest*> groups(5, &request);
//   lws::SpreadResult result = *lws::SpreadGroups(groups, spread, &capacity);
//   result.domains[0].groups;                         // 2
//   result.groups[4].assignment.has_value();          // false: both racks have two groups
//
// Laws:
//   1. Every group that gets nodes is in one domain of the level. Its assignment there is what AssignGroup finds in a
//      cluster of only this domain, beside the groups before it. So the laws of assign_group.h hold in the domain. A
//      preferred level that is wider than the level of the domains counts as this level.
//   2. No domain has more than `most_in_domain` groups, unless groups that run make it so.
//   3. Each group goes to the domain that has the fewest groups among those that take it, and then comes first in path
//      order.
//   4. Where sums decide in headroom.h, and all requests are one, no other way to place the groups has more of them,
//      and none with as many is more even: the largest number in a domain is as small as possible, then the second
//      largest, and so on.
//   5. SpreadGroups of some groups, and then of others with the first ones as running, equals one call for all.
//
// Thread-safety: may be called concurrently for distinct capacities.
#ifndef LWS_PLACEMENT_SPREAD_GROUPS_H_
#define LWS_PLACEMENT_SPREAD_GROUPS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"

namespace lws {

struct GroupSpread {
  // The key of the level whose domains fail together.
  std::string level;
  // Nullopt for no limit.
  std::optional<int64_t> most_in_domain;
  // The groups of the same set that have nodes, which the capacity contains. Such a group counts in every domain that
  // it has a pod in.
  std::vector<Assignment> running;
};

struct SpreadDomain {
  std::vector<std::string> path;
  // Including those that run.
  int64_t groups = 0;
};

struct SpreadResult {
  // In the order of the requests. The no-fit of a group is that of the domain which would take most of its pods; its
  // reason is kDomainsAreFull when each domain has `most_in_domain` groups.
  std::vector<PlacementResult> groups;
  // The labelled domains of the level in path order, after the last group.
  std::vector<SpreadDomain> domains;
  // The difference between the largest and the smallest number of groups in a domain.
  int64_t skew = 0;
};

// The domains of the level that may have one more group of the set, those with the fewest groups first, and then in
// path order. Errors: InvalidArgument for an unknown level or a negative limit. Complexity: O(domains log domains +
// running pods).
absl::StatusOr<std::vector<TopologyDomain>> DomainsForAnotherGroup(const Topology& topology, const GroupSpread& spread);

// Assigns the groups in order and commits those that fit. On an error nothing is committed. Errors: InvalidArgument for
// an unknown level or a negative limit, and those of AssignGroup. Complexity: a count of the nodes for each different
// request, then O(domains + nodes of a domain x resources) for each group; a group without a place costs all domains.
absl::StatusOr<SpreadResult> SpreadGroups(absl::Span<const GroupRequest* const> requests, const GroupSpread& spread,
                                          Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_SPREAD_GROUPS_H_
