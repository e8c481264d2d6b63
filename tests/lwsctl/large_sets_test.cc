// Sets of many groups are simulated in numbers: what `simulate`, `test` and `compare` say of them is what objects say.
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "examples/lwsctl/simulate_groups.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

struct SetCase {
  const char* name;
  int32_t size;
  const char* rollout;  // rollingUpdateConfiguration
  const char* spec;     // other fields
};

constexpr SetCase kCases[] = {
    {"one by one", 2, R"({"maxUnavailable": 1})", "{}"},
    {"by tenths", 2, R"({"maxUnavailable": "10%"})", "{}"},
    {"surge", 3, R"({"maxUnavailable": 0, "maxSurge": 5})", R"({"startupPolicy": "LeaderReady"})"},
    {"held by a partition", 2, R"({"maxUnavailable": 3, "partition": 60})", "{}"},
    {"leaders alone", 1, R"({"maxUnavailable": 20})", "{}"},
};

constexpr int32_t kGroups = 66;

Json Manifest(const SetCase& set) {
  Json manifest = *lws::ScenarioBuilder("s", kGroups, set.size).Build().manifest;
  manifest["spec"]["rolloutStrategy"] = {{"type", "RollingUpdate"},
                                         {"rollingUpdateConfiguration", Json::parse(set.rollout)}};
  manifest["spec"].update(Json::parse(set.spec));
  return manifest;
}

void ExpectNear(double a, double b, double share, const std::string& what) {
  EXPECT_LE(a, b * (1 + share) + 10) << what;
  EXPECT_GE(a, b * (1 - share) - 10) << what;
}

TEST(LargeSetsTest, NumbersSayWhatObjectsSay) {
  for (const SetCase& set : kCases) {
    for (const lws::NamedRolloutPolicy& policy : lws::RolloutPolicies()) {
      const std::string where = absl::StrCat(set.name, ", ", policy.name);
      lws::ScenarioRunOptions options;
      options.sets = lws::ReconcileOptionsFor(policy.policy);
      const lws::Scenario scenario = lws::UsualScenario(Manifest(set));
      ASSERT_TRUE(IsForNumbers(scenario, options)) << where;
      const auto numbers = SimulateGroups(scenario, options, [](const std::string&, const Json&) {});
      const auto objects = lws::RunScenario(scenario, options);
      ASSERT_TRUE(numbers.ok() && objects.ok()) << where;
      EXPECT_EQ(numbers->finished, objects->finished) << where;
      EXPECT_EQ(numbers->ready, objects->ready) << where;
      EXPECT_EQ(numbers->wanted, objects->wanted) << where;
      EXPECT_EQ(numbers->updated, objects->updated) << where;
      EXPECT_EQ(numbers->lowest_ready, objects->lowest_ready) << where;
      EXPECT_EQ(numbers->promised_ready, objects->promised_ready) << where;
      EXPECT_EQ(numbers->counted_on, objects->counted_on) << where;
      EXPECT_EQ(numbers->lowest_replicas, objects->lowest_replicas) << where;
      EXPECT_EQ(numbers->broken_promise.has_value(), objects->broken_promise.has_value()) << where;
      EXPECT_EQ(numbers->groups_restarted, objects->groups_restarted) << where;
      EXPECT_EQ(numbers->surge_used, objects->surge_used) << where;
      // The delays are drawn in another order.
      ExpectNear(static_cast<double>(numbers->pods_created), static_cast<double>(objects->pods_created), 0.1,
                 absl::StrCat(where, ": pods"));
      ExpectNear(absl::ToDoubleSeconds(numbers->wasted_pod_time), absl::ToDoubleSeconds(objects->wasted_pod_time), 0.1,
                 absl::StrCat(where, ": wasted pod time"));
      ExpectNear(absl::ToDoubleSeconds(numbers->duration), absl::ToDoubleSeconds(objects->duration), 0.2,
                 absl::StrCat(where, ": duration"));
    }
  }
}

TEST(LargeSetsTest, AnUnfinishedSetIsWaitedForAndSaysWhatHoldsIt) {
  // The reference keeps the surge groups of an update that a partition holds.
  lws::Scenario scenario =
      lws::UsualScenario(Manifest({"", 2, R"({"maxUnavailable": 0, "maxSurge": 9, "partition": 10})", "{}"}));
  scenario.patience = absl::Hours(3);
  const auto report = SimulateGroups(scenario, {}, [](const std::string&, const Json&) {});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_FALSE(report->finished);
  EXPECT_GE(report->duration, absl::Hours(3));
  EXPECT_NE(ScenarioOutcomeText(*report).find("partition 10"), std::string::npos) << ScenarioOutcomeText(*report);
}

