// Restarts: bugs of the past, named by their id in the public history of LeaderWorkerSet.
#include "gtest/gtest.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

const Json kTerminating = {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}};
const Json kRestarted = {{"status", {{"containerStatuses", Json::array({{{"restartCount", 1}}})}}}};

Json WithLabel(const char* key, const char* value) {
  return {{"metadata", {{"labels", {{std::string("leaderworkerset.sigs.k8s.io/") + key, value}}}}}};
}

SmallCluster Group(const Json& spec_patch = nullptr) {
  SmallCluster cluster(spec_patch);
  cluster.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0);
  return cluster;
}

TEST(Restart, AFailedWorkerTakesItsGroupDown) {
  const Plan plan = Group().Worker(0, 1, kRestarted).ReconcilePod("s-0-1");
  EXPECT_EQ(Actions(plan), "delete Pod s-0");
  EXPECT_EQ(plan.actions[0].propagation, Propagation::kForeground);
  EXPECT_EQ(plan.actions[0].uid, "uid-s-0");
}

TEST(Restart, S1_WorkersOfAnotherRevisionLeaveTheNewLeaderAlone) {
  Json old = kTerminating;
  old.merge_patch(WithLabel("template-revision-hash", "old"));
  const Plan plan = Group().Worker(0, 1, old).ReconcilePod("s-0-1");
  EXPECT_EQ(Actions(plan), "");
  EXPECT_TRUE(Because(plan, DecisionReason::kOtherRevision));
}

TEST(Restart, S2_WorkersOfAFormerLeaderLeaveItAlone) {
  SmallCluster cluster;
  cluster.Revision("k").Leader(0).WorkerStatefulSet(
      0, {{"metadata",
           {{"ownerReferences", {{{"kind", "Pod"}, {"name", "s-0"}, {"uid", "former"}, {"controller", true}}}}}}});
  const Plan plan = cluster.Worker(0, 1, kTerminating).ReconcilePod("s-0-1");
  EXPECT_EQ(Actions(plan), "");
  EXPECT_TRUE(Because(plan, DecisionReason::kFormerLeader));
}

// A pod may take a leader's name without being one of the set: it is never deleted, whatever owns what.
TEST(Restart, AForeignPodWithTheNameOfTheLeaderIsLeftAlone) {
  const Json no_labels = {{"metadata", {{"labels", nullptr}}}};
  for (const Json& foreign : {no_labels, WithLabel("name", "other"), WithLabel("worker-index", "1")}) {
    SmallCluster cluster;
    cluster.Revision("k").LeaderStatefulSet().Leader(0, foreign).WorkerStatefulSet(0);
    Json failed = kRestarted;
    if (foreign == no_labels) failed.merge_patch(WithLabel("template-revision-hash", ""));
    const Plan plan = cluster.Worker(0, 1, failed).ReconcilePod("s-0-1");
    EXPECT_EQ(Actions(plan), "") << foreign;
    EXPECT_TRUE(Because(plan, DecisionReason::kLeaderAbsent)) << foreign;
  }
}

TEST(Restart, S3_AWorkerReplacedUnseenIsMissedByTheReference) {
  const Plan plan = Group().Worker(0, 1, {{"metadata", {{"uid", "another-life"}}}}).ReconcilePod("s-0-1");
  EXPECT_TRUE(plan.empty());
  EXPECT_TRUE(Because(plan, DecisionReason::kNoTrigger));
}

TEST(Restart, S4_NothingWhenTheLeaderIsGone) {
  SmallCluster cluster;
  const Plan plan = cluster.Worker(0, 1, kTerminating).ReconcilePod("s-0-1");
  EXPECT_TRUE(plan.empty());
  EXPECT_TRUE(Because(plan, DecisionReason::kLeaderAbsent));
}

TEST(Restart, S5_AfterStartWaitsForPendingAndMissingMembers) {
  const Json after_start = {{"leaderWorkerTemplate", {{"restartPolicy", "RecreateGroupAfterStart"}, {"size", 3}}}};
  SmallCluster missing = Group(after_start);
  EXPECT_EQ(Actions(missing.Worker(0, 1, kRestarted).ReconcilePod("s-0-1")), "");
  SmallCluster pending = Group(after_start);
  pending.Worker(0, 1, kRestarted).Worker(0, 2, {{"status", {{"phase", "Pending"}}}});
  EXPECT_TRUE(Because(pending.ReconcilePod("s-0-1"), DecisionReason::kGroupStillStarting));
  SmallCluster started = Group(after_start);
  started.Worker(0, 1, kRestarted).Worker(0, 2);
  EXPECT_EQ(Actions(started.ReconcilePod("s-0-1")), "delete Pod s-0");
}

TEST(Restart, S9_FinishedPodsAreNoTrigger) {
  for (const char* phase : {"Failed", "Succeeded"}) {
    Json finished = kRestarted;
    finished["status"]["phase"] = phase;
    EXPECT_EQ(Actions(Group().Worker(0, 1, finished).ReconcilePod("s-0-1")), "") << phase;
  }
}

TEST(Restart, S10_NothingIsCreatedForATerminatingLeader) {
  SmallCluster cluster(Json{{"networkConfig", {{"subdomainPolicy", "UniquePerReplica"}}}});
  EXPECT_TRUE(cluster.Revision("k").Leader(0, kTerminating).ReconcilePod("s-0").empty());
}

TEST(Restart, S11_ALeaderWithTheLeaderNameAnnotationIsAMistake) {
  SmallCluster cluster;
  cluster.Revision("k").Leader(0,
                               {{"metadata", {{"annotations", {{"leaderworkerset.sigs.k8s.io/leader-name", "s-0"}}}}}});
  const Plan plan = cluster.ReconcilePod("s-0");
  EXPECT_EQ(Actions(plan), "");
  ASSERT_EQ(plan.events.size(), 1);
  EXPECT_TRUE(plan.events[0].is_warning);
}

TEST(Restart, PolicyNoneNeverRestarts) {
  const Json none = {{"leaderWorkerTemplate", {{"restartPolicy", "None"}}}};
  EXPECT_EQ(Actions(Group(none).Worker(0, 1, kRestarted).ReconcilePod("s-0-1")), "");
}

}  // namespace
}  // namespace lws
