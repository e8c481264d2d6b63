// A fleet of 1,000 sets of 1,000 groups of 8 pods: its memory, the cost of events, and a look at all of it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "benchmarks/allocations.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::PackedGroup;
using internal::PackedWorker;

constexpr int kSets = 1000;
constexpr int kGroups = 1000;
constexpr int kSize = 8;
constexpr int64_t kPods = int64_t{kSets} * kGroups * kSize;
constexpr size_t kBatch = 1000;
// The memory of a group with its workers.
constexpr int64_t kGroupBytes = (sizeof(PackedGroup) + (kSize - 1) * sizeof(PackedWorker) + 7) / 8 * 8;

LeaderWorkerSet Set(const std::string& name) {
  Json set = Json::parse(R"({"kind": "LeaderWorkerSet", "metadata": {"namespace": "n", "uid": "u", "generation": 1},
    "spec": {"startupPolicy": "LeaderCreated", "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 0}},
      "leaderWorkerTemplate": {"restartPolicy": "RecreateGroupOnPodRestart",
                               "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
  set["metadata"]["name"] = name;
  set["spec"]["replicas"] = kGroups;
  set["spec"]["leaderWorkerTemplate"]["size"] = kSize;
  return *LeaderWorkerSetFromJson(set);
}

PackedUid Uid(const Member& member, uint32_t kind) {
  return {{member.set, static_cast<uint32_t>(member.group), static_cast<uint32_t>(member.worker), kind}};
}

PodFacts RunningPod(const Member& member) {
  PodFacts pod;
  pod.member = member;
  pod.phase = PodPhase::kRunning;
  pod.has_ready_condition = true;
  pod.revision = 1;
  pod.resource_version = 1;
  pod.uid = Uid(member, 1);
  pod.owner_uid = Uid({member.set, member.group, 0}, 2);
  return pod;
}

// A fleet of `sets` sets whose groups are all ready.
std::unique_ptr<Fleet> MakeFleet(int sets) {
  auto fleet = std::make_unique<Fleet>();
  for (int i = 0; i < sets; ++i) {
    const std::string name = absl::StrCat("s", i);
    fleet->AddSet(Set(name));
    const uint32_t set = fleet->SetNumber("n", name);
    fleet->RevisionNumber(set, "6c5b8f7d9").IgnoreError();
    for (int32_t group = 0; group < kGroups; ++group) {
      std::vector<PodFacts> pods;
      for (int32_t worker = 0; worker < kSize; ++worker) pods.push_back(RunningPod({set, group, worker}));
      WorkersFacts workers;
      workers.set = set;
      workers.group = group;
      workers.revision = 1;
      workers.replicas = workers.available_replicas = workers.status_replicas = kSize - 1;
      workers.uid = Uid({set, group, 0}, 2);
      workers.leader_uid = Uid({set, group, 0}, 1);
      fleet->TellPods(pods).IgnoreError();
      fleet->TellWorkers({&workers, 1}).IgnoreError();
    }
    fleet->TakeDueSets();
    fleet->TakeDuePods();
    fleet->ObserveSet("n", name);
  }
  return fleet;
}

// The resident memory of this process, in bytes.
int64_t ResidentMemory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  int64_t kilobytes = 0;
  while (status >> word) {
    if (word == "VmRSS:") status >> kilobytes;
  }
  return kilobytes * 1024;
}

// The memory of the whole process with the fleet in it, per pod.
void BM_Memory(benchmark::State& state) {
  for (auto _ : state) {
    const std::unique_ptr<Fleet> fleet = MakeFleet(kSets);
    const double bytes = static_cast<double>(ResidentMemory()) / static_cast<double>(kPods);
    const FleetCounts counts = fleet->Count();
    if (counts.pods != kPods || counts.ready != int64_t{kSets} * kGroups) state.SkipWithError("pods are missing");
    if (bytes > 32) state.SkipWithError("a pod takes more than 32 bytes");
    state.counters["bytes_per_pod"] = bytes;
  }
}
BENCHMARK(BM_Memory)->Iterations(1)->Unit(benchmark::kMillisecond);

// Random pods of the whole fleet change their readiness, in batches; what is due is taken after each batch. Every
// thread has its own part of the fleet.
void BM_RandomPodEvents(benchmark::State& state) {
  const int sets = kSets / state.threads();
  const std::unique_ptr<Fleet> fleet = MakeFleet(sets);
  std::vector<bool> ready(static_cast<size_t>(sets) * kGroups, true);
  std::mt19937 random(static_cast<unsigned>(state.thread_index()) + 1);
  std::vector<PodFacts> batch(kBatch);
  std::vector<uint32_t> due_sets;
  std::vector<Member> due_pods;
  std::vector<FleetName> others;
  std::vector<double> times;
  times.reserve(1 << 20);
  int64_t allocations = 0;
  int64_t due = 0;
  const auto run = [&] {
    for (PodFacts& pod : batch) {
      pod = RunningPod({static_cast<uint32_t>(random() % sets), static_cast<int32_t>(random() % kGroups),
                        static_cast<int32_t>(random() % kSize)});
      pod.has_ready_condition = random() % 2 == 0;
      pod.resource_version = 2;
      if (pod.member.worker == 0) ready[pod.member.set * size_t{kGroups} + pod.member.group] = pod.has_ready_condition;
    }
    due_sets.clear();
    due_pods.clear();
    const int64_t before = Allocations();
    const auto begin = std::chrono::steady_clock::now();
    const bool told = fleet->TellPods(batch).ok();
    fleet->TakeDueSets(&due_sets);
    fleet->TakeDuePods(&due_pods, &others);
    const auto end = std::chrono::steady_clock::now();
    allocations += Allocations() - before;
    due += static_cast<int64_t>(due_pods.size());
    if (!told || !others.empty()) state.SkipWithError("the events were not taken");
    return std::chrono::duration<double>(end - begin).count();
  };
  for (int i = 0; i < 100; ++i) run();  // until no list grows any more
  allocations = 0;
  for (auto _ : state) {
    const double seconds = run();
    state.SetIterationTime(seconds);
    if (times.size() < times.capacity()) times.push_back(seconds);
  }
  const FleetCounts counts = fleet->Count();
  if (counts.ready != std::count(ready.begin(), ready.end(), true)) state.SkipWithError("wrong number of ready groups");
  if (due == 0) state.SkipWithError("nothing was due");
  if (state.threads() == 1 && allocations != 0) state.SkipWithError("events allocate");
  std::sort(times.begin(), times.end());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
  state.counters["allocations"] = static_cast<double>(allocations);
  state.counters["p99.9_us"] =
      benchmark::Counter(times[times.size() * 999 / 1000] * 1e6, benchmark::Counter::kAvgThreads);
}
BENCHMARK(BM_RandomPodEvents)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_RandomPodEvents)->Threads(2)->UseManualTime()->Unit(benchmark::kMicrosecond);

// A lower bound for BM_FullLook: reads as many bytes in as many blocks of memory, and adds them up.
void BM_ReadBlocks(benchmark::State& state) {
  constexpr size_t kBlockWords = 64 * kGroupBytes / sizeof(uint64_t);
  const size_t blocks = size_t{kSets} * ((kGroups + 63) / 64);
  const std::vector<std::vector<uint64_t>> memory(blocks, std::vector<uint64_t>(kBlockWords, 1));
  uint64_t sum = 0;
  for (auto _ : state) {
    sum = 0;
    for (const std::vector<uint64_t>& block : memory) sum = std::accumulate(block.begin(), block.end(), sum);
    benchmark::DoNotOptimize(sum);
  }
  if (sum != blocks * kBlockWords) state.SkipWithError("wrong sum");
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(blocks * kBlockWords * sizeof(uint64_t)));
}
BENCHMARK(BM_ReadBlocks)->Unit(benchmark::kMillisecond);

