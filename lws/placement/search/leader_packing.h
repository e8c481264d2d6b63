// How many groups the nodes of a domain take when a leader asks for other amounts than a worker: how many leaders and
// workers they hold together, whatever group these belong to.
//
//   request.subgroups.clear();
//   request.leader = lws::PodShape();    // it takes no GPU
//   const lws::internal::PlacementProblem with_leader = *lws::internal::ReadPlacementProblem(request, capacity);
//   lws::internal::PackLeaders(with_leader, capacity, {0, 6}).groups;    // 1: four of six nodes for its workers
//
// Each node trades workers for leaders, and the cheapest trades come first. A trade that is begun and not completed
// leaves the only gap between the two numbers.
//
// Laws:
//   1. The nodes have room for `groups` leaders with their workers at the same time.
//   2. They have no room for more than `at_most`.
//   3. More capacity never makes `at_most` smaller.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_LEADER_PACKING_H_
#define LWS_PLACEMENT_SEARCH_LEADER_PACKING_H_

#include <cstdint>

#include "lws/placement/capacity.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"

namespace lws::internal {

// The most leaders that fit on the node beside this many workers; a very large number when only the group's size limits
// them. REQUIRES: the problem has a leader.
int64_t LeadersBeside(const PlacementProblem& problem, const Capacity& capacity, int32_t node, int64_t workers);

struct PackedLeaders {
  int64_t groups = 0;
  int64_t at_most = 0;
};

// REQUIRES: the problem has a leader and workers, and no layers. The nodes are those of a domain that holds whole
// groups. Complexity: O(nodes x workers on a node x resources + nodes log nodes).
PackedLeaders PackLeaders(const PlacementProblem& problem, const Capacity& capacity, IndexRange nodes);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_LEADER_PACKING_H_
