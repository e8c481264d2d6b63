// How many more groups of a set fit beside those that run in part, once these have their missing pods.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   lws::GroupRequest request;
//   request.worker.amounts = {{"nvidia.com/gpu", 8}};    // one on a node
//   request.workers = 2;
//   const int32_t n1 = *topology->FindNode("n1");
//   capacity.Use(n1, request.worker);
//   const std::vector<lws::PartlyPlacedGroup> running = {{&request, {n1, std::nullopt}}};
//   lws::CompletedHeadroom counted = *lws::CountCompletedHeadroom(capacity, running, request, /*limit=*/100);
//   counted.completed.assignments.size();    // 1: its second pod has a place
//   counted.headroom.groups;                 // 2: six nodes, and two of them are taken
//
// Laws:
//   1. With `completed.assignments`, pods that run keep their nodes, and `headroom.groups` groups have a place at the
//      same time beside all pods of the completed groups.
//   2. However the groups are completed, there is no room for more than `headroom.at_most` groups, and when
//      `headroom.exact`, for no more than `headroom.groups`.
//   3. Without `completed.assignments`, the headroom is that of the capacity as it is. When `completed.is_certain`, no
//      way to complete all groups exists.
//   4. Without groups that run in part it is CountHeadroom.
//   5. When all pods of the set have one shape, and neither subgroups nor anything to ask of other pods, no answer is
//      open: the headroom is exact, or it is certain that the groups cannot be completed.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_COMPLETED_HEADROOM_H_
#define LWS_PLACEMENT_COMPLETED_HEADROOM_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"

namespace lws {

struct CompletedHeadroom {
  // The groups that run in part, completed by CompleteTogether in the whole cluster; or the first one that has no
  // place, and whether another way to complete them may exist.
  TogetherResult completed;
  // What is left after that. Its domains and `next` count what is left beside the places of `completed`.
  Headroom headroom;
};

// `capacity` has the pods that run, and what they hold. REQUIRES: the requests of the groups that run in part are
// `request`, except for labels of their pods. Errors: as for CompleteTogether and CountHeadroom. Complexity: as for
// CompleteTogether, and three times CountHeadroom, of which two place no groups.
absl::StatusOr<CompletedHeadroom> CountCompletedHeadroom(const Capacity& capacity,
                                                         absl::Span<const PartlyPlacedGroup> running,
                                                         const GroupRequest& request, int64_t limit,
                                                         const std::function<bool()>& is_stopped = nullptr);

}  // namespace lws

#endif  // LWS_PLACEMENT_COMPLETED_HEADROOM_H_
