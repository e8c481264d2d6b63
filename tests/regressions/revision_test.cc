// Revisions, creation of workers, and input: bugs of the past, named by their id.
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

const Json kTerminating = {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}};

// Whatever else the leader of a missing revision lacks: a node, or a label of its node.
TEST(Revisions, ALeaderWithoutItsRevisionWaitsASecondBeforeAllElse) {
  const Json exclusive = {{"annotations", {{"leaderworkerset.sigs.k8s.io/exclusive-topology", "rack"}}}};
  const Json bare_node = {{"kind", "Node"}, {"apiVersion", "v1"}, {"metadata", {{"name", "bare"}}}};
  for (const char* node : {"", "absent", "bare"}) {
    for (const bool has_workers : {false, true}) {
      for (const bool has_revision : {false, true}) {
        SmallCluster cluster(nullptr, exclusive);
        cluster.Add(bare_node).Leader(0, {{"spec", {{"nodeName", node}}}});
        if (has_workers) cluster.WorkerStatefulSet(0);
        if (has_revision) cluster.Revision("k");
        const Plan plan = cluster.ReconcilePod("s-0");
        const std::string where = std::string("node ") + node + (has_workers ? ", workers" : "");
        EXPECT_EQ(Actions(plan), "") << where;
        EXPECT_EQ(plan.requeue_after.has_value(), !has_revision) << where;
        EXPECT_EQ(plan.requeue_after.value_or(absl::Seconds(1)), absl::Seconds(1)) << where;
        EXPECT_EQ(plan.error.ok(), !has_revision || *node == '\0') << where << ": " << plan.error;
      }
    }
  }
}

TEST(Revisions, V1_AKeyOfAnOlderHashStays) {
  SmallCluster cluster;
  const Plan plan = cluster.Revision("k").LeaderStatefulSet().ReconcileSet();
  EXPECT_FALSE(Because(plan, DecisionReason::kTemplateChanged));
  EXPECT_TRUE(Because(plan, DecisionReason::kRevisionFound));
}

TEST(Revisions, V2_OtherBytesOfTheSameMeaningAreNoUpdate) {
  const Json old_form = {
      {"spec",
       {{"leaderWorkerTemplate",
         {{"$patch", "replace"},
          {"size", 2},
          {"restartPolicy", "RecreateGroupOnPodRestart"},
          {"workerTemplate",
           {{"metadata", {{"creationTimestamp", nullptr}}},
            {"spec",
             {{"containers", Json::array({{{"name", "c"}, {"image", "i"}, {"resources", Json::object()}}})}}}}}}}}}};
  SmallCluster cluster;
  const Plan plan = cluster.Revision("k", old_form).LeaderStatefulSet().ReconcileSet();
  EXPECT_FALSE(Because(plan, DecisionReason::kTemplateChanged)) << ToString(plan);
}

TEST(Revisions, V3_AbsentNetworkConfigCountsAsShared) {
  SmallCluster cluster(Json{{"networkConfig", nullptr}});
  const Plan plan = cluster.Revision("k").LeaderStatefulSet().ReconcileSet();
  EXPECT_FALSE(Because(plan, DecisionReason::kTemplateChanged));
}

TEST(Revisions, V5_WorkersWaitForTheirRevision) {
  SmallCluster cluster;
  const Plan plan = cluster.Leader(0).ReconcilePod("s-0");
  EXPECT_EQ(Actions(plan), "");
  EXPECT_EQ(plan.requeue_after, absl::Seconds(1));
}

TEST(Revisions, V6_ATerminatingLeaderStatefulSetIsWaitedFor) {
  SmallCluster cluster;
  const Plan plan = cluster.LeaderStatefulSet(kTerminating).ReconcileSet();
  EXPECT_EQ(Actions(plan), "");
  EXPECT_EQ(plan.requeue_after, absl::Seconds(5));
}

TEST(Revisions, V7_ASetBeingDeletedGetsNothing) {
  EXPECT_TRUE(SmallCluster(nullptr, {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}).ReconcileSet().empty());
}

TEST(Workers, R17_AreCreatedAndNeverPatched) {
  SmallCluster cluster;
  cluster.Revision("k").Leader(0);
  EXPECT_EQ(Actions(cluster.ReconcilePod("s-0")), "create StatefulSet s-0");
  cluster.WorkerStatefulSet(0, {{"spec", {{"replicas", 7}}}});
  EXPECT_EQ(Actions(cluster.ReconcilePod("s-0")), "");
}

