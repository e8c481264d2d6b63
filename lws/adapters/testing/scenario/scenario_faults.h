// What scenarios of all kinds of sets do to a simulated cluster: its nodes, and faults of pods and nodes.
//
//   absl::Status status = lws::internal::AddScenarioNodes(scenario, &simulation);
//   lws::internal::StrikeScenario(event, "default", &simulation);    // false when the target does not exist
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_FAULTS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_FAULTS_H_

#include <string>

#include "absl/status/status.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/scenario.h"

namespace lws::internal {

// Adds the nodes that the scenario names; where it names none, those of usual_nodes.h. Errors: those of
// Simulation::AddNode.
absl::Status AddScenarioNodes(const Scenario& scenario, Simulation* simulation);

// Performs the fault. Returns false when that cannot be. An edit does nothing here.
bool StrikeScenario(const ScenarioEvent& event, const std::string& namespace_name, Simulation* simulation);

// The error of a fault that could not be: its target does not exist, or is in no state for it.
absl::Status ScenarioFaultNotStruck(const ScenarioEvent& event, const std::string& namespace_name,
                                    Simulation* simulation);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_FAULTS_H_
