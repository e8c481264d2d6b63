// The snapshot for placement: what is free on the nodes of a topology, and which domains exclusive groups hold. Only
// its owner changes it.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   lws::Capacity capacity(topology);
//   capacity.Use(*topology->FindNode("n1"), {{"nvidia.com/gpu", 8}});    // a pod with eight GPUs
//   const int64_t* free = capacity.Free(*topology->FindNode("n1"));      // an amount for each resource
//
// Laws:
//   1. GiveBack undoes Use, and Release undoes Commit, with the same arguments and in any order.
//   2. Amounts never wrap around. Law 1 holds as long as no amount reaches an end of int64.
//   3. OnLargerTopology keeps what is free on a node, its pods, and the domains that are held. New nodes are free.
//
// Thread-safety: const methods may be called concurrently; copies are independent.
#ifndef LWS_PLACEMENT_CAPACITY_H_
#define LWS_PLACEMENT_CAPACITY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lws/placement/assignment.h"
#include "lws/placement/group_request.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"

namespace lws {

// The kind of owner that holds a domain: an exclusive group, or an exclusive subgroup. The two kinds do not exclude
// each other, and neither do owners of different namespaces.
enum class Holder { kGroup, kSubgroup };

class Capacity {
 public:
  // Everything is free.
  explicit Capacity(std::shared_ptr<const Topology> topology);

  const Topology& topology() const { return *topology_; }

  // One amount for each resource of the topology; negative on a node that is overcommitted.
  const int64_t* Free(int32_t node) const { return &free_[size_t(node) * width_]; }

  // Pods of one kind on one node.
  struct PlacedPods {
    std::shared_ptr<const PodRules> rules;
    int64_t count = 0;
  };
  // All pods that came with rules, by node. Only these may matter to other pods.
  const std::map<int32_t, std::vector<PlacedPods>>& pods() const { return pods_; }
  // Whether some of these pods must be apart from other pods.
  bool has_guarded_pods() const { return guarded_pods_ > 0; }

  // Adds or removes a pod and its rules.
  void Use(int32_t node, const PodShape& shape) { Use(node, shape.amounts), AddPods(node, shape.rules, 1); }
  void GiveBack(int32_t node, const PodShape& shape) { GiveBack(node, shape.amounts), AddPods(node, shape.rules, -1); }
  // Adds or removes this number of pods, without the room that they take. Null rules change nothing.
  void AddPods(int32_t node, const std::shared_ptr<const PodRules>& rules, int64_t count);

  // Adds or removes a pod's amounts. Resources that the topology does not know are ignored.
  void Use(int32_t node, const ResourceAmounts& amounts) { Change(node, RowOf(amounts), 1); }
  void GiveBack(int32_t node, const ResourceAmounts& amounts) { Change(node, RowOf(amounts), -1); }

  // Adds or removes a group: its room, and the domains that it holds if it is exclusive. REQUIRES: an assignment of
  // this request on this topology. Complexity: O(runs x resources).
  void Commit(const GroupRequest& request, const Assignment& assignment) { Apply(request, assignment, 1); }
  void Release(const GroupRequest& request, const Assignment& assignment) { Apply(request, assignment, -1); }

  void Hold(Holder holder, const std::string& namespace_name, int level, int32_t domain) {
    ChangeHold(holder, namespace_name, level, domain, 1);
  }
  void LetGo(Holder holder, const std::string& namespace_name, int level, int32_t domain) {
    ChangeHold(holder, namespace_name, level, domain, -1);
  }

  // The same use of a topology that has all nodes of this one, and perhaps more. REQUIRES: equal level keys, and equal
  // facts and amounts of the nodes of this one. Complexity: O(nodes x resources + holds).
  Capacity OnLargerTopology(std::shared_ptr<const Topology> larger) const;

  // The number of holds on the domain, inside of it, and on domains that contain it.
  int32_t Holds(Holder holder, const std::string& namespace_name, int level, int32_t domain) const;

 private:
  struct LevelHolds {
    std::vector<int32_t> here;    // by domain
    std::vector<int32_t> inside;  // here, or in domains within
  };
  using NamespaceHolds = std::map<std::string, std::vector<LevelHolds>>;

  // By resource of the topology.
  std::vector<int64_t> RowOf(const ResourceAmounts& amounts) const;
  void Change(int32_t node, const std::vector<int64_t>& amounts, int64_t times);
  void ChangeHold(Holder holder, const std::string& namespace_name, int level, int32_t domain, int32_t by);
  void Apply(const GroupRequest& request, const Assignment& assignment, int sign);

  std::shared_ptr<const Topology> topology_;
  size_t width_;
  std::vector<int64_t> free_;
  NamespaceHolds holds_[2];
  std::map<int32_t, std::vector<PlacedPods>> pods_;
  int64_t guarded_pods_ = 0;
};

}  // namespace lws

#endif  // LWS_PLACEMENT_CAPACITY_H_