TEST(LargeSetsTest, AnEventWithoutItsTargetNamesItself) {
  const auto error = [](const char* key, const char* pod, const char* at) {
    const Json document = {{"events", Json::array({{{"at", at}, {key, pod}}})}};
    const auto scenario = lws::ReadScenario(Manifest(kCases[0]), document);
    EXPECT_TRUE(scenario.ok() && IsForNumbers(*scenario, {})) << key;
    return std::string(SimulateGroups(*scenario, {}, [](const std::string&, const Json&) {}).status().message());
  };
  for (const char* key : {"fail", "delete", "evict"}) {
    const std::string where = absl::StrCat("events[0].", key);
    for (const char* pod : {"s-66", "s-0-2", "other-0", "s-x"}) {
      EXPECT_EQ(error(key, pod, "2m"), absl::StrCat(where, ": Pod ", pod, " does not exist at that time"));
    }
  }
  EXPECT_EQ(error("fail", "s-0", "1s"), "events[0].fail: Pod s-0 does not run at that time");
}

TEST(LargeSetsTest, ALineOfManyGroupsShowsShares) {
  lws::TimelineEntry entry;
  entry.time = absl::Seconds(9);
  entry.replicas = 4;
  entry.groups = "NnO.";
  entry.ready = 2;
  EXPECT_EQ(TimelineLine(entry, 1), lws::ToString(entry));
  entry.replicas = 2000;
  entry.partition = 3;
  entry.left_out = 7;
  entry.groups = std::string(1200, 'N') + std::string(800, 'o');
  EXPECT_EQ(TimelineLine(entry, 40), absl::StrCat("     9.0s  partition 3 replicas 2000  ", std::string(30, 'N'),
                                                  std::string(20, 'o'), "  ready 2 updated 1200, 7 events"));
  const lws::Scenario many = lws::UsualScenario(*lws::ScenarioBuilder("s", 5000, 8).Build().manifest);
  EXPECT_EQ(ToldStep(many, /*has_page=*/false), 250);
  EXPECT_EQ(ToldStep(many, /*has_page=*/true), 25);
  EXPECT_EQ(ToldStep(lws::UsualScenario(Manifest(kCases[0])), false), 0);
}

// A set of a thousand groups has more of them while it surges, and one may be scaled: the unit of a line stays.
TEST(LargeSetsTest, ACharacterStandsForEquallyManyGroupsInAllLines) {
  const auto built = [](int32_t replicas, int32_t surge) {
    return lws::ScenarioBuilder("s", replicas, 1).MaxUnavailable(100).MaxSurge(surge);
  };
  EXPECT_EQ(GroupsPerCharacter(built(1000, 0).Build()), 1);
  EXPECT_EQ(GroupsPerCharacter(built(1000, 1).Build()), 21);
  EXPECT_EQ(GroupsPerCharacter(built(5000, 0).Build()), 100);
  const lws::Scenario scenario = built(1000, 1).At(absl::Minutes(2)).Scale(2000).WhenQuiet().NewImage("s:2").Build();
  EXPECT_EQ(GroupsPerCharacter(scenario), 41);
  int lines = 0;
  const auto report = SimulateGroups(scenario, {}, [&lines](const std::string&, const Json& line) {
    if (!line.contains("replicas")) return;
    ++lines;
    const auto replicas = line["replicas"].get<size_t>();
    EXPECT_EQ(line.value("shares", "").size(), (replicas + 40) / 41) << line;
  });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->finished);
  EXPECT_GT(lines, 40);
}

TEST(LargeSetsTest, WhatNumbersCannotSayIsSimulatedInObjects) {
  const lws::Scenario usual = lws::UsualScenario(Manifest(kCases[0]));
  EXPECT_TRUE(IsForNumbers(usual, {}));
  lws::Scenario few = lws::UsualScenario(*lws::ScenarioBuilder("s", 64, 2).Build().manifest);
  EXPECT_FALSE(IsForNumbers(few, {}));
  lws::Scenario with_nodes = usual;
  with_nodes.nodes.push_back({});
  EXPECT_FALSE(IsForNumbers(with_nodes, {}));
  lws::ScenarioRunOptions gangs;
  gangs.pods.scheduler_provider = lws::SchedulerProvider::kVolcano;
  EXPECT_FALSE(IsForNumbers(usual, gangs));
}

}  // namespace
}  // namespace lwsctl
