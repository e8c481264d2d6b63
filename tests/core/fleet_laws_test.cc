// The laws of the parts of a fleet that keep objects: in their slots or whole, and what becomes due.
// object_packing_test has those of the packed form. The fleet as a whole is held against a snapshot in
// tests/properties.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_objects.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/observation.h"
#include "tests/core/fleet_draws.h"

namespace lws::internal {
namespace {

// The parts of a fleet that keep objects.
struct Parts {
  FleetIndex index;
  DueList due;
  UnpackedObjects whole{&index, &due};
  PackedObjects packed{&index, &due, &whole};
  FleetObjects objects{&index, &due, &whole, &packed};

  // What is due, and no more so: "s" for a set, "s 1 0" for a member, "s-1" for a name.
  std::set<std::string> TakeDue() {
    std::set<std::string> names;
    std::vector<uint32_t> sets;
    due.TakeSets(&sets);
    for (const uint32_t number : sets) names.insert(index.sets()[number]->name);
    std::vector<Member> members;
    std::vector<FleetName> others;
    due.TakePods(&members, &others);
    for (const Member& member : members) {
      names.insert(absl::StrCat(index.sets()[member.set]->name, " ", member.group, " ", member.worker));
    }
    for (const FleetName& other : others) names.insert(other.name);
    return names;
  }
};

using Names = std::set<std::string>;

// --- Objects in their slots.

// What was told, by name.
struct Told {
  std::map<std::string, ObservedPod> pods;
  std::map<std::string, ObservedStatefulSet> statefulsets;
};

// The names of all packed objects, once for each slot.
std::multiset<std::string> PackedNames(const Parts& parts, bool pods) {
  std::multiset<std::string> names;
  for (const FleetSet* set : parts.index.sets()) {
    if (set == nullptr) continue;
    set->groups.ForEach([&](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker> packed) {
      if (!pods) {
        if (group.workers.exists && !group.workers.is_whole) names.insert(FleetMemberName(*set, index, 0));
        return;
      }
      if (group.leader.exists && !group.leader.is_whole) names.insert(FleetMemberName(*set, index, 0));
      for (size_t i = 0; i < packed.size(); ++i) {
        if (packed[i].exists) names.insert(FleetMemberName(*set, index, static_cast<int32_t>(i) + 1));
      }
    });
  }
  return names;
}

// Whether some object concerns the set and is not named after its labels, so that its facts have no slot.
bool HasIrregular(const Told& told, const std::string& set_name) {
  for (const auto& [name, pod] : told.pods) {
    if (pod.is_leader() && pod.meta.set_name == set_name && GroupInName(pod.meta) < 0) return true;
  }
  for (const auto& [name, statefulset] : told.statefulsets) {
    if (GroupInName(statefulset.meta) >= 0) continue;
    const std::optional<PodName> parsed = ParsePodName(name);
    const bool is_labelled = statefulset.meta.set_name == set_name && statefulset.meta.group_index.has_value();
    if (is_labelled || (parsed.has_value() && parsed->parent == set_name)) return true;
  }
  return false;
}

// The facts of all objects of the set, read from a plain list.
GroupFacts FactsOf(const Told& told, const FleetSet& set, const std::string& key) {
  ObservedStatefulSet leaders;
  leaders.replicas = kGroups;
  SetObservation observation;
  observation.set = &set.set;
  observation.leader_statefulset = &leaders;
  for (const auto& [name, pod] : told.pods) {
    if (pod.meta.set_name == set.name && pod.is_leader()) observation.leader_pods.push_back(&pod);
  }
  for (const auto& [name, statefulset] : told.statefulsets) {
    if (statefulset.meta.set_name != set.name || !statefulset.meta.group_index.has_value()) continue;
    observation.worker_statefulsets.push_back(&statefulset);
  }
  return ReadGroups(observation, key);
}

class History {
 public:
  explicit History(unsigned seed) : draws_(seed) {
    for (const char* name : {"s", "s-1"}) parts_.objects.AddSet(draws_.Set(name));
  }

  void Step() {
    const int kind = draws_.Draw(8);
    if (kind < 4) {
      const ObservedPod pod = draws_.Pod();
      told_.pods[pod.meta.name] = pod;
      parts_.objects.AddPod(pod);
    } else if (kind < 6) {
      const ObservedStatefulSet statefulset = draws_.StatefulSet();
      told_.statefulsets[statefulset.meta.name] = statefulset;
      parts_.objects.AddStatefulSet(statefulset);
    } else if (kind == 6 && !told_.pods.empty()) {
      const auto gone = std::next(told_.pods.begin(), draws_.Draw(static_cast<int>(told_.pods.size())));
      parts_.objects.Remove("Pod", "n", gone->first);
      told_.pods.erase(gone);
    } else if (kind == 7 && !told_.statefulsets.empty()) {
      const auto gone = std::next(told_.statefulsets.begin(), draws_.Draw(static_cast<int>(told_.statefulsets.size())));
      parts_.objects.Remove("StatefulSet", "n", gone->first);
      told_.statefulsets.erase(gone);
    }
    parts_.TakeDue();
  }

