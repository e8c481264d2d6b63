#include "lws/placement/search/domain_counts.h"

#include <algorithm>
#include <utility>

namespace lws::internal {
namespace {

// How many amounts of `take` fit into `room`, up to `limit`.
int64_t CountIn(int64_t room, int64_t take, int64_t limit) {
  if (take == 0) return limit;
  if (take == 1) return std::clamp<int64_t>(room, 0, limit);
  if (room < take) return 0;
  int64_t product;
  if (!__builtin_mul_overflow(limit, take, &product) && product <= room) return limit;
  return room / take;
}

// How many workers fit beside the leader, at most `without_leader`; -1 when the leader does not fit.
int64_t CountBesideLeader(const PlacementProblem& problem, const int64_t* free, int64_t without_leader) {
  if (!problem.leader.never_offered.empty()) return -1;
  int64_t count = without_leader;
  for (const Take& take : problem.leader_takes) {
    if (free[take.resource] < take.leader) return -1;
    count = CountIn(free[take.resource] - take.leader, take.worker, count);
  }
  return count;
}

// Counting nodes spends most of its time here.
inline int64_t CountWorkers(const PlacementProblem& problem, const int64_t* free) {
  if (!problem.worker.never_offered.empty()) return 0;
  int64_t count = kMaxGroupPods;
  for (const Take& take : problem.worker_takes) count = CountIn(free[take.resource], take.worker, count);
  return count;
}

// How many workers fit into `free`, or leaders for a group without workers.
int64_t CountRoomForPods(const PlacementProblem& problem, const int64_t* free) {
  if (problem.workers > 0) return CountRoomForWorkers(problem, free);
  int64_t count = kMaxGroupPods;
  for (const Take& take : problem.leader_takes) count = CountIn(free[take.resource], take.leader, count);
  return count;
}

}  // namespace

int64_t CountRoomForWorkers(const PlacementProblem& problem, const int64_t* free) {
  return CountWorkers(problem, free);
}

DomainCounts::DomainCounts(const PlacementProblem& problem, const Capacity& capacity, CountScope scope)
    : problem_(problem),
      capacity_(capacity),
      scope_(std::move(scope)),
      may_be_barred_(scope_.lost != nullptr || !problem.exclusive_levels.empty()) {
  const Topology& topology = *problem_.topology;
  first_.resize(topology.LevelCount() + 1);
  cells_.resize(topology.LevelCount() + 1);
  for (int level = scope_.level; level < topology.LevelCount(); ++level) {
    const IndexRange domains = topology.DomainsWithin(scope_.level, scope_.domain, level);
    first_[level + 1] = domains.begin;
    cells_[level + 1].resize(domains.size());
  }
  if (problem_.request->keeps_empty || !problem_.preferences.empty()) {
    for (const std::vector<DomainCount>& cells : cells_) ties_.emplace_back(cells.size());
  }
  Refresh(topology.NodesOf(scope_.level, scope_.domain));
}

void DomainCounts::Refresh(IndexRange nodes) {
  if (nodes.size() == 0) return;
  const Topology& topology = *problem_.topology;
  CountNodes(nodes);
  for (int level = topology.LastLevel() - 1; level >= scope_.level; --level) {
    const int32_t last = topology.DomainOf(level, nodes.end - 1);
    for (int32_t domain = topology.DomainOf(level, nodes.begin); domain <= last; ++domain) SumChildren(level, domain);
  }
  if (has_tie_ranks()) RefreshTies(nodes);
}

// Ties have a pass of their own, because most requests have no ties, and an assignment spends most of its time
// counting.
void DomainCounts::RefreshTies(IndexRange nodes) {
  const Topology& topology = *problem_.topology;
  const int last_level = topology.LastLevel();
  for (int32_t node = nodes.begin; node < nodes.end; ++node) {
    ties_[last_level + 1][node - first_[last_level + 1]] = TieOfNode(node, At(last_level, node));
  }
  for (int level = last_level - 1; level >= scope_.level; --level) {
    const int32_t last = topology.DomainOf(level, nodes.end - 1);
    for (int32_t domain = topology.DomainOf(level, nodes.begin); domain <= last; ++domain) SumTies(level, domain);
  }
}

void DomainCounts::SumTies(int level, int32_t domain) {
  const IndexRange children = problem_.topology->DomainsWithin(level, domain, level + 1);
  Tie& tie = ties_[level + 1][domain - first_[level + 1]] = {};
  for (int32_t i = children.begin - first_[level + 2]; i < children.end - first_[level + 2]; ++i) {
    tie.used_nodes += ties_[level + 2][i].used_nodes;
    tie.preferred += ties_[level + 2][i].preferred;
  }
}

void DomainCounts::CountNodes(IndexRange nodes) {
  const int last = problem_.topology->LastLevel();
  const bool alike_counts_alike = scope_.lost == nullptr && problem_.exclusive_levels.empty() &&
                                  problem_.layers.empty() && problem_.worker.by_class && problem_.leader.by_class &&
                                  problem_.limits.empty();
  DomainCount* cells = cells_[last + 1].data() - first_[last + 1];
  for (int32_t node = nodes.begin; node < nodes.end; ++node) {
    const DomainCount before = last == indexed_level_ ? cells[node] : DomainCount();
    if (alike_counts_alike && node > nodes.begin && IsAlike(node, node - 1)) {
      cells[node] = cells[node - 1];
    } else {
      cells[node] = CountNode(node);
      CutToSubgroupsOf(last, node, &cells[node]);
    }
    if (last == indexed_level_) MoveInIndex(node, before, cells[node]);
  }
}

// A node counts as used when it would have room for more of the pods if nothing ran there. So the pods of DaemonSets
// matter only where they take what the group asks for.
DomainCounts::Tie DomainCounts::TieOfNode(int32_t node, const DomainCount& count) const {
  Tie tie;
  if (problem_.request->keeps_empty) {
    const int64_t* offered = problem_.topology->Allocatable(node);
    tie.used_nodes = CountRoomForPods(problem_, capacity_.Free(node)) < CountRoomForPods(problem_, offered);
  }
  if (!problem_.preferences.empty()) {
    const int64_t pods =
        problem_.workers > 0 ? std::min(count.workers, problem_.workers) : count.penalty != DomainCount::kNone;
    tie.preferred = problem_.preferences[node] * pods;
  }
  return tie;
}

TieRank DomainCounts::TieRankOf(int level, int32_t domain) const {
  if (!has_tie_ranks()) return {};
  TieRank rank;
  const int32_t node = problem_.topology->NodesOf(level, domain).begin;
  for (int above = std::max(scope_.level, 0); problem_.request->keeps_empty && above <= level; ++above) {
    const int32_t number = problem_.topology->DomainOf(above, node);
    rank.first = rank.first << 1 | (ties_[above + 1][number - first_[above + 1]].used_nodes == 0);
  }
  rank.second = -ties_[level + 1][domain - first_[level + 1]].preferred;
  return rank;
}

// Whether the two nodes have the same class and equal room. Most neighbouring nodes do.
bool DomainCounts::IsAlike(int32_t a, int32_t b) const {
  const Topology& topology = *problem_.topology;
  if (topology.ClassOf(a) != topology.ClassOf(b)) return false;
  const int64_t* free_a = capacity_.Free(a);
  const int64_t* free_b = capacity_.Free(b);
  return std::all_of(problem_.takes.begin(), problem_.takes.end(),
                     [&](const Take& take) { return free_a[take.resource] == free_b[take.resource]; });
}

DomainCount DomainCounts::CountNode(int32_t node) const {
  const Topology& topology = *problem_.topology;
  DomainCount count;
  if (!may_be_barred_ || !IsBarred(node)) {
    const int64_t* free = capacity_.Free(node);
    if (problem_.worker.Exclusion(topology, node) == NodeExclusion::kNone) {
      count.workers = CountWorkers(problem_, free);
    }
    if (!problem_.limits.empty()) {
      Limit(problem_.limits[node], node, &count);
    } else if (problem_.same_shape) {
      if (count.workers > 0) count.penalty = 1;
    } else if (problem_.has_leader && problem_.leader.Exclusion(topology, node) == NodeExclusion::kNone) {
      const int64_t beside = CountBesideLeader(problem_, free, count.workers);
      if (beside >= 0) count.penalty = count.workers - beside;
    }
  }
  count.units = count.workers;
  if (count.penalty != DomainCount::kNone) count.with_leader = count.workers - count.penalty;
  return count;
}

void DomainCounts::Limit(const NodeLimit& limit, int32_t node, DomainCount* count) const {
  const int64_t room = count->workers;
  count->workers = std::min(room, limit.workers);
  if (!problem_.has_leader || problem_.leader.Exclusion(*problem_.topology, node) != NodeExclusion::kNone) return;
  const int64_t fit_beside = CountBesideLeader(problem_, capacity_.Free(node), room);
  const int64_t may_be_beside = limit.leader_alone ? 0 : limit.workers - limit.leader_counts;
  if (fit_beside < 0 || may_be_beside < 0) return;
  count->penalty = count->workers - std::min(fit_beside, may_be_beside);
}

void DomainCounts::MoveInIndex(int32_t domain, const DomainCount& before, const DomainCount& after) {
  const bool leader = problem_.has_leader;
  if (before.UnitsFor(leader) >= 0) by_room_.erase({before.RoomFor(leader), domain});
  if (after.UnitsFor(leader) >= 0) by_room_.emplace(after.RoomFor(leader), domain);
}

void DomainCounts::IndexRoom(int level) {
  indexed_level_ = level;
  const IndexRange domains = problem_.topology->DomainsWithin(scope_.level, scope_.domain, level);
  for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
    const DomainCount& count = At(level, domain);
    if (count.UnitsFor(problem_.has_leader) >= 0) by_room_.emplace(count.RoomFor(problem_.has_leader), domain);
  }
}

