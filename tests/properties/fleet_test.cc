// A Fleet compared with a ClusterSnapshot over long random histories, in which objects are dropped, told twice, told
// late, and all told again. The laws are those of fleet.h.
#include "lws/core/fleet/fleet.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_object.h"
#include "lws/api/pod_name.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
#ifdef __SANITIZE_ADDRESS__
constexpr int kHistories = 6;
#else
constexpr int kHistories = 100;
#endif
constexpr int kBatches = 60;

std::string Label(const char* name) { return absl::StrCat("leaderworkerset.sigs.k8s.io/", name); }

// Objects of a small world where names and labels mostly agree.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  size_t Draw(size_t count) { return random_() % count; }
  bool OneIn(size_t count) { return Draw(count) == 0; }

  Json Object() {
    switch (Draw(12)) {
      case 0:
        return Set();
      case 1:
        return Revision();
      case 2:
        return LeaderSet();
      case 3:
        return OneIn(2) ? Service() : Node();
      case 4:
      case 5:
      case 6:
        return WorkerSet();
      default:
        return Pod();
    }
  }

 private:
  std::string SetName() { return OneIn(4) ? "s-1" : "s"; }
  std::string Key() { return OneIn(2) ? "old" : "new"; }
  // Usually in Kubernetes' form, sometimes not.
  std::string Uid() {
    return OneIn(12) ? absl::StrCat("u", Draw(2)) : absl::StrCat("00000000-0000-4000-8000-00000000000", Draw(2));
  }

  Json Set() {
    Json set = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
        "metadata": {"namespace": "n", "uid": "u", "generation": 1},
      "spec": {"startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "Shared"},
        "rolloutStrategy": {"type": "RollingUpdate",
                            "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 1}},
        "leaderWorkerTemplate": {"restartPolicy": "RecreateGroupOnPodRestart",
                                 "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
    set["metadata"]["name"] = SetName();
    set["spec"]["replicas"] = 1 + Draw(4);
    set["spec"]["leaderWorkerTemplate"]["size"] = 1 + Draw(3);
    if (OneIn(4)) set["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]["partition"] = 1;
    if (OneIn(3)) set["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = "j";
    return set;
  }

  Json Meta(const std::string& name, const std::string& set_name, const std::string& group) {
    return {{"name", OneIn(25) ? absl::StrCat(set_name, "-", Draw(4)) : name},
            {"namespace", "n"},
            {"uid", Uid()},
            {"resourceVersion", absl::StrCat(Draw(1000))},
            {"labels",
             {{Label("name"), OneIn(25) ? SetName() : set_name},
              {Label("group-index"), OneIn(25) ? absl::StrCat("0", Draw(3)) : group},
              {Label("template-revision-hash"), Key()}}}};
  }

  Json Pod() {
    const std::string set_name = SetName();
    const std::string group = absl::StrCat(Draw(4));
    const size_t worker = Draw(3);
    Json pod = {{"apiVersion", "v1"},
                {"kind", "Pod"},
                {"metadata", Meta(worker == 0 ? absl::StrCat(set_name, "-", group)
                                              : absl::StrCat(set_name, "-", group, "-", worker),
                                  set_name, group)}};
    pod["metadata"]["labels"][Label("worker-index")] = absl::StrCat(worker);
    const std::string name = pod["metadata"]["name"];
    if (!OneIn(4)) pod["metadata"]["labels"][Label("group-key")] = OneIn(9) ? "key" : GroupKey("n", name);
    if (OneIn(20)) pod["metadata"]["annotations"][Label("leader-name")] = absl::StrCat(set_name, "-0");
    if (OneIn(2)) pod["spec"]["nodeName"] = OneIn(2) ? "m" : "other";
    if (worker > 0) {
      pod["metadata"]["ownerReferences"] = Json::array({{{"controller", true},
                                                         {"kind", "StatefulSet"},
                                                         {"name", absl::StrCat(set_name, "-", group)},
                                                         {"uid", Uid()}}});
    }
    pod["status"] = {{"phase", OneIn(3) ? "Pending" : "Running"},
                     {"conditions", Json::array({{{"type", "Ready"}, {"status", OneIn(3) ? "False" : "True"}}})},
                     {"containerStatuses", Json::array({{{"restartCount", OneIn(4) ? 1 : 0}}})}};
    if (OneIn(8)) pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    return pod;
  }

  Json WorkerSet() {
    const std::string set_name = SetName();
    const std::string group = absl::StrCat(Draw(4));
    const std::string name = absl::StrCat(set_name, "-", group);
    Json object = {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", Meta(name, set_name, group)}};
    if (OneIn(20)) object["metadata"]["labels"].erase(Label("group-index"));
    if (OneIn(20)) object["metadata"].erase("labels");
    object["metadata"]["ownerReferences"] =
        Json::array({{{"controller", true}, {"kind", "Pod"}, {"name", name}, {"uid", Uid()}}});
    object["spec"] = {{"replicas", 2}};
    object["status"] = {{"availableReplicas", OneIn(3) ? 1 : 2}};
    return object;
  }

  Json LeaderSet() {
    const std::string name = SetName();
    const size_t replicas = 1 + Draw(5);
    return {{"apiVersion", "apps/v1"},
            {"kind", "StatefulSet"},
            {"metadata",
             {{"name", name},
              {"namespace", "n"},
              {"uid", Uid()},
              {"labels", {{Label("name"), name}, {Label("template-revision-hash"), Key()}}},
              {"annotations", {{Label("replicas"), absl::StrCat(1 + Draw(4))}}}}},
            {"spec",
             {{"replicas", replicas}, {"updateStrategy", {{"rollingUpdate", {{"partition", Draw(replicas + 1)}}}}}}},
            {"status", {{"replicas", replicas}}}};
  }

  Json Revision() {
    const std::string set_name = SetName();
    const std::string key = Key();
    const char* image = OneIn(2) ? "i" : "j";
    return {{"apiVersion", "apps/v1"},
            {"kind", "ControllerRevision"},
            {"revision", 1 + Draw(2)},
            {"metadata",
             {{"name", absl::StrCat(set_name, "-", key, "-", Draw(2))},
              {"namespace", "n"},
              {"labels", {{Label("name"), OneIn(15) ? SetName() : set_name}, {Label("template-revision-hash"), key}}}}},
            {"data",
             {{"spec",
               {{"leaderWorkerTemplate",
                 {{"workerTemplate", {{"spec", {{"containers", {{{"name", "c"}, {"image", image}}}}}}}}}}}}}}};
  }

  Json Service() {
    return {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", SetName()}, {"namespace", "n"}}}};
  }
  Json Node() {
    return {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "m"}, {"labels", {{"rack", "r"}}}}}};
  }

  std::mt19937 random_;
};

using Key = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name

class Both {
 public:
  void Add(const Json& object) {
    ASSERT_TRUE(snapshot_.Add(object).ok());
    ASSERT_TRUE(fleet_.Add(object).ok());
    Json& known = objects_[{object["kind"], object["metadata"].value("namespace", ""), object["metadata"]["name"]}];
    if (object["kind"] == "Pod" && known.is_object() && OwnFacts(known) != OwnFacts(object)) {
      changed_pods_.insert(object["metadata"]["name"].get<std::string>());
    }
    known = object;
  }

  void Remove(const Key& key) {
    const auto& [kind, namespace_name, name] = key;
    snapshot_.Remove(kind, namespace_name, name);
    fleet_.Remove(kind, namespace_name, name);
    objects_.erase(key);
  }

  // A list of the kind: it tells its objects again, and objects that are not in it are gone without an event.
  void Relist(const std::string& kind, World* world) {
    fleet_.BeginRelist(kind);
    std::vector<FleetName> gone;
    std::map<Key, Json> listed;
    for (const auto& [key, object] : objects_) {
      if (std::get<0>(key) != kind) continue;
      if (world->OneIn(3)) {
        gone.push_back({std::get<1>(key), std::get<2>(key)});
      } else {
        listed[key] = object;
      }
    }
    for (const FleetName& name : gone) {
      snapshot_.Remove(kind, name.namespace_name, name.name);
      objects_.erase({kind, name.namespace_name, name.name});
    }
    for (const auto& [key, object] : listed) {
      if (world->OneIn(4)) {
        fleet_.KeepListed(kind, std::get<1>(key), std::get<2>(key));
      } else if (!world->OneIn(20) || kind == "Node") {
        Add(object);
      } else {
        // In the meantime a watch tells other objects, which may move these objects between their places.
        Add(object);
        Add(world->Object());
        Add(object);
      }
    }
    std::vector<FleetName> told = fleet_.EndRelist(kind);
    // Objects that a watch told again during the list must not be among the gone ones.
    for (const FleetName& name : gone) {
      const bool is_back = objects_.count({kind, name.namespace_name, name.name}) > 0;
      const bool is_told = std::find(told.begin(), told.end(), name) != told.end();
      ASSERT_NE(is_back, is_told) << kind << " " << name.name;
    }
  }

  // A random object among the existing ones.
  const std::pair<const Key, Json>& Any(size_t draw) const {
    return *std::next(objects_.begin(), draw % objects_.size());
  }
  bool empty() const { return objects_.empty(); }
  const std::map<Key, Json>& objects() const { return objects_; }
  Fleet& fleet() { return fleet_; }

  // Laws 1, 2, 4 and 5.
  void Check(const std::string& where) {
    std::set<std::string> due;
    for (const FleetName& set : fleet_.TakeDueSets()) due.insert(set.name);
    std::set<std::string> due_pods;
    for (const FleetName& pod : fleet_.TakeDuePods()) due_pods.insert(pod.name);
    for (const char* name : {"s", "s-1"}) {
      const SetObservation seen = snapshot_.ObserveSet("n", name);
      const Plan wanted = ReconcileSet(seen, absl::UnixEpoch());
      const SetObservation observation = fleet_.ObserveSet("n", name);
      const Plan plan = ReconcileSet(observation, absl::UnixEpoch());
      ASSERT_EQ(observation.groups_to_restart, seen.groups_to_restart) << where << "\nset " << name;
      ASSERT_EQ(seen.groups_to_restart, GroupsToRestart(name)) << where << "\nset " << name;
      ASSERT_TRUE(plan == wanted) << where << "\nset " << name << "\n"
                                  << ToString(plan) << "wanted\n"
                                  << ToString(wanted);
      ASSERT_TRUE(due.count(name) > 0 || wanted == plans_[name]) << where << "\nset " << name << " is not due";
      plans_[name] = wanted;
    }
    for (const auto& [namespace_name, name] : snapshot_.PodNames()) {
      const Plan wanted =
          AsOfFleet(ReconcilePod(snapshot_.ObservePod(namespace_name, name), absl::UnixEpoch(), {}), name);
      const Plan plan = AsOfFleet(ReconcilePod(fleet_.ObservePod(namespace_name, name), absl::UnixEpoch(), {}), name);
      ASSERT_TRUE(plan == wanted) << where << "\npod " << name << "\n"
                                  << ToString(plan) << "wanted\n"
                                  << ToString(wanted);
      const bool is_new = changed_pods_.count(name) > 0 && !wanted.empty() && wanted != pod_plans_[name];
      ASSERT_TRUE(due_pods.count(name) > 0 || !is_new) << where << "\npod " << name << " is not due";
      pod_plans_[name] = wanted;
    }
    changed_pods_.clear();
  }

  // Law 10.
  void CheckVisited(const std::string& where) {
    Fleet again;
    ForEachObject(fleet_, [&again](const ObservedObject& object) { again.Add(object); });
    for (const char* name : {"s", "s-1"}) {
      const Plan wanted = ReconcileSet(snapshot_.ObserveSet("n", name), absl::UnixEpoch());
      const Plan plan = ReconcileSet(again.ObserveSet("n", name), absl::UnixEpoch());
      ASSERT_TRUE(plan == wanted) << "law 10: " << where << "\nset " << name << "\n"
                                  << ToString(plan) << "wanted\n"
                                  << ToString(wanted);
    }
    for (const auto& [namespace_name, name] : snapshot_.PodNames()) {
      const Plan wanted = ReconcilePod(fleet_.ObservePod(namespace_name, name), absl::UnixEpoch(), {});
      const Plan plan = ReconcilePod(again.ObservePod(namespace_name, name), absl::UnixEpoch(), {});
      ASSERT_TRUE(AsOfFleet(plan, name) == AsOfFleet(wanted, name)) << "law 10: " << where << "\npod " << name;
    }
  }

 private:
  // Groups of the set that owe a restart: the plan of some pod deletes their leader. It asks every pod.
  std::vector<int32_t> GroupsToRestart(const std::string& set) const {
    std::set<int32_t> owed;
    for (const auto& [namespace_name, name] : snapshot_.PodNames()) {
      const PodObservation observation = snapshot_.ObservePod(namespace_name, name);
      if (observation.set == nullptr || observation.set->metadata().name() != set) continue;
      for (const Action& action : ReconcilePod(observation, absl::UnixEpoch(), {}).actions) {
        if (action.verb != Verb::kDelete) continue;
        const ObservedMeta& leader = snapshot_.ObservePod(namespace_name, action.target.name).pod->meta;
        int32_t group = 0;
        const bool is_group = absl::SimpleAtoi(leader.group_index.value_or(""), &group) && group >= 0;
        if (leader.set_name == set && is_group) owed.insert(group);
      }
    }
    return {owed.begin(), owed.end()};
  }

  // The fields of the pod itself that a decision on it reads.
  static Json OwnFacts(Json pod) {
    pod["metadata"].erase("resourceVersion");
    if (pod["metadata"]["labels"].value(Label("worker-index"), "") == "0") return pod;
    pod.erase("spec");
    pod["metadata"].erase("annotations");
    pod["metadata"]["labels"].erase(Label("group-key"));
    pod["status"].erase("conditions");
    return pod;
  }

  // The exception in law 1: the deletion of a worker that passes for the leader of another set's pod carries only its
  // UID.
  Plan AsOfFleet(Plan plan, const std::string& pod) const {
    for (Action& action : plan.actions) {
      if (action.verb != Verb::kDelete) continue;
      const Json& target = objects_.at({"Pod", action.target.namespace_name, action.target.name});
      const bool is_leader = target["metadata"]["labels"].value(Label("worker-index"), "") == "0";
      if (!is_leader && action.target.name != pod) action.resource_version.clear();
    }
    return plan;
  }

  ClusterSnapshot snapshot_;
  Fleet fleet_;
  std::map<Key, Json> objects_;
  std::map<std::string, Plan> plans_;
  std::map<std::string, Plan> pod_plans_;
  std::set<std::string> changed_pods_;  // since the last check
};

TEST(FleetTest, Laws1And2And4And5And10PlansEqualThoseOfASnapshot) {
  for (int history = 0; history < kHistories; ++history) {
    World world(kSeed + history);
    Both both;
    std::vector<Json> told;
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 1 + world.Draw(12); ++event) {
        if (world.OneIn(6) && !both.empty()) {
          both.Remove(Key(both.Any(world.Draw(1000)).first));
        } else if (world.OneIn(8) && !told.empty()) {
          both.Add(told[world.Draw(told.size())]);  // late, or twice
        } else {
          told.push_back(world.Object());
          both.Add(told.back());
        }
      }
      if (world.OneIn(10)) {
        const std::map<Key, Json> all = both.objects();
        for (const auto& [key, object] : all) both.Add(object);
      }
      const std::string where = absl::StrCat("history ", history, ", batch ", batch, ", seed ", kSeed);
      both.Check(where);
      if (batch % 20 == 19) both.CheckVisited(where);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(FleetTest, Law8AListLeavesWhatItHas) {
  for (int history = 0; history < kHistories; ++history) {
    World world(kSeed + history);
    Both both;
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 1 + world.Draw(20); ++event) both.Add(world.Object());
      for (const char* kind : {"Pod", "StatefulSet", "LeaderWorkerSet", "ControllerRevision", "Service", "Node"}) {
        if (world.OneIn(3)) both.Relist(kind, &world);
      }
      both.Check(absl::StrCat("history ", history, ", batch ", batch, ", seed ", kSeed));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(FleetTest, Law8WithoutABeginningThereIsNoEnd) {
  Fleet fleet;
  ASSERT_TRUE(fleet.Add(World(kSeed).Object()).ok());
  EXPECT_TRUE(fleet.EndRelist("Pod").empty());
}

TEST(FleetTest, Law9NothingIsLeftOfWhatIsGone) {
  for (int history = 0; history < kHistories; ++history) {
    World world(kSeed + history);
    Both both;
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 30; ++event) both.Add(world.Object());
      while (!both.empty()) both.Remove(Key(both.Any(world.Draw(1000)).first));
      both.Check(absl::StrCat("history ", history, ", batch ", batch, ", seed ", kSeed));
      if (HasFatalFailure()) return;
      ASSERT_EQ(both.fleet().Count().known_sets, 0)
          << "history " << history << ", batch " << batch << ", seed " << kSeed;
    }
  }
}

TEST(FleetTest, Law9SetsThatComeAndGoUnderNewNamesLeaveNothing) {
  Fleet fleet;
  World world(kSeed);
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  ObservedPod pod;
  pod.meta.namespace_name = "n";
  pod.meta.uid = "00000000-0000-4000-8000-000000000003";
  pod.meta.group_index = "0";
  pod.worker_index = "0";
  for (int i = 0; i < 30000; ++i) {
    const std::string name = absl::StrCat("s", i);
    set.mutable_metadata()->set_name(name);
    pod.meta.set_name = name;
    pod.meta.name = absl::StrCat(name, "-0");
    fleet.AddSet(set);
    fleet.AddPod(pod);
    fleet.TakeDueSets();
    fleet.TakeDuePods();
    ASSERT_EQ(fleet.Count().known_sets, 1);
    // Removes them in either order.
    if (i % 2 == 0) fleet.Remove("Pod", "n", pod.meta.name);
    fleet.Remove("LeaderWorkerSet", "n", name);
    if (i % 2 == 1) fleet.Remove("Pod", "n", pod.meta.name);
    fleet.TakeDueSets();
    fleet.TakeDuePods();
    ASSERT_EQ(fleet.Count().known_sets, 0) << "set " << i;
  }
}

TEST(FleetTest, Law9ANumberThatIsHeldStaysGood) {
  Fleet fleet;
  const uint32_t held = fleet.SetNumber("n", "held");
  for (int i = 0; i < 100; ++i) {
    EXPECT_NE(fleet.SetNumber("n", absl::StrCat("s", i)), held);
    fleet.TakeDueSets();
    fleet.TakeDuePods();
  }
  EXPECT_EQ(fleet.SetNumber("n", "held"), held);
  EXPECT_EQ(fleet.Count().known_sets, 101);
  const uint32_t other = fleet.SetNumber("n", "s7");
  fleet.ForgetSetNumber(other);
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  EXPECT_EQ(fleet.Count().known_sets, 100);
  EXPECT_FALSE(fleet.RevisionNumber(other, "k").ok());
  EXPECT_EQ(fleet.ObserveSet(other).set, nullptr);
  EXPECT_EQ(fleet.SetNumber("n", "next"), other);
}

TEST(FleetTest, Law3WhatChangesNothingMakesNothingDue) {
  World world(kSeed);
  Both both;
  for (int i = 0; i < 200; ++i) both.Add(world.Object());
  both.fleet().TakeDueSets();
  both.fleet().TakeDuePods();
  const std::map<Key, Json> all = both.objects();
  for (const auto& [key, object] : all) {
    if (std::get<0>(key) == "ControllerRevision") continue;  // a change of any byte of a revision may matter
    Json again = object;
    again["metadata"]["resourceVersion"] = "2000";
    if (std::get<0>(key) == "LeaderWorkerSet") again = object;
    both.Add(again);
  }
  EXPECT_TRUE(both.fleet().TakeDueSets().empty());
  EXPECT_TRUE(both.fleet().TakeDuePods().empty());
}

}  // namespace
}  // namespace lws
