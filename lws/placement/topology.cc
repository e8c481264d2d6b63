#include "lws/placement/topology.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/well_known.h"

namespace lws {
namespace {

constexpr char kPods[] = "pods";

// The node's values of the level keys; empty when it lacks one.
std::vector<std::string> PathOf(const TopologyNode& node, const std::vector<std::string>& level_keys) {
  std::vector<std::string> path;
  for (const std::string& key : level_keys) {
    const auto found = node.facts.labels.find(key);
    if (found == node.facts.labels.end()) return {};
    path.push_back(found->second);
  }
  return path;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Topology>> Topology::Create(std::vector<TopologyNode> nodes,
                                                                 std::vector<std::string> level_keys) {
  if (level_keys.empty()) return absl::InvalidArgumentError("levels: there must be one at least");
  if (std::set<std::string>(level_keys.begin(), level_keys.end()).size() != level_keys.size()) {
    return absl::InvalidArgumentError("levels: a key is repeated");
  }
  std::set<absl::string_view> names;
  for (const TopologyNode& node : nodes) {
    if (!names.insert(node.facts.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("Node ", node.facts.name, ": metadata.name: repeated"));
    }
  }
  std::shared_ptr<Topology> topology(new Topology);
  topology->level_keys_ = std::move(level_keys);
  topology->AddNodes(std::move(nodes));
  topology->AddLevels();
  topology->AddResources();
  topology->AddClasses();
  return std::shared_ptr<const Topology>(std::move(topology));
}

// In path order, then by name.
void Topology::AddNodes(std::vector<TopologyNode> nodes) {
  std::vector<std::tuple<std::vector<std::string>, std::string, size_t>> order;
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::vector<std::string> path = PathOf(nodes[i], level_keys_);
    if (path.empty()) {
      outside_.push_back(nodes[i].facts.name);
    } else {
      order.emplace_back(std::move(path), nodes[i].facts.name, i);
    }
  }
  std::sort(outside_.begin(), outside_.end());
  std::sort(order.begin(), order.end());
  nodes_.reserve(order.size());
  for (const auto& [path, name, index] : order) {
    node_by_name_[name] = NodeCount();
    nodes_.push_back(std::move(nodes[index]));
  }
}

void Topology::AddLevels() {
  for (size_t depth = 0; depth <= level_keys_.size(); ++depth) {
    const bool nodes_themselves = depth == level_keys_.size();
    Level level;
    for (int32_t node = 0; node < NodeCount(); ++node) {
      bool starts = true;
      if (node > 0 && !nodes_themselves) {
        const bool same_above = depth == 0 || levels_.back().domain_of[node] == levels_.back().domain_of[node - 1];
        const std::string& key = level_keys_[depth];
        starts = !same_above || nodes_[node].facts.labels.at(key) != nodes_[node - 1].facts.labels.at(key);
      }
      if (starts) level.first_node.push_back(node);
      level.domain_of.push_back(static_cast<int32_t>(level.first_node.size()) - 1);
    }
    if (nodes_themselves && levels_.back().first_node.size() == nodes_.size() + 1) break;
    level.first_node.push_back(NodeCount());
    levels_.push_back(std::move(level));
  }
}

void Topology::AddResources() {
  std::set<std::string> names;
  for (const TopologyNode& node : nodes_) {
    for (const auto& [name, amount] : node.allocatable) names.insert(name);
  }
  names.erase(kPods);
  resources_.push_back(kPods);
  resources_.insert(resources_.end(), names.begin(), names.end());
  allocatable_.resize(nodes_.size() * resources_.size());
  for (size_t node = 0; node < nodes_.size(); ++node) {
    for (size_t i = 0; i < resources_.size(); ++i) {
      const auto found = nodes_[node].allocatable.find(resources_[i]);
      if (found != nodes_[node].allocatable.end()) allocatable_[node * resources_.size() + i] = found->second;
    }
  }
}

void Topology::AddClasses() {
  std::map<std::string, int32_t> classes;
  for (const TopologyNode& node : nodes_) {
    std::string text = absl::StrCat(node.facts.ready, node.facts.unschedulable);
    for (const Taint& taint : node.facts.taints) {
      absl::StrAppend(&text, "\n", taint.key, "=", taint.value, ":", taint.effect);
    }
    absl::StrAppend(&text, "\n");
    for (const auto& [key, value] : node.facts.labels) {
      if (key != kHostnameLabel && !LevelOf(key).has_value()) absl::StrAppend(&text, "\n", key, "=", value);
    }
    const auto [found, added] = classes.try_emplace(std::move(text), ClassCount());
    if (added) first_of_class_.push_back(static_cast<int32_t>(class_of_.size()));
    class_of_.push_back(found->second);
  }
}

bool Topology::IsDecidedByClass(const NodeFilter& filter) const {
  if (filter.AsksForName() || filter.AsksForLabel(kHostnameLabel)) return false;
  return std::none_of(level_keys_.begin(), level_keys_.end(),
                      [&](const std::string& key) { return filter.AsksForLabel(key); });
}

std::optional<int> Topology::LevelOf(absl::string_view key) const {
  const auto found = std::find(level_keys_.begin(), level_keys_.end(), key);
  if (found == level_keys_.end()) return std::nullopt;
  return static_cast<int>(found - level_keys_.begin());
}

std::optional<int32_t> Topology::FindNode(absl::string_view name) const {
  const auto found = node_by_name_.find(std::string(name));
  if (found == node_by_name_.end()) return std::nullopt;
  return found->second;
}

int32_t Topology::DomainCount(int level) const {
  return level == kRoot ? 1 : static_cast<int32_t>(levels_[level].first_node.size()) - 1;
}

IndexRange Topology::NodesOf(int level, int32_t domain) const {
  if (level == kRoot) return {0, NodeCount()};
  return {levels_[level].first_node[domain], levels_[level].first_node[domain + 1]};
}

IndexRange Topology::DomainsWithin(int level, int32_t domain, int below) const {
  if (below == level) return {domain, domain + 1};
  const IndexRange nodes = NodesOf(level, domain);
  if (nodes.size() == 0) return {0, 0};
  return {DomainOf(below, nodes.begin), DomainOf(below, nodes.end - 1) + 1};
}

std::vector<std::string> Topology::DomainPath(int level, int32_t domain) const {
  std::vector<std::string> path;
  if (level == kRoot) return path;
  const TopologyNode& node = nodes_[NodesOf(level, domain).begin];
  for (int i = 0; i <= level && i < static_cast<int>(level_keys_.size()); ++i) {
    path.push_back(node.facts.labels.at(level_keys_[i]));
  }
  if (level == static_cast<int>(level_keys_.size())) path.push_back(node.facts.name);
  return path;
}

}  // namespace lws
