// The nodes of a scenario that names none: whatever its pods ask of a node, these nodes have.
//
//   lws::internal::UsualNodes made = lws::internal::UsualNodesFor(scenario);
//   made.nodes[0].labels;                     // {"pool": "gpu"}
//   lws::internal::UsualNodesText(made);      // "9 nodes are made, ...: node-000 to node-008, cpu 192, ... each, ..."
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_

#include <map>
#include <string>
#include <vector>

#include "lws/adapters/testing/scenario/scenario.h"

namespace lws::internal {

struct UsualNode {
  std::string name;
  std::map<std::string, std::string> labels;
};

struct UsualNodes {
  // What each node offers: the usual amounts, and as much of everything as the largest pod of the set asks for. It has
  // no accelerators for which no pod asks.
  std::map<std::string, std::string> allocatable;
  std::vector<UsualNode> nodes;
};

// As many nodes as the scenario's LeaderWorkerSet or DisaggregatedSet can fill. They have the labels that node
// selectors and required node affinity ask for, those of the first term where terms are alternatives. Where pods ask
// for different values, a node has what its own pod asks for. Edits count, too: where the last one asks for other
// values than the set or the role at first, the second half of its nodes has them. A group is in one domain of each
// topology that the set or its required pod affinity names, and a node is a domain of each topology of pod
// anti-affinity alone. Fields that do not parse ask for nothing. Complexity: O(pods + edits x manifest).
UsualNodes UsualNodesFor(const Scenario& scenario);

// One line for people: how many there are, their names, what each offers, and which labels they have.
std::string UsualNodesText(const UsualNodes& usual);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_