TEST(Workers, R18_R19_FollowTheLeadersRevision) {
  const Json old_revision = {
      {"spec",
       {{"leaderWorkerTemplate",
         {{"$patch", "replace"},
          {"size", 4},
          {"workerTemplate", {{"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "old"}}})}}}}}}},
        {"networkConfig", {{"$patch", "replace"}, {"subdomainPolicy", "UniquePerReplica"}}}}}};
  SmallCluster cluster;
  const Plan plan = cluster.Revision("k", old_revision).Leader(0).ReconcilePod("s-0");
  ASSERT_EQ(Actions(plan), "create StatefulSet s-0");
  const Json spec = plan.actions[0].object.Document()["spec"];
  EXPECT_EQ(spec["replicas"], 3);
  EXPECT_EQ(spec["template"]["spec"]["containers"][0]["image"], "old");
  EXPECT_EQ(spec["serviceName"], "s-0");
}

TEST(Status, R15_GroupsBelowThePartitionDoNotCount) {
  SmallCluster cluster(Json{{"rolloutStrategy", {{"rollingUpdateConfiguration", {{"partition", 1}}}}}});
  const Json old = {{"metadata", {{"labels", {{"leaderworkerset.sigs.k8s.io/template-revision-hash", "old"}}}}}};
  cluster.Revision("k").LeaderStatefulSet().Leader(0, old).WorkerStatefulSet(0, old).Leader(1).WorkerStatefulSet(1);
  EXPECT_EQ(cluster.ReconcileSet().events.back().reason, "AllGroupsReady");
}

TEST(Status, R20_R21_UnavailableAndMissingWorkers) {
  SmallCluster unavailable;
  unavailable.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0,
                                                                            {{"status", {{"availableReplicas", 0}}}});
  EXPECT_EQ(unavailable.ReconcileSet().events.back().note,
            "Replicas are progressing, with 0 groups ready of total 2 groups");
  SmallCluster missing;
  missing.Revision("k").LeaderStatefulSet().Leader(
      0, {{"metadata", {{"labels", {{"leaderworkerset.sigs.k8s.io/template-revision-hash", "old"}}}}}});
  EXPECT_EQ(missing.ReconcileSet().events.back().reason, "GroupsProgressing");
}

TEST(Exclusive, T5_T6_TheLeadersNode) {
  const Json annotations = {{"annotations", {{"leaderworkerset.sigs.k8s.io/exclusive-topology", "rack"}}}};
  SmallCluster unscheduled(nullptr, annotations);
  EXPECT_TRUE(unscheduled.Revision("k").Leader(0).ReconcilePod("s-0").empty());
  SmallCluster lost(nullptr, annotations);
  EXPECT_FALSE(lost.Revision("k").Leader(0, {{"spec", {{"nodeName", "gone"}}}}).ReconcilePod("s-0").error.ok());
}

Json Manifest(const Json& spec_patch) {
  Json manifest = {
      {"apiVersion", "leaderworkerset.x-k8s.io/v1"},
      {"kind", "LeaderWorkerSet"},
      {"metadata", {{"name", "s"}, {"namespace", "n"}}},
      {"spec",
       {{"leaderWorkerTemplate",
         {{"size", 4}, {"workerTemplate", {{"spec", {{"containers", Json::array({{{"name", "c"}}})}}}}}}}}}};
  manifest["spec"].merge_patch(spec_patch);
  return manifest;
}

TEST(Input, T7_W1_W2_AbsentFieldsAreDefaulted) {
  const Json patch = {{"leaderWorkerTemplate", {{"subGroupPolicy", {{"subGroupSize", 2}}}}}};
  EXPECT_EQ(AdmitSet(Manifest(patch)).stage, AdmissionStage::kAdmitted);
  EXPECT_EQ(AdmitSet({{"kind", "LeaderWorkerSet"}}).stage, AdmissionStage::kSchema);
  EXPECT_EQ(AdmitSet("no object").stage, AdmissionStage::kDecode);
}

TEST(Input, W3_AbsurdReplicasAreRejected) {
  EXPECT_EQ(AdmitSet(Manifest({{"replicas", 2147483647}})).stage, AdmissionStage::kSchema);
  EXPECT_EQ(AdmitSet(Manifest({{"replicas", -1}})).stage, AdmissionStage::kSchema);
}

TEST(Input, T4_LeaderExcludedNeedsSizeMinusOneDivisible) {
  const Json patch = {
      {"leaderWorkerTemplate", {{"subGroupPolicy", {{"subGroupSize", 2}, {"subGroupPolicyType", "LeaderExcluded"}}}}}};
  EXPECT_EQ(AdmitSet(Manifest(patch)).stage, AdmissionStage::kValidation);
}

}  // namespace
}  // namespace lws
