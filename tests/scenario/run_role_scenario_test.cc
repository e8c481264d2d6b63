// Scenarios of DisaggregatedSets in a simulated cluster, with both controllers, LeaderWorkerSets and pods.
#include "lws/adapters/testing/scenario/run_role_scenario.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/testing/scenario/role_expectations.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/field_status.h"
#include "lws/api/strict_reader.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/keep_role_budgets.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

const DisaggregatedOptions kCareful{KeepRoleBudgets, /*mends=*/true};

Json Role(const std::string& name, int32_t replicas, int32_t surge, int32_t unavailable) {
  const Json container = {{"name", "c"}, {"image", "i:1"}};
  return {{"name", name},
          {"spec",
           {{"replicas", replicas},
            {"rolloutStrategy",
             {{"type", "RollingUpdate"},
              {"rollingUpdateConfiguration", {{"maxSurge", surge}, {"maxUnavailable", unavailable}}}}},
            {"leaderWorkerTemplate",
             {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}};
}

Json Set(const Json& roles, int32_t slices = 1) {
  return {{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
          {"kind", "DisaggregatedSet"},
          {"metadata", {{"name", "llm"}, {"namespace", "default"}}},
          {"spec", {{"slices", slices}, {"roles", roles}}}};
}

RoleReport Simulated(const Scenario& scenario, const DisaggregatedOptions& roles, uint64_t seed = 1) {
  const absl::StatusOr<RoleReport> report = RunRoleScenario(scenario, {seed, roles});
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : RoleReport();
}

std::string Trace(const RoleReport& report) {
  std::string text;
  for (const RoleTimelineEntry& entry : report.timeline) absl::StrAppend(&text, ToString(entry), "\n");
  return text;
}

RoleExpectations AllLaws() {
  RoleExpectations expected;
  expected.keeps_promise = true;
  expected.keeps_ceiling = true;
  expected.never_half_a_revision = true;
  return expected;
}

// Law 1 of disaggregated_simulation.h and of run_role_scenario.h.
TEST(RunRoleScenarioTest, Law1TheSameSeedGivesTheSameRun) {
  const Scenario scenario = UsualScenario(Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 3, 0, 1)}), 2));
  const std::string first = Trace(Simulated(scenario, kCareful, 7));
  EXPECT_EQ(first, Trace(Simulated(scenario, kCareful, 7)));
  EXPECT_NE(first, Trace(Simulated(scenario, kCareful, 8)));
}

TEST(RunRoleScenarioTest, Law2AFinishedSetHasItsGroupsAndNoOldOnes) {
  const Scenario scenario = UsualScenario(Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 3, 1, 0)}), 2));
  for (const DisaggregatedOptions& options : {DisaggregatedOptions(), kCareful}) {
    const RoleReport report = Simulated(scenario, options);
    EXPECT_TRUE(report.finished) << Trace(report);
    ASSERT_EQ(report.last.size(), 4);
    for (const RoleLane& lane : report.last) {
      EXPECT_EQ(lane.groups, lane.role == "prefill" ? "NN" : "NNN");
    }
    EXPECT_EQ(report.courses.size(), 4);
  }
}

// The first of the reference's known faults: it counts new groups that do not exist yet as serving.
TEST(RunRoleScenarioTest, TheReferenceLosesAllServersOfASmallSetAndKeepRoleBudgetsDoesNot) {
  const Scenario scenario = UsualScenario(Set(Json::array({Role("prefill", 1, 0, 1), Role("decode", 2, 0, 1)})));
  const RoleReport reference = Simulated(scenario, {});
  ASSERT_NE(reference.Find(0, "decode"), nullptr);
  EXPECT_EQ(reference.Find(0, "decode")->lowest_ready, 0) << Trace(reference);
  EXPECT_FALSE(reference.Find(0, "decode")->keeps_promise());
  const RoleReport careful = Simulated(scenario, kCareful);
  EXPECT_EQ(absl::StrJoin(UnmetExpectations(AllLaws(), careful), "\n"), "") << Trace(careful);
  EXPECT_EQ(careful.Find(0, "decode")->lowest_ready, 1) << Trace(careful);
}

