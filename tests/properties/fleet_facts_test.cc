// A Fleet that is told facts, compared with one that is told the objects. The laws are those of fleet.h.
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
#ifdef __SANITIZE_ADDRESS__
constexpr int kHistories = 5;
#else
constexpr int kHistories = 60;
#endif
constexpr int kGroups = 4;
constexpr int kSize = 3;
// The second set is named like a group of the first, so that they share names.
constexpr const char* kSets[] = {"s", "s-1"};
constexpr const char* kRevisions[] = {"", "old", "new"};

LeaderWorkerSet Set(const char* name, bool after_start) {
  Json set = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
        "metadata": {"namespace": "n", "uid": "u", "generation": 1},
    "spec": {"startupPolicy": "LeaderCreated", "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 1}},
      "leaderWorkerTemplate": {"restartPolicy": "RecreateGroupOnPodRestart",
                               "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
  set["metadata"]["name"] = name;
  set["spec"]["replicas"] = kGroups;
  if (after_start) {
    set["spec"]["leaderWorkerTemplate"]["restartPolicy"] = "RecreateGroupAfterStart";
    set["spec"]["startupPolicy"] = "LeaderReady";
    set["metadata"]["annotations"]["leaderworkerset.sigs.k8s.io/exclusive-topology"] = "rack";
  }
  set["spec"]["leaderWorkerTemplate"]["size"] = kSize;
  return *LeaderWorkerSetFromJson(set);
}

// A revision with the second key.
ObservedRevision Revision(const char* set) {
  ObservedRevision revision;
  revision.meta.namespace_name = "n";
  revision.meta.name = absl::StrCat(set, "-new-1");
  revision.meta.set_name = set;
  revision.meta.revision_key = "new";
  revision.number = 1;
  revision.data = R"({"spec":{"leaderWorkerTemplate":{}}})";
  return revision;
}

PackedUid Uid(uint32_t number) { return {{0, 0x4000, 0x80000000, number}}; }

std::string GroupName(uint32_t set, int32_t group) { return absl::StrCat(kSets[set], "-", group); }

void FillMeta(uint32_t set, int32_t group, const PackedUid& uid, RevisionId revision, ObservedMeta* meta) {
  meta->namespace_name = "n";
  meta->uid = PackedUidText(uid);
  meta->set_name = kSets[set];
  meta->group_index = absl::StrCat(group);
  meta->revision_key = kRevisions[revision];
}

std::string NameOf(const Member& member) {
  const std::string group = GroupName(member.set, member.group);
  return member.worker == 0 ? group : absl::StrCat(group, "-", member.worker);
}

ObservedPod PodOf(const PodFacts& facts) {
  ObservedPod pod;
  const Member& member = facts.member;
  FillMeta(member.set, member.group, facts.uid, facts.revision, &pod.meta);
  pod.meta.name = NameOf(member);
  pod.worker_index = absl::StrCat(member.worker);
  const std::string leader = GroupName(member.set, member.group);
  pod.group_key = GroupKey("n", leader);
  if (member.worker == 0) {
    pod.meta.resource_version = absl::StrCat(facts.resource_version);
    pod.meta.controller = ObservedMeta::Controller{"StatefulSet", kSets[member.set], "u"};
  } else {
    pod.leader_name = leader;
    pod.meta.controller = ObservedMeta::Controller{"StatefulSet", leader, PackedUidText(facts.owner_uid)};
  }
  pod.phase = facts.phase;
  pod.has_ready_condition = facts.has_ready_condition;
  pod.restarted = facts.restarted;
  pod.meta.terminating = facts.terminating;
  return pod;
}

ObservedStatefulSet StatefulSetOf(const WorkersFacts& facts) {
  ObservedStatefulSet statefulset;
  FillMeta(facts.set, facts.group, facts.uid, facts.revision, &statefulset.meta);
  statefulset.meta.name = GroupName(facts.set, facts.group);
  statefulset.meta.terminating = facts.terminating;
  statefulset.meta.controller = ObservedMeta::Controller{"Pod", statefulset.meta.name, PackedUidText(facts.leader_uid)};
  statefulset.replicas = facts.replicas;
  statefulset.available_replicas = facts.available_replicas;
  statefulset.status_replicas = facts.status_replicas;
  statefulset.current_revision = "a";
  statefulset.update_revision = facts.one_revision ? "a" : "b";
  return statefulset;
}

class Twins {
 public:
  // Uses only the first set, whose groups are always packed, or both sets.
  Twins(unsigned seed, uint32_t sets) : random_(seed), sets_(sets) {
    for (uint32_t set = 0; set < sets_; ++set) {
      for (Fleet* fleet : {&facts_, &objects_}) {
        EXPECT_EQ(fleet->numbers().OfSet("n", kSets[set]), set);
        for (RevisionId i = 1; i < 3; ++i) EXPECT_EQ(*fleet->numbers().OfRevision(set, kRevisions[i]), i);
        fleet->AddSet(Set(kSets[set], seed % 2 == 0));
        fleet->Add(Revision(kSets[set]));
        ObservedStatefulSet leaders;
        leaders.meta.namespace_name = "n";
        leaders.meta.name = leaders.meta.set_name = kSets[set];
        leaders.meta.revision_key = "new";
        leaders.replicas = kGroups;
        leaders.partition = 2;
        leaders.replicas_annotation = absl::StrCat(kGroups);
        fleet->AddStatefulSet(leaders);
      }
    }
  }

  void Batch() {
    std::vector<PodFacts> pods;
    for (uint32_t i = 0; i < 1 + Draw(10); ++i) pods.push_back(Pod());
    ASSERT_TRUE(facts_.TellPods(pods).ok());
    for (const PodFacts& pod : pods) {
      if (pod.exists) {
        objects_.AddPod(PodOf(pod));
        there_[NameOf(pod.member)] = pod;
      } else {
        objects_.Remove("Pod", "n", NameOf(pod.member));
        there_.erase(NameOf(pod.member));
      }
    }
    const WorkersFacts workers = Workers();
    ASSERT_TRUE(facts_.TellWorkers({&workers, 1}).ok());
    if (workers.exists) {
      objects_.AddStatefulSet(StatefulSetOf(workers));
    } else {
      objects_.Remove("StatefulSet", "n", GroupName(workers.set, workers.group));
    }
  }

  void Check() {
    EXPECT_EQ(Names(facts_.TakeDueSets()), Names(objects_.TakeDueSets()));
    EXPECT_EQ(Names(facts_.TakeDuePods()), Names(objects_.TakeDuePods()));
    for (uint32_t i = 0; i < sets_; ++i) {
      const char* set = kSets[i];
      const SetObservation observation = facts_.ObserveSet(i);
      const Plan plan = ReconcileSet(observation, absl::UnixEpoch());
      const SetObservation seen = objects_.ObserveSet("n", set);
      const Plan wanted = ReconcileSet(seen, absl::UnixEpoch());
      ASSERT_EQ(observation.groups_to_restart, seen.groups_to_restart) << set;
      ASSERT_TRUE(plan == wanted) << ToString(plan) << "wanted\n" << ToString(wanted);
    }
    for (const auto& [name, pod] : there_) {
      const Plan plan = ReconcilePod(facts_.ObservePod("n", name), absl::UnixEpoch(), {});
      const Plan wanted = ReconcilePod(objects_.ObservePod("n", name), absl::UnixEpoch(), {});
      ASSERT_TRUE(plan == wanted) << name << "\n" << ToString(plan) << "wanted\n" << ToString(wanted);
      CheckFacts(name, pod.member);
    }
    EXPECT_TRUE(facts_.Count() == objects_.Count());
    EXPECT_EQ(facts_.Count().pods, static_cast<int64_t>(there_.size()));
    EXPECT_EQ(facts_.Count().sets, sets_);
  }

  // Law 7.
  void CheckFacts(const std::string& name, const Member& member) {
    const RestartFacts restart = ReadRestartFacts(objects_.ObservePod("n", name));
    ASSERT_EQ(Text(facts_.RestartFactsOf(member)), Text(restart)) << name;
    if (member.worker != 0) return;
    const LeaderFacts leader = ReadLeaderFacts(objects_.ObservePod("n", name));
    ASSERT_EQ(Text(facts_.LeaderFactsOf(member)), Text(leader)) << name;
  }

 private:
  static std::string Text(const RestartFacts& facts) {
    return absl::StrCat(facts.policy_restarts, facts.triggered, facts.waits_for_start, facts.group_started,
                        facts.is_leader, facts.leader_exists, facts.same_revision, facts.belongs_to_leader,
                        facts.leader_terminating);
  }
  static std::string Text(const LeaderFacts& facts) {
    return absl::StrCat(facts.is_mistaken, facts.terminating, facts.single_member, facts.waits_for_ready,
                        facts.has_revision, facts.waits_for_schedule, facts.has_workers);
  }

  uint32_t Draw(uint32_t count) { return static_cast<uint32_t>(random_() % count); }

  PodFacts Pod() {
    PodFacts pod;
    pod.member = {Draw(sets_), static_cast<int32_t>(Draw(kGroups)), static_cast<int32_t>(Draw(kSize))};
    pod.exists = Draw(6) != 0;
    pod.phase = static_cast<PodPhase>(Draw(5));
    pod.has_ready_condition = Draw(3) != 0;
    pod.restarted = Draw(5) == 0;
    pod.terminating = Draw(9) == 0;
    pod.revision = static_cast<RevisionId>(Draw(3));
    pod.resource_version = 1 + Draw(1000);
    const uint32_t number = Draw(4);
    pod.uid = Uid(1 + number);
    pod.owner_uid = Uid(100 + (number == 3));
    return pod;
  }

  WorkersFacts Workers() {
    WorkersFacts workers;
    workers.set = Draw(sets_);
    workers.group = static_cast<int32_t>(Draw(kGroups));
    workers.exists = Draw(6) != 0;
    workers.terminating = Draw(9) == 0;
    workers.one_revision = Draw(5) != 0;
    workers.revision = static_cast<RevisionId>(Draw(3));
    workers.replicas = kSize - 1;
    workers.available_replicas = static_cast<int32_t>(Draw(kSize));
    workers.uid = Uid(100 + (Draw(5) == 0));
    workers.leader_uid = Uid(1 + Draw(4));
    return workers;
  }

  static std::set<std::string> Names(const std::vector<FleetName>& due) {
    std::set<std::string> names;
    for (const FleetName& name : due) names.insert(name.name);
    return names;
  }

  std::mt19937 random_;
  uint32_t sets_;
  Fleet facts_;
  Fleet objects_;
  std::map<std::string, PodFacts> there_;
};

TEST(FleetFactsTest, Law6FactsAreTheObjectsThatTheyStandFor) {
  for (unsigned seed = kSeed; seed < kSeed + kHistories; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Twins twins(seed, 1 + seed / 2 % 2);
    for (int batch = 0; batch < 100; ++batch) {
      twins.Batch();
      twins.Check();
      if (HasFailure()) return;
    }
  }
}

TEST(FleetFactsTest, ThreadsKeepFleetsOfTheirOwn) {
  const auto run = [](unsigned seed) {
    Twins twins(seed, 2);
    for (int batch = 0; batch < 100; ++batch) {
      twins.Batch();
      twins.Check();
    }
  };
  std::thread other(run, kSeed);
  run(kSeed + 1);
  other.join();
}

TEST(FleetFactsTest, NumbersThatWereNotGivenAreAnError) {
  Fleet fleet;
  fleet.AddSet(Set("s", false));
  const uint32_t set = fleet.numbers().OfSet("n", "s");
  const auto tell = [&fleet](const Member& member, RevisionId revision) {
    PodFacts pod;
    pod.member = member;
    pod.revision = revision;
    return fleet.TellPods({&pod, 1}).ok();
  };
  EXPECT_TRUE(tell({set, 0, 0}, 0));
  EXPECT_TRUE(tell({set, 3, kSize - 1}, 0));
  EXPECT_FALSE(tell({set + 1, 0, 0}, 0));
  EXPECT_FALSE(tell({set, -1, 0}, 0));
  EXPECT_FALSE(tell({set, 1 << 24, 0}, 0));
  EXPECT_FALSE(tell({set, 0, kSize}, 0));
  EXPECT_FALSE(tell({set, 0, 0}, 1));
  WorkersFacts workers;
  workers.set = set + 1;
  EXPECT_FALSE(fleet.TellWorkers({&workers, 1}).ok());
  EXPECT_EQ(fleet.Count().pods, 2);
}

}  // namespace
}  // namespace lws
