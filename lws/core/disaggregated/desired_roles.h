// The objects that a DisaggregatedSet wants when it is at rest: scalers, the children of every slice, their Services.
//
//   absl::StatusOr<std::vector<lws::DesiredRole>> roles = lws::DesiredRoles(set, /*slice=*/0);
//   (*roles)[0].child;      // the LeaderWorkerSet llm-0-daf1923f-prefill
//   (*roles)[0].service;    // the Service llm-0-daf1923f-prefill-prv
//   lws::DesiredScalers(set);    // those of the External roles
//
// Laws:
//   1. The first pass over a set without objects creates the scalers and children that these functions return, and the
//      pass after their groups became ready creates the Services.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_DESIRED_ROLES_H_
#define LWS_CORE_DISAGGREGATED_DESIRED_ROLES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class DisaggregatedSet;
}  // namespace v1

// The objects of one role in one slice.
struct DesiredRole {
  SharedJson child;
  SharedJson service;
};

// The objects of the slice, one entry per role of the spec in its order. An External role has the one group that a new
// scaler asks for. Errors: InvalidArgument for an affinity in a template that holds anything but objects and lists.
// Complexity: O(templates).
absl::StatusOr<std::vector<DesiredRole>> DesiredRoles(const DisaggregatedSet& set, int32_t slice);

// The scalers of the External roles, in the order of the spec.
std::vector<SharedJson> DesiredScalers(const DisaggregatedSet& set);

}  // namespace lws

#endif  // LWS_CORE_DISAGGREGATED_DESIRED_ROLES_H_
