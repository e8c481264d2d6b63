// The nodes of a cluster as an immutable tree of domains. It holds what does not change between two looks at the
// cluster.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   topology->DomainCount(0);            // 2: racks
//   topology->DomainPath(1, 5);          // {"r2", "n6"}
//
// Level 0 is the widest. A domain is a path of label values. Domains and nodes are numbered in path order, so that the
// nodes of a domain, and its domains at any level below, are a range. When a domain of the last key holds several
// nodes, the nodes themselves form one more level. A node that lacks the label of a key stands in an unlabelled domain
// of that level; such a domain has a single domain of the next level, and comes after the others.
//
// Laws:
//   1. A permutation of the nodes gives the same topology.
//   2. The domains of a level, including the unlabelled ones, cover all nodes without overlap, in path order.
//   3. Branches may have different depths: a node that lacks an inner level hangs from its domain of the level above.
//      Only nodes there that also lack the level, and have the same next narrower label, share its unlabelled domain.
//      The paths of its domains leave the level out.
//
// Thread-safety: immutable, may be shared between threads.
#ifndef LWS_PLACEMENT_TOPOLOGY_H_
#define LWS_PLACEMENT_TOPOLOGY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/resource_amounts.h"

namespace lws {

struct TopologyNode {
  NodeFacts facts;
  ResourceAmounts allocatable;
};

// A half-open range.
struct IndexRange {
  int32_t begin = 0;
  int32_t end = 0;

  int32_t size() const { return end - begin; }
};

class Topology {
 public:
  // The level of the whole cluster, above all keys. It has one domain, with the number 0.
  static constexpr int kRoot = -1;

  // Errors: InvalidArgument for missing or repeated keys, and for two nodes with the same name. Complexity: O(nodes
  // log nodes).
  static absl::StatusOr<std::shared_ptr<const Topology>> Create(std::vector<TopologyNode> nodes,
                                                                std::vector<std::string> level_keys);

  // Widest first. `LevelCount` is one larger when the nodes form a level of their own.
  const std::vector<std::string>& level_keys() const { return level_keys_; }
  int LevelCount() const { return static_cast<int>(levels_.size()); }
  // The level whose domains are single nodes.
  int LastLevel() const { return LevelCount() - 1; }
  // Returns nullopt when no level has the key.
  std::optional<int> LevelOf(absl::string_view key) const;

  int32_t NodeCount() const { return static_cast<int32_t>(nodes_.size()); }
  const TopologyNode& Node(int32_t node) const { return nodes_[node]; }
  std::optional<int32_t> FindNode(absl::string_view name) const;

  int32_t DomainCount(int level) const;
  // Whether the nodes of the domain have the label of the level.
  bool IsLabelled(int level, int32_t domain) const {
    return level == kRoot || levels_[level].unlabelled.empty() || !levels_[level].unlabelled[domain];
  }
  // The domain of `level` that holds the node.
  int32_t DomainOf(int level, int32_t node) const { return level == kRoot ? 0 : levels_[level].domain_of[node]; }
  IndexRange NodesOf(int level, int32_t domain) const;
  // Domains of `below` within a domain of `level`. REQUIRES: below >= level.
  IndexRange DomainsWithin(int level, int32_t domain, int below) const;
  // The label values, widest first, without missing ones. The node's name comes last on a level below all keys, or
  // where the last key's label is missing. The root's path is empty.
  std::vector<std::string> DomainPath(int level, int32_t domain) const;

  // The resources in a fixed order, "pods" first.
  const std::vector<std::string>& resources() const { return resources_; }
  // One amount for each resource.
  const int64_t* Allocatable(int32_t node) const { return &allocatable_[size_t(node) * resources_.size()]; }

  // Nodes of one class lack the labels of the same levels and have equal facts, apart from their names and the values
  // of the level labels and the hostname label.
  int32_t ClassCount() const { return static_cast<int32_t>(first_of_class_.size()); }
  int32_t ClassOf(int32_t node) const { return class_of_[node]; }
  int32_t FirstOfClass(int32_t cls) const { return first_of_class_[cls]; }
  // Whether the filter gives the same answer for all nodes of a class.
  bool IsDecidedByClass(const NodeFilter& filter) const;

 private:
  struct Level {
    std::vector<int32_t> domain_of;   // by node
    std::vector<int32_t> first_node;  // by domain, followed by the end
    std::vector<bool> unlabelled;     // by domain; empty when all domains are labelled
  };
  // The part of a node's path for one level.
  struct Step {
    bool unlabelled = false;
    std::string value;

    friend bool operator<(const Step& a, const Step& b) {
      return std::tie(a.unlabelled, a.value) < std::tie(b.unlabelled, b.value);
    }
    friend bool operator==(const Step& a, const Step& b) { return a.unlabelled == b.unlabelled && a.value == b.value; }
  };
  using Path = std::vector<Step>;

  Topology() = default;
  Path PathOf(const TopologyNode& node) const;
  // Returns the paths in the order of the nodes.
  std::vector<Path> AddNodes(std::vector<TopologyNode> nodes);
  void AddLevels(const std::vector<Path>& paths);
  void AddResources();
  void AddClasses();

  std::vector<std::string> level_keys_;
  std::vector<TopologyNode> nodes_;
  std::unordered_map<std::string, int32_t> node_by_name_;
  std::vector<Level> levels_;
  std::vector<std::string> resources_;
  std::vector<int64_t> allocatable_;
  std::vector<int32_t> class_of_;
  std::vector<int32_t> first_of_class_;
};

}  // namespace lws

#endif  // LWS_PLACEMENT_TOPOLOGY_H_
