// How many more groups of one kind fit, and why the next one does not.
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
//   1. `groups` groups have a place at the same time, and every place meets the constraints.
//   2. When `exact`, no placement has more groups. Otherwise no placement has more than `at_most`.
//   3. More capacity never makes `at_most` smaller.
//   4. If the cluster had no other nodes than those of a domain, no placement would have more groups than the domain's
//      number, and where the number is exact, some placement would have as many.
// When all pods of a group must be in one domain, domains are independent; and when pods have one shape, the counts of
// nodes add up. In that case sums decide exactly. Where a leader takes room from workers, and the group has neither
// subgroups nor exclusive levels, leaders and workers are packed onto the nodes of a domain whatever group they belong
// to. Other groups are placed one after another. Domains that groups hold, and values of a topology key or nodes that
// take one of their pods, bound what fits. The pods of each group have the labels of a group of their own: a selector
// of the request's group index or group key selects the pods of one group alone.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_HEADROOM_H_
#define LWS_PLACEMENT_HEADROOM_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"

namespace lws {

struct DomainHeadroom {
  std::vector<std::string> path;
  // The groups that fit into this domain if the cluster had no other. If not `exact`, there may be fewer.
  int64_t groups = 0;
  bool exact = false;
};

struct Headroom {
  int64_t groups = 0;
  int64_t at_most = 0;
  bool exact = false;
  // The level of the domains: the one that binds all pods of a group to one domain, or else the widest.
  std::string level;
  // In path order, without domains that lack a label.
  std::vector<DomainHeadroom> domains;
  // The reason why no further group fits. `excluded` counts nodes by what keeps them from one more worker after as
  // many as fit: the resource that is used up first, or the reason for which they take no worker at all. `best_pods`
  // is the room that is left in the domain with the largest rest.
  NoFit next;
  std::vector<std::string> not_looked_at;
  // Whether the count was stopped, so that more groups may fit and `next` means nothing.
  bool is_stopped = false;
  // Whether leaders of several groups have to share nodes for that many groups to fit. AssignGroup places one group
  // as closely as it can, so that fewer may fit of groups that it places one after another.
  bool is_packed = false;
};

// Where groups are placed one after another, it stops at `limit` groups, or soon after is_stopped() is true; a null
// function never is. Errors: as for AssignGroup. Complexity: O(nodes x resources), and one AssignGroups of that many
// groups where sums do not decide.
absl::StatusOr<Headroom> CountHeadroom(const Capacity& capacity, const GroupRequest& request, int64_t limit,
                                       const std::function<bool()>& is_stopped = nullptr);

}  // namespace lws

#endif  // LWS_PLACEMENT_HEADROOM_H_
