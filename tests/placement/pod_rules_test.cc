// What pods ask of each other, compared with an obvious scheduler that tries every node for every pod.
#include "lws/placement/pod_rules.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/reassign_group.h"
#include "nlohmann/json.hpp"
#include "tests/placement/rule_cases.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

TEST(PodRulesTest, AnAssignmentCanBeScheduledAndANoFitIsRight) {
  RuleCases cases(kRuleSeed);
  int fits = 0;
  int no_fits = 0;
  int unsure = 0;
  int unsure_with_place = 0;
  for (int round = 0; round < kRuleCases; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    const GroupRequest request = cases.Request();
    const PlacementResult result = *AssignGroup(capacity, request);
    const Universe universe(capacity, request, crowd.there);
    const std::string where = absl::StrCat("round ", round, ", seed ", kRuleSeed, Describe(capacity, request));
    std::vector<int32_t> nodes;
    if (result.assignment.has_value()) {
      ++fits;
      ASSERT_TRUE(universe.Holds(result.assignment->NodesByRank()))
          << where << "\n  -> " << absl::StrJoin(result.assignment->NodesByRank(), " ");
    } else if (result.no_fit.reason == NoFitReason::kRulesNotKept) {
      ++unsure;
      unsure_with_place += universe.AnyHolds(&nodes);
    } else {
      ++no_fits;
      ASSERT_FALSE(universe.AnyHolds(&nodes)) << where << "\n  -> " << DescribeNoFit(result.no_fit);
    }
  }
  EXPECT_GT(fits, kRuleCases / 4);
  EXPECT_GT(no_fits, kRuleCases / 4);
  // A place is rarely missed.
  EXPECT_LT(unsure, kRuleCases / 20);
  EXPECT_LT(unsure_with_place, kRuleCases / 300);
  RecordProperty("unsure", unsure);
  RecordProperty("unsure_with_place", unsure_with_place);
}

Json Spec(const char* text) { return Json::parse(text); }

TEST(PodRulesTest, PortsOfTheNode) {
  const PodRules rules = *ReadPodRules("n", {}, Spec(R"({"hostNetwork": true,
      "containers": [{"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081, "protocol": "UDP"}]}],
      "initContainers": [{"ports": [{"containerPort": 82}]},
                         {"restartPolicy": "Always", "ports": [{"containerPort": 83, "hostIP": "10.0.0.1"}]}]})"));
  ASSERT_EQ(rules.host_ports.size(), 3);
  EXPECT_EQ(rules.host_ports[1].port, 8081);
  EXPECT_EQ(rules.host_ports[1].protocol, "UDP");
  EXPECT_EQ(rules.host_ports[2].port, 83);
  const HostPort here{"TCP", "10.0.0.1", 83};
  EXPECT_TRUE(here.ConflictsWith({"TCP", "", 83}));
  EXPECT_FALSE(here.ConflictsWith({"TCP", "10.0.0.2", 83}));
  EXPECT_FALSE(here.ConflictsWith({"UDP", "", 83}));
  EXPECT_TRUE(
      ReadPodRules("n", {}, Spec(R"({"containers": [{"ports": [{"containerPort": 80}]}]})"))->host_ports.empty());
}

TEST(PodRulesTest, TermsOfAffinity) {
  const PodRules rules = *ReadPodRules("n", {{"app", "a"}, {"version", "2"}}, Spec(R"({"affinity": {
      "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "rack"}}],
        "requiredDuringSchedulingIgnoredDuringExecution": [
          {"topologyKey": "rack", "labelSelector": {"matchLabels": {"app": "a"}}, "matchLabelKeys": ["version"]},
          {"topologyKey": "host", "labelSelector": {}, "namespaces": ["m"]},
          {"topologyKey": "host"},
          {"topologyKey": "host", "labelSelector": {}, "namespaceSelector": {}},
          {"topologyKey": "host", "labelSelector": {}, "namespaceSelector": {"matchLabels": {"team": "b"}}}]}}})"));
  ASSERT_EQ(rules.apart.size(), 4);
  EXPECT_EQ(rules.not_looked_at, std::vector<std::string>{"affinity.podAntiAffinity"});
  PodRules other;
  const auto matches = [&](const std::string& namespace_name, std::map<std::string, std::string> labels) {
    other.namespace_name = namespace_name;
    other.labels = std::move(labels);
    std::string text;
    for (const PodTerm& term : rules.apart) text += term.Matches(other) ? "1" : "0";
    return text;
  };
  EXPECT_EQ(matches("n", {{"app", "a"}, {"version", "2"}}), "1001");
  EXPECT_EQ(matches("n", {{"app", "a"}, {"version", "3"}}), "0001");
  EXPECT_EQ(matches("m", {}), "0101");
}

