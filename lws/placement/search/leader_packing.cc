#include "lws/placement/search/leader_packing.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "lws/placement/search/domain_counts.h"

namespace lws::internal {
namespace {

constexpr int64_t kMany = std::numeric_limits<int64_t>::max() / 4;
// Where a node has room for more workers than this, the trades are too many.
constexpr int64_t kMostWorkers = 1024;
// How many trades and rounds are tried for the last groups.
constexpr size_t kMostLastTrades = 64;
constexpr int kLastRounds = 4;

// So many leaders beside so many workers.
struct Mix {
  int64_t leaders = 0;
  int64_t workers = 0;
};

// Nodes that are alike, and what each can hold: from mix to mix there are more leaders and fewer workers.
struct AlikeNodes {
  int64_t nodes = 0;
  std::vector<Mix> mixes;
};

// On nodes that are alike, some workers give way to leaders.
struct Trade {
  size_t alike = 0;
  size_t from = 0;  // the number of the mix
  int64_t leaders = 0;
  int64_t workers = 0;
};

Trade TradeBetween(const AlikeNodes& nodes, size_t alike, size_t from, size_t to) {
  const Mix& before = nodes.mixes[from];
  const Mix& after = nodes.mixes[to];
  return {alike, from, after.leaders - before.leaders, before.workers - after.workers};
}

bool IsCheaper(const Trade& a, const Trade& b) {
  return __int128{a.workers} * b.leaders < __int128{b.workers} * a.leaders;
}

class Packing {
 public:
  Packing(const PlacementProblem& problem, const Capacity& capacity) : problem_(problem), capacity_(capacity) {}

  PackedLeaders Run(IndexRange nodes) {
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      if (node > nodes.begin && IsAlike(node, node - 1)) {
        ++alike_.back().nodes;
      } else if (!AddMixesOf(node)) {
        return {0, kMany};
      }
    }
    for (const AlikeNodes& alike : alike_) {
      held_.leaders += __int128{alike.mixes[0].leaders} * alike.nodes;
      held_.workers += __int128{alike.mixes[0].workers} * alike.nodes;
    }
    if (Spare() <= 0) return {GroupsOf(held_), GroupsOf(held_)};
    ListTrades();
    return MakeTrades();
  }

 private:
  struct Held {
    __int128 leaders = 0;
    __int128 workers = 0;
  };

  // The workers that are more than the groups of the leaders need.
  __int128 Spare() const { return held_.workers - held_.leaders * problem_.workers; }
  int64_t GroupsOf(const Held& held) const {
    return static_cast<int64_t>(std::min<__int128>({held.leaders, held.workers / problem_.workers, kMany}));
  }

  bool IsAlike(int32_t a, int32_t b) const {
    const Topology& topology = *problem_.topology;
    if (problem_.worker.Exclusion(topology, a) != problem_.worker.Exclusion(topology, b)) return false;
    if (problem_.leader.Exclusion(topology, a) != problem_.leader.Exclusion(topology, b)) return false;
    return std::all_of(problem_.takes.begin(), problem_.takes.end(), [&](const Take& take) {
      return capacity_.Free(a)[take.resource] == capacity_.Free(b)[take.resource];
    });
  }

  // False when the node has room for too many workers.
  bool AddMixesOf(int32_t node) {
    const bool takes_workers = problem_.worker.Exclusion(*problem_.topology, node) == NodeExclusion::kNone;
    const int64_t most = takes_workers ? CountRoomForWorkers(problem_, capacity_.Free(node)) : 0;
    if (most > kMostWorkers) return false;
    AlikeNodes alike;
    alike.nodes = 1;
    for (int64_t workers = most; workers >= 0; --workers) {
      const int64_t leaders = LeadersBeside(problem_, capacity_, node, workers);
      if (alike.mixes.empty() || leaders > alike.mixes.back().leaders) alike.mixes.push_back({leaders, workers});
    }
    alike_.push_back(std::move(alike));
    return true;
  }

