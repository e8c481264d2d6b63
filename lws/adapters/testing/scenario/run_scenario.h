// A scenario, run in a simulated cluster, and what is to be said of it.
//
//   absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, {});
//   report->lowest_ready;    // 3: the fewest groups ready while an update was on
//   report->duration;        // 1m34s
//
// Laws:
//   1. Same scenario, same options: the same report, byte for byte.
//   2. finished says that the set came to all groups ready, of the newest revision from its partition up; where it did
//   not, the scenario was given up when its patience was at its end, and what is waited for is said.
//   3. The promise is that of the set at every moment (promise.h): edits of replicas and of maxUnavailable count.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/placement/providers/pod_group.h"

namespace lws {

struct RestartPolicy;

struct ScenarioRunOptions {
  uint64_t seed = 1;
  SetReconcileOptions sets;  // a rollout policy, and controls
  // Borrowed; null: the reference's way.
  const RestartPolicy* restarts = nullptr;
  bool max_unavailable_statefulset = false;  // MaxUnavailableStatefulSet
  SchedulerProvider scheduler_provider = SchedulerProvider::kNone;
};

// The options, with what they leave open as the scenario says. Borrows from it.
ScenarioRunOptions OptionsFor(const Scenario& scenario, ScenarioRunOptions options);

// Calls `watch`, when there is one, with every entry as it comes. Errors: InvalidArgument with what admission says,
// or for a target that is not there to be struck.
absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch = nullptr);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
