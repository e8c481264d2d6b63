// Which groups of lower priority would have to go so that a group gets nodes.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.workers = 6;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};
//   lws::RunningPods batch;
//   batch.priority = -10;
//   batch.pods.push_back({*topology->FindNode("n1"), request.worker});
//   for (const auto& [node, shape] : batch.pods) capacity.Use(node, shape);
//   lws::Preemption preemption = *lws::PreemptGroups(capacity, request, /*priority=*/0, {batch}, /*tries=*/1000);
//   preemption.assignment.has_value();    // true
//   preemption.victims.size();            // 1
//
// Laws:
//   1. Every victim has a lower priority than the group. When all pods of all victims are gone, AssignGroup gives the
//      assignment. There are no victims when the group has a place already.
//   2. No victim could stay: if one of them stays, the group has no place.
//   3. When `exact`, the highest priority among the victims is as low as possible. Among the sets with that priority,
//      theirs has the fewest groups, then the fewest pods, and then the lowest indexes.
//   4. There is no assignment only if the group has no place even when all groups of lower priority are gone.
//   5. More tries never give a set that law 3 ranks behind.
//   6. PreemptSpreadGroup gives all pods of the group one domain of the spread, which has fewer groups of the set than
//      it may have. Law 3 ranks the victims over all such domains. Among domains whose victims are equal in priority,
//      groups and pods, it is the one with the fewest groups of the set, then the first in path order. The assignment
//      is what AssignGroup finds in a cluster of only this domain when the victims are gone.
// The priority comes first, as in the Kubernetes scheduler. A group goes as a whole, because LeaderWorkerSet recreates
// it as a whole. For requests that ask something of other pods, law 2 and `exact` are not promised, because such a
// group may lose its place when others go.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_PREEMPT_GROUPS_H_
#define LWS_PLACEMENT_PREEMPT_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_groups.h"

namespace lws {

struct Preemption {
  std::optional<Assignment> assignment;
  // Indexes into `groups`, in order.
  std::vector<size_t> victims;
  // Whether all smaller sets were tried. If not, the bound of tries was met.
  bool exact = false;
  int64_t tries = 0;
  // Without an assignment: why the group has no place when all groups of lower priority are gone.
  NoFit no_fit;
  std::vector<std::string> not_looked_at;
};

// `capacity` contains the pods of `groups`, and what they hold. `tries` limits how many sets of victims are tried after
// a first one is found. Errors: as for AssignGroup. Complexity: O(priorities) times AssignGroup, then for each domain
// that all pods of the group must share, and for each try, a count of that domain's nodes.
absl::StatusOr<Preemption> PreemptGroups(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                         absl::Span<const RunningPods> groups, int64_t tries);

// The same for a group that SpreadGroups would place. `tries` is for all domains together. The no-fit is that of the
// domain which would take most of the pods, or kDomainsAreFull. Errors: also those of SpreadGroups. Complexity: as for
// PreemptGroups, for each domain that is not full.
absl::StatusOr<Preemption> PreemptSpreadGroup(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                              absl::Span<const RunningPods> groups, int64_t tries,
                                              const GroupSpread& spread);

}  // namespace lws

#endif  // LWS_PLACEMENT_PREEMPT_GROUPS_H_