  // Lists the trades of all nodes, the cheapest first. Those of one node get more expensive from trade to trade: mixes
  // that would be cheaper to skip are left out.
  void ListTrades() {
    for (size_t i = 0; i < alike_.size(); ++i) {
      std::vector<size_t> corners;
      for (size_t mix = 0; mix < alike_[i].mixes.size(); ++mix) {
        while (corners.size() > 1 && !IsCheaper(TradeBetween(alike_[i], i, corners[corners.size() - 2], corners.back()),
                                                TradeBetween(alike_[i], i, corners.back(), mix))) {
          corners.pop_back();
        }
        corners.push_back(mix);
      }
      for (size_t corner = 1; corner < corners.size(); ++corner) {
        trades_.push_back(TradeBetween(alike_[i], i, corners[corner - 1], corners[corner]));
      }
    }
    std::stable_sort(trades_.begin(), trades_.end(), IsCheaper);
  }

  // Trades as long as the workers are enough for the groups of the leaders. In a part of the trade at which this ends,
  // workers are assumed to give way in parts, too, for the upper bound.
  PackedLeaders MakeTrades() {
    for (size_t i = 0; i < trades_.size(); ++i) {
      const Trade& trade = trades_[i];
      const __int128 cost = trade.workers + __int128{trade.leaders} * problem_.workers;
      const int64_t nodes = alike_[trade.alike].nodes;
      const __int128 times = std::min<__int128>(nodes, Spare() / cost);
      held_.leaders += times * trade.leaders;
      held_.workers -= times * trade.workers;
      if (times == nodes) continue;
      const __int128 part = Spare() * trade.leaders / cost;
      const int64_t at_most = static_cast<int64_t>(std::min<__int128>(held_.leaders + part, kMany));
      return {MakeLastTrades(i, nodes - static_cast<int64_t>(times)), at_most};
    }
    return {GroupsOf(held_), GroupsOf(held_)};
  }

  // Makes some more trades from this one on, which is left on so many nodes, each in the mix that gives most groups.
  int64_t MakeLastTrades(size_t first, int64_t left_of_first) {
    std::vector<bool> is_seen(alike_.size());
    std::vector<std::pair<const Trade*, int64_t>> left;  // the next trade of nodes, and how many nodes have it
    for (size_t i = first; i < trades_.size() && left.size() < kMostLastTrades; ++i) {
      const Trade& trade = trades_[i];
      if (!is_seen[trade.alike]) left.emplace_back(&trade, i == first ? left_of_first : alike_[trade.alike].nodes);
      is_seen[trade.alike] = true;
    }
    for (int round = 0; round < kLastRounds; ++round) {
      Held best = held_;
      int64_t* nodes = nullptr;
      for (auto& [trade, count] : left) {
        const AlikeNodes& alike = alike_[trade->alike];
        for (size_t mix = trade->from + 1; count > 0 && mix < alike.mixes.size(); ++mix) {
          const Trade last = TradeBetween(alike, trade->alike, trade->from, mix);
          const Held held{held_.leaders + last.leaders, held_.workers - last.workers};
          if (GroupsOf(held) <= GroupsOf(best)) continue;
          best = held;
          nodes = &count;
        }
      }
      if (nodes == nullptr) break;
      held_ = best;
      --*nodes;
    }
    return GroupsOf(held_);
  }

  const PlacementProblem& problem_;
  const Capacity& capacity_;
  std::vector<AlikeNodes> alike_;
  std::vector<Trade> trades_;
  Held held_;
};

}  // namespace

int64_t LeadersBeside(const PlacementProblem& problem, const Capacity& capacity, int32_t node, int64_t workers) {
  const ShapeOnTopology& leader = problem.leader;
  if (leader.Exclusion(*problem.topology, node) != NodeExclusion::kNone || !leader.never_offered.empty()) return 0;
  const int64_t* free = capacity.Free(node);
  int64_t count = kMany;
  for (const Take& take : problem.leader_takes) {
    const __int128 rest = __int128{free[take.resource]} - __int128{take.worker} * workers;
    count = rest < take.leader ? 0 : std::min<int64_t>(count, static_cast<int64_t>(rest / take.leader));
  }
  return count;
}

PackedLeaders PackLeaders(const PlacementProblem& problem, const Capacity& capacity, IndexRange nodes) {
  return Packing(problem, capacity).Run(nodes);
}

}  // namespace lws::internal
