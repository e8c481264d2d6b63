// What people do to nodes: kubectl's cordon, uncordon, drain and taint.
//
//   lws::simulation::DrainNode(&server, "gpu-1");    // true: it takes no pods, and its pods are on their way
//
// All functions return false when there is no such node.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_NODE_UPKEEP_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_NODE_UPKEEP_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/placement/node_filter.h"

namespace lws::simulation {

// No new pods go to the node, or again some.
bool CordonNode(ApiServer* server, absl::string_view node);
bool UncordonNode(ApiServer* server, absl::string_view node);

// Cordons the node, and deletes its pods. Complexity: O(pods of the cluster).
bool DrainNode(ApiServer* server, absl::string_view node);

// The node has these taints and no others. Those with the effect NoExecute delete the pods that do not tolerate them,
// at once. Complexity: O(pods of the cluster).
bool TaintNode(ApiServer* server, absl::string_view node, const std::vector<Taint>& taints);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_NODE_UPKEEP_H_
