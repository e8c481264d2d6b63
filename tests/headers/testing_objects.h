// The objects that the examples of lws/adapters/testing and of lws/adapters/c use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_TESTING_OBJECTS_H_
#define LWS_TESTS_HEADERS_TESTING_OBJECTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/c/fleet_handle.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/group_world.h"
#include "lws/adapters/testing/checker/group_world_options.h"
#include "lws/adapters/testing/checker/rollout_world.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/adapters/testing/conformance/test_cluster.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/core/plan/decision.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"

namespace lws {

// A simulated cluster with the set, and without nodes.
class WatchExamples : public HeaderExamples {
 protected:
  WatchExamples() {
    report.set_name = "vllm";
    EXPECT_TRUE(simulation.CreateSet(manifest).ok());
    simulation.Settle();
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
  SwarmCase drawn;
  Plan plan;
};

// A simulated cluster as the suite for clusters tests it.
class ClusterExamples : public HeaderExamples {
 protected:
  static TestedCluster MyCluster(const Json& manifest) {
    SimulationOptions options;
    options.sets_by_hand = true;
    const auto simulation = std::make_shared<Simulation>(options);
    EXPECT_TRUE(simulation->CreateSet(manifest).ok());
    simulation->Settle();
    return {simulation, [simulation] { simulation->RunUntilQuiet(absl::Minutes(1)); },
            [simulation] { return simulation->now(); }};
  }
};

// A report of which the scenario has nothing.
struct ExampleReport {
  void Look() {}
  bool is_done() const { return true; }
};

class PlayExamples : public ScenarioExamples {
 protected:
  static absl::Status Happen(const ScenarioEvent&) { return absl::OkStatus(); }

  Simulation simulation{SimulationOptions()};
  ScenarioEvent event = scenario.events.front();
  ExampleReport report;
};

// A DisaggregatedSet of two groups a role, of which an update takes none before it has a new one.
class RoleReportExamples : public HeaderExamples {
 protected:
  static Scenario ExampleScenario() {
    Json manifest = ExampleRoleManifest();
    for (Json& role : manifest["spec"]["roles"]) {
      role["spec"]["replicas"] = 2;
      role["spec"]["rolloutStrategy"] = {{"type", "RollingUpdate"},
                                         {"rollingUpdateConfiguration", {{"maxSurge", 1}, {"maxUnavailable", 0}}}};
    }
    return UsualScenario(manifest);
  }

  static RoleReport ExampleReport() {
    RoleReport report;
    report.finished = true;
    report.duration = absl::Seconds(65);
    report.courses = {{/*slice=*/0, "decode", /*lowest_ready=*/2, /*promised_ready=*/3, /*counted_on=*/3}};
    return report;
  }

  Scenario scenario = ExampleScenario();
  RoleReport report = ExampleReport();
};

class RoleWatchExamples : public RoleReportExamples {
 protected:
  RoleWatchExamples() { EXPECT_TRUE(simulation.CreateSet(ExampleRoleManifest()).ok()); }

  DisaggregatedSimulation simulation{{}, {}};
  absl::Duration time;
};

class GroupStepExamples : public HeaderExamples {
 protected:
  static DecisionReason Mutated(const LeaderFacts&) { return DecisionReason::kAtRest; }

  internal::GroupWorldOptions options;
  internal::PackedState state = internal::GroupWorld(options).Beginning();
};

class RolloutStepExamples : public HeaderExamples {
 protected:
  RolloutWorldOptions options;
  internal::PackedState state = internal::RolloutWorld(options).Beginning();
};

class FieldExamples : public HeaderExamples {
 protected:
  struct Pair {
    uint32_t a = 0;
    uint32_t b = 0;

    template <typename Values, typename Field>
    static void ForEachField(Values& pair, const Field& field) {
      field(pair.a, 3);
      field(pair.b, 1);
    }
  };
};

// `bytes` and `document` are a state of the cluster, in JSON.
class CallExamples : public HeaderExamples {
 protected:
  ~CallExamples() override {
    lws_text_free(&written);
    lws_text_free(&written_error);
  }

  lws_text written = {};
  lws_text written_error = {};
  lws_text* out = &written;
  lws_text* error = &written_error;
  std::string text = "text";
  Plan plan;
  Json pod_document = pod;
  std::string bytes = Json::array({manifest, pod}).dump();
  lws_fleet fleet;
  lws_fleet another;
  const lws_policy* policy = nullptr;
};

// As C knows them.
class CallerExamples : public HeaderExamples {
 protected:
  const char* json = manifest_text.c_str();
  int64_t now = 0;
};

class CallerProtoExamples : public HeaderExamples {
 protected:
  std::string bytes;
};

class CallerPlaceExamples : public HeaderExamples {
 protected:
  Json document = {{"nodes", ExampleNodes()},
                   {"levels", {"cloud/rack", "kubernetes.io/hostname"}},
                   {"sets", Json::array({manifest})}};
};

class CallerPolicyExamples : public HeaderExamples {
 protected:
  lws_policy policy;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_TESTING_OBJECTS_H_
