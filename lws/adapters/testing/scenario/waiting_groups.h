// Finds out what the groups of a set wait for in a simulated cluster.
//
//   std::vector<lws::WaitingPod> waiting =
//       lws::internal::ScenarioWaitingPods(&simulation, "default", "vllm", /*groups=*/4, /*size=*/2);
//   waiting[0].pod;    // "vllm-0"
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_WAITING_GROUPS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_WAITING_GROUPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/scenario_report.h"

namespace lws::internal {

// Every pod of the set that is not ready, and the missing leaders and workers of its first `groups` groups, in the
// order of the groups. Objects that do not parse are left out. Complexity: O(pods of the set).
std::vector<WaitingPod> ScenarioWaitingPods(Simulation* simulation, const std::string& namespace_name,
                                            const std::string& set_name, int32_t groups, int32_t size);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_WAITING_GROUPS_H_
