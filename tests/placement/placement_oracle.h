// Decides placement in the obvious way: it tries every assignment. Only for tests, on a handful of nodes.
//
// It shares the types with lws/placement but not its search: capacity, subgroups, closeness and exclusiveness are
// implemented again here, rank by rank.
#ifndef LWS_TESTS_PLACEMENT_PLACEMENT_ORACLE_H_
#define LWS_TESTS_PLACEMENT_PLACEMENT_ORACLE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws {

class PlacementOracle {
 public:
  PlacementOracle(const Capacity& capacity, const GroupRequest& request)
      : capacity_(capacity), topology_(capacity.topology()), request_(request) {
    has_leader_ = request.leader.has_value();
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      free_.emplace_back(capacity.Free(node), capacity.Free(node) + topology_.resources().size());
    }
  }

  // Whether the constraints hold for these nodes by rank. `level` binds all pods to one domain; kRoot does not.
  bool Holds(const std::vector<int32_t>& nodes, int level) const {
    return FitsRoom(nodes) && InOneDomain(nodes, level) && SubgroupsHold(nodes) && ExclusiveHolds(nodes);
  }

  // Calls `visit` with every assignment, as numbers of workers by node. The numbers are enough, because all workers
  // have one shape.
  void ForEachCounts(const std::function<void(int32_t leader, const std::vector<int>& counts)>& visit) const {
    for (int32_t leader = has_leader_ ? 0 : -1; leader < (has_leader_ ? topology_.NodeCount() : 0); ++leader) {
      if (leader >= 0 && !Takes(leader, *request_.leader, 1)) continue;
      std::vector<int> most;
      for (int32_t node = 0; node < topology_.NodeCount(); ++node) most.push_back(MostWorkers(node, node == leader));
      std::vector<int> counts(topology_.NodeCount());
      Extend(leader, 0, static_cast<int>(request_.workers), most, &counts, visit);
    }
  }

  // Whether workers with these numbers can get ranks so that the constraints hold: whole subgroups in each domain of
  // their level.
  bool CountsHold(int32_t leader, const std::vector<int>& counts, int level) const {
    std::vector<int32_t> used;
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      if (counts[node] > 0 || node == leader) used.push_back(node);
    }
    if (!InOneDomain(used, level) || !ExclusiveHolds(used)) return false;
    for (const SubgroupLayer& layer : request_.subgroups) {
      const int at = *topology_.LevelOf(layer.level);
      std::map<int32_t, int> by_domain;
      for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
        if (counts[node] > 0 && !HasLabel(at, node)) return false;
        by_domain[topology_.DomainOf(at, node)] += counts[node];
      }
      const int32_t home = leader < 0 ? -1 : topology_.DomainOf(at, leader);
      if (leader >= 0 && request_.subgroup_leader != SubgroupLeader::kOutside && !HasLabel(at, leader)) return false;
      if (leader >= 0 && request_.subgroup_leader == SubgroupLeader::kMember) ++by_domain[home];
      if (leader >= 0 && request_.subgroup_leader == SubgroupLeader::kExtra && by_domain[home] < layer.size)
        return false;
      for (const auto& [domain, pods] : by_domain) {
        if (pods % layer.size != 0) return false;
        if (layer.exclusive && pods > layer.size) return false;
        if (layer.exclusive && pods > 0 && capacity_.Holds(Holder::kSubgroup, request_.namespace_name, at, domain) > 0)
          return false;
      }
    }
    return true;
  }

  // The workers that fit into the domain beside a leader in its best place, ignoring subgroups; -1 when the leader has
  // none.
  int64_t RoomBesideLeader(int level, int32_t domain) const {
    const IndexRange nodes = topology_.NodesOf(level, domain);
    int64_t best = -1;
    for (int32_t leader = has_leader_ ? nodes.begin : nodes.end - 1; leader < nodes.end; ++leader) {
      if (has_leader_ && !Takes(leader, *request_.leader, 1)) continue;
      int64_t room = 0;
      for (int32_t node = nodes.begin; node < nodes.end; ++node) {
        room += MostWorkers(node, has_leader_ && node == leader);
      }
      best = std::max(best, room);
    }
    return best;
  }

  // Whether ranks without a node (-1) can be completed so that all constraints hold, on nodes that are not lost. The
  // capacity already contains the other pods, and the domains that they hold.
  bool CanComplete(const std::vector<int32_t>& nodes, const std::vector<bool>& lost, int level) const {
    std::vector<int32_t> trial = nodes;
    return CompleteFrom(0, nodes, lost, level, &trial);
  }

  // Whether the completed assignment holds, with the assumptions of CanComplete.
  bool CompletionHolds(const std::vector<int32_t>& nodes, const std::vector<int32_t>& completed,
                       const std::vector<bool>& lost, int level) const {
    std::vector<int32_t> added;
    for (size_t rank = 0; rank < completed.size(); ++rank) {
      if (nodes[rank] >= 0 && nodes[rank] != completed[rank]) return false;
      if (nodes[rank] < 0 && lost[completed[rank]]) return false;
      added.push_back(nodes[rank] < 0 ? completed[rank] : -1);
    }
    return FitsRoom(added) && InOneDomain(completed, level) && RanksOfSubgroupsHold(completed, nodes);
  }

 private:
  // Whether the node has the labels of the levels on which these pods have constraints.
  bool HasLabels(int32_t node, bool is_leader) const {
    std::vector<std::string> keys = request_.exclusive_levels;
    if (request_.closeness == Closeness::kRequired) keys.push_back(request_.level);
    if (!is_leader || request_.subgroup_leader != SubgroupLeader::kOutside) {
      for (const SubgroupLayer& layer : request_.subgroups) keys.push_back(layer.level);
    }
    return std::all_of(keys.begin(), keys.end(),
                       [&](const std::string& key) { return HasLabel(*topology_.LevelOf(key), node); });
  }

  bool Takes(int32_t node, const PodShape& shape, int64_t count) const {
    if (!HasLabels(node, /*is_leader=*/true)) return false;
    if (shape.filter.Check(topology_.Node(node).facts) != NodeExclusion::kNone) return false;
    return FitsFree(shape, count, free_[node]);
  }

  bool FitsFree(const PodShape& shape, int64_t count, const std::vector<int64_t>& free) const {
    if (free[0] < count) return false;
    for (const auto& [name, amount] : shape.amounts) {
      if (amount == 0) continue;
      const auto found = std::find(topology_.resources().begin(), topology_.resources().end(), name);
      if (found == topology_.resources().end()) return false;
      if (__int128{amount} * count > free[found - topology_.resources().begin()]) return false;
    }
    return true;
  }

  std::vector<int64_t> Minus(std::vector<int64_t> free, const PodShape& shape) const {
    --free[0];
    for (size_t i = 1; i < free.size(); ++i) {
      const auto found = shape.amounts.find(topology_.resources()[i]);
      if (found != shape.amounts.end()) free[i] -= found->second;
    }
    return free;
  }

  int MostWorkers(int32_t node, bool with_leader) const {
    if (!HasLabels(node, /*is_leader=*/false)) return 0;
    if (request_.worker.filter.Check(topology_.Node(node).facts) != NodeExclusion::kNone) return 0;
    const std::vector<int64_t> free = with_leader ? Minus(free_[node], *request_.leader) : free_[node];
    int count = 0;
    while (count < 100 && FitsFree(request_.worker, count + 1, free)) ++count;
    return count;
  }

  void Extend(int32_t leader, int32_t node, int left, const std::vector<int>& most, std::vector<int>* counts,
              const std::function<void(int32_t, const std::vector<int>&)>& visit) const {
    if (node == topology_.NodeCount()) {
      if (left == 0) visit(leader, *counts);
      return;
    }
    for (int count = 0; count <= std::min(left, most[node]); ++count) {
      (*counts)[node] = count;
      Extend(leader, node + 1, left - count, most, counts, visit);
    }
    (*counts)[node] = 0;
  }

  bool FitsRoom(const std::vector<int32_t>& nodes) const {
    std::map<int32_t, std::vector<int64_t>> left;
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      const int32_t node = nodes[rank];
      if (node < 0) continue;
      const PodShape& shape = rank == 0 && has_leader_ ? *request_.leader : request_.worker;
      if (shape.filter.Check(topology_.Node(node).facts) != NodeExclusion::kNone) return false;
      std::vector<int64_t>& free = left.try_emplace(node, free_[node]).first->second;
      if (!FitsFree(shape, 1, free)) return false;
      free = Minus(free, shape);
    }
    return true;
  }

  bool HasLabel(int level, int32_t node) const { return topology_.IsLabelled(level, topology_.DomainOf(level, node)); }

  bool InOneDomain(const std::vector<int32_t>& nodes, int level) const {
    return std::all_of(nodes.begin(), nodes.end(), [&](int32_t node) {
      return HasLabel(level, node) && topology_.DomainOf(level, node) == topology_.DomainOf(level, nodes[0]);
    });
  }

  bool ExclusiveHolds(const std::vector<int32_t>& nodes) const {
    return std::all_of(request_.exclusive_levels.begin(), request_.exclusive_levels.end(), [&](const std::string& key) {
      const int level = *topology_.LevelOf(key);
      return InOneDomain(nodes, level) &&
             capacity_.Holds(Holder::kGroup, request_.namespace_name, level, topology_.DomainOf(level, nodes[0])) == 0;
    });
  }

  // The subgroup of a rank in LeaderWorkerSet's numbering; -1 for none.
  int64_t SubgroupOf(const SubgroupLayer& layer, size_t rank) const {
    if (!has_leader_ || request_.subgroup_leader == SubgroupLeader::kMember) {
      return static_cast<int64_t>(rank) / layer.size;
    }
    if (rank == 0) return request_.subgroup_leader == SubgroupLeader::kExtra ? 0 : -1;
    return (static_cast<int64_t>(rank) - 1) / layer.size;
  }

  bool SubgroupsHold(const std::vector<int32_t>& nodes) const {
    return RanksOfSubgroupsHold(nodes, std::vector<int32_t>(nodes.size(), -1));
  }

  // Whether each subgroup is in one domain, and exclusive ones are alone there. The group itself holds the domains of
  // `kept` ranks.
  bool RanksOfSubgroupsHold(const std::vector<int32_t>& nodes, const std::vector<int32_t>& kept) const {
    for (const SubgroupLayer& layer : request_.subgroups) {
      const int level = *topology_.LevelOf(layer.level);
      std::map<int64_t, int32_t> domains;
      std::map<int32_t, int64_t> subgroups;
      std::set<int64_t> keeping;
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        if (kept[rank] >= 0) keeping.insert(SubgroupOf(layer, rank));
      }
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        const int64_t subgroup = SubgroupOf(layer, rank);
        if (subgroup < 0) continue;
        if (!HasLabel(level, nodes[rank])) return false;
        const int32_t domain = topology_.DomainOf(level, nodes[rank]);
        if (domains.try_emplace(subgroup, domain).first->second != domain) return false;
        if (!layer.exclusive) continue;
        if (subgroups.try_emplace(domain, subgroup).first->second != subgroup) return false;
        if (keeping.count(subgroup) == 0 &&
            capacity_.Holds(Holder::kSubgroup, request_.namespace_name, level, domain) > 0)
          return false;
      }
    }
    return true;
  }

  bool CompleteFrom(size_t rank, const std::vector<int32_t>& nodes, const std::vector<bool>& lost, int level,
                    std::vector<int32_t>* trial) const {
    if (rank == nodes.size()) return CompletionHolds(nodes, *trial, lost, level);
    if (nodes[rank] >= 0) return CompleteFrom(rank + 1, nodes, lost, level, trial);
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      if (lost[node]) continue;
      (*trial)[rank] = node;
      if (CompleteFrom(rank + 1, nodes, lost, level, trial)) return true;
    }
    return false;
  }

  const Capacity& capacity_;
  const Topology& topology_;
  const GroupRequest& request_;
  bool has_leader_ = false;
  std::vector<std::vector<int64_t>> free_;
};

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_PLACEMENT_ORACLE_H_
