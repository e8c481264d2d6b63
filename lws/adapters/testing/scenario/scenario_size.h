// How many pods a scenario is about, and how many a simulation of objects takes.
//
//   lws::internal::CheckScenarioSize(scenario).ok();    // true
//   lws::internal::VersionsOfScenarioSet(scenario)[0].edit;    // null: the set as it is created
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_SIZE_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_SIZE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/json.h"

namespace lws::internal {

// The most pods that a scenario may want: more would not fit into the memory of usual machines.
inline constexpr int64_t kMostScenarioPods = 200000;

// OK when the scenario's set wants at most `most` pods, as it is created and after each edit. Groups that a rollout
// makes meanwhile are not counted. Errors: InvalidArgument naming both numbers and `how` pods are simulated, with the
// field of the event for an edit. Complexity: O(edits x manifest), whatever the numbers in them.
absl::Status CheckScenarioSize(const Scenario& scenario, int64_t most = kMostScenarioPods,
                               absl::string_view how = "object by object");

// The set of a scenario at some time.
struct SetVersion {
  SharedJson manifest;
  const ScenarioEvent* edit = nullptr;  // null for the set as it is created
};

// The set as it is created, and after each edit. An edit that cannot be made changes nothing, and gives no version.
std::vector<SetVersion> VersionsOfScenarioSet(const Scenario& scenario);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_SIZE_H_
