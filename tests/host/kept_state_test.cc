// What a host keeps between two looks. The laws are those of kept_state.h.
#include "lws/adapters/host/kept_state.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"

namespace lws {
namespace {

LeaderWorkerSet Set(const std::string& name, const std::string& uid) {
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  set.mutable_metadata()->set_name(name);
  set.mutable_metadata()->set_uid(uid);
  return set;
}

Plan Progress(int32_t step) {
  Plan plan;
  RolloutProgress progress;
  progress.revision_key = "k";
  progress.step = step;
  plan.rollout_progress = std::make_shared<const RolloutProgress>(progress);
  return plan;
}

Plan Memory(const std::string& leader_uid, bool owes, bool gave_up = false) {
  Plan plan;
  RestartMemory memory;
  memory.leader_uid = leader_uid;
  memory.owes_restart = owes;
  memory.gave_up = gave_up;
  memory.last_restart = absl::UnixEpoch() + absl::Nanoseconds(7);
  plan.restart_memory = std::make_shared<const RestartMemory>(memory);
  return plan;
}

ObservedPod Leader(const std::string& name) {
  ObservedPod pod;
  pod.meta.namespace_name = "n";
  pod.meta.name = name;
  pod.meta.uid = absl::StrCat("uid-", name);
  pod.worker_index = "0";
  return pod;
}

void KeepMemory(const LeaderWorkerSet& set, const ObservedPod& leader, const Plan& plan, KeptState* kept) {
  PodObservation observation;
  observation.set = &set;
  observation.pod = &leader;
  kept->KeepOfPod(observation, plan);
}

int32_t StepOf(const KeptState& kept, const LeaderWorkerSet& set) {
  SetObservation observation;
  observation.set = &set;
  kept.Fill(&observation, false);
  return observation.rollout_progress == nullptr ? -1 : observation.rollout_progress->step;
}

TEST(KeptStateTest, Law1WhatWasKeptComesBackToTheSameSetAlone) {
  KeptState kept;
  const LeaderWorkerSet set = Set("s", "u");
  kept.KeepOfSet(set, Progress(2));
  kept.KeepOfSet(set, Plan());  // a plan with nothing to keep
  EXPECT_EQ(StepOf(kept, set), 2);
  EXPECT_EQ(StepOf(kept, Set("t", "u")), -1);
  EXPECT_EQ(StepOf(kept, Set("s", "its successor")), -1);
  kept.KeepOfSet(Set("s", "its successor"), Progress(0));
  EXPECT_EQ(StepOf(kept, set), -1);
  EXPECT_EQ(kept.size(), 1u);
}

TEST(KeptStateTest, Law1AWorkerHasTheMemoryOfItsLeader) {
  KeptState kept;
  const LeaderWorkerSet set = Set("s", "u");
  const ObservedPod leader = Leader("s-0");
  KeepMemory(set, leader, Memory("uid-s-0", true), &kept);
  ObservedPod worker = Leader("s-0-1");
  worker.worker_index = "1";
  PodObservation observation;
  observation.set = &set;
  observation.pod = &worker;
  observation.leader = &leader;
  kept.Fill(&observation);
  ASSERT_NE(observation.restart_memory, nullptr);
  EXPECT_EQ(observation.restart_memory->leader_uid, "uid-s-0");
}

TEST(KeptStateTest, Law2NothingIsLeftOfAMillionSetsThatCameAndWent) {
  KeptState kept;
  for (int i = 0; i < 1000000; ++i) {
    const LeaderWorkerSet set = Set(absl::StrCat("s", i), "u");
    kept.KeepOfSet(set, Progress(1));
    kept.Forget("n", set.metadata().name());
    ASSERT_EQ(kept.size(), 0u);
  }
  EXPECT_EQ(kept.Save(), "");
}

TEST(KeptStateTest, Law2AListForgetsWhatIsNotThere) {
  KeptState kept;
  for (const char* name : {"a", "b", "c"}) kept.KeepOfSet(Set(name, "u"), Progress(1));
  kept.ForgetAllBut([](absl::string_view, absl::string_view name) { return name == "b"; });
  EXPECT_EQ(kept.size(), 1u);
  EXPECT_EQ(StepOf(kept, Set("b", "u")), 1);
}

TEST(KeptStateTest, Law3GroupsThatOweARestartToTheLeaderThatIsThere) {
  KeptState kept;
  const LeaderWorkerSet set = Set("s", "u");
  std::vector<ObservedPod> leaders;
  for (const char* name : {"s-10", "s-2", "s-3", "s-4", "s-5"}) leaders.push_back(Leader(name));
  KeepMemory(set, leaders[0], Memory("uid-s-10", true), &kept);
  KeepMemory(set, leaders[1], Memory("uid-s-2", true), &kept);
  KeepMemory(set, leaders[2], Memory("a former leader", true), &kept);
  KeepMemory(set, leaders[3], Memory("uid-s-4", true, /*gave_up=*/true), &kept);
  KeepMemory(set, leaders[4], Memory("uid-s-5", true), &kept);
  KeepMemory(set, leaders[4], Memory("uid-s-5", false), &kept);  // the group was restarted
  SetObservation observation;
  observation.set = &set;
  observation.groups_to_restart = {7};  // the reference's answer
  for (const ObservedPod& pod : leaders) observation.leader_pods.push_back(&pod);
  kept.Fill(&observation, false);
  EXPECT_EQ(observation.groups_to_restart, std::vector<int32_t>{7});
  kept.Fill(&observation, true);
  EXPECT_EQ(observation.groups_to_restart, (std::vector<int32_t>{2, 10}));
  EXPECT_EQ(observation.groups_backing_off, (std::vector<int32_t>{2, 10}));
  EXPECT_EQ(observation.groups_given_up, std::vector<int32_t>{4});
}

// What the status tells: a counted restart is under way, and a group stays given up in its revision alone.
TEST(KeptStateTest, Law3GroupsThatAreHeldBackOrGivenUp) {
  const struct {
    const char* what;
    bool owes, is_counted, gave_up;
    const char* revision;  // of the memory; the leader has "r"
    const char* leader;    // of the memory; the present one is "uid-s-1"
    std::vector<int32_t> backing_off, given_up;
  } table[] = {
      {"no failure", false, false, false, "r", "uid-s-1", {}, {}},
      {"waits for its backoff", true, false, false, "r", "uid-s-1", {1}, {}},
      {"is being restarted", true, true, false, "r", "uid-s-1", {}, {}},
      {"waited before its leader went", true, false, false, "r", "uid-former", {}, {}},
      {"at its limit", true, false, true, "r", "uid-s-1", {}, {1}},
      {"a rule failed it", false, false, true, "r", "uid-s-1", {}, {1}},
      {"its leader was replaced by hand", true, false, true, "r", "uid-former", {}, {1}},
      {"it has another template by now", true, false, true, "former", "uid-former", {}, {}},
  };
  const LeaderWorkerSet set = Set("s", "u");
  ObservedPod leader = Leader("s-1");
  leader.meta.revision_key = "r";
  for (const auto& row : table) {
    RestartMemory memory;
    memory.owes_restart = row.owes;
    memory.is_counted = row.is_counted;
    memory.gave_up = row.gave_up;
    memory.revision_key = row.revision;
    memory.leader_uid = row.leader;
    Plan plan;
    plan.restart_memory = std::make_shared<const RestartMemory>(memory);
    PodObservation pod;
    pod.set = &set;
    pod.pod = &leader;
    KeptState kept;
    EXPECT_EQ(kept.KeepOfPod(pod, plan), row.owes || row.gave_up) << row.what;
    EXPECT_FALSE(kept.KeepOfPod(pod, plan)) << row.what << ", once more";
    SetObservation observation;
    observation.set = &set;
    observation.leader_pods = {&leader};
    kept.Fill(&observation, true);
    EXPECT_EQ(observation.groups_backing_off, row.backing_off) << row.what;
    EXPECT_EQ(observation.groups_given_up, row.given_up) << row.what;
    plan.restart_memory = std::make_shared<const RestartMemory>();
    EXPECT_EQ(kept.KeepOfPod(pod, plan), row.owes || row.gave_up) << row.what << ", and then not any more";
  }
}

TEST(KeptStateTest, Law4SavedAndLoadedIsTheSame) {
  KeptState kept;
  const LeaderWorkerSet set = Set("s", "u");
  kept.KeepOfSet(set, Progress(3));
  KeepMemory(set, Leader("s-1"), Memory("uid-s-1", true), &kept);
  kept.KeepOfSet(Set("t", "v"), Progress(1));
  const absl::StatusOr<KeptState> loaded = KeptState::Load(kept.Save());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->Save(), kept.Save());
  EXPECT_EQ(StepOf(*loaded, set), 3);
  const ObservedPod leader = Leader("s-1");
  SetObservation observation;
  observation.set = &set;
  observation.leader_pods = {&leader};
  loaded->Fill(&observation, true);
  EXPECT_EQ(observation.groups_to_restart, std::vector<int32_t>{1});
}

TEST(KeptStateTest, Law4WhatIsKeptOfOneSetIsAddedToTheOthers) {
  KeptState kept;
  kept.KeepOfSet(Set("s", "u"), Progress(3));
  kept.KeepOfSet(Set("t", "v"), Progress(1));
  EXPECT_EQ(kept.SaveOf(Set("s", "its successor")), "");
  EXPECT_EQ(kept.SaveOf(Set("nothing", "u")), "");
  KeptState other;
  other.KeepOfSet(Set("s", "u"), Progress(0));
  KeepMemory(Set("s", "u"), Leader("s-1"), Memory("uid-s-1", true), &other);
  for (const LeaderWorkerSet& set : {Set("s", "u"), Set("t", "v")}) ASSERT_TRUE(other.Add(kept.SaveOf(set)).ok());
  EXPECT_EQ(other.Save(), kept.Save());
  EXPECT_FALSE(other.Add("\xff\xff").ok());
  EXPECT_EQ(other.Save(), kept.Save());
}

TEST(KeptStateTest, BytesThatAreNoneDoNotLoad) {
  EXPECT_EQ(KeptState::Load("\xff\xff").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lws