TEST(PodRulesTest, SpreadsAndWhatIsNotLookedAt) {
  const PodRules rules = *ReadPodRules("n", {}, Spec(R"({"runtimeClassName": "gvisor",
      "resourceClaims": [{"name": "c"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "p"}}],
      "topologySpreadConstraints": [
        {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}},
        {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {},
         "nodeTaintsPolicy": "Honor"},
        {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule",
         "labelSelector": {"matchLabels": {"leaderworkerset.sigs.k8s.io/subgroup-index": "1"}}}]})"));
  ASSERT_EQ(rules.spreads.size(), 1);
  EXPECT_EQ(rules.spreads[0].max_skew, 2);
  EXPECT_TRUE(rules.spreads[0].honors_taints);
  EXPECT_EQ(absl::StrJoin(rules.not_looked_at, ", "),
            "topologySpreadConstraints, resourceClaims, runtimeClassName, claims of volumes");
}

TEST(PodRulesTest, ErrorsNameTheField) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [3]}}})",
       "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]: not an object"},
      {R"({"topologySpreadConstraints": [{"labelSelector": 3}]})",
       "topologySpreadConstraints[0]: labelSelector: not an object"},
      {R"({"containers": [{"ports": [3]}]})", "containers: ports: not objects"},
  };
  for (const auto& [spec, message] : cases) EXPECT_EQ(ReadPodRules("n", {}, Spec(spec)).status().message(), message);
}

TEST(PodRulesTest, NoFitsCountTheNodesThatPodsMayNotShare) {
  const Capacity capacity = SmallTopology("{[4 4][1]}");
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 4;
  PodRules rules;
  rules.apart.push_back({"host", {}, true, {}});
  request.worker.rules = std::make_shared<const PodRules>(rules);
  NoFit no_fit = AssignGroup(capacity, request)->no_fit;
  EXPECT_EQ(no_fit.best_pods, 3);
  EXPECT_EQ(no_fit.limited, (std::map<std::string, int64_t>{{"podAntiAffinity", 2}}));
  EXPECT_EQ(DescribeNoFit(no_fit),
            "no place for 4 pods: all nodes together take too few pods; best is the whole cluster with 3; 3 nodes; 2 "
            "nodes have room for more pods than may share them: podAntiAffinity");
  // Without the rule, resources alone limit the pods.
  request.worker.rules = nullptr;
  request.workers = 10;
  no_fit = AssignGroup(capacity, request)->no_fit;
  EXPECT_TRUE(no_fit.limited.empty());
  EXPECT_EQ(no_fit.best_pods, 9);
}

TEST(PodRulesTest, MissingRanksAreCompletedBesideThoseThatRun) {
  Capacity capacity = SmallTopology("{[2 2][2 2]}");
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.leader = request.worker;
  request.workers = 2;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  PodRules rules;
  rules.apart.push_back({"host", {}, true, {}});
  request.worker.rules = std::make_shared<const PodRules>(rules);
  request.leader->rules = request.worker.rules;
  // The leader runs in the second rack, which has no room for two more pods that must be apart.
  capacity.Use(2, *request.leader);
  PlacementResult result = *AssignMissingRanks(capacity, request, {2, std::nullopt, std::nullopt});
  EXPECT_EQ(result.no_fit.reason, NoFitReason::kNoPlaceBesideSurvivors);
  request.workers = 1;
  result = *AssignMissingRanks(capacity, request, {2, std::nullopt});
  EXPECT_EQ(result.assignment->NodesByRank(), (std::vector<int32_t>{2, 3}));
  EXPECT_FALSE(AssignMissingRanks(capacity, request, {2}).ok());
  EXPECT_FALSE(AssignMissingRanks(capacity, request, {7, std::nullopt}).ok());
}

}  // namespace
}  // namespace lws
