// The nodes that are made for a scenario that names none.
#include "lws/adapters/testing/scenario/usual_nodes.h"

#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

TEST(UsualNodesTest, UsualNodesHaveWhateverTheSetAsksFor) {
  Json manifest = *ScenarioBuilder("s", 2, 2).Build().manifest;
  Json& container = manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0];
  container["resources"]["limits"] = {{"example.com/nic", 3}, {"ephemeral-storage", "800Gi"}, {"cpu", "500"}};
  const ScenarioReport report = *RunScenario(ScenarioBuilder(manifest).Build(), {});
  EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
}

TEST(UsualNodesTest, UsualNodesHaveOnlyAcceleratorsThatAreAskedFor) {
  Json manifest = *ScenarioBuilder("s", 2, 2).Build().manifest;
  Json& container = manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0];
  const auto made = [&manifest] { return internal::UsualNodesFor(ScenarioBuilder(manifest).Build()); };
  using Amounts = std::map<std::string, std::string>;
  EXPECT_EQ(made().allocatable, (Amounts{{"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}}));
  container["resources"]["limits"] = {{"nvidia.com/gpu", "2"}};
  EXPECT_EQ(made().allocatable, (Amounts{{"cpu", "192"}, {"memory", "2Ti"}, {"nvidia.com/gpu", "8"}, {"pods", "110"}}));
  container["resources"]["limits"] = {{"google.com/tpu", "8"}};
  EXPECT_EQ(made().allocatable, (Amounts{{"cpu", "192"}, {"google.com/tpu", "8"}, {"memory", "2Ti"}, {"pods", "110"}}));
  EXPECT_TRUE(absl::StrContains(internal::UsualNodesText(made()), "names none: node-000 to node-009, cpu 192,"));
}

TEST(UsualNodesTest, UsualNodesHaveTheLabelsThatPodsAskFor) {
  const char* const kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  const auto expression = [](const char* key, const char* op, const Json& values) {
    return Json{{"key", key}, {"operator", op}, {"values", values}};
  };
  const Json terms = Json::array(
      {{{"matchExpressions",
         Json::array({expression("zone", "In", Json::array({"a", "b"})), expression("gpu", "Exists", Json()),
                      expression("cores", "Gt", Json::array({"63"})), expression("spot", "DoesNotExist", Json())})}},
       {{"matchExpressions", Json::array({expression("other", "Exists", Json())})}}});
  const Json apart = Json::array({{{"topologyKey", "box"}, {"labelSelector", {{"matchLabels", {{"app", "w"}}}}}}});
  const Json together = Json::array({{{"topologyKey", "row"}, {"labelSelector", {{"matchLabels", {{"app", "w"}}}}}}});
  Json manifest = *ScenarioBuilder("s", 2, 3).Build().manifest;
  Json& groups = manifest["spec"]["leaderWorkerTemplate"];
  groups["leaderTemplate"] = groups["workerTemplate"];
  groups["leaderTemplate"]["spec"]["nodeSelector"] = {{"pool", "cpu"}};
  groups["workerTemplate"]["metadata"]["labels"] = {{"app", "w"}};
  Json& worker = groups["workerTemplate"]["spec"];
  worker["nodeSelector"] = {{"pool", "accelerators"}, {"cloud.google.com/gke-tpu-topology", "2x4"}};
  worker["affinity"]["nodeAffinity"][kRequired]["nodeSelectorTerms"] = terms;
  worker["affinity"]["podAntiAffinity"][kRequired] = apart;
  const ScenarioReport report = *RunScenario(UsualScenario(manifest), {});
  EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
  worker["affinity"].erase("podAntiAffinity");
  worker["affinity"]["podAffinity"][kRequired] = together;
  manifest["spec"]["replicas"] = 1;
  const ScenarioReport in_one_row = *RunScenario(UsualScenario(manifest), {});
  EXPECT_TRUE(in_one_row.finished) << ScenarioOutcomeText(in_one_row);
}

// Edits may ask for labels that nothing asked for before, or for other values of them.
TEST(UsualNodesTest, UsualNodesHaveTheLabelsThatEditsAskFor) {
  for (const bool was_asked : {false, true}) {
    Json manifest = *ScenarioBuilder("s", 3, 2).MaxSurge(1).MaxUnavailable(0).Build().manifest;
    Json& spec = manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"];
    if (was_asked) spec["nodeSelector"] = {{"pool", "old"}};
    Scenario scenario = ScenarioBuilder(manifest).Build();
    spec["nodeSelector"] = {{"pool", "new"}, {"zone", "a"}};
    ScenarioEvent edit;
    edit.patch = std::make_shared<const Json>(Json{{"spec", manifest["spec"]}});
    scenario.events.push_back(edit);
    const ScenarioReport report = *RunScenario(scenario, {});
    EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
    EXPECT_EQ(report.updated, 3);
  }
}

}  // namespace
}  // namespace lws
