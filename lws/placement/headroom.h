// How many more groups of one kind fit, and what stands in the way of the next.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::GroupRequest request;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};
//   request.workers = 2;
//   lws::Headroom headroom = *lws::CountHeadroom(lws::Capacity(topology), request, /*limit=*/100);
//   headroom.groups;               // 3: six nodes, two for each
//   headroom.domains[0].groups;    // 1: two of the three nodes of r1
//
// Laws:
//   1. So many groups have a place together, each as the constraints want it.
//   2. When `exact`, no placement has one more; otherwise none has more than `at_most`.
//   3. More capacity never makes `at_most` smaller.
// What binds all pods of a group to one domain makes domains independent, and pods of one shape make their nodes'
// counts add up: then sums decide exactly. Groups that hold domains, whose pods ask something of others, or whose
// leader takes room from workers are placed one after another.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_HEADROOM_H_
#define LWS_PLACEMENT_HEADROOM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"

namespace lws {

struct DomainHeadroom {
  std::vector<std::string> path;
  // That fit into this domain, were the rest of the cluster not there.
  int64_t groups = 0;
};

struct Headroom {
  int64_t groups = 0;
  int64_t at_most = 0;
  bool exact = false;
  // The level of the domains: the one that binds all pods of a group, or the widest.
  std::string level;
  // In path order, those without a label left out. An upper bound where sums do not decide.
  std::vector<DomainHeadroom> domains;
  // What stands in the way of one group more. `excluded` counts nodes by what keeps them from one worker more after as
  // many as fit: the resource that is used up first, or the reason for which they take none. `best_pods` is what is
  // left over in the domain with the largest rest.
  NoFit next;
  std::vector<std::string> not_looked_at;
};

// Stops at `limit` groups where groups are placed one after another. Errors: as AssignGroup. Complexity: O(nodes x
// resources), and one AssignGroups of so many groups where sums do not decide.
absl::StatusOr<Headroom> CountHeadroom(const Capacity& capacity, const GroupRequest& request, int64_t limit);

}  // namespace lws

#endif  // LWS_PLACEMENT_HEADROOM_H_
