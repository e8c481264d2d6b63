// An assignment as pods carry it: what a host writes into a pod so that it lands on its node.
//
//   lws::PlacedGroups placed(lws::NodeBinding::kNodeAffinity);
//   placed.Bind({"default", "vllm", 0}, /*rank=*/3, &pod["spec"]);    // false: the group has no node yet
//
// Laws:
//   1. The pod's own selectors and affinity stay: the node is one requirement more.
//   2. Binding twice changes nothing more.
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
  kNodeName,      // spec.nodeName: no scheduler looks at the pod any more
  kNodeSelector,  // kubernetes.io/hostname, when the node has that label, else kNodeAffinity
  kNodeAffinity,  // required node affinity to metadata.name
};

// Writes the node into the spec.
void BindToNode(const NodeFacts& node, NodeBinding binding, Json* pod_spec);

struct GroupId {
  std::string namespace_name;
  std::string set_name;
  int64_t index = 0;

  friend bool operator<(const GroupId& a, const GroupId& b) {
    return std::tie(a.namespace_name, a.set_name, a.index) < std::tie(b.namespace_name, b.set_name, b.index);
  }
};

// Where the pods of some groups are to go.
class PlacedGroups {
 public:
  explicit PlacedGroups(NodeBinding binding) : binding_(binding) {}

  // Replaces what was known of the group. REQUIRES: an assignment on this topology.
  void Set(const GroupId& group, const Topology& topology, const Assignment& assignment);
  void Remove(const GroupId& group) { nodes_.erase(group); }

  // Null when the group, or the rank, has no node.
  const NodeFacts* Find(const GroupId& group, int64_t rank) const;

  // False when there is no node for the pod; the spec then stays.
  bool Bind(const GroupId& group, int64_t rank, Json* pod_spec) const;

 private:
  NodeBinding binding_;
  std::map<GroupId, std::vector<NodeFacts>> nodes_;  // by rank
};

}  // namespace lws

#endif  // LWS_PLACEMENT_NODE_BINDING_H_
