// Scenarios are built and run, and their course is reported.
#include "lws/adapters/testing/scenario/run_scenario.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/scenario/report_matchers.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/field_status.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/placement/node_filter.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/keep_budget.h"
#include "lws/rollout/replace_unready_first.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using simulation::ImageBehavior;

using testing::ElementsAre;
using testing::Not;

ScenarioBuilder Usual() { return ScenarioBuilder("s", 3, 2).MaxUnavailable(1).At(absl::Minutes(1)).NewImage("s:2"); }

std::string Text(const ScenarioReport& report) {
  return absl::StrJoin(report.timeline, "\n",
                       [](std::string* out, const TimelineEntry& entry) { out->append(ToString(entry)); });
}

TEST(RunScenarioTest, Law1SameOptionsSameReport) {
  const Scenario scenario = Usual().Build();
  const std::string first = Text(*RunScenario(scenario, {}));
  EXPECT_EQ(Text(*RunScenario(scenario, {})), first);
  ScenarioRunOptions other;
  other.seed = 2;
  EXPECT_NE(Text(*RunScenario(scenario, other)), first);
}

TEST(RunScenarioTest, Law2ACallerStopsARun) {
  const size_t all = RunScenario(Usual().Build(), {})->timeline.size();
  for (const int stops_at : {1, 5, 10, 20}) {
    int asked = 0;
    ScenarioRunOptions options;
    options.is_stopped = [&] { return ++asked >= stops_at; };
    const ScenarioReport report = *RunScenario(Usual().Build(), options);
    EXPECT_FALSE(report.finished);
    EXPECT_LT(report.timeline.size(), all);
  }
  ScenarioRunOptions goes_on;
  goes_on.is_stopped = [] { return false; };
  EXPECT_TRUE(RunScenario(Usual().Build(), goes_on)->finished);
}

TEST(RunScenarioTest, ARolloutIsReported) {
  const ScenarioReport report = *RunScenario(Usual().Build(), {});
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(report.set_replicas, 3);
  EXPECT_EQ(report.promised_ready, 2);
  EXPECT_EQ(report.lowest_ready, 2);
  EXPECT_EQ(report.groups_restarted, 0);
  EXPECT_EQ(report.surge_used, 0);
  EXPECT_EQ(report.pods_created, 12);
  EXPECT_EQ(report.mixed_groups, 0);
  EXPECT_GT(report.wasted_pod_time, absl::Seconds(10));
  EXPECT_LT(report.wasted_pod_time, 6 * report.duration);
  EXPECT_EQ(report.timeline.back().groups, "NNN");
  EXPECT_TRUE(absl::StrContains(report.timeline.back().decision, "leader StatefulSet"));
}

TEST(RunScenarioTest, Law2WhatDoesNotComeToItsEndIsNotFinished) {
  ImageBehavior broken;
  broken.broken = true;
  Scenario scenario = Usual().Image("s:2", broken).Build();
  scenario.patience = absl::Minutes(20);
  const ScenarioReport report = *RunScenario(scenario, {});
  EXPECT_FALSE(report.finished);
  EXPECT_THAT(report, Not(Finishes()));
  EXPECT_EQ(report.lowest_ready, 2);
}

TEST(RunScenarioTest, Law2WhatIsWaitedForIsSaid) {
  ImageBehavior broken;
  broken.broken = true;
  Scenario scenario = Usual().Image("s:2", broken).Build();
  scenario.patience = absl::Minutes(20);
  EXPECT_EQ(ScenarioOutcomeText(*RunScenario(scenario, {})),
            "not finished after 21m: 2 of 3 groups ready, 0 of them updated; s-2, s-2-1: waiting for image s:2 "
            "(ImagePullBackOff)");
  scenario = ScenarioBuilder("s", 2, 2).Nodes({"n", 3, {{"pods", "1"}}, {}}).Build();
  scenario.patience = absl::Minutes(5);
  const ScenarioReport report = *RunScenario(scenario, {});
  EXPECT_EQ(ScenarioOutcomeText(report),
            "not finished after 5m: 1 of 2 groups ready; s-1-1: waiting for node (no node has place for another pod)");
  ASSERT_EQ(report.waiting.size(), 1u);
  EXPECT_EQ(report.waiting[0].waiting.reason, PodWait::kNode);
}

