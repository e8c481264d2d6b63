// ReplaceUnreadyFirst in a cluster: the StatefulSet uses OnDelete, groups are deleted only in the state that was seen,
// and admission keeps the user's partition.
#include "lws/rollout/replace_unready_first.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/observation.h"
#include "lws/core/reconcile/former_revision.h"
#include "lws/rollout/keep_budget.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using simulation::ImageBehavior;

Json Containers(const std::string& image) { return Json::array({{{"name", "c"}, {"image", image}}}); }

Json Image(const std::string& image) {
  Json patch;
  patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] = Containers(image);
  return patch;
}

Json Manifest(int replicas, int partition) {
  Json set = Image("i:1");
  set["apiVersion"] = "leaderworkerset.x-k8s.io/v1";
  set["apiVersion"] = "leaderworkerset.x-k8s.io/v1";
  set["kind"] = "LeaderWorkerSet";
  set["metadata"] = {{"name", "s"}, {"namespace", "n"}};
  set["spec"]["replicas"] = replicas;
  set["spec"]["leaderWorkerTemplate"]["size"] = 2;
  set["spec"]["leaderWorkerTemplate"]["restartPolicy"] = "RecreateGroupOnPodRestart";
  set["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"] = {{"maxUnavailable", 1}, {"partition", partition}};
  return set;
}

class Cluster4 {
 public:
  explicit Cluster4(RolloutPolicy policy, int partition = 0)
      : simulation_(OptionsOf(policy),
                    {[this](const Plan& plan, const absl::Status&) { plans.push_back(plan); }, nullptr, nullptr}) {
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(simulation_.AddNode(absl::StrCat("node-", i), {{"pods", "110"}, {"cpu", "64"}}, {}).ok());
    }
    EXPECT_TRUE(simulation_.CreateSet(Manifest(4, partition)).ok());
    Settle();
  }

  void Settle() { EXPECT_TRUE(simulation_.RunUntilQuiet(absl::Hours(24))); }
  void Edit(const Json& patch) { EXPECT_TRUE(simulation_.EditSet("n", "s", patch).ok()); }
  void EditAndSettle(const Json& patch) {
    Edit(patch);
    Settle();
  }

  // "i:1 i:2 ...": the image of the pod `suffix` of every group, "-" when it does not exist.
  std::string Images(const std::string& suffix) {
    std::string images;
    for (int i = 0; i < 4; ++i) {
      const SharedJson pod = simulation_.server().Get({"Pod", "n", absl::StrCat("s-", i, suffix)});
      const std::string image = pod == nullptr ? "-" : (*pod)["spec"]["containers"][0]["image"].get<std::string>();
      absl::StrAppend(&images, i == 0 ? "" : " ", image);
    }
    return images;
  }

  Json Strategy() { return (*simulation_.server().Get({"StatefulSet", "n", "s"}))["spec"]["updateStrategy"]; }
  Simulation& simulation() { return simulation_; }

  std::vector<Plan> plans;

 private:
  static SimulationOptions OptionsOf(RolloutPolicy policy) {
    SimulationOptions options;
    options.sets = ReconcileOptionsFor(policy);
    return options;
  }
  Simulation simulation_;
};

TEST(ReplaceUnreadyFirstSimulationTest, RollsOutUnderOnDelete) {
  Cluster4 cluster(ReplaceUnreadyFirst);
  EXPECT_EQ(cluster.Strategy(), Json({{"type", "OnDelete"}}));
  cluster.EditAndSettle(Image("i:2"));
  EXPECT_EQ(cluster.Images(""), "i:2 i:2 i:2 i:2");
  EXPECT_EQ(cluster.Images("-1"), "i:2 i:2 i:2 i:2");
  // Each deletion names the pod's UID and resource version at the decision.
  int deletions = 0;
  for (const Plan& plan : cluster.plans) {
    for (const Action& action : plan.actions) {
      if (action.verb != Verb::kDelete || action.target.kind != "Pod") continue;
      ++deletions;
      EXPECT_FALSE(action.uid.empty());
      EXPECT_FALSE(action.resource_version.empty());
      EXPECT_TRUE(action.conflict_is_retry);
    }
  }
  EXPECT_EQ(deletions, 4);
}

