// Which groups of lower priority would have to go so that several groups get nodes together, such as all roles of a
// slice of a DisaggregatedSet.
//
//   std::vector<lws::PartlyPlacedGroup> slice(2);
//   slice[0].request = &prefill;    // each takes a node
//   slice[1].request = &decode;
//   lws::PodShape whole_node;
//   whole_node.amounts = {{"nvidia.com/gpu", 8}};
//   std::vector<lws::RunningPods> running(2);
//   running[0].pods = {{*topology.FindNode("n1"), whole_node}, {*topology.FindNode("n2"), whole_node}};
//   running[1].pods = {{*topology.FindNode("n4"), whole_node}, {*topology.FindNode("n5"), whole_node}};
//   for (const lws::RunningPods& group : running) lws::PutBackPods(group, &capacity);
//   lws::TogetherPreemption preemption =
//       *lws::PreemptTogether(capacity, slice, "cloud/rack", /*priority=*/10, running, /*tries=*/1000);
//   preemption.victims;          // {0}
//   preemption.result.domain;    // {"r1"}
//
// Laws:
//   1. Every victim has a lower priority than the groups. When all pods of all victims are gone, CompleteTogether gives
//      the result. There are no victims when the groups have a place already.
//   2. No victim could stay: if one of them stays, the groups have no place.
//   3. When `exact`, the highest priority among the victims is as low as possible. Among the sets with that priority,
//      theirs has the fewest groups, then the fewest pods, and then the lowest indexes.
//   4. There are no assignments only if the groups have no place even when all groups of lower priority are gone.
//   5. More tries never give a set that law 3 ranks behind.
//   6. With a spread, all pods are in one domain of its level that may have another group, and law 3 ranks the victims
//      over all these domains. Among domains whose victims are equal in priority, groups and pods, it is the one with
//      the fewest groups, then the first in path order.
// "Have a place" means that CompleteTogether, which places the groups in the order given, finds one. For groups of
// several shapes, and for pods that ask something of other pods, laws 2 and `exact` are not promised, because such
// groups may lose their place when others go.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_PREEMPT_TOGETHER_H_
#define LWS_PLACEMENT_PREEMPT_TOGETHER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/capacity.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_groups.h"

namespace lws {

struct TogetherPreemption {
  // Without assignments: why the groups have no place when all groups of lower priority are gone.
  TogetherResult result;
  // Indexes into `running`, in order.
  std::vector<size_t> victims;
  // Whether all smaller sets were tried. If not, the bound of tries was met.
  bool exact = false;
  int64_t tries = 0;
};

// `capacity` contains the pods of `running`, and what they hold; `running` has none of `groups`. An empty level stands
// for the whole cluster. `tries` limits how many sets of victims are tried after a first one is found. Errors: as for
// CompleteTogether. Complexity: O(priorities) times CompleteTogether, then once for each domain of the level and each
// try, with the nodes of that domain.
absl::StatusOr<TogetherPreemption> PreemptTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                   absl::string_view level, int64_t priority,
                                                   absl::Span<const RunningPods> running, int64_t tries);

// The same for groups that SpreadTogether would place. `tries` is for all domains together. Errors: also those of
// SpreadTogether. Complexity: as for PreemptTogether, for each domain that may have another group.
absl::StatusOr<TogetherPreemption> PreemptSpreadTogether(const Capacity& capacity,
                                                         absl::Span<const PartlyPlacedGroup> groups,
                                                         absl::string_view level, const GroupSpread& spread,
                                                         int64_t priority, absl::Span<const RunningPods> running,
                                                         int64_t tries);

}  // namespace lws

#endif  // LWS_PLACEMENT_PREEMPT_TOGETHER_H_