TEST(RunScenarioTest, AWorkerThatIsNotThereWaitsForItsLeader) {
  ImageBehavior slow;
  slow.never_ready = true;
  Scenario scenario = ScenarioBuilder("s", 1, 2).Image("s:1", slow).Build();
  Json manifest = *scenario.manifest;
  manifest["spec"]["startupPolicy"] = "LeaderReady";
  scenario = ScenarioBuilder(manifest).Image("s:1", slow).Build();
  scenario.patience = absl::Minutes(1);
  EXPECT_EQ(ScenarioOutcomeText(*RunScenario(scenario, {})),
            "not finished after 1m: 0 of 1 groups ready; s-0: not ready for 56s; s-0-1: waiting for its leader s-0");
}

// A set of `replicas` groups with one surge group and maxUnavailable 0.
ScenarioBuilder Promised(int32_t replicas) {
  return ScenarioBuilder("s", replicas, 2).MaxSurge(1).MaxUnavailable(0).At(absl::Minutes(1));
}

TEST(RunScenarioTest, Law3ThePromiseFollowsEdits) {
  const Json budget = {{"spec", {{"rolloutStrategy", {{"rollingUpdateConfiguration", {{"maxUnavailable", 2}}}}}}}};
  const std::vector<Scenario> scenarios = {
      Promised(3).Scale(2).Build(),
      Promised(3).Scale(0).Build(),
      Promised(3).NewImage("s:2").At(absl::Seconds(65)).Scale(1).Build(),
      Promised(3).Edit(budget).NewImage("s:2").Build(),
      Promised(1).Scale(6).Build(),
      Promised(1).Scale(6).At(absl::Minutes(5)).NewImage("s:2").Build(),
  };
  for (size_t i = 0; i < scenarios.size(); ++i) {
    ScenarioRunOptions options;
    options.sets = ReconcileOptionsFor(KeepBudget);
    for (options.seed = 1; options.seed <= 3; ++options.seed) {
      EXPECT_THAT(*RunScenario(scenarios[i], options), testing::AllOf(Finishes(), KeepsPromise()))
          << "scenario " << i << ", seed " << options.seed;
    }
  }
}

TEST(RunScenarioTest, Law3WhatIsLostAfterScalingUpBreaksThePromiseUnderEveryPolicy) {
  ScenarioBuilder scaled = Promised(1).Scale(6).At(absl::Minutes(5)).NewImage("s:2").At(absl::Seconds(320));
  ScenarioBuilder large = Promised(6).At(absl::Minutes(5)).NewImage("s:2").At(absl::Seconds(320));
  for (ScenarioBuilder* builder : {&scaled, &large}) {
    const Scenario scenario = builder->FailContainer("s-0").FailContainer("s-1").FailContainer("s-2").Build();
    for (const RolloutPolicy policy : {PlanRollout, KeepBudget, ReplaceUnreadyFirst}) {
      ScenarioRunOptions options;
      options.sets = ReconcileOptionsFor(policy);
      const ScenarioReport report = *RunScenario(scenario, options);
      ASSERT_TRUE(report.broken_promise.has_value());
      EXPECT_EQ(report.broken_promise->promised, 6);
      EXPECT_LE(report.broken_promise->ready, 4);
      EXPECT_GE(report.broken_promise->time, absl::Seconds(320));
    }
  }
}

// What a set promises and what could be counted on are two things: the groups failed before the set was scaled.
TEST(RunScenarioTest, Law3ThePromiseOfASetThatIsScaledUpWhileGroupsAreDown) {
  ScenarioBuilder builder = Promised(3).At(absl::Minutes(5));
  for (const char* pod : {"s-0", "s-1", "s-2"}) builder.FailContainer(pod);
  const Scenario scenario = builder.At(absl::Minutes(5) + absl::Seconds(1)).Scale(6).Build();
  const ScenarioReport report = *RunScenario(scenario, {});
  EXPECT_EQ(report.lowest_ready, 0);
  EXPECT_EQ(report.lowest_replicas, 6);
  EXPECT_EQ(report.promised_ready, 6);
  EXPECT_EQ(report.counted_on, 0);
  EXPECT_FALSE(report.broken_promise.has_value());
  EXPECT_EQ(ScenarioLowestReadyText(report),
            "lowest 0 groups ready during updates (the budget promises 6, but only 0 could be counted on)");
}

TEST(RunScenarioTest, ALabelOfAScenarioIsNoRestart) {
  Scenario scenario = Usual().Build();
  scenario.events[0].told = "an edit that is to recreate group 1";
  EXPECT_EQ(RunScenario(scenario, {})->groups_restarted, 0);
}

