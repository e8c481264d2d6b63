// A thousand groups on 2,500 nodes: moves that empty racks, moves that make room, and groups that would have to go.
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/defragment_groups.h"
#include "lws/placement/preempt_groups.h"
#include "lws/placement/running_pods.h"

namespace lws {
namespace {

constexpr int kNodes = 2504;
constexpr int kNodesPerRack = 8;
constexpr int kRacks = kNodes / kNodesPerRack;
constexpr size_t kGroups = 1000;

// Workers of half a node.
GroupRequest Group(int64_t workers) {
  GroupRequest request;
  request.worker.amounts = {{"nvidia.com/gpu", 4}, {"cpu", 16000}};
  request.workers = workers;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  return request;
}

// Racks that are two thirds full, after groups of one to six workers came and went.
struct Fragmented {
  std::vector<GroupRequest> requests;
  Capacity capacity;
  std::vector<MovableGroup> groups;

  Fragmented() : capacity(Nodes()) {
    for (int64_t workers = 1; workers <= 6; ++workers) requests.push_back(Group(workers));
    std::mt19937 random(20261127);
    std::vector<MovableGroup> all;
    for (;;) {
      const GroupRequest& request = requests[random() % requests.size()];
      const PlacementResult result = *AssignGroup(capacity, request);
      if (!result.assignment.has_value()) break;
      capacity.Commit(request, *result.assignment);
      all.push_back({&request, *result.assignment});
    }
    while (all.size() > kGroups) {
      const size_t leaves = random() % all.size();
      capacity.Release(*all[leaves].request, all[leaves].assignment);
      all[leaves] = all.back();
      all.pop_back();
    }
    groups = std::move(all);
  }

  static std::shared_ptr<const Topology> Nodes() {
    std::vector<TopologyNode> nodes;
    for (int i = 0; i < kNodes; ++i) {
      TopologyNode node;
      node.facts.name = absl::StrCat("node-", i);
      node.facts.labels = {{"rack", absl::StrCat("r", i / kNodesPerRack)}, {"host", node.facts.name}};
      node.allocatable = {{"pods", 110}, {"cpu", 192000}, {"nvidia.com/gpu", 8}};
      nodes.push_back(std::move(node));
    }
    return *Topology::Create(std::move(nodes), {"rack", "host"});
  }
};

void BM_EmptyDomains(benchmark::State& state) {
  const Fragmented cluster;
  const EmptyingPlan plan = *EmptyDomains(cluster.capacity, cluster.groups, "rack");
  if (cluster.groups.size() != kGroups || plan.emptied.empty() || plan.empty_after > plan.at_most ||
      plan.empty_after - plan.empty_before != static_cast<int64_t>(plan.emptied.size())) {
    state.SkipWithError("the plan empties nothing");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(EmptyDomains(cluster.capacity, cluster.groups, "rack"));
  state.counters["racks"] = kRacks;
  state.counters["empty_before"] = static_cast<double>(plan.empty_before);
  state.counters["empty_after"] = static_cast<double>(plan.empty_after);
  state.counters["at_most"] = static_cast<double>(plan.at_most);
  state.counters["moves"] = static_cast<double>(plan.moves.size());
}
BENCHMARK(BM_EmptyDomains)->Unit(benchmark::kMillisecond);

// The same with no empty rack.
struct FragmentedAndFull : Fragmented {
  GroupRequest rack = Group(16);

  FragmentedAndFull() {
    for (;;) {
      const PlacementResult result = *AssignGroup(capacity, rack);
      if (!result.assignment.has_value()) break;
      capacity.Commit(rack, *result.assignment);
    }
  }
};

void BM_MakeRoom(benchmark::State& state) {
  const FragmentedAndFull cluster;
  const GroupRequest& request = cluster.rack;
  const RoomPlan plan = *MakeRoom(cluster.capacity, request, cluster.groups, 20000);
  if (!plan.assignment.has_value() || plan.moves.empty()) {
    state.SkipWithError("the plan makes no room");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(MakeRoom(cluster.capacity, request, cluster.groups, 20000));
  state.counters["moves"] = static_cast<double>(plan.moves.size());
  state.counters["exact"] = plan.exact;
}
BENCHMARK(BM_MakeRoom)->Unit(benchmark::kMillisecond);

void BM_PreemptGroups(benchmark::State& state) {
  const FragmentedAndFull cluster;
  std::vector<RunningPods> running;
  for (const MovableGroup& group : cluster.groups) {
    RunningPods pods;
    pods.priority = static_cast<int64_t>(running.size() % 3);
    for (const int32_t node : group.assignment.NodesByRank()) pods.pods.emplace_back(node, group.request->worker);
    running.push_back(std::move(pods));
  }
  const GroupRequest& request = cluster.rack;
  const Preemption preemption = *PreemptGroups(cluster.capacity, request, 9, running, 20000);
  if (!preemption.assignment.has_value() || preemption.victims.empty()) {
    state.SkipWithError("no group would have to go");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(PreemptGroups(cluster.capacity, request, 9, running, 20000));
  state.counters["victims"] = static_cast<double>(preemption.victims.size());
  state.counters["exact"] = preemption.exact;
}
BENCHMARK(BM_PreemptGroups)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
