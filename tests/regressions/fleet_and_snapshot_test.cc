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

Json ThreeGroups() {
  Json set = Set();
  set["spec"]["replicas"] = 3;
  set["spec"]["leaderWorkerTemplate"]["restartPolicy"] = "RecreateGroupOnPodRestart";
  set["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]["maxUnavailable"] = 3;
  return set;
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

Json OnDelete(int replicas) {
  Json statefulset = LeaderStatefulSet(replicas);
  statefulset["spec"]["updateStrategy"]["type"] = "OnDelete";
  return statefulset;
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

Json OldLeader(int group) {
  Json leader = Leader(group);
  leader["metadata"]["labels"][Label("template-revision-hash")] = "old";
  leader["status"] = {{"phase", "Pending"}};
  return leader;
}

Json WorkerStatefulSet(int group) {
  const std::string name = absl::StrCat("s-", group);
  return {
      {"kind", "StatefulSet"},
      {"apiVersion", "apps/v1"},
      {"metadata",
       {{"name", name},
        {"namespace", "n"},
        {"uid", absl::StrCat("00000000-0000-4000-8000-00000000002", group)},
        {"labels",
         {{Label("name"), "s"}, {Label("group-index"), absl::StrCat(group)}, {Label("template-revision-hash"), "k"}}},
        {"ownerReferences",
         Json::array(
             {{{"kind", "Pod"}, {"controller", true}, {"name", name}, {"uid", Leader(group)["metadata"]["uid"]}}})}}},
      {"spec", {{"replicas", 1}}},
      {"status", {{"availableReplicas", 1}}}};
}

Json Worker(int group) {
  Json worker = Leader(group);
  worker["metadata"]["name"] = absl::StrCat("s-", group, "-1");
  worker["metadata"]["uid"] = absl::StrCat("00000000-0000-4000-8000-00000000003", group);
  worker["metadata"]["labels"][Label("worker-index")] = "1";
  worker["metadata"]["ownerReferences"] = Json::array({{{"kind", "StatefulSet"},
                                                        {"controller", true},
                                                        {"name", absl::StrCat("s-", group)},
                                                        {"uid", WorkerStatefulSet(group)["metadata"]["uid"]}}});
  return worker;
}

// "s-2 s-1": the pods that the plan deletes.
std::string Deleted(const Plan& plan) {
  std::string names;
  for (const Action& action : plan.actions) {
    if (action.verb != Verb::kDelete) continue;
    absl::StrAppend(&names, names.empty() ? "" : " ", action.target.name);
  }
  return names;
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
  for (const Plan& plan : Plans({Set(), OnDelete(2), Revision("s"), Leader(0), stranger})) {
    for (const Action& action : plan.actions) EXPECT_NE(action.verb, Verb::kDelete) << ToString(plan);
  }
}

// The same between groups that are there: a fleet once found the pod by its name alone.
TEST(FleetAndSnapshotTest, APodOfNobodyBetweenTheGroupsIsLeftAlone) {
  Json stranger = Leader(1);
  stranger["metadata"]["labels"] = {{"app", "mine"}};
  Json of_other_set = Leader(1);
  of_other_set["metadata"]["labels"][Label("name")] = "other";
  Json worker = Leader(1);
  worker["metadata"]["labels"][Label("worker-index")] = "1";
  for (const Json& pod : {stranger, of_other_set, worker}) {
    for (const Plan& plan : Plans({ThreeGroups(), OnDelete(3), Revision("s"), Leader(0), pod, Leader(2)})) {
      for (const Action& action : plan.actions) {
        EXPECT_TRUE(action.verb != Verb::kDelete || action.target.name != "s-1") << ToString(plan);
      }
    }
  }
}

// A leader that is neither ready nor updated, and has no workers yet, is a group that a policy replaces.
TEST(FleetAndSnapshotTest, AnUnreadyGroupOfAnOldRevisionIsReplacedByBoth) {
  Json set = ThreeGroups();
  set["spec"]["leaderWorkerTemplate"]["size"] = 2;
  const std::vector<Plan> plans = Plans({set, OnDelete(3), Revision("s"), OldLeader(0), OldLeader(1), OldLeader(2)});
  EXPECT_EQ(Deleted(plans.back()), "s-2 s-1 s-0") << ToString(plans.back());
}

// A fleet in which everything that was due has been taken.
class QuietFleet {
 public:
  explicit QuietFleet(const std::vector<Json>& objects) {
    for (const Json& object : objects) Add(object);
  }

  // The sets that are due by the object.
  std::string Add(const Json& object) {
    EXPECT_TRUE(fleet_.Add(object).ok());
    return TakeDue();
  }
  std::string Remove(const char* kind, const char* name) {
    fleet_.Remove(kind, "n", name);
    return TakeDue();
  }

 private:
  std::string TakeDue() {
    std::string due;
    for (const FleetName& set : fleet_.TakeDueSets()) absl::StrAppend(&due, due.empty() ? "" : " ", set.name);
    fleet_.TakeDuePods();
    fleet_.ObserveSet("n", "s");
    return due;
  }

  Fleet fleet_;
};

// A restart that a group owes is part of what policies read, so it makes the set due when it begins and when it ends.
TEST(FleetTest, AGroupThatBeginsOrEndsToOweARestartMakesItsSetDue) {
  Json set = ThreeGroups();
  set["spec"]["leaderWorkerTemplate"]["size"] = 2;
  QuietFleet fleet({set, LeaderStatefulSet(3), Revision("s"), Leader(0), WorkerStatefulSet(0), Worker(0)});
  Json failed = Worker(0);
  failed["status"]["containerStatuses"] = {{{"restartCount", 1}}};
  EXPECT_EQ(fleet.Add(failed), "s");
  EXPECT_EQ(fleet.Add(Worker(0)), "s");
  EXPECT_EQ(fleet.Add(failed), "s");
  EXPECT_EQ(fleet.Remove("Pod", "s-0-1"), "s");
}

// A pod that does not fit among the groups may owe a restart as well, whatever decides it: the pod, its leader, or the
// StatefulSet that controls it.
TEST(FleetTest, AnOddPodThatBeginsOrEndsToOweARestartMakesItsSetDue) {
  Json set = ThreeGroups();
  set["spec"]["leaderWorkerTemplate"]["size"] = 2;
  QuietFleet fleet({set, LeaderStatefulSet(3), Revision("s"), Leader(0)});
  Json odd = Worker(0);
  odd["metadata"]["ownerReferences"][0]["name"] = "odd";
  odd["status"]["containerStatuses"] = {{{"restartCount", 1}}};
  EXPECT_EQ(fleet.Add(odd), "s");
  Json owner = WorkerStatefulSet(0);
  owner["metadata"]["name"] = "odd";
  owner["metadata"].erase("labels");
  EXPECT_EQ(fleet.Add(owner), "s");
  EXPECT_EQ(fleet.Add(OldLeader(0)), "s");
  EXPECT_EQ(fleet.Add(Leader(0)), "s");
  EXPECT_EQ(fleet.Remove("StatefulSet", "odd"), "s");
  EXPECT_EQ(fleet.Remove("Pod", "s-0-1"), "s");
}

// A policy that replaces groups deletes their leaders. So another leader makes the set due, even one that is not ready.
TEST(FleetTest, AnotherUnreadyLeaderMakesItsSetDue) {
  QuietFleet fleet({ThreeGroups(), OnDelete(3), Revision("s"), Leader(0), Leader(2)});
  Json leader = OldLeader(1);
  EXPECT_EQ(fleet.Add(leader), "s");
  EXPECT_EQ(fleet.Add(leader), "");
  leader["metadata"]["uid"] = "00000000-0000-4000-8000-000000000099";
  EXPECT_EQ(fleet.Add(leader), "s");
  leader["metadata"]["uid"] = "no form of Kubernetes";
  EXPECT_EQ(fleet.Add(leader), "s");
  leader["metadata"]["uid"] = "another";
  EXPECT_EQ(fleet.Add(leader), "s");
  EXPECT_EQ(fleet.Remove("Pod", "s-1"), "s");
}

// The name of the set's next revision may be taken by anybody's.
TEST(FleetTest, ARevisionWithTheNameOfTheNextMakesTheSetDue) {
  QuietFleet fleet({Set(), LeaderStatefulSet(2)});
  Json taken = Revision("other");
  taken["metadata"].erase("labels");
  EXPECT_EQ(fleet.Add(taken), "s");
  EXPECT_EQ(fleet.Remove("ControllerRevision", "s-k-1"), "s");
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
