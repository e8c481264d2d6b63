// Scenarios from files, and what is wrong with such files.
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(ReadScenarioTest, ReadsWhatTheBuilderBuilds) {
  const Json document = Json::parse(R"({
    "nodes": [{"name": "gpu", "count": 2, "labels": {"a": "b"}}], "images": [{"image": "s:2", "pull": "7s"}],
    "events": [{"at": "60s", "edit": {"spec": {"replicas": 4}}}, {"at": "quiet", "fail": "s-0-1"},
               {"at": "2m", "loseNode": "gpu-0"}, {"at": "3m", "image": "s:2", "broken": true}],
    "for": "1h"})");
  const absl::StatusOr<Scenario> scenario = ReadScenario(Json::object(), document);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  ASSERT_EQ(scenario->events.size(), 4u);
  EXPECT_EQ(scenario->events[0].at, absl::Minutes(1));
  EXPECT_EQ(*scenario->events[0].patch, document["events"][0]["edit"]);
  EXPECT_EQ(scenario->events[1].at, std::nullopt);
  EXPECT_EQ(scenario->events[2].target, "gpu-0");
  EXPECT_TRUE(scenario->events[3].image.broken);
  EXPECT_EQ(scenario->nodes[0].count, 2);
  EXPECT_EQ(scenario->images[0].second.pull.least, absl::Seconds(7));
  EXPECT_EQ(scenario->patience, absl::Hours(1));
}

TEST(ReadScenarioTest, ErrorsNameWhatIsWrong) {
  const auto error = [](const char* document) {
    return std::string(ReadScenario(Json::object(), Json::parse(document)).status().message());
  };
  EXPECT_EQ(error(R"({"events": [{"at": "soon", "fail": "s"}]})"),
            "events[0].at: not a duration such as 90s: \"soon\"");
  EXPECT_EQ(error(R"({"events": [{"at": "1s", "fail": 3}]})"), "events[0].fail: not a text (write it in quotes): 3");
  EXPECT_EQ(error(R"({"events": [{"at": "1s"}]})"),
            "events[0]: none of scale, edit, fail, end, delete, evict, image, loseNode, recoverNode, drain, cordon, "
            "uncordon, taint, restartController happens: {\"at\":\"1s\"}");
  EXPECT_EQ(error(R"({"events": [{"scale": "5"}]})"), "events[0].scale: not a number: \"5\"");
  EXPECT_EQ(error(R"({"events": [{"taint": "n"}]})"), "events[0].taints: missing: a list of taints, empty for none");
  EXPECT_EQ(error(R"({"events": [{"taint": "n", "taints": [{"key": "a", "effect": "Never"}]}]})"),
            "events[0].taints[0].effect: none of NoSchedule, PreferNoSchedule, NoExecute");
  EXPECT_EQ(error(R"({"events": [{"restartController": false}]})"),
            "events[0].restartController: only true restarts it");
  EXPECT_EQ(error(R"({"events": [{"darin": "n"}]})"), "events[0].darin: unknown key, did you mean \"drain\"?");
  EXPECT_EQ(error(R"({"nodes": [{"kind": "Pod", "apiVersion": "v1"}]})"), "nodes[0].kind: not a Node of apiVersion v1");
  EXPECT_EQ(error(R"({"nodes": [{"count": "many"}]})"), "nodes[0].count: not a number: \"many\"");
  EXPECT_EQ(error(R"({"nodes": [{"taints": []}]})"), "nodes[0].taints: unknown key");
  EXPECT_EQ(error(R"({"nodes": [{"name": "a", "count": 2}, {"name": "b"}, {"name": "a"}]})"),
            "nodes[2]: a second node of the name a-0");
  EXPECT_EQ(error(R"({"nodes": [{"allocatable": {"cpu": -4}}]})"), "nodes[0].allocatable.cpu: below 0: -4");
  EXPECT_THAT(error(R"({"nodes": [{"name": "A B"}]})"),
              StartsWith("nodes[0].name: Invalid value: \"A B\": a lowercase"));
  EXPECT_THAT(error(R"({"nodes": [{"labels": {"a b": "c"}}]})"), StartsWith("nodes[0].labels: Invalid value: \"a b\""));
  EXPECT_THAT(error(R"({"nodes": [{"labels": {"a": "b c"}}]})"), StartsWith("nodes[0].labels: Invalid value: \"b c\""));
  EXPECT_EQ(error(R"({"nodes": [{"allocatable": {"cpu": "64 cores"}}]})"),
            "nodes[0].allocatable.cpu: not a quantity: \"64 cores\"");
  EXPECT_EQ(error(R"({"events": {"at": "1s"}})"), "events: not a list: {\"at\":\"1s\"}");
  EXPECT_EQ(error(R"({"evnts": []})"), "evnts: unknown key, did you mean \"events\"?");
  EXPECT_EQ(error(R"({"for": 3})"), "for: not a duration such as 90s: 3");
  constexpr char kNoTime[] = "events[0].at: missing: a time after the beginning such as 90s, or quiet";
  EXPECT_EQ(error(R"({"events": [{"fail": "s"}]})"), kNoTime);
  EXPECT_EQ(error(R"({"events": [{"at": null, "scale": 3}]})"), kNoTime);
  EXPECT_EQ(error(R"({"nodes": [{"name": "a", "count": 60000}, {"name": "b", "count": 60000}]})"),
            "nodes[1]: at most 100000 nodes are simulated");
}

