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
  topology->AddLevels(topology->AddNodes(std::move(nodes)));
  topology->AddResources();
  topology->AddClasses();
  return std::shared_ptr<const Topology>(std::move(topology));
}

// A missing label is replaced by the next narrower one, or by the node's name: we do not know what is close to the
// node.
Topology::Path Topology::PathOf(const TopologyNode& node) const {
  Path path(level_keys_.size());
  std::string narrower = node.facts.name;
  for (size_t i = level_keys_.size(); i-- > 0;) {
    const auto found = node.facts.labels.find(level_keys_[i]);
    path[i].unlabelled = found == node.facts.labels.end();
    if (!path[i].unlabelled) narrower = found->second;
    path[i].value = narrower;
  }
  return path;
}

// Adds the nodes in path order, and by name where paths are equal.
std::vector<Topology::Path> Topology::AddNodes(std::vector<TopologyNode> nodes) {
  std::vector<std::tuple<Path, std::string, size_t>> order;
  order.reserve(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) order.emplace_back(PathOf(nodes[i]), nodes[i].facts.name, i);
  std::sort(order.begin(), order.end());
  std::vector<Path> paths;
  paths.reserve(order.size());
  nodes_.reserve(order.size());
  for (auto& [path, name, index] : order) {
    node_by_name_[name] = NodeCount();
    nodes_.push_back(std::move(nodes[index]));
    paths.push_back(std::move(path));
  }
  return paths;
}

void Topology::AddLevels(const std::vector<Path>& paths) {
  for (size_t depth = 0; depth <= level_keys_.size(); ++depth) {
    const bool nodes_themselves = depth == level_keys_.size();
    Level level;
    bool all_labelled = true;
    for (int32_t node = 0; node < NodeCount(); ++node) {
      bool starts = true;
      if (node > 0 && !nodes_themselves) {
        const bool same_above = depth == 0 || levels_.back().domain_of[node] == levels_.back().domain_of[node - 1];
        starts = !same_above || !(paths[node][depth] == paths[node - 1][depth]);
      }
      if (starts) {
        level.first_node.push_back(node);
        level.unlabelled.push_back(!nodes_themselves && paths[node][depth].unlabelled);
        all_labelled = all_labelled && !level.unlabelled.back();
      }
      level.domain_of.push_back(static_cast<int32_t>(level.first_node.size()) - 1);
    }
    if (nodes_themselves && levels_.back().first_node.size() == nodes_.size() + 1) break;
    level.first_node.push_back(NodeCount());
    if (all_labelled) level.unlabelled.clear();
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
    for (const std::string& key : level_keys_) absl::StrAppend(&text, node.facts.labels.count(key));
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
  const int last_key = static_cast<int>(level_keys_.size()) - 1;
  for (int i = 0; i <= std::min(level, last_key); ++i) {
    const auto found = node.facts.labels.find(level_keys_[i]);
    if (found != node.facts.labels.end()) path.push_back(found->second);
  }
  if (level > last_key || (level == last_key && !IsLabelled(level, domain))) path.push_back(node.facts.name);
  return path;
}

}  // namespace lws
