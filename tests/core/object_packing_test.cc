// The laws of objects in packed form, and of the facts that are counted of them.
#include "lws/core/fleet/object_packing.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/decision_equality.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/observation.h"
#include "tests/core/fleet_draws.h"

namespace lws::internal {
namespace {

struct Tables {
  std::string namespace_name = "n";
  std::string set_name = "s";
  NameTable revisions{100};
  NameTable nodes{100};

  PackingNames names() { return {namespace_name, set_name, &revisions, &nodes}; }
};

// A pod of the set `s` that is named after its labels.
ObservedPod PodOfS(Draws* draws, bool is_leader) {
  for (;;) {
    ObservedPod pod = draws->Pod();
    pod.meta.set_name = "s";
    const std::string group = absl::StrCat("s-", draws->Draw(kGroups));
    pod.meta.group_index = group.substr(2);
    if (pod.is_leader() != is_leader) continue;
    pod.meta.name = is_leader ? group : absl::StrCat(group, "-", *pod.worker_index);
    if (!is_leader) pod.meta.controller->name = draws->OneIn(9) ? "s-7" : group;
    if (is_leader && !pod.group_key.empty() && pod.group_key != "key") pod.group_key = GroupKey("n", group);
    pod.meta.group_in_name = GroupInName(pod.meta);
    return pod;
  }
}

TEST(ObjectPackingTest, Laws1And2LeadersComeBackOrTheirFactsAreGood) {
  Draws draws(kSeed);
  int fits = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    Tables tables;
    const ObservedPod pod = PodOfS(&draws, /*is_leader=*/true);
    PackedLeader leader = {};
    const Packing packing = PackLeader(pod, tables.names(), &leader);
    const std::string where = absl::StrCat("seed ", kSeed, ", round ", round);
    ASSERT_NE(packing, Packing::kNone) << where;
    ObservedPod again;
    UnpackLeader(leader, pod.meta.group_in_name, tables.names(), &again);
    ASSERT_EQ(leader.exists, 1) << "law 2: " << where;
    ASSERT_EQ(again.meta.revision_key, pod.meta.revision_key) << "law 2: " << where;
    ASSERT_EQ(again.phase, pod.phase) << "law 2: " << where;
    ASSERT_EQ(again.ready(), pod.ready()) << "law 2: " << where;
    if (packing != Packing::kFits) continue;
    ++fits;
    ASSERT_EQ(again.meta.resource_version, pod.meta.resource_version) << "law 1: " << where;
    ASSERT_FALSE(again.meta.controller.has_value()) << "law 1: " << where;
    again.meta.controller = pod.meta.controller;
    ASSERT_TRUE(SamePodForFleet(again, pod)) << "law 1: " << where;
  }
  EXPECT_GT(fits, kRounds / 3);
  EXPECT_LT(fits, kRounds * 9 / 10);
}

TEST(ObjectPackingTest, Laws1And2WorkersComeBackOrTheirFactsAreGood) {
  Draws draws(kSeed + 1);
  int fits = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    Tables tables;
    const ObservedPod pod = PodOfS(&draws, /*is_leader=*/false);
    PackedWorker worker = {};
    PackedUid owner;
    const Packing packing = PackWorker(pod, tables.names(), &worker, &owner);
    const std::string where = absl::StrCat("seed ", kSeed + 1, ", round ", round);
    ASSERT_NE(packing, Packing::kNone) << where;
    ASSERT_EQ(tables.revisions.Text(worker.revision), pod.meta.revision_key) << "law 2: " << where;
    ASSERT_EQ(worker.exists, 1) << "law 2: " << where;
    ASSERT_EQ(static_cast<PodPhase>(worker.phase), pod.phase) << "law 2: " << where;
    if (packing != Packing::kFits) continue;
    ++fits;
    ObservedPod again;
    const int group = std::stoi(*pod.meta.group_index);
    UnpackWorker(worker, owner, group, std::stoi(*pod.worker_index), tables.names(), &again);
    // What no decision reads is empty.
    ASSERT_TRUE(again.meta.resource_version.empty() && again.node_name.empty() && again.group_key.empty()) << where;
    ASSERT_FALSE(again.has_ready_condition || again.leader_name.has_value() || again.requests_tpus) << where;
    again.node_name = pod.node_name;
    again.group_key = pod.group_key;
    again.has_ready_condition = pod.has_ready_condition;
    again.leader_name = pod.leader_name;
    again.requests_tpus = pod.requests_tpus;
    ASSERT_TRUE(SamePodForFleet(again, pod)) << "law 1: " << where;
  }
  EXPECT_GT(fits, kRounds / 3);
  EXPECT_LT(fits, kRounds);
}