bool DomainCounts::IsBarred(int32_t node) const {
  return (scope_.lost != nullptr && (*scope_.lost)[node]) || IsTaken(node);
}

bool DomainCounts::IsTaken(int32_t node) const {
  const Topology& topology = *problem_.topology;
  return std::any_of(problem_.exclusive_levels.begin(), problem_.exclusive_levels.end(), [&](int level) {
    const int32_t domain = topology.DomainOf(level, node);
    if (scope_.own_node.has_value() && topology.DomainOf(level, *scope_.own_node) == domain) return false;
    return capacity_.Holds(Holder::kGroup, problem_.request->namespace_name, level, domain) > 0;
  });
}

void DomainCounts::SumChildren(int level, int32_t domain) {
  const IndexRange children = problem_.topology->DomainsWithin(level, domain, level + 1);
  const std::vector<DomainCount>& below = cells_[level + 2];
  DomainCount count;
  int64_t best = -DomainCount::kNone;  // the best change of the number of units by the leader
  for (int32_t i = children.begin - first_[level + 2]; i < children.end - first_[level + 2]; ++i) {
    count.workers += below[i].workers;
    count.units += below[i].units;
    count.penalty = std::min(count.penalty, below[i].penalty);
    if (below[i].with_leader >= 0) best = std::max(best, below[i].with_leader - below[i].units);
  }
  if (best != -DomainCount::kNone) count.with_leader = count.units + best;
  if (level >= 0 && !problem_.layers.empty()) CutToSubgroupsOf(level, domain, &count);
  DomainCount& cell = cells_[level + 1][domain - first_[level + 1]];
  if (level == indexed_level_) MoveInIndex(domain, cell, count);
  cell = count;
}

