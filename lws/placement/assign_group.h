// Topology assignment: a node for every rank of a group, or why there is none.
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
//   2. Capacity: on no node and for no resource is free capacity exceeded, the leader's shape included.
//   3. Constraints hold: required, subgroups, exclusive, selectors, affinity, taints, and what pods ask of each other.
//   4. Completeness: when any assignment meets the constraints, one is returned, or the answer is kRulesNotKept.
//   5. Fewest domains: at the widest level where pods must be spread, as few domains as possible; at each level below
//   the
//      fewest inside the domains chosen above. Not for kLeastFree.
//   6. Tightest: when one domain suffices, one with the least left over, in workers that it could still take; the first
//      in path order of equals, for kBalanced that with the fewest domains below and then the most even spread. Not for
//      kLeastFree.
//   7. kBalanced: among the fewest domains, the smallest number of pods is as large as possible.
//   8. More capacity never turns a fit into a no-fit; a permutation of the nodes changes nothing.
//   9. AssignGroups equals AssignGroup and Commit one after another.
// Laws 10 and 11, of groups that change, are in reassign_group.h.
//
// Ranks: the leader is rank 0, and workers follow over the nodes in path order; with subgroups that the leader belongs
// to, the domains of its subgroup come first, so that subgroup i is the ranks that LeaderWorkerSet numbers i.
// Why exact: workers are of one shape, so that the nodes' counts add up; only the leader's place costs anything, and of
// a domain its cheapest place alone matters.
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

// What AssignGroup would say of the request, without looking for a place. Errors: as AssignGroup.
absl::Status CheckGroupRequest(const GroupRequest& request, const Topology& topology);

// Assigns the groups in order and commits each that fits. On an error nothing is committed.
// Complexity: counting once for each different request, then the domains of each level for each group; when some
// request asks something of other pods, as AssignGroup for each group.
absl::StatusOr<std::vector<PlacementResult>> AssignGroups(absl::Span<const GroupRequest* const> requests,
                                                          Capacity* capacity);

}  // namespace lws

#endif  // LWS_PLACEMENT_ASSIGN_GROUP_H_
