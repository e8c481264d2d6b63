// Clusters in which a Fleet and a ClusterSnapshot once decided differently, or took what is not the set's for its own.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::string Label(const char* name) { return absl::StrCat("leaderworkerset.sigs.k8s.io/", name); }

Json Set() {
  return Json::parse(R"({"kind": "LeaderWorkerSet", "apiVersion": "leaderworkerset.x-k8s.io/v1",
    "metadata": {"name": "s", "namespace": "n", "uid": "u"},
    "spec": {"replicas": 2,
      "leaderWorkerTemplate": {"size": 1, "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}},
      "rolloutStrategy": {"type": "RollingUpdate", "rollingUpdateConfiguration": {"maxUnavailable": 1}}}})");
}

Json LeaderStatefulSet(int replicas) {
  return {{"kind", "StatefulSet"},
          {"apiVersion", "apps/v1"},
          {"metadata",
           {{"name", "s"},
            {"namespace", "n"},
            {"uid", "00000000-0000-4000-8000-000000000001"},
            {"labels", {{Label("name"), "s"}, {Label("template-revision-hash"), "k"}}},
            {"annotations", {{Label("replicas"), absl::StrCat(replicas)}}}}},
          {"spec", {{"replicas", replicas}}},
          {"status", {{"replicas", replicas}}}};
}

Json Revision(const char* set) {
  return {{"kind", "ControllerRevision"},
          {"apiVersion", "apps/v1"},
          {"revision", 1},
          {"metadata",
           {{"name", "s-k-1"},
            {"namespace", "n"},
            {"labels", {{Label("name"), set}, {Label("template-revision-hash"), "k"}}}}},
          {"data", Json::object()}};
}

Json Leader(int group) {
  return {{"kind", "Pod"},
          {"apiVersion", "v1"},
          {"metadata",
           {{"name", absl::StrCat("s-", group)},
            {"namespace", "n"},
            {"uid", absl::StrCat("00000000-0000-4000-8000-00000000001", group)},
            {"labels",
             {{Label("name"), "s"},
              {Label("group-index"), absl::StrCat(group)},
              {Label("worker-index"), "0"},
              {Label("template-revision-hash"), "k"}}}}},
          {"status", {{"phase", "Running"}, {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
}

// The plan under each policy, which both stores have to agree on.
std::vector<Plan> Plans(const std::vector<Json>& objects) {
  ClusterSnapshot snapshot;
  Fleet fleet;
  for (const Json& object : objects) {
    EXPECT_TRUE(snapshot.Add(object).ok());
    EXPECT_TRUE(fleet.Add(object).ok());
  }
  std::vector<Plan> plans;
  for (const NamedRolloutPolicy& named : RolloutPolicies()) {
    const SetReconcileOptions options = ReconcileOptionsFor(named.policy);
    Plan whole = ReconcileSet(snapshot.ObserveSet("n", "s"), absl::UnixEpoch(), options);
    const Plan packed = ReconcileSet(fleet.ObserveSet("n", "s"), absl::UnixEpoch(), options);
    EXPECT_TRUE(packed == whole) << named.name << "\nfleet\n" << ToString(packed) << "snapshot\n" << ToString(whole);
    plans.push_back(std::move(whole));
  }
  return plans;
}

// A group beyond the replicas of the leader StatefulSet is on its way out while the set scales up again.
TEST(FleetAndSnapshotTest, AGroupBeyondTheReplicasCountsTheSameInBoth) {
  Json leaving = Leader(1);
  leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  Plans({Set(), LeaderStatefulSet(1), Revision("s"), Leader(0), leaving});
}

// A pod that is named like a leader and belongs to nobody is not deleted.
TEST(FleetAndSnapshotTest, APodOfNobodyIsLeftAlone) {
  Json stranger = Leader(1);
  stranger["metadata"]["labels"] = {{"app", "mine"}};
  Json statefulset = LeaderStatefulSet(2);
  statefulset["spec"]["updateStrategy"]["type"] = "OnDelete";
  for (const Plan& plan : Plans({Set(), statefulset, Revision("s"), Leader(0), stranger})) {
    for (const Action& action : plan.actions) EXPECT_NE(action.verb, Verb::kDelete) << ToString(plan);
  }
}

TEST(FleetTest, ARevisionThatChangesItsLabelMakesBothSetsDue) {
  Fleet fleet;
  ASSERT_TRUE(fleet.Add(Set()).ok());
  ASSERT_TRUE(fleet.Add(Revision("s")).ok());
  fleet.TakeDueSets();
  ASSERT_TRUE(fleet.Add(Revision("t")).ok());
  std::vector<std::string> due;
  for (const FleetName& set : fleet.TakeDueSets()) due.push_back(set.name);
  std::sort(due.begin(), due.end());
  EXPECT_EQ(due, (std::vector<std::string>{"s", "t"}));
}

// Every prefix of the name would be a set that shares names with the next, one call inside the other.
TEST(FleetTest, ANameOfAMillionPartsIsNoMatter) {
  std::string name = "s";
  for (int i = 0; i < 1000000; ++i) name += "-1";
  Json pod = Leader(0);
  pod["metadata"]["name"] = name + "-0";
  pod["metadata"]["labels"][Label("name")] = name;
  Fleet fleet;
  ASSERT_TRUE(fleet.Add(pod).ok());
  EXPECT_LE(fleet.Count().known_sets, 2);
}

}  // namespace
}  // namespace lws
