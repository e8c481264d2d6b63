#include "lws/placement/search/pod_neighbours.h"

#include <algorithm>
#include <limits>

namespace lws::internal {
namespace {

// Whether the constraint counts the node among those to which the pod could be spread.
bool Counts(const SpreadConstraint& constraint, NodeExclusion exclusion) {
  switch (exclusion) {
    case NodeExclusion::kSelector:
    case NodeExclusion::kAffinity:
    case NodeExclusion::kNodeName:
      return !constraint.honors_affinity;
    case NodeExclusion::kTaint:
    case NodeExclusion::kNotReady:
      return !constraint.honors_taints;
    default:
      return true;
  }
}

}  // namespace

PodNeighbours::PodNeighbours(const Topology& topology, const PodShape& shape)
    : topology_(topology), rules_(*shape.rules), near_(rules_.near.size()) {
  for (const SpreadConstraint& constraint : rules_.spreads) {
    spreads_.push_back({&constraint, constraint.selector.Matches(rules_.labels), {}, {}});
  }
  if (spreads_.empty()) return;
  for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
    if (!HasLabelsForSpread(node)) continue;
    const NodeExclusion exclusion = shape.filter.Check(topology_.Node(node).facts);
    for (Spread& spread : spreads_) {
      if (Counts(*spread.constraint, exclusion)) {
        const bool added = spread.pods.try_emplace(*Value(spread.constraint->topology_key, node), 0).second;
        if (added) ++spread.domains_with[0];
      }
    }
  }
}

const std::string* PodNeighbours::Value(const std::string& key, int32_t node) const {
  const std::map<std::string, std::string>& labels = topology_.Node(node).facts.labels;
  const auto found = labels.find(key);
  return found == labels.end() ? nullptr : &found->second;
}

void PodNeighbours::Add(const PodRules& other, int32_t node, int64_t count) {
  if (rules_.PortsConflictWith(other)) nodes_without_port_.insert(node);
  for (const PodTerm& term : rules_.apart) {
    const std::string* value = term.Matches(other) ? Value(term.topology_key, node) : nullptr;
    if (value != nullptr) forbidden_[term.topology_key].insert(*value);
  }
  for (const PodTerm& term : other.apart) {
    const std::string* value = term.Matches(rules_) ? Value(term.topology_key, node) : nullptr;
    if (value != nullptr) forbidden_[term.topology_key].insert(*value);
  }
  if (IsNear(other)) {
    for (size_t i = 0; i < rules_.near.size(); ++i) {
      const std::string* value = Value(rules_.near[i].topology_key, node);
      if (value == nullptr) continue;
      near_[i].insert(*value);
      ++near_pods_;
    }
  }
  if (spreads_.empty() || other.namespace_name != rules_.namespace_name || !HasLabelsForSpread(node)) return;
  for (Spread& spread : spreads_) {
    if (!spread.constraint->selector.Matches(other.labels)) continue;
    spread.Add(*Value(spread.constraint->topology_key, node), count);
  }
}

bool PodNeighbours::IsNear(const PodRules& other) const {
  return !rules_.near.empty() &&
         std::all_of(rules_.near.begin(), rules_.near.end(), [&](const PodTerm& term) { return term.Matches(other); });
}

bool PodNeighbours::AllowsPorts(int32_t node) const { return nodes_without_port_.count(node) == 0; }

bool PodNeighbours::AllowsApart(int32_t node) const {
  return std::none_of(forbidden_.begin(), forbidden_.end(), [&](const auto& key_and_values) {
    const std::string* value = Value(key_and_values.first, node);
    return value != nullptr && key_and_values.second.count(*value) > 0;
  });
}

bool PodNeighbours::HasLabelsForNear(int32_t node) const {
  return std::all_of(rules_.near.begin(), rules_.near.end(),
                     [&](const PodTerm& term) { return Value(term.topology_key, node) != nullptr; });
}

bool PodNeighbours::AllowsNear(int32_t node) const {
  if (!HasLabelsForNear(node)) return false;
  if (near_pods_ == 0) return rules_.near.empty() || IsNear(rules_);
  for (size_t i = 0; i < rules_.near.size(); ++i) {
    if (near_[i].count(*Value(rules_.near[i].topology_key, node)) == 0) return false;
  }
  return true;
}

bool PodNeighbours::HasLabelsForSpread(int32_t node) const {
  return std::all_of(rules_.spreads.begin(), rules_.spreads.end(), [&](const SpreadConstraint& constraint) {
    return Value(constraint.topology_key, node) != nullptr;
  });
}

void PodNeighbours::Spread::Add(const std::string& value, int64_t count) {
  const auto found = pods.find(value);
  if (found == pods.end()) return;
  const auto before = domains_with.find(found->second);
  if (--before->second == 0) domains_with.erase(before);
  found->second += count;
  ++domains_with[found->second];
}

// The fewest pods in a domain; 0 when there are fewer domains than the constraint demands.
int64_t PodNeighbours::Spread::Fewest() const {
  const bool too_few = static_cast<int64_t>(pods.size()) < constraint->min_domains;
  return too_few || pods.empty() ? 0 : domains_with.begin()->first;
}

int64_t PodNeighbours::MostBySpread(int32_t node) const {
  int64_t most = std::numeric_limits<int64_t>::max();
  if (!HasLabelsForSpread(node)) return 0;
  for (const Spread& spread : spreads_) {
    const auto found = spread.pods.find(*Value(spread.constraint->topology_key, node));
    const int64_t pods = found == spread.pods.end() ? 0 : found->second;
    const int64_t left = spread.Fewest() + spread.constraint->max_skew - pods;
    // A pod that its own constraint does not count never changes the skew: any number may come, or none.
    most = std::min(most, spread.matches_itself ? std::max<int64_t>(left, 0)
                                                : (left >= 0 ? std::numeric_limits<int64_t>::max() : 0));
  }
  return most;
}

bool PodNeighbours::AllowsSpread(int32_t node) const { return MostBySpread(node) > 0; }

}  // namespace lws::internal
