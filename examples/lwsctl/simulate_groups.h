// Simulates sets that are too large for one character per group: groups are counted and drawn in shares.
#ifndef LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
#define LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"

namespace lwsctl {

// Sets with more replicas are simulated in numbers.
inline constexpr int64_t kMostDrawnGroups = 1000;

// Plays the scenario and prints its lines, or appends them to `lines` when that is not null. The report has no
// timeline. Errors: InvalidArgument for a manifest that is not admitted, and for events that the simulation in numbers
// does not know.
absl::StatusOr<lws::ScenarioReport> SimulateGroups(const lws::Scenario& scenario,
                                                   const lws::ScenarioRunOptions& options, lws::Json* lines);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
