// Tiny topologies in a line: blocks in braces, racks in brackets, and the number of pods that each node has room for.
//
//   lws::Capacity capacity = lws::SmallTopology("{[3 3][2]} {[1]}");
//
// Levels are "block", "rack" and "host"; every number is the node's amount of "gpu".
#ifndef LWS_TESTS_SUPPORT_SMALL_TOPOLOGY_H_
#define LWS_TESTS_SUPPORT_SMALL_TOPOLOGY_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/topology.h"

namespace lws {

inline TopologyNode SmallNode(int block, int rack, int host, int64_t gpus) {
  TopologyNode node;
  node.facts.name = absl::StrCat("n", host);
  node.facts.labels = {
      {"block", absl::StrCat("b", block)}, {"rack", absl::StrCat("r", rack)}, {"host", node.facts.name}};
  node.allocatable = {{"pods", 100}, {"gpu", gpus}};
  return node;
}

inline Capacity SmallTopology(absl::string_view text) {
  std::vector<TopologyNode> nodes;
  int block = -1;
  int rack = -1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++block;
    if (text[i] == '[') ++rack;
    if (!absl::ascii_isdigit(text[i])) continue;
    int64_t gpus = 0;
    for (; absl::ascii_isdigit(text[i]); ++i) gpus = gpus * 10 + (text[i] - '0');
    --i;
    nodes.push_back(SmallNode(block, rack, static_cast<int>(nodes.size()), gpus));
  }
  return Capacity(*Topology::Create(std::move(nodes), {"block", "rack", "host"}));
}

// Pods by node, "-" for none: "3 3 - 1".
inline std::string PodsByNode(const Topology& topology, const Assignment& assignment) {
  std::vector<int> pods(topology.NodeCount());
  for (const int32_t node : assignment.NodesByRank()) ++pods[node];
  std::string text;
  for (const int count : pods) absl::StrAppend(&text, text.empty() ? "" : " ", count == 0 ? "-" : absl::StrCat(count));
  return text;
}

}  // namespace lws

#endif  // LWS_TESTS_SUPPORT_SMALL_TOPOLOGY_H_
