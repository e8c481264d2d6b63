// Subgroups, TPUs and gangs: bugs of the past, named by their id in the public history of LeaderWorkerSet.
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/placement/pods/subgroup.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

using internal::SubGroupIndex;

constexpr char kPrefix[] = "leaderworkerset.sigs.k8s.io/";

// A pod of the set `s` in groups of 3 whose containers ask for TPUs.
Json TpuPod(const std::string& name, bool is_leader, int containers, bool leader_requests) {
  Json labels = {{kPrefix + std::string("name"), "s"}, {kPrefix + std::string("group-index"), "0"}};
  if (is_leader) labels[kPrefix + std::string("worker-index")] = "0";
  Json annotations = {{kPrefix + std::string("size"), "3"}};
  if (leader_requests) annotations[kPrefix + std::string("leader-requests-tpus")] = "true";
  Json list = Json::array();
  for (int i = 0; i < containers; ++i) {
    list.push_back({{"name", "c" + std::to_string(i)}, {"resources", {{"limits", {{"google.com/tpu", "4"}}}}}});
  }
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", name}, {"namespace", "n"}, {"labels", labels}, {"annotations", annotations}}},
          {"spec", {{"subdomain", "s"}, {"containers", list}}}};
}

std::string Env(const Json& pod, int container, const std::string& name) {
  for (const Json& variable : pod["spec"]["containers"][container]["env"]) {
    if (variable["name"] == name) return variable.value("value", "");
  }
  return "";
}

TEST(Tpu, T1_TheLeaderAsksForNone) {
  const Json pod = *AdmitPod(TpuPod("s-0-2", false, 1, false), {});
  EXPECT_EQ(Env(pod, 0, "TPU_WORKER_HOSTNAMES"), "s-0-1.s,s-0-2.s");
  EXPECT_EQ(Env(pod, 0, "TPU_WORKER_ID"), "1");
}

TEST(Tpu, T8_TheNameIsTheLeaders) {
  EXPECT_EQ(Env(*AdmitPod(TpuPod("s-0", true, 1, false), {}), 0, "TPU_NAME"), "s-0");
  EXPECT_EQ(Env(*AdmitPod(TpuPod("s-0-1", false, 1, true), {}), 0, "TPU_NAME"), "s-0");
}

TEST(Tpu, T9_SeveralContainers) {
  const Json pod = *AdmitPod(TpuPod("s-0-1", false, 2, true), {});
  EXPECT_EQ(Env(pod, 0, "TPU_WORKER_ID"), "2");
  EXPECT_EQ(Env(pod, 1, "TPU_WORKER_ID"), "3");
  EXPECT_EQ(Env(pod, 1, "TPU_PROCESS_PORT"), "8477");
  EXPECT_EQ(Env(pod, 0, "TPU_PROCESS_ADDRESSES"),
            "s-0.s:8476,s-0.s:8477,s-0-1.s:8476,s-0-1.s:8477,s-0-2.s:8476,s-0-2.s:8477");
}

TEST(SubGroups, T2_SizeThreeInOnes) {
  for (int worker = 0; worker < 3; ++worker) EXPECT_EQ(SubGroupIndex(worker, 3, 1), worker);
}

TEST(SubGroups, T3_T4_LeaderExcluded) {
  const Json excluded = {
      {"leaderWorkerTemplate",
       {{"size", 3}, {"subGroupPolicy", {{"subGroupPolicyType", "LeaderExcluded"}, {"subGroupSize", 2}}}}}};
  SmallCluster cluster(excluded);
  const Plan plan = cluster.Revision("k").Leader(0).ReconcilePod("s-0");
  ASSERT_EQ(Actions(plan), "create StatefulSet s-0");
  const Json annotations = plan.actions[0].object.Document()["spec"]["template"]["metadata"]["annotations"];
  EXPECT_EQ(annotations[kPrefix + std::string("subgroup-policy-type")], "LeaderExcluded");

  Json leader = TpuPod("s-0", true, 0, false);
  leader["metadata"]["annotations"][kPrefix + std::string("subgroup-size")] = "2";
  leader["metadata"]["annotations"][kPrefix + std::string("subgroup-policy-type")] = "LeaderExcluded";
  EXPECT_FALSE((*AdmitPod(leader, {}))["metadata"]["labels"].contains(kPrefix + std::string("subgroup-index")));
}

TEST(Gang, T13_ThePodGroupOfAFormerLeader) {
  SmallCluster cluster;
  cluster.Revision("k").Leader(0, {{"metadata", {{"annotations", {{"scheduling.k8s.io/group-name", "s-0-k"}}}}}});
  cluster.Add({{"apiVersion", "scheduling.volcano.sh/v1beta1"},
               {"kind", "PodGroup"},
               {"metadata",
                {{"name", "s-0-k"},
                 {"namespace", "n"},
                 {"ownerReferences",
                  Json::array({{{"kind", "Pod"}, {"name", "s-0"}, {"uid", "former"}, {"controller", true}}})}}}});
  PodReconcileOptions options;
  options.scheduler_provider = SchedulerProvider::kVolcano;
  const Plan plan = cluster.ReconcilePod("s-0", options);
  EXPECT_EQ(Actions(plan), "");
  EXPECT_EQ(plan.requeue_after, absl::Seconds(1));
  options.waits_for_former_pod_group = false;
  EXPECT_EQ(Actions(cluster.ReconcilePod("s-0", options)), "create StatefulSet s-0");
}

}  // namespace
}  // namespace lws
