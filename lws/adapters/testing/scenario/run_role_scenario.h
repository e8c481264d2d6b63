// Runs a scenario of a DisaggregatedSet in a simulated cluster: both controllers, its LeaderWorkerSets, and their pods.
//
//   absl::StatusOr<lws::RoleReport> report = lws::RunRoleScenario(scenario, {});
//   report->Find(0, "decode")->lowest_ready;    // 2: the fewest groups ready during an update
//
// Laws:
//   1. The same scenario and options give the same report, byte for byte.
//   2. `finished` means that every role of every slice has the wanted groups, all of the newest revision and ready, and
//      that no old group is left.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_RUN_ROLE_SCENARIO_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_RUN_ROLE_SCENARIO_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/core/disaggregated/role_options.h"

namespace lws {

struct RoleScenarioOptions {
  uint64_t seed = 1;
  DisaggregatedOptions roles;
  // Asked before every change of the cluster, if it is set. When it returns true, the run ends there, unfinished.
  std::function<bool()> is_stopped = nullptr;
};

// Without nodes in the scenario there are as many as the roles can fill; where the set has a placement policy, those of
// a slice are one domain. Calls `watch`, if it is set, with every entry at once. Controls and restart policies of the
// scenario are for LeaderWorkerSets, and are an error here. Errors: InvalidArgument with admission's errors, or for the
// target of a fault or of an edit that does not exist.
absl::StatusOr<RoleReport> RunRoleScenario(const Scenario& scenario, const RoleScenarioOptions& options,
                                           const std::function<void(const RoleTimelineEntry&)>& watch = nullptr);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_RUN_ROLE_SCENARIO_H_
