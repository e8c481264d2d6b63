// What the groups of a slice of a DisaggregatedSet, or of several sets as one, ask for.
#ifndef LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_
#define LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/set_request.h"

namespace lwsctl {

// By group.
struct SliceRequests {
  std::vector<std::string> names;  // "prefill-0"
  std::vector<lws::GroupId> ids;
  std::vector<lws::GroupRequest> requests;
};

// The level of the placement policy; "" without a policy.
std::string LevelOfPolicy(const lws::DisaggregatedSet& set);

// Adds the first `count` groups of a LeaderWorkerSet, with names that begin with `name`. Errors: those of
// GroupRequestFromSet.
absl::Status AddGroupsOf(const lws::LeaderWorkerSet& set, const std::string& name, int32_t count,
                         const lws::SetPlacement& placement, SliceRequests* slice);

// The groups of all roles. The slice may be beyond those of the set. Errors: as for AddGroupsOf and DesiredRoles, and
// InvalidArgument for a role whose LeaderWorkerSet would not be admitted.
absl::StatusOr<SliceRequests> RequestsOfSlice(const lws::DisaggregatedSet& set, int32_t slice,
                                              const lws::SetPlacement& placement);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SLICE_REQUESTS_H_