TEST(ObjectPackingTest, Laws1And2StatefulSetsComeBackOrTheirFactsAreGood) {
  Draws draws(kSeed + 2);
  int fits = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    Tables tables;
    ObservedStatefulSet statefulset = draws.StatefulSet();
    const int group = draws.Draw(kGroups);
    statefulset.meta.set_name = "s";
    statefulset.meta.group_index = absl::StrCat(group);
    statefulset.meta.name = absl::StrCat("s-", group);
    statefulset.meta.controller->name = draws.OneIn(9) ? "s-7" : statefulset.meta.name;
    statefulset.meta.group_in_name = group;
    PackedGroup packed = {};
    PackedUid leader;
    const Packing packing = PackStatefulSet(statefulset, tables.names(), &packed.workers, &leader);
    const std::string where = absl::StrCat("seed ", kSeed + 2, ", round ", round);
    ASSERT_NE(packing, Packing::kNone) << where;
    packed.leader.uid = leader;
    ObservedStatefulSet again;
    UnpackStatefulSet(packed, group, tables.names(), &again);
    ASSERT_EQ(packed.workers.exists, 1) << "law 2: " << where;
    ASSERT_EQ(again.meta.revision_key, statefulset.meta.revision_key) << "law 2: " << where;
    ASSERT_EQ(AreGroupWorkersReady(again), AreGroupWorkersReady(statefulset)) << "law 2: " << where;
    if (packing != Packing::kFits) continue;
    ++fits;
    ASSERT_TRUE(again.meta.resource_version.empty()) << "law 1: " << where;
    ASSERT_TRUE(SameStatefulSetForFleet(again, statefulset)) << "law 1: " << where;
  }
  EXPECT_GT(fits, kRounds / 3);
  EXPECT_LT(fits, kRounds);
}

// A set with its groups as objects, for ReadGroups.
class ObjectsOfSet {
 public:
  explicit ObjectsOfSet(FleetSet* set) : names_{set->namespace_name, set->name, &set->revision_names, &nodes_} {
    observation_.set = &set->set;
    statefulset_.replicas = kGroups;
    observation_.leader_statefulset = &statefulset_;
    set->groups.ForEach([this](int32_t index, const PackedGroup& group, absl::Span<const PackedWorker>) {
      if (group.leader.exists) {
        pods_.push_back(std::make_unique<ObservedPod>());
        UnpackLeader(group.leader, index, names_, pods_.back().get());
        observation_.leader_pods.push_back(pods_.back().get());
      }
      if (group.workers.exists) {
        statefulsets_.push_back(std::make_unique<ObservedStatefulSet>());
        UnpackStatefulSet(group, index, names_, statefulsets_.back().get());
        observation_.worker_statefulsets.push_back(statefulsets_.back().get());
      }
    });
  }

  GroupFacts Read(const std::string& key) const { return ReadGroups(observation_, key); }

 private:
  NameTable nodes_{1};
  PackingNames names_;
  ObservedStatefulSet statefulset_;
  std::vector<std::unique_ptr<ObservedPod>> pods_;
  std::vector<std::unique_ptr<ObservedStatefulSet>> statefulsets_;
  SetObservation observation_;
};

TEST(FleetSetTest, Law1TheFactsAreThoseThatReadGroupsReads) {
  Draws draws(kSeed + 3);
  std::set<std::string> facts;
  for (int history = 0; history < 100; ++history) {
    FleetSet set("n", "s");
    set.set = draws.Set("s");
    set.exists = true;
    for (int step = 0; step < 60; ++step) {
      if (draws.OneIn(20)) set.set = draws.Set("s");
      const auto revision = static_cast<RevisionId>(*set.revision_names.Intern(draws.Key()));
      const bool changes_leader = draws.OneIn(2);
      set.Change(draws.Draw(kGroups), [&](PackedGroup* group) {
        if (changes_leader) {
          group->leader.exists = !draws.OneIn(5);
          group->leader.phase = static_cast<uint16_t>(draws.Draw(5)) & 7;
          group->leader.has_ready_condition = !draws.OneIn(3);
          group->leader.terminating = draws.OneIn(5);
          group->leader.revision = revision;
        } else {
          group->workers.exists = !draws.OneIn(5);
          group->workers.replicas = 2;
          group->workers.available_replicas = 1 + draws.Draw(2);
          group->workers.one_revision = !draws.OneIn(4);
          group->workers.terminating = draws.OneIn(5);
          group->workers.revision = revision;
        }
        if (!group->leader.exists) group->leader = {};
        if (!group->workers.exists) group->workers = {};
      });
      const std::string key = history % 2 == 0 ? "new" : draws.Key();
      const std::string counted = Show(set.FactsFor(key));
      ASSERT_EQ(counted, Show(ObjectsOfSet(&set).Read(key)))
          << "seed " << kSeed + 3 << ", history " << history << ", step " << step;
      facts.insert(counted);
    }
  }
  EXPECT_GT(facts.size(), 100);
}

}  // namespace
}  // namespace lws::internal
