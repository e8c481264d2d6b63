// A thousand groups on 2,500 nodes: moves that empty racks, moves that make room, and groups that would have to go.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/defragment_groups.h"
#include "lws/placement/preempt_groups.h"
#include "lws/placement/preempt_together.h"
#include "lws/placement/running_pods.h"

namespace lws {
namespace {

constexpr int kNodesPerRack = 8;
constexpr int kRacks = 313;
constexpr int kNodes = kRacks * kNodesPerRack;  // 2,504
constexpr size_t kGroups = 1000;
constexpr int64_t kTries = 20000;

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

bool IsFull(const Capacity& capacity) {
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    const int64_t* free = capacity.Free(node);
    if (std::any_of(free, free + capacity.topology().resources().size(), [](int64_t left) { return left < 0; })) {
      return true;
    }
  }
  return false;
}

// The nodes of the groups, moved one after the other. Each new place has room while the group is still in the old one,
// and lies in one rack. Nullopt when that is not so.
std::optional<std::vector<Assignment>> Moved(Capacity capacity, const std::vector<MovableGroup>& groups,
                                             const std::vector<GroupMove>& moves) {
  std::vector<Assignment> places;
  for (const MovableGroup& group : groups) places.push_back(group.assignment);
  for (const GroupMove& move : moves) {
    const GroupRequest& request = *groups[move.group].request;
    const std::vector<int32_t> nodes = move.to.NodesByRank();
    if (static_cast<int64_t>(nodes.size()) != request.workers) return std::nullopt;
    for (const int32_t node : nodes) {
      if (capacity.topology().DomainOf(0, node) != capacity.topology().DomainOf(0, nodes.front())) return std::nullopt;
    }
    capacity.Commit(request, move.to);
    if (IsFull(capacity)) return std::nullopt;
    capacity.Release(request, places[move.group]);
    places[move.group] = move.to;
  }
  return places;
}

int64_t EmptyRacks(const Topology& topology, const std::vector<Assignment>& places) {
  std::set<int32_t> used;
  for (const Assignment& place : places) {
    for (const int32_t node : place.NodesByRank()) used.insert(topology.DomainOf(0, node));
  }
  return kRacks - static_cast<int64_t>(used.size());
}

// Plays the plan, and returns what is wrong with it.
std::string WhatIsWrong(const Fragmented& cluster, const EmptyingPlan& plan) {
  if (cluster.groups.size() != kGroups) return "there are not a thousand groups";
  const std::optional<std::vector<Assignment>> places = Moved(cluster.capacity, cluster.groups, plan.moves);
  if (!places.has_value()) return "a move is not possible when its turn comes";
  if (EmptyRacks(cluster.capacity.topology(), *places) != plan.empty_after) return "other racks are empty than it says";
  if (plan.empty_after - plan.empty_before != static_cast<int64_t>(plan.emptied.size())) return "its counts differ";
  if (plan.empty_after > plan.at_most) return "its bound is too small";
  return plan.emptied.size() < kRacks / 5 ? "it empties few racks" : "";
}

void BM_EmptyDomains(benchmark::State& state) {
  const Fragmented cluster;
  const EmptyingPlan plan = *EmptyDomains(cluster.capacity, cluster.groups, "rack");
  if (const std::string wrong = WhatIsWrong(cluster, plan); !wrong.empty()) return state.SkipWithError(wrong.c_str());
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
  const RoomPlan plan = *MakeRoomForGroup(cluster.capacity, request, cluster.groups, kTries);
  const bool is_possible = Moved(cluster.capacity, cluster.groups, plan.moves).has_value();
  if (!plan.assignment.has_value() || plan.moves.empty() || !is_possible) {
    state.SkipWithError("the plan makes no room");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(MakeRoomForGroup(cluster.capacity, request, cluster.groups, kTries));
  state.counters["moves"] = static_cast<double>(plan.moves.size());
  state.counters["exact"] = plan.exact;
}
BENCHMARK(BM_MakeRoom)->Unit(benchmark::kMillisecond);

// The groups, of three priorities.
std::vector<RunningPods> RunningGroups(const Fragmented& cluster) {
  std::vector<RunningPods> running;
  for (const MovableGroup& group : cluster.groups) {
    RunningPods pods;
    pods.priority = static_cast<int64_t>(running.size() % 3);
    for (const int32_t node : group.assignment.NodesByRank()) pods.pods.emplace_back(node, group.request->worker);
    running.push_back(std::move(pods));
  }
  return running;
}

void BM_PreemptGroups(benchmark::State& state) {
  const FragmentedAndFull cluster;
  const std::vector<RunningPods> running = RunningGroups(cluster);
  const GroupRequest& request = cluster.rack;
  const Preemption preemption = *PreemptGroups(cluster.capacity, request, 9, running, kTries);
  if (!preemption.assignment.has_value() || preemption.victims.empty()) {
    state.SkipWithError("no group would have to go");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(PreemptGroups(cluster.capacity, request, 9, running, kTries));
  state.counters["victims"] = static_cast<double>(preemption.victims.size());
  state.counters["exact"] = preemption.exact;
}
BENCHMARK(BM_PreemptGroups)->Unit(benchmark::kMillisecond);

// Prefill and decode, which fill a rack together.
struct Slice {
  std::vector<GroupRequest> requests = {Group(6), Group(6), Group(4)};
  std::vector<PartlyPlacedGroup> groups;

  Slice() {
    for (const GroupRequest& request : requests) groups.push_back({&request, {}, nullptr});
  }
};

// Whether the slice has its place when the victims are gone, and none when one of them stays.
bool NeedsAllVictims(const Capacity& capacity, const Slice& slice, const std::vector<RunningPods>& running,
                     const TogetherPreemption& preemption) {
  Capacity left = capacity;
  for (const size_t victim : preemption.victims) TakeAwayPods(running[victim], &left);
  if (CompleteTogether(left, slice.groups, "rack")->assignments != preemption.result.assignments) return false;
  for (const size_t victim : preemption.victims) {
    PutBackPods(running[victim], &left);
    if (!CompleteTogether(left, slice.groups, "rack")->assignments.empty()) return false;
    TakeAwayPods(running[victim], &left);
  }
  return preemption.result.assignments.size() == slice.groups.size() && !preemption.victims.empty();
}

void BM_PreemptTogether(benchmark::State& state) {
  const FragmentedAndFull cluster;
  const std::vector<RunningPods> running = RunningGroups(cluster);
  const Slice slice;
  const TogetherPreemption preemption =
      *PreemptTogether(cluster.capacity, slice.groups, "rack", /*priority=*/9, running, kTries);
  if (!NeedsAllVictims(cluster.capacity, slice, running, preemption)) {
    return state.SkipWithError("others would have to go");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(PreemptTogether(cluster.capacity, slice.groups, "rack", 9, running, kTries));
  }
  state.counters["victims"] = static_cast<double>(preemption.victims.size());
  state.counters["tries"] = static_cast<double>(preemption.tries);
  state.counters["exact"] = preemption.exact;
}
BENCHMARK(BM_PreemptTogether)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
