// `lwsctl place` of a DisaggregatedSet.
#ifndef LWS_EXAMPLES_LWSCTL_PLACE_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_PLACE_ROLES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"

namespace lwsctl {

// Prints a place for every slice, and returns whether all have one. Pods that run stay, and the others of their slice
// get nodes in their domain. Errors: InvalidArgument for wrong values of flags, a topology that is no level, and a file
// that also has LeaderWorkerSets.
absl::StatusOr<bool> PlaceRoles(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments);

// Prints a place for all groups of all sets in one domain of the level of --together, and returns whether they have
// one. REQUIRES: LeaderWorkerSets. Errors: as for PlaceRoles.
absl::StatusOr<bool> PlaceTogether(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACE_ROLES_H_
