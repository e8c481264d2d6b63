// Topology assignment: finds a node for every rank of a group, or explains why there is none.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.workers = 2;
//   lws::PlacementResult result = *lws::AssignGroup(capacity, request);
//   result.assignment.has_value();    // true; otherwise lws::DescribeNoFit(result.no_fit) says why
//   capacity.Commit(request, *result.assignment);
//
// Laws:
//   1. Counts: every rank is assigned exactly once.
//   2. Capacity: no node exceeds its free capacity of any resource, the leader's pod included.
//   3. The constraints hold: required, subgroups, exclusive, selectors, affinity, taints, and what pods ask of each
//      other.
//   4. Completeness: when any assignment meets the constraints, the answer is an assignment, or kRulesNotKept.
//   5. Fewest domains: at the widest level where pods must be spread, as few domains as possible; at each level below,
//      the fewest inside the domains chosen above. This does not hold for kLeastFree.
//   6. Tightest: when one domain suffices, it is the one with the least room left over, counted in workers. Among
//      equals, laws 13 and 14 decide, and then it is the first in path order; before them, for kBalanced it is the one
//      with the fewest domains below and then the most even spread. This does not hold for kLeastFree.
//   7. kBalanced: among the fewest domains, the smallest number of pods is as large as possible.
//   8. More capacity never turns a fit into a no-fit. A permutation of the nodes changes nothing.
//   9. AssignGroups equals AssignGroup and Commit one after another.
//   12. With preferred_within, the assignment is the one for the narrowest level, from preferred_within up to the
//       required level, at which the group has a place when that level is required instead, on nodes that have the
//       label of the required level.
//   13. With keeps_empty, an equally tight domain that is in use comes before an empty one. The widest level decides
//       first: a rack in a used block comes before one in an empty block. A domain is empty when no node in it would
//       have room for more of the pods if nothing ran there.
//   14. Among domains that law 13 calls equal, the one that the workers prefer most comes first: the sum over its nodes
//       of their preference, times the number of the group's workers that the node has room for. In a group without
//       workers, the leader's preference counts. Laws 13 and 14 hold where one domain suffices.
// Laws 10 and 11, about groups that change, are in reassign_group.h.
//
// Ranks: the leader is rank 0, and the workers follow over the nodes in path order. When the leader belongs to a
// subgroup, the domains of its subgroup come first, so that subgroup i has the ranks that LeaderWorkerSet gives it.
// Why it is exact: all workers have one shape, so the counts of nodes add up. Only the leader's place makes a
// difference, and in each domain only the cheapest place for it matters.
// Source: the constraints and profiles follow Kueue's Topology-Aware Scheduling.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_ASSIGN_GROUP_H_
#define LWS_PLACEMENT_ASSIGN_GROUP_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws {

// Errors: InvalidArgument for a malformed request, naming the field: an unknown level, a size that does not divide, a
// negative amount. Complexity: O(nodes x resources) to count, O(domains + pods log nodes) to search.
absl::StatusOr<PlacementResult> AssignGroup(const Capacity& capacity, const GroupRequest& request);

// What AssignGroup would say about the validity of the request; it does not search. Errors: as for AssignGroup.
absl::Status CheckGroupRequest(const GroupRequest& request, const Topology& topology);

// Assigns the groups in order and commits each group that fits. On an error nothing is committed. Complexity: one
// count for each different request, then the domains of each level for each group. When some request asks something of
// other pods, each group costs as much as AssignGroup.
absl::StatusOr<std::vector<PlacementResult>> AssignGroups(absl::Span<const GroupRequest* const> requests,
                                                          Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_ASSIGN_GROUP_H_
