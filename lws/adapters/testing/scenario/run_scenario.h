// Runs a scenario in a simulated cluster and reports the result.
//
//   absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, {});
//   report->lowest_ready;    // 3: the fewest groups ready during an update
//   report->duration;        // 1m34s
//
// Laws:
//   1. The same scenario and options give the same report, byte for byte.
//   2. `finished` means that all groups became ready and, from the set's partition up, have the newest revision.
//      Otherwise the run was given up when the patience ended, or it was stopped, and the report says what pods wait
//      for.
//   3. The promise follows the set at every moment (promise.h), so edits of replicas and of maxUnavailable count.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {

struct ScenarioRunOptions {
  uint64_t seed = 1;
  SetReconcileOptions sets;                  // a rollout policy, and controls
  PodReconcileOptions pods;                  // a restart policy, and a scheduling provider
  bool max_unavailable_statefulset = false;  // MaxUnavailableStatefulSet
  // Above 0, the timeline is short: it has the groups when so many of them changed, and at the events that it has. It
  // leaves out the events of single groups, and counts them. 0: it has every change and every event.
  int32_t told_step = 0;
  // Asked before every change of the cluster, if it is set. When it returns true, the run ends there, unfinished.
  std::function<bool()> is_stopped;
};

// The options, completed by the scenario where they say nothing. Borrows from the scenario.
ScenarioRunOptions ScenarioOptionsFor(const Scenario& scenario, ScenarioRunOptions options);

// Calls `watch`, if it is set, with every entry at once. Errors: InvalidArgument with admission's errors, those of
// CheckScenarioSize, or InvalidArgument for the target of a fault that does not exist, with the field of its event.
absl::StatusOr<ScenarioReport> RunScenario(const Scenario& scenario, const ScenarioRunOptions& options,
                                           const std::function<void(const TimelineEntry&)>& watch = nullptr);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_RUN_SCENARIO_H_
