#include "lws/placement/domain_counts.h"

#include <algorithm>
#include <utility>

namespace lws {

DomainCounts::DomainCounts(const PlacementProblem& problem, const Capacity& capacity, CountScope scope)
    : problem_(problem), capacity_(capacity), scope_(std::move(scope)) {
  const Topology& topology = *problem_.topology;
  first_.resize(topology.LevelCount() + 1);
  cells_.resize(topology.LevelCount() + 1);
  for (int level = scope_.level; level < topology.LevelCount(); ++level) {
    const IndexRange domains = topology.DomainsWithin(scope_.level, scope_.domain, level);
    first_[level + 1] = domains.begin;
    cells_[level + 1].resize(domains.size());
  }
  Refresh(topology.NodesOf(scope_.level, scope_.domain));
}

void DomainCounts::Refresh(IndexRange nodes) {
  if (nodes.size() == 0) return;
  const Topology& topology = *problem_.topology;
  for (int32_t node = nodes.begin; node < nodes.end; ++node) CountNode(node);
  for (int level = topology.LastLevel() - 1; level >= scope_.level; --level) {
    const int32_t last = topology.DomainOf(level, nodes.end - 1);
    for (int32_t domain = topology.DomainOf(level, nodes.begin); domain <= last; ++domain) SumChildren(level, domain);
  }
}

void DomainCounts::CountNode(int32_t node) {
  const Topology& topology = *problem_.topology;
  DomainCount count;
  const bool barred = (scope_.lost != nullptr && (*scope_.lost)[node]) || IsTaken(node);
  const int64_t* free = capacity_.Free(node);
  const bool worker_fits = !barred && problem_.worker.Exclusion(topology, node) == NodeExclusion::kNone;
  if (worker_fits) count.workers = problem_.worker.CountIn(free, nullptr);
  if (problem_.same_shape) {
    if (count.workers > 0) count.penalty = 1;
  } else if (problem_.has_leader && !barred && problem_.leader.Exclusion(topology, node) == NodeExclusion::kNone) {
    const int64_t beside = problem_.worker.CountIn(free, &problem_.leader);
    if (beside >= 0) count.penalty = worker_fits ? count.workers - beside : 0;
  }
  count.units = count.workers;
  if (count.penalty != DomainCount::kNone) count.with_leader = count.workers - count.penalty;
  const int last = topology.LastLevel();
  for (size_t i = 0; i < problem_.layers.size(); ++i) {
    if (problem_.layers[i].level == last) CutToSubgroups(static_cast<int>(i), node, &count);
  }
  cells_[last + 1][node - first_[last + 1]] = count;
}

bool DomainCounts::IsTaken(int32_t node) const {
  const Topology& topology = *problem_.topology;
  return std::any_of(problem_.exclusive_levels.begin(), problem_.exclusive_levels.end(), [&](int level) {
    const int32_t domain = topology.DomainOf(level, node);
    if (scope_.own_node.has_value() && topology.DomainOf(level, *scope_.own_node) == domain) return false;
    return capacity_.Holds(Holder::kGroup, level, domain) > 0;
  });
}

void DomainCounts::SumChildren(int level, int32_t domain) {
  const IndexRange children = problem_.topology->DomainsWithin(level, domain, level + 1);
  const std::vector<DomainCount>& below = cells_[level + 2];
  DomainCount count;
  int64_t best = -DomainCount::kNone;  // what the leader adds to the units, most favourably
  for (int32_t i = children.begin - first_[level + 2]; i < children.end - first_[level + 2]; ++i) {
    count.workers += below[i].workers;
    count.units += below[i].units;
    count.penalty = std::min(count.penalty, below[i].penalty);
    if (below[i].with_leader >= 0) best = std::max(best, below[i].with_leader - below[i].units);
  }
  if (best != -DomainCount::kNone) count.with_leader = count.units + best;
  if (level >= 0) {
    for (size_t i = 0; i < problem_.layers.size(); ++i) {
      if (problem_.layers[i].level == level) CutToSubgroups(static_cast<int>(i), domain, &count);
    }
  }
  cells_[level + 1][domain - first_[level + 1]] = count;
}

int64_t DomainCounts::Reserved(int layer_number, int32_t domain) const {
  if (scope_.reserved.empty()) return 0;
  const auto found = scope_.reserved.find({layer_number, domain});
  return found == scope_.reserved.end() ? 0 : found->second;
}

void DomainCounts::CutToSubgroups(int layer_number, int32_t domain, DomainCount* count) {
  const LayerOnTopology& layer = problem_.layers[layer_number];
  count->units -= Reserved(layer_number, domain);
  if (count->units < 0) breaks_reservation_ = true;
  const bool held = layer.exclusive && capacity_.Holds(Holder::kSubgroup, layer.level, domain) > 0;
  const int64_t most = !layer.exclusive ? DomainCount::kNone : held ? 0 : 1;
  count->units = std::min(std::max<int64_t>(count->units, 0) / layer.ratio, most);
  if (count->with_leader < 0) return;
  const SubgroupLeader leader = problem_.request->subgroup_leader;
  const bool is_member = leader == SubgroupLeader::kMember && layer_number == 0;
  count->with_leader = std::min((count->with_leader + is_member) / layer.ratio, most);
  // The first subgroup is where the leader is.
  if (leader != SubgroupLeader::kOutside && count->with_leader < 1) count->with_leader = -1;
}

}  // namespace lws