int64_t DomainCounts::Reserved(int layer_number, int32_t domain) const {
  if (scope_.reserved.empty()) return 0;
  const auto found = scope_.reserved.find({layer_number, domain});
  return found == scope_.reserved.end() ? 0 : found->second;
}

void DomainCounts::CutToSubgroupsOf(int level, int32_t domain, DomainCount* count) {
  for (size_t i = 0; i < problem_.layers.size(); ++i) {
    if (problem_.layers[i].level == level) CutToSubgroups(static_cast<int>(i), domain, count);
  }
}

void DomainCounts::CutToSubgroups(int layer_number, int32_t domain, DomainCount* count) {
  const LayerOnTopology& layer = problem_.layers[layer_number];
  count->units -= Reserved(layer_number, domain);
  if (count->units < 0) breaks_reservation_ = true;
  const bool held =
      layer.exclusive && capacity_.Holds(Holder::kSubgroup, problem_.request->namespace_name, layer.level, domain) > 0;
  const int64_t most = !layer.exclusive ? DomainCount::kNone : held ? 0 : 1;
  count->units = std::min(std::max<int64_t>(count->units, 0) / layer.ratio, most);
  if (count->with_leader < 0) return;
  const SubgroupLeader leader = problem_.request->subgroup_leader;
  const bool is_member = leader == SubgroupLeader::kMember && layer_number == 0;
  count->with_leader = std::min((count->with_leader + is_member) / layer.ratio, most);
  // The first subgroup contains the leader, so a domain with the leader must have room for that subgroup.
  if (leader != SubgroupLeader::kOutside && count->with_leader < 1) count->with_leader = -1;
}

}  // namespace lws::internal
