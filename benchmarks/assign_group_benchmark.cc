// Topology assignment: the first group on a ready snapshot, groups of a batch, and replaced nodes.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/reassign_group.h"

namespace lws {
namespace {

constexpr int kNodesPerRack = 8;
constexpr int kNodesPerBlock = 400;
constexpr int64_t kGigabyte = int64_t{1} << 30;

// Three levels and eight resources. Every fourth node is half used.
Capacity Cluster(int count) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < count; ++i) {
    TopologyNode node;
    node.facts.name = absl::StrCat("node-", i);
    node.facts.labels = {{"block", absl::StrCat("b", i / kNodesPerBlock)},
                         {"rack", absl::StrCat("r", i / kNodesPerRack)},
                         {"kubernetes.io/hostname", node.facts.name}};
    node.allocatable = {{"pods", 110},
                        {"cpu", 192000},
                        {"memory", 2048 * kGigabyte},
                        {"nvidia.com/gpu", 8},
                        {"rdma/hca", 8},
                        {"ephemeral-storage", 4096 * kGigabyte},
                        {"hugepages-1Gi", 64 * kGigabyte},
                        {"hugepages-2Mi", 64 * kGigabyte}};
    nodes.push_back(std::move(node));
  }
  Capacity capacity(*Topology::Create(std::move(nodes), {"block", "rack", "kubernetes.io/hostname"}));
  for (int i = 0; i < count; i += 4) capacity.Use(i, {{"nvidia.com/gpu", 4}, {"cpu", 64000}, {"memory", kGigabyte}});
  return capacity;
}

PodShape Worker(int64_t gpus) {
  PodShape shape;
  shape.amounts = {{"nvidia.com/gpu", gpus}, {"cpu", 16000}, {"memory", 64 * kGigabyte}, {"rdma/hca", gpus}};
  return shape;
}

// A leader without GPUs and 200 workers of one GPU.
GroupRequest LargeGroup(PlacementProfile profile) {
  GroupRequest request;
  request.worker = Worker(1);
  request.workers = 200;
  request.leader = PodShape();
  request.leader->amounts = {{"cpu", 8000}, {"memory", 16 * kGigabyte}};
  request.closeness = Closeness::kRequired;
  request.level = "block";
  request.profile = profile;
  return request;
}

// On a ready snapshot. Every run counts everything again.
void BM_AssignFirstGroup(benchmark::State& state) {
  const Capacity capacity = Cluster(static_cast<int>(state.range(0)));
  const GroupRequest request = LargeGroup(static_cast<PlacementProfile>(state.range(1)));
  const std::optional<Assignment> assignment = AssignGroup(capacity, request)->assignment;
  if (!assignment.has_value() || assignment->WorkerCount() != 200 || !assignment->leader.has_value()) {
    state.SkipWithError("the group has no place");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(AssignGroup(capacity, request));
}
BENCHMARK(BM_AssignFirstGroup)
    ->ArgsProduct({{2500, 25000, 100000}, {0, 1, 2}})
    ->ArgNames({"nodes", "profile"})
    ->Unit(benchmark::kMicrosecond);

// Each group needs a rack of its own, and there are more racks than groups.
void BM_AssignBatch(benchmark::State& state) {
  const int groups = static_cast<int>(state.range(0));
  const Capacity capacity = Cluster(100000);
  GroupRequest request;
  request.worker = Worker(4);
  request.workers = 7;
  request.leader = request.worker;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  request.exclusive_levels = {"rack"};
  const std::vector<const GroupRequest*> batch(groups, &request);
  for (auto _ : state) {
    state.PauseTiming();
    Capacity left = capacity;
    state.ResumeTiming();
    const std::vector<PlacementResult> results = *AssignGroups(batch, &left);
    state.PauseTiming();
    for (const PlacementResult& result : results) {
      if (!result.assignment.has_value()) state.SkipWithError("a group has no place");
    }
    state.ResumeTiming();
  }
  state.counters["per_group"] =
      benchmark::Counter(groups, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_AssignBatch)->Arg(1)->Arg(10000)->ArgName("groups")->Unit(benchmark::kMillisecond);

void BM_ReplaceNodes(benchmark::State& state) {
  Capacity capacity = Cluster(25000);
  GroupRequest request = LargeGroup(PlacementProfile::kBestFit);
  request.worker = Worker(8);
  const Assignment assignment = *AssignGroup(capacity, request)->assignment;
  capacity.Commit(request, assignment);
  std::vector<int32_t> lost;
  for (const WorkerRun& run : assignment.workers) {
    if (static_cast<int64_t>(lost.size()) < state.range(0)) lost.push_back(run.node);
  }
  if (static_cast<int64_t>(lost.size()) != state.range(0) ||
      !ReassignNodes(capacity, request, assignment, lost)->assignment.has_value()) {
    state.SkipWithError("no place for the lost pods");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReassignNodes(capacity, request, assignment, lost));
}
BENCHMARK(BM_ReplaceNodes)->Arg(1)->Arg(100)->ArgName("lost")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
