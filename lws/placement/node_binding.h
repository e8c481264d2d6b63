// Binds pods to their assigned nodes: what a host writes into a pod so that it runs on its node.
//
//   lws::PlacedGroups placed(lws::NodeBinding::kNodeAffinity);
//   placed.Bind({"default", "vllm", 0}, /*rank=*/3, &pod["spec"]);    // false: the group has no node yet
//
// Laws:
//   1. The pod's own selectors and affinity stay. The node is an additional requirement.
//   2. Binding a pod a second time changes nothing.
//
// Thread-safety: const methods may be called concurrently for distinct pods.
#ifndef LWS_PLACEMENT_NODE_BINDING_H_
#define LWS_PLACEMENT_NODE_BINDING_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/placement/assignment.h"
#include "lws/placement/topology.h"

namespace lws {

enum class NodeBinding {
  kNodeName,      // spec.nodeName: the pod bypasses the scheduler
  kNodeSelector,  // the label kubernetes.io/hostname; a node without it gets kNodeAffinity
  kNodeAffinity,  // required node affinity to metadata.name
};

// Writes the node into the spec.
void BindPodToAssignedNode(const NodeFacts& node, NodeBinding binding, Json* pod_spec);

struct GroupId {
  std::string namespace_name;
  std::string set_name;
  int64_t index = 0;

  friend bool operator<(const GroupId& a, const GroupId& b) {
    return std::tie(a.namespace_name, a.set_name, a.index) < std::tie(b.namespace_name, b.set_name, b.index);
  }
};

// The nodes that are assigned to the pods of groups.
class PlacedGroups {
 public:
  explicit PlacedGroups(NodeBinding binding) : binding_(binding) {}

  // Replaces the nodes of the group. REQUIRES: an assignment on this topology.
  void Set(const GroupId& group, const Topology& topology, const Assignment& assignment);
  void Remove(const GroupId& group) { nodes_.erase(group); }

  // Null when the group, or the rank, has no node.
  const NodeFacts* Find(const GroupId& group, int64_t rank) const;

  // Returns false when the pod has no node; the spec is then unchanged.
  bool Bind(const GroupId& group, int64_t rank, Json* pod_spec) const;

 private:
  NodeBinding binding_;
  std::map<GroupId, std::vector<NodeFacts>> nodes_;  // by rank
};

}  // namespace lws

#endif  // LWS_PLACEMENT_NODE_BINDING_H_