TEST(RunScenarioTest, ARestartAndSurgeGroupsAreCounted) {
  const ScenarioReport report = *RunScenario(
      ScenarioBuilder("s", 3, 2).MaxSurge(1).NewImage("s:2").WhenQuiet().FailContainer("s-1-1").Build(), {});
  EXPECT_EQ(report.groups_restarted, 1);
  EXPECT_EQ(report.surge_used, 1);
  EXPECT_THAT(report, testing::AllOf(RestartsAtMost(1), Not(RestartsAtMost(0)), SurgesAtMost(1), Not(SurgesAtMost(0)),
                                     NeverBelow(2), Not(NeverBelow(4)), WastesAtMost(absl::Hours(1)),
                                     Not(WastesAtMost(absl::ZeroDuration())), FinishesWithin(absl::Minutes(10))));
}

TEST(RunScenarioTest, EveryPolicyComesToItsEndUnderManySeeds) {
  const Scenario scenario = ScenarioBuilder("s", 4, 2)
                                .MaxSurge(1)
                                .At(absl::Minutes(1))
                                .NewImage("s:2")
                                .At(absl::Seconds(75))
                                .FailContainer("s-0-1")
                                .At(absl::Seconds(90))
                                .Scale(5)
                                .Build();
  for (const RolloutPolicy policy : {RolloutPolicy(KeepBudget), RolloutPolicy(ReplaceUnreadyFirst)}) {
    ScenarioRunOptions options;
    options.sets = ReconcileOptionsFor(policy);
    for (options.seed = 1; options.seed <= 30; ++options.seed) {
      const ScenarioReport report = *RunScenario(scenario, options);
      ASSERT_THAT(report, testing::AllOf(Finishes(), NeverMixesRevisions(), NeverBelow(2))) << "seed " << options.seed;
    }
  }
}

// The time of the first state of a report in which this number of groups is ready and has the new revision.
absl::Duration WhenNew(const ScenarioReport& report, int64_t groups) {
  bool edited = false;
  for (const TimelineEntry& entry : report.timeline) {
    edited |= entry.kind == TimelineEntry::Kind::kScenario && entry.time > absl::ZeroDuration();
    if (edited && std::count(entry.groups.begin(), entry.groups.end(), 'N') >= groups) return entry.time;
  }
  return absl::InfiniteDuration();
}

TEST(RunScenarioTest, CanaryStepsWaitInACluster) {
  RolloutControls controls;
  controls.steps = {{IntOrPercent::Int(1), absl::Minutes(10), false},
                    {IntOrPercent::Text("50%"), absl::Minutes(5), false}};
  const Scenario scenario = ScenarioBuilder("s", 4, 2).MaxUnavailable(2).WhenQuiet().NewImage("s:2").Build();
  for (const RolloutPolicy policy : {PlanRollout, KeepBudget, ReplaceUnreadyFirst}) {
    ScenarioRunOptions options;
    options.sets = ReconcileOptionsFor(policy);
    options.sets.controls = &controls;
    const ScenarioReport report = *RunScenario(scenario, options);
    EXPECT_TRUE(report.finished);
    EXPECT_GE(WhenNew(report, 2) - WhenNew(report, 1), absl::Minutes(10));
    EXPECT_GE(WhenNew(report, 3) - WhenNew(report, 2), absl::Minutes(5));
    EXPECT_LT(report.duration, absl::Minutes(20));
  }
}

TEST(RunScenarioTest, ADeadlineIsToldOnce) {
  RolloutControls controls;
  controls.progress_deadline = absl::Minutes(10);
  ImageBehavior broken;
  broken.broken = true;
  Scenario scenario = Usual().Image("s:2", broken).Build();
  scenario.patience = absl::Hours(1);
  ScenarioRunOptions options;
  options.sets.controls = &controls;
  const ScenarioReport report = *RunScenario(scenario, options);
  EXPECT_EQ(std::count_if(report.timeline.begin(), report.timeline.end(),
                          [](const TimelineEntry& entry) {
                            return absl::StrContains(entry.text, "has made no progress within the deadline");
                          }),
            1);
}