// The groups of a slice that was removed promise nothing to the one that is made in its place.
TEST(RunRoleScenarioTest, ASliceThatIsMadeAgainDuringARolloutBeginsAnew) {
  Scenario scenario = UsualScenario(Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 2, 1, 0)}), 2));
  scenario.events[0].at = absl::Seconds(100);
  for (const int32_t slices : {1, 2}) {
    ScenarioEvent edit;
    edit.at = absl::Seconds(slices == 1 ? 105 : 110);
    edit.patch = std::make_shared<const Json>(Json{{"spec", {{"slices", slices}}}});
    scenario.events.push_back(edit);
  }
  for (const DisaggregatedOptions& options : {DisaggregatedOptions(), kCareful}) {
    const RoleReport report = Simulated(scenario, options);
    EXPECT_TRUE(report.finished) << Trace(report);
    EXPECT_TRUE(absl::StrContains(Trace(report), "105.0s  slice 1  prefill -        ready 0/0")) << Trace(report);
    ASSERT_NE(report.Find(1, "prefill"), nullptr) << Trace(report);
    for (const RoleCourse& course : report.courses) {
      EXPECT_TRUE(course.keeps_promise()) << course.slice << " " << course.role << "\n" << Trace(report);
      EXPECT_EQ(course.promised_ready, 2) << course.slice << " " << course.role;
    }
  }
}

// The largest maxSurge allows as many groups as an int32 holds, although the target is added to it.
TEST(RunRoleScenarioTest, TheLargestMaxSurgeAllowsAllGroups) {
  constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
  const Scenario scenario =
      UsualScenario(Set(Json::array({Role("prefill", 2, kLargest, 0), Role("decode", 1, kLargest, 0)})));
  for (const DisaggregatedOptions& options : {DisaggregatedOptions(), kCareful}) {
    const RoleReport report = Simulated(scenario, options);
    EXPECT_TRUE(report.finished) << Trace(report);
    ASSERT_NE(report.Find(0, "prefill"), nullptr) << Trace(report);
    EXPECT_EQ(report.Find(0, "prefill")->allowed_groups, kLargest);
    EXPECT_TRUE(report.Find(0, "prefill")->keeps_ceiling()) << Trace(report);
  }
}

// The new images never become ready. The old groups that the budget promises go on serving, and the report says what
// is waited for.
TEST(RunRoleScenarioTest, ARolloutThatCannotFinishKeepsServingAndSaysWhy) {
  Scenario scenario = UsualScenario(Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 2, 1, 0)})));
  scenario.images.push_back({"i:1-next", {}});
  scenario.images.back().second.never_ready = true;
  scenario.patience = absl::Minutes(10);
  for (const DisaggregatedOptions& options : {DisaggregatedOptions(), kCareful}) {
    const RoleReport report = Simulated(scenario, options);
    EXPECT_FALSE(report.finished);
    EXPECT_EQ(report.Find(0, "prefill")->lowest_ready, 2) << Trace(report);
    EXPECT_TRUE(absl::StrContains(ScenarioOutcomeText(report), "is held: 0 of 1 new groups are ready"))
        << ScenarioOutcomeText(report);
    ASSERT_FALSE(report.waiting.empty());
    EXPECT_EQ(report.waiting[0].waiting.reason, PodWait::kReady) << report.waiting[0].waiting.text;
    EXPECT_TRUE(absl::StrContains(ScenarioOutcomeText(report), report.waiting[0].waiting.text))
        << ScenarioOutcomeText(report);
  }
}

// The LeaderWorkerSets of a set with such a name are refused when they are created, and that is told.
TEST(RunRoleScenarioTest, RefusedChildrenAreTold) {
  Json set = Set(Json::array({Role("prefill", 1, 1, 0), Role("decode", 1, 1, 0)}));
  set["metadata"]["name"] = "llm.v1";
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(set);
  scenario.patience = absl::Minutes(10);
  const RoleReport report = Simulated(scenario, {});
  EXPECT_FALSE(report.finished);
  EXPECT_TRUE(absl::StrContains(ScenarioOutcomeText(report), "llm.v1-0-")) << ScenarioOutcomeText(report);
}

absl::StatusOr<Scenario> Read(const Json& set, const Json& events) { return ReadScenario(set, {{"events", events}}); }

TEST(RunRoleScenarioTest, RolesAreScaledAndEdited) {
  Json set = Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 1, 1, 0)}));
  set["spec"]["roles"][1]["scaling"] = {{"mode", "External"}};
  const Json workers = {{"spec", {{"leaderWorkerTemplate", {{"size", 2}}}}}};
  const absl::StatusOr<Scenario> scenario =
      Read(set, Json::array({{{"at", "quiet"}, {"role", "decode"}, {"scale", 3}},
                             {{"at", "quiet"}, {"role", "prefill"}, {"scale", 1}},
                             {{"at", "quiet"}, {"role", "decode"}, {"edit", workers}}}));
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  for (const DisaggregatedOptions& options : {DisaggregatedOptions(), kCareful}) {
    const RoleReport report = Simulated(*scenario, options);
    EXPECT_TRUE(report.finished) << Trace(report);
    ASSERT_EQ(report.last.size(), 2);
    EXPECT_EQ(report.last[0].groups, "N") << Trace(report);
    EXPECT_EQ(report.last[1].groups, "NNN") << Trace(report);
    ASSERT_NE(report.Find(0, "decode"), nullptr) << Trace(report);
    EXPECT_EQ(report.Find(0, "decode")->lowest_ready, 3) << Trace(report);
  }
}

