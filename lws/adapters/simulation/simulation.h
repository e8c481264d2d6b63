// A whole cluster in memory, on a virtual clock with a seed: the API server, the controllers around it, and the
// controller of LeaderWorkerSets, which drives plans as it would drive a real cluster.
//
//   lws::Simulation simulation({});
//   simulation.AddNode("node-0", {{"cpu", "64"}}, {});
//   simulation.CreateSet(manifest);
//   simulation.RunUntilQuiet(absl::Minutes(10));
//   simulation.server().Get({"StatefulSet", "default", "vllm"});
//
// Laws:
//   1. The same options and calls give the same objects and events, byte for byte.
//   2. Between two timers of the clock, only what the first timer set off happens.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_SIMULATION_H_
#define LWS_ADAPTERS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/adapters/simulation/group_placer.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/garbage_collector.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/scheduler.h"
#include "lws/adapters/simulation/kubernetes/statefulset_controller.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/adapters/simulation/repeated_events.h"
#include "lws/adapters/simulation/stored_object_reader.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {

struct SimulationOptions {
  uint64_t seed = 1;
  absl::Time start = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00:00Z
  SetReconcileOptions sets;
  PodReconcileOptions pods;
  simulation::StatefulSetControllerOptions statefulsets;
  simulation::KubeletOptions kubelet;
  // The scheduler places whole groups on these levels. Without a value it places every pod by itself.
  std::optional<GroupPlacerOptions> placement;
  // If true, only RunSetPass reconciles sets.
  bool sets_by_hand = false;
};

// Callbacks for what happens.
struct SimulationLog {
  std::function<void(const Plan&, const absl::Status&)> on_plan;
  std::function<void(const Event&)> on_event;
  std::function<void(const simulation::ObjectChange&)> on_change;
};

class Simulation final : public Cluster {
 public:
  explicit Simulation(SimulationOptions options, SimulationLog log = {});

  // Adds a ready node. Errors: AlreadyExists.
  absl::Status AddNode(const std::string& name, const std::map<std::string, std::string>& allocatable,
                       const std::map<std::string, std::string>& labels);
  // Adds this node.
  absl::Status AddNode(Json node);

  // Creates the set of the manifest. Errors: InvalidArgument with admission's errors.
  absl::Status CreateSet(const Json& manifest);

  // Applies a JSON merge patch to the set. Errors: NotFound, InvalidArgument with admission's errors.
  absl::Status EditSet(absl::string_view namespace_name, absl::string_view name, const Json& patch);

  // The controller of LeaderWorkerSets ends, and begins again with what the server tells: nothing is left of its queue,
  // its back-offs, and what plans asked it to keep.
  void RestartController();

  // Runs what is due now, without moving the clock.
  void Settle();

  // Moves to the next due time and settles. Returns false when nothing is due until `limit`; the clock is then at
  // `limit`, unless that is the infinite future. Attempts that failed ten times in a row do not count as due.
  bool Advance(absl::Time limit);

  // Runs until nothing is due any more, but at most for `duration`. Returns false when something was still due.
  bool RunUntilQuiet(absl::Duration duration);

  // Makes one pass of the set reconciler, for sets_by_hand.
  Plan RunSetPass(absl::string_view namespace_name, absl::string_view name);

  absl::Time now() const { return clock_.now(); }
  simulation::ApiServer& server() { return server_; }
  // What the controller sees of the server's objects.
  Fleet& fleet() { return *watch_.fleet; }
  simulation::Kubelet& kubelet() { return kubelet_; }
  simulation::VirtualClock& clock() { return clock_; }

  // Cluster:
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override;
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override;
  void Perform(const Action& action, absl::Time now, WriteDone done) override;
  void Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) override;
  void Record(const Event& event) override;

 private:
  // A fleet that is told every change of the server, before the parts that subscribe later.
  struct Watch {
    // `with_restarts`: counts are kept of the restarts of each member.
    Watch(simulation::ApiServer* server, bool with_restarts);
    void See(const simulation::ObjectChange& change);
    const bool with_restarts;
    internal::StoredObjectReader reader;
    std::optional<Fleet> fleet;  // always there; a restart of the controller makes another
    internal::RestartCounts restarts;
  };

  absl::StatusOr<Json> AdmitNewPod(Json pod);
  std::optional<absl::StatusOr<std::string>> PlacedNode(const simulation::StoredObject& pod);
  void OnChange(const simulation::ObjectChange& change);
  void TellWhatIsDue();
  absl::Status Write(const Action& action);

  SimulationOptions options_;
  SimulationLog log_;
  KeptState kept_;
  internal::RepeatedEvents repeated_events_;
  GroupMembers members_;  // of the present observation
  simulation::VirtualClock clock_;
  simulation::ApiServer server_;
  Watch watch_;
  simulation::GarbageCollector collector_;
  simulation::StatefulSetController statefulsets_;
  std::optional<GroupPlacer> placer_;
  simulation::Scheduler scheduler_;
  simulation::Kubelet kubelet_;
  ControllerOptions controller_options_;
  std::optional<Controller> controller_;  // always there; a restart makes another
};

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_SIMULATION_H_