TEST(RunScenarioTest, ARestartPolicyGivesUpAndKeepsThePods) {
  RestartPolicy policy;
  policy.max_restarts = 2;
  policy.first_backoff = absl::Seconds(30);
  ScenarioBuilder builder("s", 2, 2);
  for (int i = 1; i <= 6; ++i) builder.At(i * absl::Minutes(3)).FailContainer("s-0-1");
  ScenarioRunOptions options;
  EXPECT_EQ(RunScenario(builder.Build(), options)->groups_restarted, 6);
  options.pods.restarts = &policy;
  const ScenarioReport report = *RunScenario(builder.Build(), options);
  EXPECT_EQ(report.groups_restarted, 2);
  EXPECT_EQ(report.pods_created, 4 + 2 * 2);
}

// Two nodes of two pods each hold both groups of two; a third is free.
ScenarioBuilder OnThreeNodes() {
  const std::map<std::string, std::string> room = {{"cpu", "8"}, {"pods", "2"}};
  return ScenarioBuilder("s", 2, 2).Nodes({"n", 3, room, {}}).At(absl::Minutes(1));
}

std::string WaitsFor(const ScenarioReport& report) { return ScenarioWaitingText(report.waiting); }

TEST(RunScenarioTest, PodsThatAreDeletedOrEvictedTakeTheirGroupWithThem) {
  for (const auto& scenario : {OnThreeNodes().DeletePod("s-1-1"), OnThreeNodes().EvictPod("s-1-1")}) {
    const ScenarioReport report = *RunScenario(scenario.Build(), {});
    EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
    EXPECT_EQ(report.groups_restarted, 1);
    EXPECT_GE(report.pods_created, 6);
  }
}

TEST(RunScenarioTest, ADrainedNodeTakesPodsAgainWhenItIsUncordoned) {
  const std::map<std::string, std::string> room = {{"cpu", "8"}, {"pods", "2"}};
  const ScenarioBuilder full =
      ScenarioBuilder("s", 2, 2).Nodes({"n", 2, room, {}}).At(absl::Minutes(1)).DrainNode("n-0");
  Scenario drained = full.Build();
  drained.patience = absl::Minutes(10);
  const ScenarioReport waits = *RunScenario(drained, {});
  EXPECT_FALSE(waits.finished);
  EXPECT_TRUE(absl::StrContains(WaitsFor(waits), "waiting for node")) << WaitsFor(waits);
  EXPECT_TRUE(absl::StrContains(WaitsFor(waits), "unschedulable")) << WaitsFor(waits);
  const ScenarioReport back = *RunScenario(ScenarioBuilder(full).At(absl::Minutes(5)).UncordonNode("n-0").Build(), {});
  EXPECT_TRUE(back.finished) << ScenarioOutcomeText(back);
}

TEST(RunScenarioTest, TaintsThatSayNoExecuteEndPods) {
  const Taint execute = {"down", "", "NoExecute"};
  const Taint schedule = {"down", "", "NoSchedule"};
  EXPECT_GT(RunScenario(OnThreeNodes().TaintNode("n-0", {execute}).Build(), {})->pods_created, 4);
  const ScenarioReport kept = *RunScenario(OnThreeNodes().TaintNode("n-0", {schedule}).Build(), {});
  EXPECT_EQ(kept.pods_created, 4);
  // A new pod does not go there, and does once the taint is gone.
  ScenarioBuilder full = ScenarioBuilder("s", 1, 1).Nodes({"n", 1, {{"cpu", "8"}, {"pods", "2"}}, {}});
  full.At(absl::Minutes(1)).TaintNode("n-0", {schedule}).At(absl::Minutes(2)).DeletePod("s-0");
  Scenario tainted = full.Build();
  tainted.patience = absl::Minutes(10);
  EXPECT_TRUE(absl::StrContains(WaitsFor(*RunScenario(tainted, {})), "taint"));
  EXPECT_TRUE(RunScenario(full.At(absl::Minutes(5)).TaintNode("n-0", {}).Build(), {})->finished);
}

// A pod that ended is seen while it is being deleted, as on a real API server.
TEST(RunScenarioTest, APodThatEndsRestartsItsGroup) {
  const ScenarioReport report = *RunScenario(OnThreeNodes().EndPod("s-1-1").Build(), {});
  EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
  EXPECT_EQ(report.groups_restarted, 1);
}