TEST(ReadScenarioTest, ReadsNodesAsKubernetesWritesThem) {
  const Json node = Json::parse(R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"},
    "spec": {"unschedulable": true}, "status": {"allocatable": {"cpu": "8", "pods": "110"}}})");
  const absl::StatusOr<Scenario> scenario =
      ReadScenario(Json::object(), {{"nodes", Json::array({node, {{"name", "b"}}})}});
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  ASSERT_EQ(scenario->node_objects.size(), 1u);
  EXPECT_EQ(*scenario->node_objects[0], node);
  EXPECT_EQ(scenario->nodes[0].name, "b");
}

TEST(ReadScenarioTest, ReadsWhatPeopleDoToPodsAndNodes) {
  const Json document = Json::parse(R"({"events": [
      {"at": "1s", "scale": 4}, {"at": "2s", "delete": "s-0"}, {"at": "3s", "evict": "s-1"}, {"at": "4s", "drain": "n"},
      {"at": "5s", "cordon": "n"}, {"at": "6s", "uncordon": "n"},
      {"at": "7s", "taint": "n", "taints": [{"key": "a", "value": "b", "effect": "NoExecute"}]},
      {"at": "8s", "taint": "n", "taints": []}, {"at": "9s", "restartController": true}]})");
  const absl::StatusOr<Scenario> scenario = ReadScenario(Json::object(), document);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  std::vector<std::string> told;
  for (const ScenarioEvent& event : scenario->events) told.push_back(DescribeScenarioEvent(event));
  EXPECT_THAT(told, ElementsAre("the set is scaled to 4 groups", "s-0 is deleted", "s-1 is evicted", "n is drained",
                                "n is cordoned", "n is uncordoned", "n has the taints a=b:NoExecute",
                                "n has no taints any more", "the controller restarts"));
  EXPECT_EQ(*scenario->events[0].patch, Json({{"spec", {{"replicas", 4}}}}));
}

TEST(ReadScenarioTest, EditsAreTriedWhereTheyStand) {
  const Json manifest = *ScenarioBuilder("s", 3, 2).Build().manifest;
  const auto error = [&manifest](const char* document) {
    return std::string(ReadScenario(manifest, Json::parse(document)).status().message());
  };
  EXPECT_EQ(error(R"({"events": [{"edit": {"spec": {"replcas": 5}}}]})"),
            "events[0].edit.spec.replcas: unknown field, did you mean \"replicas\"?");
  EXPECT_EQ(error(R"({"events": [{"at": "1s", "edit": {"spec": {"replicas": "five"}}}]})"),
            "events[0].edit.spec.replicas: \"five\" is not a 32-bit integer");
  EXPECT_EQ(error(R"({"events": [{"at": "1s", "edit": {"spec": {"replicas": null}}}]})"), "");
  Json by_percent = *ScenarioBuilder("s", 2, 1).Build().manifest;
  by_percent["spec"]["rolloutStrategy"] = {{"rollingUpdateConfiguration", {{"maxUnavailable", "50%"}}}};
  EXPECT_EQ(ReadScenario(by_percent, Json::parse(R"({"events": [{"at": "1s", "scale": 1}]})")).status().message(),
            "events[0].scale: spec.rolloutStrategy.rollingUpdateConfiguration.maxUnavailable: Invalid value: \"50%\": "
            "must not be 0 when `maxSurge` is 0");
}

