// The swarm: which laws the policies keep under it, that it finds violations of the reference, and its own laws.
#include "lws/adapters/testing/swarm/swarm.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "lws/api/manifest.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/replace_unready_first.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr uint64_t kSeeds = 1000;

// Expects that no law is broken under any seed; returns the number of steps.
int64_t ExpectKept(RolloutPolicy policy, SwarmChecks checks) {
  int64_t steps = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SwarmCase what = DrawSwarmCase(seed);
    const SwarmResult result = RunSwarmCase(what, policy, checks);
    steps += result.steps;
    if (result.broken_law.empty()) continue;
    ADD_FAILURE() << "seed " << seed << ": " << result.broken_law << "\n"
                  << SwarmCaseToYaml(MinimizeSwarmCase(what, policy, checks));
    break;
  }
  return steps;
}

TEST(SwarmTest, Laws1To3KeepBudgetKeepsItsPromiseAndComesToItsEnd) {
  EXPECT_GT(ExpectKept(KeepBudget, SwarmChecks::kAll), 1500000);
}

TEST(SwarmTest, Laws1To3ReplaceUnreadyFirstKeepsItsPromiseAndComesToItsEnd) {
  EXPECT_GT(ExpectKept(ReplaceUnreadyFirst, SwarmChecks::kAll), 1500000);
}

TEST(SwarmTest, Laws2And3TheReferenceComesToItsEnd) {
  EXPECT_GT(ExpectKept(PlanRollout, SwarmChecks::kWithoutPromise), 1500000);
}

// The first seed under which the reference breaks its promise.
uint64_t BrokenSeed() {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (!RunSwarmCase(DrawSwarmCase(seed), PlanRollout).broken_law.empty()) return seed;
  }
  return 0;
}

TEST(SwarmTest, WhatTheReferenceBreaksIsMinimizedAndWrittenAsAFileThatShowsTheSame) {
  const uint64_t seed = BrokenSeed();
  ASSERT_GT(seed, 0u);
  const SwarmCase drawn = DrawSwarmCase(seed);
  const SwarmCase least = MinimizeSwarmCase(drawn, PlanRollout);
  EXPECT_LE(least.events.size(), drawn.events.size());
  const SwarmResult result = RunSwarmCase(least, PlanRollout);
  EXPECT_EQ(result.broken_law, "fewer groups are ready than promised");
  EXPECT_EQ(RunSwarmCase(least, KeepBudget).broken_law, "");
  const std::vector<ManifestObject> read = *ReadManifest(SwarmCaseToYaml(least), "swarm");
  ASSERT_EQ(read.size(), 1u);
  const absl::StatusOr<SwarmCase> again = ReadSwarmCase(read[0].object.Unpack());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(SwarmCaseToYaml(*again), SwarmCaseToYaml(least));
  const SwarmResult replayed = RunSwarmCase(*again, PlanRollout);
  EXPECT_EQ(replayed.broken_law, result.broken_law);
  EXPECT_EQ(replayed.when, result.when);
  EXPECT_EQ(replayed.log, result.log);
}

TEST(SwarmTest, TheCallerStopsTheMinimizing) {
  const SwarmCase drawn = DrawSwarmCase(BrokenSeed());
  const std::string law = RunSwarmCase(drawn, PlanRollout).broken_law;
  int asked = 0;
  const auto minimize = [&](int stops_at) {
    asked = 0;
    return MinimizeSwarmCase(drawn, PlanRollout, SwarmChecks::kAll, [&] { return ++asked >= stops_at; });
  };
  EXPECT_EQ(SwarmCaseToYaml(minimize(1)), SwarmCaseToYaml(drawn));
  const SwarmCase later = minimize(40);
  EXPECT_NE(SwarmCaseToYaml(later), SwarmCaseToYaml(drawn));
  EXPECT_EQ(RunSwarmCase(later, PlanRollout).broken_law, law);
}

// The result is the same on every compiler and at every level of optimization.
TEST(SwarmTest, SameCaseSameLog) {
  uint64_t log = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const SwarmResult result = RunSwarmCase(DrawSwarmCase(seed), KeepBudget);
    EXPECT_EQ(RunSwarmCase(DrawSwarmCase(seed), KeepBudget).log, result.log);
    log = log * 31 + result.log;
  }
  EXPECT_EQ(log, uint64_t{12007810697293423931u});
}

// A policy that releases one group too many.
TEST(SwarmTest, AWrongPolicyIsFound) {
  const RolloutPolicy wrong = [](const RolloutInput& input) {
    absl::StatusOr<RolloutStep> step = KeepBudget(input);
    if (step.ok() && step->reason == RolloutReason::kHeldByBudget) --step->partition;
    return step;
  };
  int found = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    found += !RunSwarmCase(DrawSwarmCase(seed), wrong).broken_law.empty();
  }
  EXPECT_GT(found, 20);
}

TEST(ReadSwarmCaseTest, ErrorsNameTheField) {
  const auto error = [](const char* document) {
    return std::string(ReadSwarmCase(Json::parse(document)).status().message());
  };
  EXPECT_EQ(error(R"({"replicas": -1})"), "replicas: not between 0 and 1000: -1");
  EXPECT_EQ(error(R"({"replicas": 1000000})"), "replicas: not between 0 and 1000: 1000000");
  EXPECT_EQ(error(R"({"listEvery": "0s"})"), "listEvery: not between 1s and 24h: \"0s\"");
  EXPECT_EQ(error(R"({"events": [{"kind": "newImage", "at": "-1s"}]})"),
            "events[0].at: not between 0 and 24h: \"-1s\"");
  EXPECT_EQ(error(R"({"late": "often"})"), "late: not a number: \"often\"");
  EXPECT_EQ(
      error(R"({"events": [{"at": "1s", "kind": "explode"}]})"),
      "events[0].kind: none of newImage, brokenImage, scale, fail, delete, loseNode, flapNode, revert: \"explode\"");
  EXPECT_EQ(error(R"({"events": [{"at": "1s", "kind": "fail", "group": "x"}]})"),
            "events[0].group: not a number: \"x\"");
  EXPECT_EQ(error(R"({"roles": []})"), "roles: has no role");
  EXPECT_EQ(error(R"({"roles": [{"replicas": -1}]})"), "roles[0].replicas: not between 0 and 1000: -1");
  EXPECT_EQ(error(R"({"roles": [{}], "maxSurge": 1})"), "maxSurge: unknown key");
  EXPECT_EQ(error(R"({"roles": [{"replicas": 60}, {"replicas": 50}], "slices": 100})"),
            "size: 11000 pods in 11000 groups: at most 10000");
  EXPECT_EQ(error(R"({"slices": 2})"), "slices: unknown key");
  EXPECT_EQ(error(R"({"events": [{"kind": "newImage"}]})"),
            "events[0].at: missing: a time after the beginning such as 90s");
  EXPECT_EQ(error(R"({"replicas": 100, "size": 101})"), "size: 10100 pods in 100 groups: at most 10000");
  EXPECT_EQ(error(R"({"size": 101, "events": [{"at": "1s", "kind": "scale", "replicas": 100}]})"),
            "size: 10100 pods in 100 groups: at most 10000");
  EXPECT_EQ(error(R"({"events": [7]})"), "events[0]: not a map: 7");
  EXPECT_EQ(error(R"({"events": 7})"), "events: not a list: 7");
  EXPECT_EQ(error(R"([1])"), "not a map: [1]");
}

}  // namespace
}  // namespace lws
