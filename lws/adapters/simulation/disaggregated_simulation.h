// A simulated cluster with DisaggregatedSets: their controller beside that of LeaderWorkerSets, so that a
// DisaggregatedSet rolls out through the rollouts and the pods of its own LeaderWorkerSets.
//
//   lws::DisaggregatedSimulation simulation({}, {});
//   simulation.cluster().AddNode("node-0", {{"cpu", "64"}, {"pods", "110"}}, {});
//   simulation.CreateSet(manifest);
//   simulation.cluster().RunUntilQuiet(absl::Hours(1));
//   simulation.Observe("default", "llm").children.size();    // a child per slice and role
//
// The controller looks at a set when the set, one of its LeaderWorkerSets or one of its scalers changes. A pass that
// failed is tried again after a delay that doubles, and after ten failures in a row only when something changes. A pass
// that only asks to be made again decides the same until something changes, so it is not made again before.
//
// Laws:
//   1. The same options and calls give the same objects and events, byte for byte.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_
#define LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/api/json.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws {

class DisaggregatedSimulation {
 public:
  // The log hears of the whole cluster: also of the plans and events of DisaggregatedSets.
  DisaggregatedSimulation(SimulationOptions options, DisaggregatedOptions roles, SimulationLog log = {});
  DisaggregatedSimulation(const DisaggregatedSimulation&) = delete;

  // Creates the DisaggregatedSet of the manifest. Errors: InvalidArgument with admission's errors.
  absl::Status CreateSet(const Json& manifest);

  // Applies a JSON merge patch to the set. Errors: NotFound, InvalidArgument with admission's errors.
  absl::Status EditSet(absl::string_view namespace_name, absl::string_view name, const Json& patch);

  // Sets the replicas of a scaler, as an autoscaler does. Errors: NotFound.
  absl::Status Scale(absl::string_view namespace_name, absl::string_view scaler, int32_t replicas);

  // The set and the objects around it, as its controller sees them. Valid until the next change.
  DisaggregatedObservation Observe(absl::string_view namespace_name, absl::string_view name) const {
    return objects_.Observe(namespace_name, name);
  }

  Simulation& cluster() { return cluster_; }

 private:
  using SetName = std::pair<std::string, std::string>;  // namespace, name

  void OnChange(const simulation::Change& change);
  void Wake(const SetName& set, absl::Duration delay);
  void Pass(const SetName& set);
  absl::Status Perform(const Plan& plan);
  absl::Status Write(const Action& action);

  const DisaggregatedOptions roles_;
  const SimulationLog log_;
  DisaggregatedSnapshot objects_;
  std::map<SetName, int64_t> passes_due_;  // by time, in nanoseconds
  std::map<SetName, int> failures_;        // in a row
  Simulation cluster_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_
