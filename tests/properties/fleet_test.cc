// A Fleet compared with a ClusterSnapshot over long random histories, in which objects are dropped, told twice, told
// late, and all told again. The laws are those of fleet.h.
#include "lws/core/fleet/fleet.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
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
#include "lws/core/plan/restart_memory.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"
#include "tests/properties/history_policies.h"
#include "tests/properties/random_cluster.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
#ifdef __SANITIZE_ADDRESS__
constexpr int kHistories = 6;
#else
constexpr int kHistories = 45;
#endif
constexpr int kBatches = 60;

// The histories to run, from the first one on. LWS_HISTORIES asks for more than a landing needs.
int Histories() {
  const char* asked = std::getenv("LWS_HISTORIES");
  int histories = kHistories;
  return asked != nullptr && absl::SimpleAtoi(asked, &histories) ? histories : kHistories;
}

using Key = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name

class Both {
 public:
  explicit Both(int history) : way_(history) {}

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
  void Relist(const std::string& kind, RandomCluster* cluster) {
    fleet_.relist().Begin(kind);
    std::vector<FleetName> gone;
    std::map<Key, Json> listed;
    for (const auto& [key, object] : objects_) {
      if (std::get<0>(key) != kind) continue;
      if (cluster->OneIn(3)) {
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
      if (cluster->OneIn(4)) {
        fleet_.relist().Keep(kind, std::get<1>(key), std::get<2>(key));
      } else if (!cluster->OneIn(20) || kind == "Node") {
        Add(object);
      } else {
        // In the meantime a watch tells other objects, which may move these objects between their places.
        Add(object);
        Add(cluster->Object());
        Add(object);
      }
    }
    std::vector<FleetName> told = fleet_.relist().End(kind);
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
    SCOPED_TRACE(absl::StrCat(where, ", ", way_.name));
    now_ += absl::Seconds(5);
    std::set<std::string> due;
    for (const FleetName& set : fleet_.TakeDueSets()) due.insert(set.name);
    std::set<std::string> due_pods;
    for (const FleetName& pod : fleet_.TakeDuePods()) due_pods.insert(pod.name);
    for (const char* name : {"s", "s-1"}) ASSERT_NO_FATAL_FAILURE(CheckSet(name, due.count(name) > 0));
    for (const auto& [namespace_name, name] : snapshot_.PodNames()) {
      ASSERT_NO_FATAL_FAILURE(CheckPod(name, due_pods.count(name) > 0));
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
      ASSERT_TRUE(WithoutVersions(plan) == WithoutVersions(wanted)) << "law 10: " << where << "\npod " << name;
    }
  }

 private:
  // Plans the set without progress, because law 4 leaves out what only time and progress change; and with the progress
  // that it keeps.
  void CheckSet(const std::string& name, bool is_due) {
    Plan plan;
    ASSERT_NO_FATAL_FAILURE(PlanSet(name, absl::UnixEpoch(), nullptr, &plan));
    ASSERT_TRUE(is_due || WithoutVersions(plan) == plans_[name]) << "set " << name << " is not due, and its plan is\n"
                                                                 << Text(plan) << "after\n"
                                                                 << Text(plans_[name]);
    plans_[name] = WithoutVersions(plan);
    if (way_.rollout.controls == nullptr) return;
    std::shared_ptr<const RolloutProgress>& progress = progress_[name];
    ASSERT_NO_FATAL_FAILURE(PlanSet(name, now_, progress.get(), &plan));
    if (plan.rollout_progress != nullptr) progress = plan.rollout_progress;
  }

  // For failures: the plan and the progress to keep.
  static std::string Text(const Plan& plan) {
    std::string text = ToString(plan);
    if (plan.rollout_progress == nullptr) return text;
    const RolloutProgress& progress = *plan.rollout_progress;
    absl::StrAppend(&text, "keep   ", progress.revision_key, " step ", progress.step, ", most done ",
                    progress.most_done, ", ready since:");
    for (const auto& [group, since] : progress.ready_since)
      absl::StrAppend(&text, " ", group, "@", absl::ToUnixSeconds(since));
    absl::StrAppend(&text, ", were ready:");
    for (const int32_t group : progress.were_ready) absl::StrAppend(&text, " ", group);
    return absl::StrCat(text, "\n");
  }

  // The plan without the resource versions of the pods to delete.
  static Plan WithoutVersions(Plan plan) {
    for (Action& action : plan.actions) {
      if (action.verb == Verb::kDelete && action.target.kind == "Pod") action.resource_version.clear();
    }
    return plan;
  }

  // The plan on which the snapshot and both views of the fleet agree.
  void PlanSet(const std::string& name, absl::Time now, const RolloutProgress* progress, Plan* plan) {
    SetObservation seen = snapshot_.ObserveSet("n", name);
    seen.rollout_progress = progress;
    *plan = ReconcileSet(seen, now, way_.rollout);
    ASSERT_EQ(seen.groups_to_restart, GroupsToRestart(name)) << "set " << name;
    for (const bool is_whole : {false, true}) {
      SetObservation observation = is_whole ? fleet_.ObserveWholeSet("n", name) : fleet_.ObserveSet("n", name);
      observation.rollout_progress = progress;
      const Plan other = ReconcileSet(observation, now, way_.rollout);
      const std::string what = absl::StrCat(is_whole ? "whole" : "packed", " set ", name);
      ASSERT_EQ(observation.groups_to_restart, seen.groups_to_restart) << what;
      ASSERT_TRUE(other == *plan) << what << "\n" << Text(other) << "wanted\n" << Text(*plan);
    }
    ExpectDeletesOf(name, *plan);
  }

  void CheckPod(const std::string& name, bool is_due) {
    PodObservation seen = snapshot_.ObservePod("n", name);
    PodObservation observation = fleet_.ObservePod("n", name);
    const Plan wanted = ReconcilePod(seen, absl::UnixEpoch(), {});
    ASSERT_TRUE(ReconcilePod(observation, absl::UnixEpoch(), {}) == wanted)
        << "pod " << name << "\n"
        << ToString(ReconcilePod(observation, absl::UnixEpoch(), {})) << "wanted\n"
        << ToString(wanted);
    ExpectDeletesOf(seen.pod->meta.set_name, wanted);
    const bool is_new = changed_pods_.count(name) > 0 && !wanted.empty() && wanted != pod_plans_[name];
    ASSERT_TRUE(is_due || !is_new) << "pod " << name << " is not due\n" << ToString(wanted);
    pod_plans_[name] = wanted;
    if (way_.restarts.restarts == nullptr) return;
    const std::string leader = LeaderOf(name);
    const std::unique_ptr<GroupMembers> members = ReadMembers(leader);
    std::shared_ptr<const RestartMemory>& memory = memories_[leader];
    seen.members = observation.members = members.get();
    seen.restart_memory = observation.restart_memory = memory.get();
    const Plan plan = ReconcilePod(seen, now_, way_.restarts);
    ASSERT_TRUE(ReconcilePod(observation, now_, way_.restarts) == plan)
        << "pod " << name << "\n"
        << ToString(ReconcilePod(observation, now_, way_.restarts)) << "wanted\n"
        << ToString(plan);
    ExpectDeletesOf(seen.pod->meta.set_name, plan);
    if (plan.restart_memory != nullptr) memory = plan.restart_memory;
  }

  // A deletion names a leader of the set, or a revision that the set owns.
  void ExpectDeletesOf(const std::string& set, const Plan& plan) const {
    for (const Action& action : plan.actions) {
      if (action.verb != Verb::kDelete) continue;
      const auto found = objects_.find({action.target.kind, action.target.namespace_name, action.target.name});
      ASSERT_NE(found, objects_.end()) << ToString(plan);
      const Json& meta = found->second["metadata"];
      const Json labels = meta.value("labels", Json::object());
      EXPECT_EQ(labels.value(Label("name"), ""), set) << found->second << "\n" << ToString(plan);
      EXPECT_EQ(action.uid, meta.value("uid", "")) << ToString(plan);
      if (action.target.kind == "Pod") {
        EXPECT_EQ(labels.value(Label("worker-index"), ""), "0") << found->second << "\n" << ToString(plan);
        EXPECT_EQ(action.resource_version, meta.value("resourceVersion", "")) << ToString(plan);
      } else {
        EXPECT_EQ(action.target.kind, "ControllerRevision") << ToString(plan);
        const bool is_owned = !meta.contains("ownerReferences") || meta["ownerReferences"][0]["uid"] == "u";
        EXPECT_TRUE(is_owned) << ToString(plan);
      }
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }

  const Json* Find(const char* kind, const std::string& name) const {
    const auto found = objects_.find({kind, "n", name});
    return found == objects_.end() ? nullptr : &found->second;
  }

  std::string LeaderOf(const std::string& pod) const {
    const ObservedPod* seen = snapshot_.ObservePod("n", pod).pod;
    const std::optional<PodName> parsed = ParsePodName(pod);
    return seen->is_leader() || !parsed.has_value() ? pod : parsed->parent;
  }

  // The members of the leader's group, read from the documents; null without a leader, and when they do not parse.
  std::unique_ptr<GroupMembers> ReadMembers(const std::string& leader) const {
    const Json* pod = Find("Pod", leader);
    if (pod == nullptr) return nullptr;
    std::vector<SharedJson> pods;
    for (const auto& [key, object] : objects_) {
      const std::optional<PodName> parsed = ParsePodName(std::get<2>(key));
      const bool is_worker = std::get<0>(key) == "Pod" && parsed.has_value() && parsed->parent == leader;
      if (is_worker) pods.push_back(std::make_shared<const Json>(object));
    }
    absl::StatusOr<GroupMembers> members = ReadMembersForRestart(*pod, Find("StatefulSet", leader), pods);
    return members.ok() ? std::make_unique<GroupMembers>(*std::move(members)) : nullptr;
  }

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
    Json& labels = pod["metadata"]["labels"];
    const bool is_worker = labels.is_object() && labels.contains(Label("worker-index"));
    if (!is_worker || labels[Label("worker-index")] == "0") return pod;
    pod.erase("spec");
    pod["metadata"].erase("annotations");
    labels.erase(Label("group-key"));
    pod["status"].erase("conditions");
    return pod;
  }

  ClusterSnapshot snapshot_;
  Fleet fleet_;
  std::map<Key, Json> objects_;
  std::map<std::string, Plan> plans_;
  std::map<std::string, Plan> pod_plans_;
  std::set<std::string> changed_pods_;  // since the last check
  const Way way_;
  absl::Time now_ = absl::UnixEpoch();
  std::map<std::string, std::shared_ptr<const RolloutProgress>> progress_;  // by set
  std::map<std::string, std::shared_ptr<const RestartMemory>> memories_;    // by leader
};

TEST(FleetTest, Laws1And2And4And5And10PlansEqualThoseOfASnapshot) {
  for (int history = 0; history < Histories(); ++history) {
    RandomCluster cluster(kSeed + history);
    Both both(history);
    std::vector<Json> told;
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 1 + cluster.Draw(12); ++event) {
        if (cluster.OneIn(6) && !both.empty()) {
          both.Remove(Key(both.Any(cluster.Draw(1000)).first));
        } else if (cluster.OneIn(8) && !told.empty()) {
          both.Add(told[cluster.Draw(told.size())]);  // late, or twice
        } else {
          told.push_back(cluster.Object());
          both.Add(told.back());
        }
      }
      if (cluster.OneIn(10)) {
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
  for (int history = 0; history < Histories(); ++history) {
    RandomCluster cluster(kSeed + history);
    Both both(history);
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 1 + cluster.Draw(20); ++event) both.Add(cluster.Object());
      for (const char* kind : {"Pod", "StatefulSet", "LeaderWorkerSet", "ControllerRevision", "Service", "Node"}) {
        if (cluster.OneIn(3)) both.Relist(kind, &cluster);
      }
      both.Check(absl::StrCat("history ", history, ", batch ", batch, ", seed ", kSeed));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(FleetTest, Law8WithoutABeginningThereIsNoEnd) {
  Fleet fleet;
  ASSERT_TRUE(fleet.Add(RandomCluster(kSeed).Object()).ok());
  EXPECT_TRUE(fleet.relist().End("Pod").empty());
}

TEST(FleetTest, Law9NothingIsLeftOfWhatIsGone) {
  for (int history = 0; history < Histories(); ++history) {
    RandomCluster cluster(kSeed + history);
    Both both(history);
    for (int batch = 0; batch < kBatches; ++batch) {
      for (size_t event = 0; event < 30; ++event) both.Add(cluster.Object());
      while (!both.empty()) both.Remove(Key(both.Any(cluster.Draw(1000)).first));
      both.Check(absl::StrCat("history ", history, ", batch ", batch, ", seed ", kSeed));
      if (HasFatalFailure()) return;
      ASSERT_EQ(both.fleet().Count().known_sets, 0)
          << "history " << history << ", batch " << batch << ", seed " << kSeed;
    }
  }
}

TEST(FleetTest, Law9SetsThatComeAndGoUnderNewNamesLeaveNothing) {
  Fleet fleet;
  RandomCluster cluster(kSeed);
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
  const uint32_t held = fleet.numbers().OfSet("n", "held");
  for (int i = 0; i < 100; ++i) {
    EXPECT_NE(fleet.numbers().OfSet("n", absl::StrCat("s", i)), held);
    fleet.TakeDueSets();
    fleet.TakeDuePods();
  }
  EXPECT_EQ(fleet.numbers().OfSet("n", "held"), held);
  EXPECT_EQ(fleet.Count().known_sets, 101);
  const uint32_t other = fleet.numbers().OfSet("n", "s7");
  fleet.numbers().ForgetSet(other);
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  EXPECT_EQ(fleet.Count().known_sets, 100);
  EXPECT_FALSE(fleet.numbers().OfRevision(other, "k").ok());
  EXPECT_EQ(fleet.ObserveSet(other).set, nullptr);
  EXPECT_EQ(fleet.numbers().OfSet("n", "next"), other);
}

TEST(FleetTest, Law3WhatChangesNothingMakesNothingDue) {
  RandomCluster cluster(kSeed);
  Both both(0);
  for (int i = 0; i < 200; ++i) both.Add(cluster.Object());
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