TEST(ReadScenarioTest, AnEditKeepsTheKind) {
  const Json manifest = *ScenarioBuilder("s", 3, 2).Build().manifest;
  const auto error = [&manifest](const Json& patch) {
    const Json document = {{"events", Json::array({{{"at", "1s"}, {"edit", patch}}})}};
    return std::string(ReadScenario(manifest, document).status().message());
  };
  EXPECT_EQ(error({{"kind", "LeaderWorkerSet"}, {"apiVersion", "leaderworkerset.x-k8s.io/v1"}}), "");
  EXPECT_EQ(error({{"kind", "Pod"}}), "events[0].edit.kind: an edit does not change it; the set has LeaderWorkerSet");
  EXPECT_EQ(error({{"kind", nullptr}}), "events[0].edit.kind: an edit does not change it; the set has LeaderWorkerSet");
  EXPECT_EQ(error({{"apiVersion", "v1"}}),
            "events[0].edit.apiVersion: an edit does not change it; the set has leaderworkerset.x-k8s.io/v1");
}

TEST(ReadScenarioTest, AListWithoutNodesIsAClusterWithoutNodes) {
  const Json manifest = *ScenarioBuilder("s", 1, 1).Build().manifest;
  const Json document = {{"nodes", Json::array()}, {"events", Json::array()}, {"for", "1m"}};
  const absl::StatusOr<Scenario> scenario = ReadScenario(manifest, document);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const absl::StatusOr<ScenarioReport> report = RunScenario(*scenario, {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->finished);
  ASSERT_EQ(report->waiting.size(), 1);
  EXPECT_EQ(report->waiting[0].waiting.text, "waiting for node (no nodes available to schedule pods)");
}

TEST(ScenarioSizeTest, CountsTheSetAndItsEdits) {
  const auto error = [](const Scenario& scenario) {
    return std::string(internal::CheckScenarioSize(scenario).message());
  };
  EXPECT_EQ(error(ScenarioBuilder("s", 200000, 1).Build()), "");
  EXPECT_EQ(error(ScenarioBuilder("s", 200001, 1).Build()),
            "a set of 200001 pods: at most 200000 are simulated object by object");
  EXPECT_EQ(error(ScenarioBuilder("s", 1000000, 2147483647).Build()),
            "a set of 2147483647 pods: at most 200000 are simulated object by object");
  const Json larger = {{"spec", {{"leaderWorkerTemplate", {{"size", 100000}}}}}};
  EXPECT_EQ(error(ScenarioBuilder("s", 1, 1).Edit(larger).Scale(2).Build()), "");
  EXPECT_EQ(error(ScenarioBuilder("s", 1, 1).Edit(larger).Scale(3).Scale(1).Build()),
            "scenario: a set of 300000 pods: at most 200000 are simulated object by object");
  EXPECT_EQ(internal::CheckScenarioSize(ScenarioBuilder("s", 3, 1).Build(), 2, "here").message(),
            "a set of 3 pods: at most 2 are simulated here");
}

TEST(ReadScenarioTest, EventsAreSortedByTime) {
  const Scenario scenario = *ReadScenario(Json::object(), Json::parse(R"({"events": [
      {"at": "120s", "fail": "b"}, {"at": "60s", "fail": "a"}, {"at": "quiet", "fail": "c"}, {"at": "10s", "fail": "e"},
      {"at": "5s", "fail": "d"}]})"));
  std::string order;
  for (const ScenarioEvent& event : scenario.events) order += event.target;
  EXPECT_EQ(order, "abcde");
}

}  // namespace
}  // namespace lws
