// `lwsctl simulate` and `lwsctl compare` of a DisaggregatedSet.
#ifndef LWS_EXAMPLES_LWSCTL_SIMULATE_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_SIMULATE_ROLES_H_

#include <cstdint>

#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"

namespace lwsctl {

// Both return the exit code. Flags that a DisaggregatedSet does not take are errors.
int SimulateRoles(const DisaggregatedManifest& manifest, const Arguments& arguments, uint64_t seed);
int CompareRoles(const DisaggregatedManifest& manifest, const Arguments& arguments, uint64_t seed);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SIMULATE_ROLES_H_