TEST(RunRoleScenarioTest, ScenariosThatCannotHappenAreRefused) {
  const Json set = Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 1, 1, 0)}));
  const auto error = [&set](const Json& event) {
    return std::string(Read(set, Json::array({event})).status().message());
  };
  EXPECT_EQ(error({{"at", "quiet"}, {"scale", 3}}), "events[0].role: missing: the role that is scaled");
  EXPECT_EQ(error({{"at", "quiet"}, {"role", "router"}, {"scale", 3}}), "events[0].role: the set has no role router");
  EXPECT_EQ(error({{"at", "quiet"}, {"role", "decode"}, {"edit", {{"spec", {{"replica", 3}}}}}}),
            "events[0].edit: unknown field spec.roles[1].spec.replica");
  EXPECT_TRUE(absl::StrContains(error({{"at", "quiet"}, {"edit", {{"spec", {{"slices", 0}}}}}}), "spec.slices"));
  Json leader_worker_set = set;
  leader_worker_set["kind"] = "LeaderWorkerSet";
  EXPECT_EQ(
      Read(leader_worker_set, Json::array({{{"at", "quiet"}, {"role", "decode"}, {"scale", 3}}})).status().message(),
      "events[0].role: a LeaderWorkerSet has no roles");
}

TEST(RunRoleScenarioTest, UsualNodesHaveTheLabelsThatPodsAskFor) {
  Json prefill = Role("prefill", 2, 1, 0);
  Json decode = Role("decode", 3, 1, 0);
  prefill["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["nodeSelector"] = {{"gpu", "h100"}};
  decode["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["nodeSelector"] = {{"gpu", "h20"}, {"zone", "a"}};
  const RoleReport report = Simulated(UsualScenario(Set(Json::array({prefill, decode}), 2)), {});
  EXPECT_TRUE(report.finished) << Trace(report);
}

// Edits of a role, and of the whole set, may ask for labels that nothing asked for before, or for other values of them.
TEST(RunRoleScenarioTest, UsualNodesHaveTheLabelsThatEditsAskFor) {
  const auto with_selector = [](Json role, const Json& selector) {
    role["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["nodeSelector"] = selector;
    return role;
  };
  const Json next = {{"gpu", "b200"}, {"zone", "a"}};
  for (const bool was_asked : {false, true}) {
    Json prefill = Role("prefill", 2, 1, 0);
    if (was_asked) prefill = with_selector(prefill, {{"gpu", "h100"}});
    const Json decode = Role("decode", 3, 2, 0);
    const Json set = Set(Json::array({prefill, decode}), 2);
    const Json of_role = {
        {"at", "quiet"}, {"role", "prefill"}, {"edit", {{"spec", with_selector(prefill, next)["spec"]}}}};
    const Json of_set = {{"at", "quiet"}, {"edit", {{"spec", {{"roles", {with_selector(prefill, next), decode}}}}}}};
    for (const Json& edit : {of_role, of_set}) {
      const absl::StatusOr<Scenario> scenario = Read(set, Json::array({edit}));
      ASSERT_TRUE(scenario.ok()) << scenario.status();
      const RoleReport report = Simulated(*scenario, {});
      EXPECT_TRUE(report.finished) << edit << "\n" << Trace(report);
    }
  }
}

TEST(RunRoleScenarioTest, AnEventWithoutItsTargetNamesItself) {
  const Json set = Set(Json::array({Role("prefill", 2, 1, 0), Role("decode", 1, 1, 0)}));
  const auto error = [&set](const Json& event) {
    const absl::Status status = RunRoleScenario(*Read(set, Json::array({event})), {}).status();
    EXPECT_EQ(status.message().substr(0, FieldOfStatus(status).size()), FieldOfStatus(status))
        << "the field leads to its line";
    return std::string(status.message());
  };
  for (const char* key : {"fail", "end", "delete", "evict"}) {
    EXPECT_EQ(error({{"at", "1m"}, {key, "llm-9"}}),
              absl::StrCat("events[0].", key, ": Pod llm-9 does not exist at that time"));
  }
  for (const char* key : {"loseNode", "recoverNode", "drain", "cordon", "uncordon"}) {
    EXPECT_EQ(error({{"at", "1m"}, {key, "gpu-9"}}),
              absl::StrCat("events[0].", key, ": Node gpu-9 does not exist at that time"));
  }
  EXPECT_EQ(error({{"at", "1m"}, {"taint", "gpu-9"}, {"taints", Json::array()}}),
            "events[0].taint: Node gpu-9 does not exist at that time");
}

// --- Expectations.

std::string UnmetOf(const Json& expect, const RoleReport& report) {
  ReadProblem problem;
  StrictReader reader(expect, "expect", &problem);
  const RoleExpectations expected = ReadRoleExpectations(&reader);
  return problem.status.ok() ? absl::StrJoin(UnmetExpectations(expected, report), "; ")
                             : std::string(problem.status.message());
}

TEST(RoleExpectationsTest, EachExpectationIsMetOrTold) {
  RoleReport report;
  report.finished = true;
  report.duration = absl::Minutes(2);
  report.skew_percent = 50;
  report.courses = {{0, "decode", 1, 2, 2, 4, 3}};
  report.half_revision = HalfRevision{absl::Seconds(9), 0, "aaaaaaaa", "decode"};
  EXPECT_EQ(UnmetOf({{"ready", {{"decode", 1}}}}, report), "");
  EXPECT_EQ(UnmetOf({{"ready", {{"decode", 2}}}}, report), "slice 0: decode had 1 ready groups, expected 2");
  EXPECT_EQ(UnmetOf({{"ready", {{"router", 0}}}}, report), "role router was in no update");
  EXPECT_EQ(UnmetOf({{"ready", "promised"}}, report), "slice 0: decode had 1 ready groups, the budget promises 2");
  EXPECT_EQ(UnmetOf({{"groups", "allowed"}}, report), "slice 0: decode had 4 groups, the budget allows 3");
  EXPECT_EQ(UnmetOf({{"skewAtMost", 50}}, report), "");
  EXPECT_EQ(UnmetOf({{"skewAtMost", 49}}, report),
            "a role was 50% of its groups ahead of another, expected at most 49%");
  EXPECT_EQ(UnmetOf({{"neverHalfARevision", true}}, report),
            "slice 0: revision aaaaaaaa had no decode but other roles after 9s");
  EXPECT_EQ(UnmetOf({{"finishesWithin", "1m"}}, report), "took 2m, expected at most 1m");
  EXPECT_EQ(UnmetOf({{"readyy", 1}}, report), "expect.readyy: unknown key, did you mean \"ready\"?");
  report.finished = false;
  EXPECT_EQ(UnmetOf(Json::object(), report), "did not finish: not finished after 2m: ");
}

// --- Random sets, edited in the middle of their rollouts, in a cluster where pods start in any order.

class RandomScenario {
 public:
  explicit RandomScenario(uint32_t seed) : random_(seed) {
    for (int role = 2 + Draw(1); role > 0; --role) {
      const int32_t surge = Draw(2);
      roles_.push_back(Role(absl::StrCat("r", role), 1 + Draw(2), surge, surge == 0 ? 1 + Draw(1) : Draw(2)));
    }
  }

  Scenario Build() {
    ScenarioBuilder builder(Set(roles_, 1 + Draw(1)));
    builder.At(absl::Seconds(60 + Draw(30)));
    absl::Duration at = absl::Seconds(60);
    for (int edits = 1 + Draw(2); edits > 0; --edits) {
      builder.At(at);
      for (Json& role : roles_) {
        role["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] =
            absl::StrCat("i:", 1 + edits % 2);
      }
      if (Draw(1) == 0) roles_[0]["spec"]["replicas"] = 1 + Draw(3);
      builder.Edit({{"spec", {{"roles", roles_}}}});
      at += absl::Seconds(5 + Draw(60));
    }
    return builder.Build();
  }

 private:
  int Draw(int most) { return static_cast<int>(random_() % static_cast<uint32_t>(most + 1)); }

  std::mt19937 random_;
  Json roles_ = Json::array();
};

std::string FirstBroken(const DisaggregatedOptions& options, uint32_t seeds, int* broken) {
  std::string first;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    const RoleReport report = Simulated(RandomScenario(seed).Build(), options, seed);
    const std::vector<std::string> unmet = UnmetExpectations(AllLaws(), report);
    if (unmet.empty()) continue;
    if (++*broken == 1) first = absl::StrCat("seed ", seed, ": ", absl::StrJoin(unmet, "; "), "\n", Trace(report));
  }
  return first;
}

TEST(RunRoleScenarioTest, RandomLivesKeepTheLawsUnderKeepRoleBudgets) {
  int broken = 0;
  const std::string first = FirstBroken(kCareful, 40, &broken);
  EXPECT_EQ(broken, 0) << first;
}

// The same lives break laws under the reference, so the test above can fail.
TEST(RunRoleScenarioTest, RandomLivesBreakLawsUnderTheReference) {
  int broken = 0;
  FirstBroken({}, 40, &broken);
  EXPECT_GT(broken, 0);
}

}  // namespace
}  // namespace lws
