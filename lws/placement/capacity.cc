#include "lws/placement/capacity.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace lws {
namespace {

int64_t Saturated(__int128 amount) {
  if (amount > kBeyondAmounts) return kBeyondAmounts;
  if (amount < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(amount);
}

int64_t AmountOf(const ResourceAmounts& amounts, const std::string& name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? 0 : found->second;
}

}  // namespace

Capacity::Capacity(std::shared_ptr<const Topology> topology)
    : topology_(std::move(topology)), width_(topology_->resources().size()) {
  const int32_t nodes = topology_->NodeCount();
  free_.reserve(width_ * size_t(nodes));
  for (int32_t node = 0; node < nodes; ++node) {
    free_.insert(free_.end(), topology_->Allocatable(node), topology_->Allocatable(node) + width_);
  }
}

std::vector<int64_t> Capacity::RowOf(const ResourceAmounts& amounts) const {
  std::vector<int64_t> row(width_);
  for (size_t i = 1; i < width_; ++i) row[i] = AmountOf(amounts, topology_->resources()[i]);
  row[0] = 1;  // a pod takes one of "pods"
  return row;
}

void Capacity::Change(int32_t node, const std::vector<int64_t>& amounts, int64_t times) {
  int64_t* row = &free_[size_t(node) * width_];
  for (size_t i = 0; i < width_; ++i) row[i] = Saturated(row[i] - __int128{amounts[i]} * times);
}

void Capacity::AddPods(int32_t node, const std::shared_ptr<const PodRules>& rules, int64_t count) {
  if (rules == nullptr || count == 0) return;
  if (!rules->apart.empty()) guarded_pods_ += count;
  std::vector<PlacedPods>& here = pods_[node];
  const auto found =
      std::find_if(here.begin(), here.end(), [&](const PlacedPods& pods) { return pods.rules == rules; });
  if (found == here.end()) {
    here.push_back({rules, count});
    return;
  }
  found->count += count;
  if (found->count == 0) here.erase(found);
  if (here.empty()) pods_.erase(node);
}

void Capacity::ChangeHold(Holder holder, const std::string& namespace_name, int level, int32_t domain, int32_t by) {
  std::vector<LevelHolds>& levels = holds_[static_cast<int>(holder)][namespace_name];
  if (levels.empty()) {
    levels.resize(topology_->LevelCount());
    for (int i = 0; i < topology_->LevelCount(); ++i) {
      levels[i].here.resize(topology_->DomainCount(i));
      levels[i].inside.resize(topology_->DomainCount(i));
    }
  }
  levels[level].here[domain] += by;
  const int32_t node = topology_->NodesOf(level, domain).begin;
  for (int above = 0; above <= level; ++above) levels[above].inside[topology_->DomainOf(above, node)] += by;
}

int32_t Capacity::Holds(Holder holder, const std::string& namespace_name, int level, int32_t domain) const {
  const NamespaceHolds& namespaces = holds_[static_cast<int>(holder)];
  const auto found = namespaces.find(namespace_name);
  if (found == namespaces.end()) return 0;
  const std::vector<LevelHolds>& levels = found->second;
  int32_t holds = levels[level].inside[domain];
  const int32_t node = topology_->NodesOf(level, domain).begin;
  for (int above = 0; above < level; ++above) holds += levels[above].here[topology_->DomainOf(above, node)];
  return holds;
}

Capacity Capacity::OnLargerTopology(std::shared_ptr<const Topology> larger) const {
  Capacity result(std::move(larger));
  const Topology& to = *result.topology_;
  const auto moved = [&](int32_t node) { return *to.FindNode(topology_->Node(node).facts.name); };
  for (int32_t node = 0; node < topology_->NodeCount(); ++node) {
    int64_t* row = &result.free_[size_t(moved(node)) * result.width_];
    for (size_t from = 0, i = 0; from < width_; ++from) {
      while (to.resources()[i] != topology_->resources()[from]) ++i;  // both are in the same order
      row[i] = Free(node)[from];
    }
  }
  for (const auto& [node, pods] : pods_) {
    for (const PlacedPods& placed : pods) result.AddPods(moved(node), placed.rules, placed.count);
  }
  const int keys = static_cast<int>(topology_->level_keys().size());
  for (const Holder holder : {Holder::kGroup, Holder::kSubgroup}) {
    for (const auto& [namespace_name, levels] : holds_[static_cast<int>(holder)]) {
      for (int level = 0; level < topology_->LevelCount(); ++level) {
        const int to_level = level < keys ? level : to.LastLevel();
        for (int32_t domain = 0; domain < topology_->DomainCount(level); ++domain) {
          const int32_t here = levels[level].here[domain];
          if (here == 0) continue;
          const int32_t node = moved(topology_->NodesOf(level, domain).begin);
          result.ChangeHold(holder, namespace_name, to_level, to.DomainOf(to_level, node), here);
        }
      }
    }
  }
  return result;
}

void Capacity::Apply(const GroupRequest& request, const Assignment& assignment, int sign) {
  if (assignment.leader.has_value()) {
    Change(*assignment.leader, RowOf(request.leader->amounts), sign);
    AddPods(*assignment.leader, request.leader->rules, sign);
  }
  const std::vector<int64_t> worker = RowOf(request.worker.amounts);
  for (const WorkerRun& run : assignment.workers) {
    Change(run.node, worker, int64_t{run.count} * sign);
    AddPods(run.node, request.worker.rules, int64_t{run.count} * sign);
  }
  const auto hold_all = [&](Holder holder, const std::string& key, bool with_leader) {
    const int level = *topology_->LevelOf(key);
    std::set<int32_t> domains;
    if (with_leader && assignment.leader.has_value()) domains.insert(topology_->DomainOf(level, *assignment.leader));
    for (const WorkerRun& run : assignment.workers) domains.insert(topology_->DomainOf(level, run.node));
    for (const int32_t domain : domains) ChangeHold(holder, request.namespace_name, level, domain, sign);
  };
  for (const std::string& key : request.exclusive_levels) hold_all(Holder::kGroup, key, true);
  for (const SubgroupLayer& layer : request.subgroups) {
    if (!layer.exclusive) continue;
    hold_all(Holder::kSubgroup, layer.level, request.subgroup_leader != SubgroupLeader::kOutside);
  }
}

}  // namespace lws
