// A fleet of 1,000 sets of 1,000 groups of 8 pods, or of the shape of the flags --sets, --groups and --size: its
// memory, the cost of events, and a look at all of it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
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

constexpr size_t kBatch = 1000;

// The shape of the fleet, which the flags --sets, --groups and --size change.
struct FleetShape {
  int sets = 1000;
  int groups = 1000;
  int size = 8;

  int64_t all_groups() const { return int64_t{sets} * groups; }
  int64_t pods() const { return all_groups() * size; }
  // The memory of a group with its workers.
  int64_t group_bytes() const {
    const auto workers = static_cast<size_t>(size - 1);
    return static_cast<int64_t>((sizeof(PackedGroup) + workers * sizeof(PackedWorker) + 7) / 8 * 8);
  }
};

FleetShape& Shape() {
  static FleetShape shape;
  return shape;
}

LeaderWorkerSet Set(const std::string& name) {
  Json set = Json::parse(R"({"kind": "LeaderWorkerSet", "metadata": {"namespace": "n", "uid": "u", "generation": 1},
    "spec": {"startupPolicy": "LeaderCreated", "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 0}},
      "leaderWorkerTemplate": {"restartPolicy": "RecreateGroupOnPodRestart",
                               "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}})");
  set["metadata"]["name"] = name;
  set["spec"]["replicas"] = Shape().groups;
  set["spec"]["leaderWorkerTemplate"]["size"] = Shape().size;
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
    const uint32_t set = fleet->numbers().OfSet("n", name);
    fleet->numbers().OfRevision(set, "6c5b8f7d9").IgnoreError();
    for (int32_t group = 0; group < Shape().groups; ++group) {
      std::vector<PodFacts> pods;
      for (int32_t worker = 0; worker < Shape().size; ++worker) pods.push_back(RunningPod({set, group, worker}));
      WorkersFacts workers;
      workers.set = set;
      workers.group = group;
      workers.revision = 1;
      workers.replicas = workers.available_replicas = workers.status_replicas = Shape().size - 1;
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
    const std::unique_ptr<Fleet> fleet = MakeFleet(Shape().sets);
    const double bytes = static_cast<double>(ResidentMemory()) / static_cast<double>(Shape().pods());
    const FleetCounts counts = fleet->Count();
    if (counts.pods != Shape().pods() || counts.ready != Shape().all_groups()) state.SkipWithError("pods are missing");
    if (Shape().size >= 8 && Shape().pods() >= 1000000 && bytes > 32)
      state.SkipWithError("a pod takes more than 32 bytes");
    state.counters["bytes_per_pod"] = bytes;
  }
}
BENCHMARK(BM_Memory)->Iterations(1)->Unit(benchmark::kMillisecond);

// Random pods of the whole fleet change their readiness, in batches; what is due is taken after each batch. Every
// thread has its own part of the fleet.
void BM_RandomPodEvents(benchmark::State& state) {
  const int sets = Shape().sets / state.threads();
  const std::unique_ptr<Fleet> fleet = MakeFleet(sets);
  const auto groups = static_cast<size_t>(Shape().groups);
  std::vector<bool> ready(static_cast<size_t>(sets) * groups, true);
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
      pod = RunningPod({static_cast<uint32_t>(random() % sets), static_cast<int32_t>(random() % groups),
                        static_cast<int32_t>(random() % static_cast<unsigned>(Shape().size))});
      pod.has_ready_condition = random() % 2 == 0;
      pod.resource_version = 2;
      if (pod.member.worker == 0) ready[pod.member.set * groups + pod.member.group] = pod.has_ready_condition;
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
  const size_t block_words = 64 * static_cast<size_t>(Shape().group_bytes()) / sizeof(uint64_t);
  const size_t blocks = static_cast<size_t>(Shape().sets) * ((static_cast<size_t>(Shape().groups) + 63) / 64);
  const std::vector<std::vector<uint64_t>> memory(blocks, std::vector<uint64_t>(block_words, 1));
  uint64_t sum = 0;
  for (auto _ : state) {
    sum = 0;
    for (const std::vector<uint64_t>& block : memory) sum = std::accumulate(block.begin(), block.end(), sum);
    benchmark::DoNotOptimize(sum);
  }
  if (sum != blocks * block_words) state.SkipWithError("wrong sum");
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(blocks * block_words * sizeof(uint64_t)));
}
BENCHMARK(BM_ReadBlocks)->Unit(benchmark::kMillisecond);

// Judges all groups and finds all failing pods, from the objects.
void BM_FullLook(benchmark::State& state) {
  const std::unique_ptr<Fleet> fleet = MakeFleet(Shape().sets);
  FleetCounts counts;
  for (auto _ : state) benchmark::DoNotOptimize(counts = fleet->Count());
  if (counts.pods != Shape().pods() || counts.ready != Shape().all_groups() || counts.failing != 0) {
    state.SkipWithError("wrong counts");
  }
  const int64_t bytes = int64_t{Shape().sets} * ((Shape().groups + 63) / 64 * 64) * Shape().group_bytes();
  state.SetBytesProcessed(state.iterations() * bytes);
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
BENCHMARK(BM_Idle)->Arg(1)->Arg(1000)->ArgName("sets");

// Reads the flags of the shape. Returns an error, or "".
std::string ReadShape(int argc, char** argv) {
  const std::pair<const char*, int*> flags[] = {
      {"--sets=", &Shape().sets}, {"--groups=", &Shape().groups}, {"--size=", &Shape().size}};
  for (int i = 1; i < argc; ++i) {
    for (const auto& [flag, value] : flags) {
      absl::string_view word = argv[i];
      if (!absl::ConsumePrefix(&word, flag)) continue;
      if (!absl::SimpleAtoi(word, value) || *value < 1) return absl::StrCat(argv[i], ": not a number from 1");
    }
  }
  if (Shape().sets < 2) return "--sets: two threads need at least 2";
  return "";
}

}  // namespace
}  // namespace lws

int main(int argc, char** argv) {
  const std::string error = lws::ReadShape(argc, argv);
  if (!error.empty()) {
    std::cerr << "Error: " << error << "\n";
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