TEST(RunScenarioTest, APodThatIsDeletedBeforeItHasANodeRestartsItsGroup) {
  ScenarioBuilder full = ScenarioBuilder("s", 1, 2).Nodes({"n", 1, {{"cpu", "8"}, {"pods", "1"}}, {}});
  Scenario waits = full.At(absl::Minutes(1)).DeletePod("s-0-1").Build();
  waits.patience = absl::Minutes(10);
  const ScenarioReport report = *RunScenario(waits, {});
  EXPECT_TRUE(absl::StrContains(WaitsFor(report), "waiting for node")) << WaitsFor(report);
  EXPECT_EQ(report.groups_restarted, 1);
}

TEST(RunScenarioTest, AControllerThatRestartsGoesOnWhereItWas) {
  for (const RolloutPolicy policy : {PlanRollout, KeepBudget, ReplaceUnreadyFirst}) {
    ScenarioRunOptions options;
    options.sets = ReconcileOptionsFor(policy);
    ScenarioBuilder builder = Usual();
    for (int i = 0; i < 6; ++i) builder.At(absl::Seconds(61 + 7 * i)).RestartController();
    const ScenarioReport report = *RunScenario(builder.Build(), options);
    EXPECT_THAT(report, Finishes());
    EXPECT_EQ(report.pods_created, 12);
    EXPECT_EQ(report.timeline.back().groups, "NNN");
  }
}

// A leader alone is not of a former revision: its workers only come when it is ready.
TEST(RunScenarioTest, AGroupWithoutWorkersIsNotDrawnAsOld) {
  Json manifest = *ScenarioBuilder("s", 3, 2).Build().manifest;
  manifest["spec"]["startupPolicy"] = "LeaderReady";
  const auto letters = [](const ScenarioReport& report) {
    std::string all;
    for (const TimelineEntry& entry : report.timeline) all += entry.groups;
    return all;
  };
  const ScenarioReport created = *RunScenario(ScenarioBuilder(manifest).Build(), {});
  EXPECT_TRUE(created.finished);
  EXPECT_TRUE(absl::StrContains(letters(created), "n"));
  EXPECT_FALSE(absl::StrContains(letters(created), "o")) << Text(created);
  // Those of an update are.
  const ScenarioReport updated =
      *RunScenario(ScenarioBuilder(manifest).At(absl::Minutes(2)).NewImage("s:2").Build(), {});
  EXPECT_TRUE(absl::StrContains(letters(updated), "O")) << Text(updated);
}

TEST(RunScenarioTest, TheUsualEditIsOfWhatIsStored) {
  Json manifest = *ScenarioBuilder("s", 2, 2).Build().manifest;
  Json& container = manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0];
  container["resources"]["limits"] = {{"cpu", 0.5}};  // stored as "500m"; an edit with 0.5 would be refused
  const absl::StatusOr<ScenarioReport> report = RunScenario(UsualScenario(manifest), {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->finished) << ScenarioOutcomeText(*report);
}

TEST(RunScenarioTest, TheEndNamesWhatWasRefused) {
  const Json patch = {
      {"spec", {{"leaderWorkerTemplate", {{"workerTemplate", {{"spec", {{"restartPolicy", "Never"}}}}}}}}}};
  Scenario scenario = ScenarioBuilder("s", 2, 1).At(absl::Minutes(1)).Edit(patch).Build();
  scenario.patience = absl::Minutes(5);
  const ScenarioReport report = *RunScenario(scenario, {});
  EXPECT_FALSE(report.finished);
  EXPECT_TRUE(absl::StrContains(ScenarioOutcomeText(report),
                                "; refused: StatefulSet.apps \"s\" is invalid: spec.template.spec.restartPolicy: "
                                "Unsupported value: \"Never\": supported values: \"Always\""))
      << ScenarioOutcomeText(report);
  // Nothing is told of what was put right.
  const ScenarioReport mended = *RunScenario(
      ScenarioBuilder("s", 2, 1)
          .At(absl::Minutes(1))
          .Edit(patch)
          .At(absl::Minutes(2))
          .Edit({{"spec", {{"leaderWorkerTemplate", {{"workerTemplate", {{"spec", {{"restartPolicy", nullptr}}}}}}}}}})
          .Build(),
      {});
  EXPECT_TRUE(mended.finished) << ScenarioOutcomeText(mended);
  EXPECT_THAT(mended.refused, ElementsAre());
}

// The message of a scenario with this one event.
std::string ErrorOf(const Json& event) {
  const Json manifest = *Usual().Build().manifest;
  const absl::StatusOr<Scenario> scenario = ReadScenario(manifest, {{"events", Json::array({event})}});
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  if (!scenario.ok()) return "";
  const absl::Status status = RunScenario(*scenario, {}).status();
  EXPECT_EQ(status.message().substr(0, FieldOfStatus(status).size()), FieldOfStatus(status))
      << "the field leads to its line";
  return std::string(status.message());
}

