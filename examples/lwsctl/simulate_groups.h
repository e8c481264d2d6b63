// The simulation of sets so large that a character a group is too much: groups are counted and drawn in shares.
#ifndef LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
#define LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "lws/api/json.h"
#include "lws/core/reconcile_set.h"

namespace lwsctl {

// Sets with more replicas are simulated in numbers.
inline constexpr int64_t kMostDrawnGroups = 1000;

struct SimulateGroupsOptions {
  uint64_t seed = 1;
  bool feature_max_unavailable = false;
  lws::SetReconcileOptions sets;
  bool json = false;
};

// Plays the scenario, or, when it is empty, the usual story, and prints it. Errors: InvalidArgument for a manifest that
// is not admitted, and for events that are not simulated in numbers.
absl::Status SimulateGroups(const lws::Json& manifest, const lws::Json& scenario, const SimulateGroupsOptions& options);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
