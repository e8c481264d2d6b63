// The memory of a fleet goes with the objects that it was told, not with the numbers in them.
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/observation.h"

namespace lws {
namespace {

LeaderWorkerSet Set(int32_t size) {
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  set.mutable_metadata()->set_name("s");
  set.mutable_spec()->set_replicas(64);
  set.mutable_spec()->mutable_leader_worker_template()->set_size(size);
  set.mutable_spec()->mutable_leader_worker_template()->set_restart_policy("RecreateGroupOnPodRestart");
  return set;
}

ObservedPod Pod(int32_t group, int32_t worker) {
  ObservedPod pod;
  pod.meta.namespace_name = "n";
  pod.meta.set_name = "s";
  pod.meta.group_index = absl::StrCat(group);
  pod.meta.name = worker == 0 ? absl::StrCat("s-", group) : absl::StrCat("s-", group, "-", worker);
  pod.meta.uid = absl::StrFormat("00000000-0000-4000-8000-%06d%06d", group, worker);
  pod.meta.revision_key = "k";
  pod.worker_index = absl::StrCat(worker);
  pod.phase = PodPhase::kRunning;
  if (worker > 0) {
    pod.meta.controller = ObservedMeta::Controller{"StatefulSet", absl::StrCat("s-", group),
                                                   absl::StrFormat("00000000-0000-4000-9000-%012d", group)};
  }
  return pod;
}

// The bytes in use. A sanitizer's allocator does not tell them.
int64_t UsedBytes() {
#ifdef __SANITIZE_ADDRESS__
  return 0;
#else
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks) + static_cast<int64_t>(info.hblkhd);
#endif
}

// All pods of the groups, shuffled.
std::vector<ObservedPod> Shuffled(int32_t groups, int32_t size) {
  std::vector<ObservedPod> pods;
  for (int32_t group = 0; group < groups; ++group) {
    for (int32_t worker = 0; worker < size; ++worker) pods.push_back(Pod(group, worker));
  }
  std::mt19937 random(20261126);
  for (size_t i = pods.size(); i > 1; --i) std::swap(pods[i - 1], pods[random() % i]);
  return pods;
}

TEST(FleetMemory, APodOfALargeNumberTakesNoRoomForThoseBelowIt) {
  const int64_t before = UsedBytes();
  Fleet fleet;
  fleet.AddSet(Set(4096));
  for (int32_t group = 0; group < 6400; group += 64) fleet.AddPod(Pod(group, 4095));
  EXPECT_EQ(fleet.Count().pods, 100);
  EXPECT_LT(UsedBytes() - before, int64_t{100} * 40000);
}

// What 64 groups of 200 pods take, in bytes a pod.
double BytesAPod(const std::vector<ObservedPod>& pods) {
  const int64_t before = UsedBytes();
  Fleet fleet;
  fleet.AddSet(Set(200));
  for (const ObservedPod& pod : pods) {
    fleet.AddPod(pod);
    fleet.TakeDueSets();
    fleet.TakeDuePods();
  }
  EXPECT_EQ(fleet.Count().pods, static_cast<int64_t>(pods.size()));
  return static_cast<double>(UsedBytes() - before) / static_cast<double>(pods.size());
}

TEST(FleetMemory, ManyPodsAreWorthTheirRoomInAnyOrder) {
  std::vector<ObservedPod> pods = Shuffled(64, 200);
  EXPECT_LT(BytesAPod(pods), 100) << "pods that came before there was room for them leave room in tables";
  std::sort(pods.begin(), pods.end(), [](const ObservedPod& a, const ObservedPod& b) {
    return ParseIndex(*a.worker_index) < ParseIndex(*b.worker_index);
  });
  EXPECT_LT(BytesAPod(pods), 30);
}

TEST(FleetMemory, WorkersToldBeforeTheirSetArePackedWhenItComes) {
  const int64_t before = UsedBytes();
  Fleet fleet;
  const std::vector<ObservedPod> pods = Shuffled(64, 200);
  const int64_t own = UsedBytes() - before;
  for (const ObservedPod& pod : pods) fleet.AddPod(pod);
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  fleet.AddSet(Set(200));
  fleet.TakeDueSets();
  fleet.TakeDuePods();
  EXPECT_EQ(fleet.Count().pods, static_cast<int64_t>(pods.size()));
  EXPECT_LT(UsedBytes() - before - own, static_cast<int64_t>(pods.size()) * 250)
      << "the tables that named whole pods keep their room, the pods themselves do not";
}

// A worker told during a relist keeps its mark when it is packed, and one that was told before has none.
TEST(FleetMemory, WorkersThatGetRoomDuringARelistKeepTheirMarks) {
  for (const bool is_told : {false, true}) {
    Fleet fleet;
    fleet.AddPod(Pod(0, 1));
    fleet.relist().Begin("Pod");
    if (is_told) fleet.AddPod(Pod(0, 1));
    fleet.AddSet(Set(4));
    EXPECT_EQ(fleet.relist().End("Pod").size(), is_told ? 0u : 1u);
    EXPECT_EQ(fleet.Count().pods, is_told ? 1 : 0);
  }
}

// The absence of members that nobody knows makes no room for them.
TEST(FleetMemory, AbsentMembersTakeNoRoom) {
  Fleet fleet;
  fleet.AddSet(Set(4096));
  const uint32_t set = fleet.numbers().OfSet("n", "s");
  PodFacts leader;
  leader.member.set = set;
  ASSERT_TRUE(fleet.TellPods({leader}).ok());
  const int64_t before = UsedBytes();
  for (int32_t group = 64; group < 6400; group += 64) {
    PodFacts absent;
    absent.exists = false;
    for (const int32_t worker : {0, 1, 4095}) {
      absent.member = {set, group, worker};
      ASSERT_TRUE(fleet.TellPods({absent}).ok());
    }
    WorkersFacts workers;
    workers.set = set;
    workers.group = group;
    workers.exists = false;
    ASSERT_TRUE(fleet.TellWorkers({workers}).ok());
  }
  EXPECT_LT(UsedBytes() - before, 64 * 1024);
  EXPECT_EQ(fleet.Count().pods, 1);
}

TEST(FleetMemory, APageGrowsOnlyAFewTimesWhenWorkersAreToldInAscendingOrder) {
  internal::PackedGroups groups;
  groups.SetMostWorkers(internal::PackedGroups::kMostWorkers);
  int widenings = 0;
  for (int32_t worker = 1; worker <= internal::PackedGroups::kMostWorkers; ++worker) {
    const int32_t before = groups.workers(0);
    groups.MakeRoom(0, worker);
    ASSERT_GE(groups.workers(0), worker);
    widenings += groups.workers(0) != before;
  }
  EXPECT_LE(widenings, 8);
}

// Wherever a worker is kept, it restarts its group, it is counted, and it goes when it is removed.
TEST(FleetMemory, AWorkerActsTheSameWhereverItIsKept) {
  const std::vector<ObservedPod> pods = Shuffled(1, 300);
  for (const size_t told : {size_t{5}, size_t{60}, pods.size()}) {
    Fleet fleet;
    fleet.AddSet(Set(300));
    fleet.AddPod(Pod(0, 0));
    ObservedStatefulSet workers;
    workers.meta = Pod(0, 0).meta;
    workers.meta.uid = absl::StrFormat("00000000-0000-4000-9000-%012d", 0);
    workers.meta.controller = ObservedMeta::Controller{"Pod", "s-0", Pod(0, 0).meta.uid};
    fleet.AddStatefulSet(workers);
    for (size_t i = 0; i < told; ++i) {
      if (pods[i].is_leader()) continue;
      fleet.AddPod(pods[i]);
      ObservedPod failed = pods[i];
      failed.restarted = true;
      fleet.AddPod(failed);
      EXPECT_EQ(fleet.ObserveSet("n", "s").groups_to_restart, std::vector<int32_t>{0}) << failed.meta.name;
      fleet.AddPod(pods[i]);
      EXPECT_EQ(fleet.ObserveSet("n", "s").groups_to_restart, std::vector<int32_t>()) << failed.meta.name;
    }
    const int64_t all = fleet.Count().pods;
    EXPECT_GE(all, static_cast<int64_t>(told));
    for (size_t i = 0; i < told; ++i) fleet.Remove("Pod", "n", pods[i].meta.name);
    fleet.Remove("Pod", "n", "s-0");
    EXPECT_EQ(fleet.Count().pods, 0);
  }
}

}  // namespace
}  // namespace lws