  // Law 1: every existing name is in one slot, and no other is in any.
  void CheckSlots(const std::string& where) {
    std::multiset<std::string> pods = PackedNames(parts_, /*pods=*/true);
    std::multiset<std::string> statefulsets = PackedNames(parts_, /*pods=*/false);
    packed_ += static_cast<int64_t>(pods.size());
    const FleetNamespace& space = parts_.index.In("n");
    whole_ += static_cast<int64_t>(space.pods.size());
    for (const auto& [name, pod] : space.pods) pods.insert(name);
    for (const auto& [name, statefulset] : space.statefulsets) statefulsets.insert(name);
    std::multiset<std::string> told_pods;
    std::multiset<std::string> told_statefulsets;
    for (const auto& [name, pod] : told_.pods) told_pods.insert(name);
    for (const auto& [name, statefulset] : told_.statefulsets) told_statefulsets.insert(name);
    ASSERT_EQ(pods, told_pods) << "law 1: " << where;
    ASSERT_EQ(statefulsets, told_statefulsets) << "law 1: " << where;
  }

  // Law 2.
  void CheckFacts(const std::string& where) {
    for (const char* name : {"s", "s-1"}) {
      FleetSet& set = parts_.index.SetOf("n", name);
      ASSERT_EQ(set.irregular > 0, HasIrregular(told_, name)) << "law 2: " << where << ", set " << name;
      ASSERT_GE(set.irregular, 0) << "law 2: " << where;
      if (set.irregular > 0) continue;
      ++regular_;
      ASSERT_EQ(Show(set.FactsFor("new")), Show(FactsOf(told_, set, "new"))) << "law 2: " << where << ", set " << name;
    }
  }

  int64_t packed() const { return packed_; }
  int64_t whole() const { return whole_; }
  int64_t regular() const { return regular_; }

