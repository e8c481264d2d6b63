// Reads the nodes of a large cluster from the JSON of a list, without building documents.
//
//   std::optional<std::vector<lws::TopologyNode>> nodes = lws::ReadNodeList(R"({"kind": "List", "items": [
//       {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"},
//        "status": {"allocatable": {"pods": "110"}}}]})");
//   (*nodes)[0].allocatable["pods"];    // 110
//
// Laws:
//   1. When the text has an answer, it is what ReadTopologyNode reads from each object of the list.
//   2. There is no answer for a text that is anything but a list of nodes as Kubernetes and kubectl write it. The
//      caller then reads the documents one by one, which also words the errors.
//   3. Parts of the text that no placement reads are not checked.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_NODE_LIST_H_
#define LWS_PLACEMENT_NODE_LIST_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/placement/topology.h"

namespace lws {

// In the order of the text. Complexity: O(text).
std::optional<std::vector<TopologyNode>> ReadNodeList(absl::string_view text);

}  // namespace lws

#endif  // LWS_PLACEMENT_NODE_LIST_H_