TEST(ReplaceUnreadyFirstSimulationTest, AGroupThatNeverCameUpGoesFirst) {
  Cluster4 cluster(ReplaceUnreadyFirst);
  ImageBehavior broken;
  broken.never_ready = true;
  cluster.simulation().kubelet().SetImage("i:1", broken);
  ASSERT_TRUE(cluster.simulation().kubelet().FailContainer("n", "s-0-1"));  // group 0 restarts, and stays unready
  for (int i = 0; i < 60; ++i) cluster.simulation().Advance(cluster.simulation().now() + absl::Seconds(1));
  cluster.plans.clear();
  cluster.Edit(Image("i:2"));
  cluster.simulation().Settle();
  std::vector<std::string> deleted;
  for (const Plan& plan : cluster.plans) {
    for (const Action& action : plan.actions) {
      if (action.verb == Verb::kDelete) deleted.push_back(action.target.name);
    }
  }
  EXPECT_EQ(deleted, std::vector<std::string>{"s-0"});
  cluster.Settle();
  EXPECT_EQ(cluster.Images(""), "i:2 i:2 i:2 i:2");
}

TEST(ReplaceUnreadyFirstSimulationTest, GroupsBelowThePartitionKeepTheirRevisionWhenTheyAreMadeAnew) {
  Cluster4 cluster(ReplaceUnreadyFirst, /*partition=*/2);
  cluster.EditAndSettle(Image("i:2"));
  EXPECT_EQ(cluster.Images(""), "i:1 i:1 i:2 i:2");
  ASSERT_TRUE(cluster.simulation().kubelet().FailContainer("n", "s-1-1"));
  ASSERT_TRUE(cluster.simulation().kubelet().FailContainer("n", "s-2-1"));
  cluster.Settle();
  EXPECT_EQ(cluster.Images(""), "i:1 i:1 i:2 i:2");
  EXPECT_EQ(cluster.Images("-1"), "i:1 i:1 i:2 i:2");
  const SharedJson leader = cluster.simulation().server().Get({"Pod", "n", "s-1"});
  EXPECT_EQ((*leader)["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/group-index"], "1");
  EXPECT_EQ((*leader)["metadata"]["labels"]["apps.kubernetes.io/pod-index"], "1");
  EXPECT_EQ((*leader)["spec"]["hostname"], "s-1");
  cluster.EditAndSettle({{"spec", {{"rolloutStrategy", {{"rollingUpdateConfiguration", {{"partition", 0}}}}}}}});
  EXPECT_EQ(cluster.Images(""), "i:2 i:2 i:2 i:2");
}

TEST(KeepRevisionTest, Laws1And3) {
  Cluster4 cluster(ReplaceUnreadyFirst, /*partition=*/2);
  const Json created = *cluster.simulation().server().Get({"Pod", "n", "s-1"});
  cluster.EditAndSettle(Image("i:2"));
  const SetObservation observation = cluster.simulation().fleet().ObserveWholeSet("n", "s");
  Json pod = *cluster.simulation().server().Get({"Pod", "n", "s-3"});
  EXPECT_EQ(*KeepFormerRevision(pod, observation), pod);  // it is not below the partition
  pod["metadata"]["name"] = "s-1";
  const Json kept = *KeepFormerRevision(pod, observation);
  EXPECT_EQ(kept["spec"]["containers"][0]["image"], "i:1");
  const std::string key = kept["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/template-revision-hash"];
  EXPECT_EQ(key, created["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/template-revision-hash"]);
  EXPECT_EQ(*KeepFormerRevision(kept, observation), kept);
  EXPECT_EQ(*KeepFormerRevision(pod, SetObservation()), pod);
  EXPECT_FALSE(KeepFormerRevision(Json::parse(R"({"metadata": {"labels": 3}})"), observation).ok());
}

// Switching from a policy with OnDelete to one with partitions in the middle does not release everything at once.
TEST(ReplaceUnreadyFirstSimulationTest, ThePolicyMayChangeInTheMiddle) {
  Cluster4 cluster(ReplaceUnreadyFirst);
  cluster.Edit(Image("i:2"));
  cluster.simulation().Settle();
  SetObservation observation = cluster.simulation().ObserveSet("n", "s");
  SetReconcileOptions options;
  options.rollout = KeepBudget;
  Plan plan = ReconcileSet(observation, cluster.simulation().now(), options);
  ASSERT_FALSE(plan.actions.empty());
  const Json applied = plan.actions[0].object.Document();
  EXPECT_EQ(applied["spec"]["updateStrategy"]["type"], "RollingUpdate");
  EXPECT_GE(applied["spec"]["updateStrategy"]["rollingUpdate"]["partition"], 3);
}

}  // namespace
}  // namespace lws