 private:
  Draws draws_;
  Parts parts_;
  Told told_;
  int64_t packed_ = 0;
  int64_t whole_ = 0;
  int64_t regular_ = 0;
};

TEST(FleetObjectsTest, Laws1And2ANameHasOneSlotAndTheFactsAreThoseOfAllObjects) {
  int64_t packed = 0;
  int64_t whole = 0;
  int64_t regular = 0;
  for (unsigned seed = kSeed; seed < kSeed + 100; ++seed) {
    History history(seed);
    for (int step = 0; step < 150; ++step) {
      history.Step();
      const std::string where = absl::StrCat("seed ", seed, ", step ", step);
      history.CheckSlots(where);
      ASSERT_FALSE(HasFatalFailure());
      history.CheckFacts(where);
      ASSERT_FALSE(HasFatalFailure());
    }
    packed += history.packed();
    whole += history.whole();
    regular += history.regular();
  }
  EXPECT_GT(packed, 1000);
  EXPECT_GT(whole, 1000);
  EXPECT_GT(regular, 1000);
}

// A set's digest costs as much as making its objects, and a set with many groups has many writes of its status.
TEST(FleetObjectsTest, AWriteOfTheStatusKeepsTheDigest) {
  Parts parts;
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  set.mutable_metadata()->set_name("s");
  set.mutable_metadata()->set_resource_version("1");
  set.mutable_spec()->mutable_leader_worker_template()->set_size(2);
  parts.objects.AddSet(set);
  const auto leader_of = [&parts] { return parts.index.SetOf("n", "s").digest.leader_statefulset; };
  const auto first = leader_of();
  ASSERT_NE(first, nullptr);
  set.mutable_metadata()->set_resource_version("2");
  set.mutable_metadata()->add_managed_fields("{}");
  set.mutable_status()->set_ready_replicas(1);
  parts.objects.AddSet(set);
  EXPECT_EQ(leader_of(), first);
  EXPECT_EQ(parts.index.SetOf("n", "s").set.metadata().resource_version(), "2");
  (*set.mutable_metadata()->mutable_labels())["a"] = "b";
  parts.objects.AddSet(set);
  EXPECT_NE(leader_of(), first);
}

// --- Objects kept whole.

std::unique_ptr<ObservedPod> WholeLeader(const std::string& name, const std::string& set_name,
                                         const std::string& group) {
  auto pod = std::make_unique<ObservedPod>();
  pod->meta.namespace_name = "n";
  pod->meta.name = name;
  pod->meta.set_name = set_name;
  pod->meta.group_index = group;
  pod->meta.group_in_name = GroupInName(pod->meta);
  pod->worker_index = "0";
  return pod;
}

std::unique_ptr<ObservedStatefulSet> WholeStatefulSet(const std::string& name, const std::string& set_name,
                                                      const std::string& group) {
  auto statefulset = std::make_unique<ObservedStatefulSet>();
  statefulset->meta.namespace_name = "n";
  statefulset->meta.name = name;
  statefulset->meta.set_name = set_name;
  if (!group.empty()) statefulset->meta.group_index = group;
  statefulset->meta.group_in_name = GroupInName(statefulset->meta);
  return statefulset;
}

TEST(UnpackedObjectsTest, Law1EverySetThatAnObjectMayConcernCountsIt) {
  struct Case {
    const char* name;
    const char* set_name;
    const char* group;
    bool is_pod;
    Names sets;  // that count it
  };
  const std::vector<Case> cases = {
      {"s-7", "s", "1", true, {"s"}},        // another name than its labels say
      {"other", "s", "1", true, {"s"}},      //
      {"s-1", "", "1", true, {}},            // of no set
      {"s-1-0", "s", "1", true, {"s"}},      //
      {"other", "s", "1", false, {"s"}},     // labelled
      {"t-7", "s", "1", false, {"s", "t"}},  // labelled, and named like workers of another set
      {"t-7", "", "", false, {"t"}},         // named alone
      {"other", "s", "", false, {}},         // a leader StatefulSet, or nothing of a group's
      {"t-7", "s", "", false, {"t"}},        //
  };
  for (const Case& c : cases) {
    Parts parts;
    for (const char* set : {"s", "t"}) parts.index.SetOf("n", set);
    parts.TakeDue();
    const auto counted = [&] {
      Names sets;
      for (const FleetSet* set : parts.index.sets()) {
        if (set != nullptr && set->irregular > 0) sets.insert(set->name);
      }
      return sets;
    };
    if (c.is_pod) {
      parts.whole.KeepPod(WholeLeader(c.name, c.set_name, c.group));
    } else {
      parts.whole.KeepStatefulSet(WholeStatefulSet(c.name, c.set_name, c.group));
    }
    EXPECT_EQ(counted(), c.sets) << c.name << " of " << c.set_name << "/" << c.group;
    if (c.is_pod) {
      parts.whole.ErasePod(&parts.index.In("n"), c.name);
    } else {
      parts.whole.EraseStatefulSet(&parts.index.In("n"), c.name);
    }
    EXPECT_EQ(counted(), Names()) << c.name << " of " << c.set_name << "/" << c.group << " is gone";
  }
}

TEST(UnpackedObjectsTest, Law1AnObjectWhoseFactsAreInASlotIsNotCounted) {
  Parts parts;
  FleetSet& set = parts.index.SetOf("n", "s");
  set.groups.At(1).leader.is_whole = 1;
  set.groups.At(1).workers.is_whole = 1;
  parts.whole.KeepPod(WholeLeader("s-1", "s", "1"));
  parts.whole.KeepStatefulSet(WholeStatefulSet("s-1", "s", "1"));
  EXPECT_EQ(set.irregular, 0);
  parts.whole.KeepPod(WholeLeader("s-2", "s", "2"));
  EXPECT_EQ(set.irregular, 1);
}

// --- What becomes due.

// A set with facts that are counted, and group 1 with its leader, StatefulSet and one worker.
class PackedGroupOne {
 public:
  PackedGroupOne() : set_(parts_.index.SetOf("n", "s")) {
    Draws draws(1);
    set_.set = draws.Set("s");
    set_.set.mutable_spec()->set_replicas(kGroups);
    set_.exists = true;
    set_.groups.SetMostWorkers(2);
    leader.exists = 1;
    leader.phase = static_cast<uint16_t>(PodPhase::kRunning) & 7;
    leader.has_ready_condition = 1;
    leader.uid = *ParsePackedUid(UidOf(1));
    workers.exists = 1;
    workers.replicas = workers.available_replicas = 2;
    workers.one_revision = 1;
    workers.is_owned_by_leader = 1;
    workers.uid = *ParsePackedUid(UidOf(2));
    worker.exists = 1;
    worker.phase = static_cast<uint16_t>(PodPhase::kRunning) & 7;
    worker.uid = *ParsePackedUid(UidOf(3));
    set_.FactsFor("new");
    parts_.packed.PutLeader(&set_, 1, leader);
    parts_.packed.PutWorkers(&set_, 1, workers, leader.uid);
    EXPECT_TRUE(parts_.packed.AddWorker({&set_, 1, 1}, worker, workers.uid));
    parts_.TakeDue();
  }

