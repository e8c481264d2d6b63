// The nodes of a scenario that names none: whatever its pods ask of a node, these nodes have.
//
//   std::map<std::string, std::string> offers = lws::internal::UsualAllocatable({&leader_worker_template});
//   lws::internal::UsualLabels labels({&leader_worker_template});
//   labels.Of({/*owner=*/0, /*is_leader=*/true, "node-000", "domain-0"});    // {"pool": "gpu"}
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lws/api/json.h"

namespace lws::internal {

// What a usual node offers, and as much of everything as the largest pod of these templates of groups asks for.
std::map<std::string, std::string> UsualAllocatable(const std::vector<const Json*>& leader_worker_templates);

// A node for a pod of one of the templates.
struct UsualNode {
  size_t owner = 0;  // the number of the template
  bool is_leader = false;
  std::string name;
  std::string domain;  // of the group
};

class UsualLabels {
 public:
  // Fields that do not parse ask for nothing.
  explicit UsualLabels(const std::vector<const Json*>& leader_worker_templates);

  // The labels that node selectors and required node affinity ask for, those of the first term where terms are
  // alternatives. Where pods ask for different values, the node has what its own pod asks for. A group is in one domain
  // of each topology of required pod affinity, and a node is a domain of each topology of pod anti-affinity alone.
  std::map<std::string, std::string> Of(const UsualNode& node) const;

 private:
  using Labels = std::map<std::string, std::string>;

  void Read(const Json& pod_spec, Labels* labels);

  std::vector<std::pair<Labels, Labels>> of_pods_;  // of leaders and workers, by template
  Labels all_;                                      // of all pods, the first ones counting
  std::set<std::string> together_;                  // topologies of pod affinity
  std::set<std::string> apart_;                     // topologies of pod anti-affinity
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_USUAL_NODES_H_
