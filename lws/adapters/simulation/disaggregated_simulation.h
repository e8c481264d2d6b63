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
// With faults (faults.h) the controller sees the children and the Services late, twice or at the next list, its writes
// fail, and its clock jumps. What it wrote, and edits of the set and of scalers, it sees at once. A crash ends a pass
// after any of its writes, and with it the controller of LeaderWorkerSets; both read the cluster again. A pass that
// fails is then tried again however often it failed.
//
// Laws:
//   1. The same options and calls give the same objects and events, byte for byte.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_
#define LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/faults.h"
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
  DisaggregatedSimulation(SimulationOptions options, DisaggregatedOptions roles, SimulationLog log = {},
                          const internal::SimulationFaults& faults = {});
  DisaggregatedSimulation(const DisaggregatedSimulation&) = delete;
  ~DisaggregatedSimulation();

  // Creates the DisaggregatedSet of the manifest. Errors: InvalidArgument with admission's errors.
  absl::Status CreateSet(const Json& manifest);

  // Applies a JSON merge patch to the set. Errors: NotFound, InvalidArgument with admission's errors.
  absl::Status EditSet(absl::string_view namespace_name, absl::string_view name, const Json& patch);

  // Sets the replicas of a scaler, as an autoscaler does. Errors: NotFound.
  absl::Status Scale(absl::string_view namespace_name, absl::string_view scaler, int32_t replicas);

  // The set and the objects around it. Valid until the next change.
  DisaggregatedObservation Observe(absl::string_view namespace_name, absl::string_view name) const {
    return objects_.Observe(namespace_name, name);
  }

  // The same as the controller sees them: without faults, as they are.
  DisaggregatedObservation ObserveAsSeen(absl::string_view namespace_name, absl::string_view name) const;

  // Whether the last pass of the set failed, or ended with a crash, so that its writes may be half done.
  bool IsInterrupted(absl::string_view namespace_name, absl::string_view name) const {
    return failures_.count({std::string(namespace_name), std::string(name)}) > 0;
  }

  Simulation& cluster() { return cluster_; }

 private:
  using SetName = std::pair<std::string, std::string>;  // namespace, name

  struct Faults;

  void OnChange(const simulation::ObjectChange& change);
  void See(const simulation::ObjectChange& change);
  void Restart();
  void Wake(const SetName& set, absl::Duration delay);
  void Pass(const SetName& set);
  absl::Status Perform(const Plan& plan);
  absl::Status WriteOrFail(const Action& action);
  absl::Status Write(const Action& action);

  const DisaggregatedOptions roles_;
  const SimulationLog log_;
  DisaggregatedSnapshot objects_;
  std::map<SetName, int64_t> passes_due_;  // by time, in nanoseconds
  std::map<SetName, int> failures_;        // in a row
  Simulation cluster_;
  std::unique_ptr<Faults> faults_;  // null without
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_DISAGGREGATED_SIMULATION_H_