TEST(RunScenarioTest, GroupsBelowThePartitionKeepTheirRevision) {
  const ScenarioReport report =
      *RunScenario(ScenarioBuilder("s", 3, 2).Partition(2).At(absl::Minutes(1)).NewImage("s:2").Build(), {});
  EXPECT_TRUE(report.finished) << ScenarioOutcomeText(report);
  EXPECT_EQ(report.updated, 1);
}

TEST(RunScenarioTest, AnEventWithoutItsTargetNamesItself) {
  for (const char* key : {"fail", "end", "delete", "evict"}) {
    EXPECT_EQ(ErrorOf({{"at", "1m"}, {key, "s-9-1"}}),
              absl::StrCat("events[0].", key, ": Pod s-9-1 does not exist at that time"));
  }
  for (const char* key : {"loseNode", "recoverNode", "drain", "cordon", "uncordon", "taint"}) {
    Json event = {{"at", "1m"}, {key, "gpu-9"}};
    if (absl::string_view(key) == "taint") event["taints"] = Json::array();
    EXPECT_EQ(ErrorOf(event), absl::StrCat("events[0].", key, ": Node gpu-9 does not exist at that time"));
  }
  EXPECT_EQ(ErrorOf({{"at", "0s"}, {"fail", "s-0"}}), "events[0].fail: Pod s-0 does not run at that time");
  EXPECT_EQ(ErrorOf({{"at", "0s"}, {"end", "s-0"}}), "events[0].end: Pod s-0 does not run at that time");
  EXPECT_EQ(ErrorOf({{"at", "1m"}, {"recoverNode", "node-000"}}),
            "events[0].recoverNode: Node node-000 is not lost at that time");
  EXPECT_EQ(RunScenario(Usual().FailContainer("s-9-1").Build(), {}).status().message(),
            "scenario: Pod s-9-1 does not exist at that time");
}

TEST(RunScenarioTest, AShortTimelineHasTheGroupsWhenEnoughOfThemChanged) {
  const Scenario scenario = ScenarioBuilder("s", 40, 1).At(absl::Minutes(1)).NewImage("s:2").Build();
  const ScenarioReport whole = *RunScenario(scenario, {});
  ScenarioRunOptions in_steps;
  in_steps.told_step = 10;
  const ScenarioReport report = *RunScenario(scenario, in_steps);
  EXPECT_EQ(report.finished, whole.finished);
  EXPECT_EQ(report.duration, whole.duration);
  EXPECT_EQ(report.lowest_ready, whole.lowest_ready);
  EXPECT_EQ(report.pods_created, whole.pods_created);
  EXPECT_EQ(report.wasted_pod_time, whole.wasted_pod_time);
  EXPECT_EQ(report.timeline.back().groups, whole.timeline.back().groups);
  EXPECT_GT(whole.timeline.size(), 100u);
  EXPECT_LT(report.timeline.size(), 20u);
  int64_t events = 0;
  for (const TimelineEntry& entry : whole.timeline) events += entry.kind == TimelineEntry::Kind::kEvent;
  for (const TimelineEntry& entry : report.timeline) {
    events -= entry.left_out + (entry.kind == TimelineEntry::Kind::kEvent);
  }
  EXPECT_EQ(events, 0) << "every event is told or counted";
}

TEST(RunScenarioTest, WhatCannotBeIsAnError) {
  EXPECT_FALSE(RunScenario(Usual().FailContainer("s-9-1").Build(), {}).ok());
  EXPECT_FALSE(RunScenario(Usual().Scale(-1).Build(), {}).ok());
  EXPECT_FALSE(RunScenario(ScenarioBuilder(Json::object()).Build(), {}).ok());
  EXPECT_FALSE(RunScenario(ScenarioBuilder("s", -1, 2).Build(), {}).ok());
  EXPECT_EQ(RunScenario(ScenarioBuilder("s", 1000000, 8).Build(), {}).status().message(),
            "a set of 8000000 pods: at most 200000 are simulated object by object");
  EXPECT_FALSE(RunScenario(ScenarioBuilder("s", 1, 8).Scale(1000000).Build(), {}).ok());
}

}  // namespace
}  // namespace lws
