// The simulation of sets so large that a character a group is too much: groups are counted and drawn in shares.
#ifndef LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
#define LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"

namespace lwsctl {

// Sets with more replicas are simulated in numbers.
inline constexpr int64_t kMostDrawnGroups = 1000;

// Plays the scenario and prints it, for people or as JSON. Errors: InvalidArgument for a manifest that is not admitted,
// and for events that are not simulated in numbers.
absl::Status SimulateGroups(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options, bool json);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