// Judges all groups and finds all failing pods, from the objects.
void BM_FullLook(benchmark::State& state) {
  const std::unique_ptr<Fleet> fleet = MakeFleet(kSets);
  FleetCounts counts;
  for (auto _ : state) benchmark::DoNotOptimize(counts = fleet->Count());
  if (counts.pods != kPods || counts.ready != int64_t{kSets} * kGroups || counts.failing != 0) {
    state.SkipWithError("wrong counts");
  }
  constexpr int64_t kBytes = int64_t{kSets} * ((kGroups + 63) / 64 * 64) * kGroupBytes;
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(BM_FullLook)->Unit(benchmark::kMillisecond);

// Asks a fleet that was told nothing what is due.
void BM_Idle(benchmark::State& state) {
  const std::unique_ptr<Fleet> fleet = MakeFleet(static_cast<int>(state.range(0)));
  std::vector<uint32_t> sets;
  std::vector<Member> pods;
  std::vector<FleetName> others;
  for (auto _ : state) {
    fleet->TakeDueSets(&sets);
    fleet->TakeDuePods(&pods, &others);
    benchmark::ClobberMemory();
  }
  if (!sets.empty() || !pods.empty()) state.SkipWithError("something is due in an idle fleet");
}
BENCHMARK(BM_Idle)->Arg(1)->Arg(kSets)->ArgName("sets");

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
