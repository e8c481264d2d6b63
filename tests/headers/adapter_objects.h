// The objects that the examples of lws/adapters use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_
#define LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/adapters/simulation/numbers/chance.h"
#include "lws/adapters/simulation/numbers/faults.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/adapters/simulation/repeated_events.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/placement/set_request.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
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

class SimulationExamples : public HeaderExamples {
 protected:
  simulation::VirtualClock clock{absl::UnixEpoch()};
  simulation::ApiServer server{&clock};
  SetPlacement placement;
};

// One group of a set of size 2, of which nothing is there yet.
class NumbersExamples : public HeaderExamples {
 protected:
  NumbersExamples() {
    EXPECT_TRUE(fleet.Add(manifest).ok());
    groups.Begin(fleet.SetNumber("default", "vllm"), 2);
    groups.Grow(1);
  }

  simulation::KubeletOptions options;
  internal::SimulationFaults faults;
  internal::SimulationTimers timers;
  internal::SimulationTimer timer = {/*group=*/0, /*life=*/1, /*worker=*/0, internal::TimerKind::kStart};
  internal::SimulationErrors errors;
  internal::Chance chance{/*seed=*/17, faults, &timers};
  internal::SimulatedGroups groups;
  Fleet fleet;
};

class EventExamples : public HeaderExamples {
 protected:
  internal::RepeatedEvents repeated;
  Event event;
};

class StoredExamples : public HeaderExamples {
 protected:
  simulation::ObjectKey key = simulation::StoredObjectKey(pod);
  simulation::SharedObject stored_pod = std::make_shared<const simulation::StoredObject>(pod);
  simulation::Change change = {simulation::ChangeType::kAdded, key, nullptr, stored_pod};
};

// A simulated cluster with the set, and without nodes.
class WatchExamples : public HeaderExamples {
 protected:
  WatchExamples() {
    report.set_name = "vllm";
    EXPECT_TRUE(simulation.CreateSet(manifest).ok());
  }

  Simulation simulation{SimulationOptions()};
  ScenarioReport report;
};

// `options` are those of a scenario's run.
class ScenarioExamples : public HeaderExamples {
 protected:
  Scenario scenario = ScenarioBuilder("vllm", /*replicas=*/4, /*size=*/2).MaxSurge(1).NewImage("vllm:2").Build();
  ScenarioRunOptions options;
  ScenarioReport report = *RunScenario(scenario, {});
  RolloutPolicy policy = KeepBudget;
};

}  // namespace lws

using MyClient = lws::ExampleClient;

#endif  // LWS_TESTS_HEADERS_ADAPTER_OBJECTS_H_