  Names PutLeader(const PackedLeader& next) {
    parts_.packed.PutLeader(&set_, 1, next);
    return parts_.TakeDue();
  }
  Names PutWorkers(const PackedStatefulSet& next) {
    parts_.packed.PutWorkers(&set_, 1, next, leader.uid);
    return parts_.TakeDue();
  }
  Names PutWorker(const PackedWorker& next) {
    parts_.packed.PutWorker({&set_, 1, 1}, next);
    return parts_.TakeDue();
  }

  PackedLeader leader = {};
  PackedStatefulSet workers = {};
  PackedWorker worker = {};

  Parts& parts() { return parts_; }
  FleetSet& set() { return set_; }

 private:
  Parts parts_;
  FleetSet& set_;
};

TEST(PackedObjectsTest, Law1WhatADecisionReadsAnewBecomesDue) {
  {
    PackedGroupOne one;
    EXPECT_EQ(one.PutLeader(one.leader), Names()) << "nothing is new";
    one.leader.resource_version = 7;
    EXPECT_EQ(one.PutLeader(one.leader), Names()) << "a version is handed on and not read";
    one.leader.node = 3;
    EXPECT_EQ(one.PutLeader(one.leader), (Names{"s 1 0"})) << "the pass over the set does not read the node";
    one.leader.has_ready_condition = 0;
    EXPECT_EQ(one.PutLeader(one.leader), (Names{"s", "s 1 0"}));
    one.leader.terminating = 1;
    EXPECT_EQ(one.PutLeader(one.leader), (Names{"s", "s 1 0"}));
    EXPECT_EQ(one.PutLeader({}), (Names{"s"})) << "a leader that is gone is decided on no more";
  }
  {
    PackedGroupOne one;
    EXPECT_EQ(one.PutWorkers(one.workers), Names()) << "nothing is new";
    one.workers.available_replicas = 1;
    EXPECT_EQ(one.PutWorkers(one.workers), (Names{"s", "s 1 0"})) << "the workers are not ready any more";
    one.workers.available_replicas = 0;
    EXPECT_EQ(one.PutWorkers(one.workers).count("s"), 0) << "they still are not";
    EXPECT_EQ(one.PutWorkers({}), (Names{"s", "s 1 0"})) << "the leader has to make them anew";
  }
  {
    PackedGroupOne one;
    EXPECT_EQ(one.PutWorker(one.worker), Names()) << "nothing is new";
    one.worker.phase = static_cast<uint16_t>(PodPhase::kPending) & 7;
    EXPECT_EQ(one.PutWorker(one.worker), Names()) << "a worker that does not fail makes no decision";
    one.worker.fails = one.worker.restarted = 1;
    EXPECT_EQ(one.PutWorker(one.worker), (Names{"s", "s 1 1"})) << "policies read which groups owe a restart";
    EXPECT_EQ(one.PutWorker(one.worker), Names()) << "it failed before";
  }
}

TEST(PackedObjectsTest, Law2AnObjectThatDoesNotFitAnyMoreIsKeptWhole) {
  PackedGroupOne one;
  FleetNamespace& space = one.parts().index.In("n");
  // Another leader of the name: the StatefulSet's controller is not the existing leader.
  PackedLeader next = one.leader;
  next.uid = *ParsePackedUid(UidOf(7));
  one.PutLeader(next);
  ASSERT_EQ(space.statefulsets.count("s-1"), 1);
  const ObservedStatefulSet& whole = *space.statefulsets.at("s-1");
  ASSERT_TRUE(whole.meta.controller.has_value());
  EXPECT_EQ(whole.meta.controller->uid, UidOf(1));
  EXPECT_EQ(whole.meta.uid, UidOf(2));
  EXPECT_TRUE(one.set().groups.At(1).workers.is_whole);
  EXPECT_EQ(one.set().irregular, 0) << "its facts are in their slot";
  // Workers of two owners have room, those of a third have not.
  EXPECT_TRUE(one.parts().packed.AddWorker({&one.set(), 1, 2}, one.worker, *ParsePackedUid(UidOf(8))));
  PackedStatefulSet third = one.workers;
  third.uid = *ParsePackedUid(UidOf(9));
  third.is_owned_by_leader = 0;
  third.is_whole = 0;
  one.parts().packed.PutWorkers(&one.set(), 1, third, next.uid);
  ASSERT_EQ(space.pods.size(), 1) << "one worker of the two owners";
  EXPECT_EQ(space.pods.begin()->second->meta.controller->uid, UidOf(8));
  EXPECT_EQ(space.pods.begin()->first, "s-1-2");
}

}  // namespace
}  // namespace lws::internal