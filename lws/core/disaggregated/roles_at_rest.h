// Whether a DisaggregatedSet is at rest, so that a pass has nothing to write. Most passes of a large set find that, so
// it is decided first, from the observation alone and without memory.
//
//   lws::DisaggregatedObservation observed;
//   observed.set = &set;
//   lws::internal::AreRolesAtRest(observed, "daf1923f", {});    // false, because it has no children
//
// A set is recognized as at rest if its children are exactly those of its revision under their present names, every
// slice that serves has its Services, no other Service carries the set's name, and its status is written. Sets with
// External roles, scalers of their own, old revisions or children of other owners are not recognized; a whole pass
// decides about them.
//
// Laws:
//   1. When it is true, a whole pass makes an empty plan.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_ROLES_AT_REST_H_
#define LWS_CORE_DISAGGREGATED_ROLES_AT_REST_H_

#include "absl/strings/string_view.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"

namespace lws::internal {

// `revision` is that of the set. REQUIRES: observation.set != nullptr. Complexity: O(children + Services +
// scalers), without allocation for sets of up to 10 roles and 100 slices; larger ones are not recognized.
bool AreRolesAtRest(const DisaggregatedObservation& observation, absl::string_view revision,
                    const DisaggregatedOptions& options);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_ROLES_AT_REST_H_
