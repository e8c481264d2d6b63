// The objects that the examples of lws/adapters use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_
#define LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/leader_rollout.h"
#include "lws/adapters/simulation/numbers/node_outages.h"
#include "lws/adapters/simulation/numbers/pass_schedule.h"
#include "lws/adapters/simulation/numbers/pod_lives.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulated_leaders.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/adapters/simulation/repeated_events.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/observation.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/placement/set_request.h"
#include "lws/rollout/policies.h"
#include "tests/headers/example_objects.h"

namespace lws {

// A client that takes every write.
class ExampleClient {
 public:
  absl::StatusOr<WriteAnswer> Send(const Action&) { return WriteAnswer(); }
  void Record(const Event&) {}
};

// A cluster in which nothing exists.
class ExampleCluster final : public Cluster {
 public:
  SetObservation ObserveSet(absl::string_view, absl::string_view) override { return {}; }
  PodObservation ObservePod(absl::string_view, absl::string_view) override { return {}; }
  void Perform(const Action&, absl::Time now, WriteDone done) override { done(WriteAnswer(), now); }
  void Record(const Event&) override {}
};

class HostExamples : public HeaderExamples {
 protected:
  HostExamples() {
    EXPECT_TRUE(fleet.Add(manifest).ok());
    EXPECT_TRUE(fleet.Add(pod).ok());
  }

  static void Sleep(std::optional<absl::Time>) {}

  ExampleCluster cluster;
  ControllerOptions options;
  Fleet fleet;
  Plan plan;
  Json object = manifest;
  Json pod_document = pod;
  WorkKey key = {WorkKey::Kind::kSet, "default", "vllm"};
  ObjectRef ref = {"Pod", "default", "vllm-0"};
  std::string uid = "u";
};

// An API server with the node gpu-1.
class SimulationExamples : public HeaderExamples {
 protected:
  SimulationExamples() {
    EXPECT_TRUE(server.Create({{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "gpu-1"}}}}).ok());
    action.api_version = "v1";
    action.target = {"Pod", "default", "vllm-0"};
    Json without_gpus = pod;
    without_gpus["spec"]["containers"][0].erase("resources");
    action.object = ActionObject::Of(std::move(without_gpus));
  }

  static void MakeReady(const Json&) {}

  absl::Time start = now;
  simulation::VirtualClock clock{absl::UnixEpoch()};
  simulation::ApiServer server{&clock};
  simulation::KubeletOptions options;
  SetPlacement placement;
  Action action;
  Json labels = pod["metadata"]["labels"];
  Json statefulset = {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", {{"name", "vllm"}}}};
  Json applied = {{"spec", {{"replicas", 1}}}};
  Json fields = {{"f:spec", {{"f:replicas", Json::object()}}}};
  Json before = Json::object();
  Json live = statefulset;
  std::vector<Json> others;
};

// A pod on a node, and another pod that stays away from it.
class AffinityExamples : public HeaderExamples {
 protected:
  static simulation::SharedObject Stored(const Json& object) {
    return std::make_shared<const simulation::StoredObject>(object);
  }
  static simulation::SharedObject PodWithAntiAffinity() {
    Json pod = ExamplePod();
    const Json selector = {{"matchLabels", {{"leaderworkerset.sigs.k8s.io/name", "vllm"}}}};
    pod["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
        Json::array({{{"labelSelector", selector}, {"topologyKey", "kubernetes.io/hostname"}}});
    return Stored(pod);
  }

  ObjectRef key = simulation::StoredObjectRef(ExamplePod());
  simulation::SharedObject pod = Stored(ExamplePod());
  simulation::SharedObject other = PodWithAntiAffinity();
  simulation::SharedObject node = Stored(*shared_nodes.front());
};

class RoleSimulationExamples : public HeaderExamples {
 protected:
  Json manifest = ExampleRoleManifest();
};

// A set of size 8 with 13 groups, of which nothing is there yet, and everything that runs it.
class NumbersExamples : public HeaderExamples {
 protected:
  NumbersExamples() {
    EXPECT_TRUE(fleet.Add(manifest).ok());
    groups.Begin(fleet.numbers().OfSet("default", "vllm"), 8);
    groups.Grow(13);
    for (Action& planned : ReconcileSet(observation, now).actions) {
      if (planned.target.kind == "StatefulSet") action = std::move(planned);
    }
  }

  simulation::KubeletOptions options;
  internal::SimulationFaults faults;
  internal::SimulationTimers timers;
  internal::SimulationTimer timer = {/*group=*/0, /*life=*/1, /*worker=*/0, internal::TimerKind::kStart};
  internal::SimulationErrors errors;
  internal::Chance chance{/*seed=*/17, faults, [this] { return absl::Milliseconds(timers.now()); }};
  internal::SimulatedGroups groups;
  Fleet fleet;
  PodFacts facts;
  Action action;
  int32_t group = 12;
  internal::PodDelays delays;
  internal::NodeOutages<internal::SimulationTimer> nodes{2};
  internal::LateWatches watches{&groups, &fleet, &chance, &timers, &errors};
  internal::LeaderRollout leaders{/*max_unavailable_statefulset=*/false};
  internal::PodLives lives{delays, &groups, &nodes, &leaders, &watches, &chance, &timers};
  internal::SimulatedLeaders statefulset{&groups, &leaders, &lives, &fleet, &watches, &errors};
  internal::FaultyWrites writes{&chance};
  internal::PassSchedule schedule{absl::Milliseconds(100), &timers};
  std::function<void(const Event&)> on_event = [](const Event&) {};
};

// In numbers: SetPasses takes the options of ReconcileSet.
class SetPassExamples : public NumbersExamples {
 protected:
  SetReconcileOptions options;
};

class TimerExamples : public HeaderExamples {
 protected:
  using Timer = int;

  Timer timer = 7;
  std::vector<Timer> timers;
};

class EventExamples : public HeaderExamples {
 protected:
  internal::RepeatedEvents repeated;
  Event event;
};

class StoredExamples : public HeaderExamples {
 protected:
  ObjectRef key = simulation::StoredObjectRef(pod);
  simulation::SharedObject stored_pod = std::make_shared<const simulation::StoredObject>(pod);
  simulation::ObjectChange change = {simulation::ChangeType::kAdded, key, nullptr, stored_pod};
};

}  // namespace lws

using MyClient = lws::ExampleClient;

#endif  // LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_
