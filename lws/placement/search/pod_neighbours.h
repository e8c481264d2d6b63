// The nodes that pods of one shape may use beside the existing pods. These are the scheduler's filters that look at
// other pods.
//
//   lws::internal::PodNeighbours neighbours(topology, shape);
//   neighbours.Add(other_rules, /*node=*/3, /*count=*/1);
//   neighbours.AllowsApart(3);    // false: the two must not share a node
//   neighbours.AllowsApart(4);    // true
//
// Laws:
//   1. The order in which pods are added does not change the answers.
//   2. More pods never make AllowsApart true. Fewer pods never make AllowsNear true, except when no pod of the kind is
//      left.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_POD_NEIGHBOURS_H_
#define LWS_PLACEMENT_SEARCH_POD_NEIGHBOURS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lws/placement/group_request.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"

namespace lws::internal {

class PodNeighbours {
 public:
  // Borrows both. REQUIRES: the shape has rules.
  PodNeighbours(const Topology& topology, const PodShape& shape);

  // Adds this number of pods with these rules to the node. Complexity: O(terms x labels).
  void Add(const PodRules& other, int32_t node, int64_t count);

  // Checks host ports and anti-affinity: those of the pod itself and those of the other pods.
  bool AllowsPorts(int32_t node) const;
  bool AllowsApart(int32_t node) const;
  // Checks affinity. The first pod of its kind only needs the labels of the topology keys.
  bool AllowsNear(int32_t node) const;
  bool AllowsSpread(int32_t node) const;
  // Whether the node has the labels that affinity, or the spread constraint, needs.
  bool HasLabelsForNear(int32_t node) const;
  bool HasLabelsForSpread(int32_t node) const;

  // Whether some pod matches all terms of affinity; IsNear tells whether a pod with these rules would.
  bool has_near() const { return near_pods_ > 0; }
  bool IsNear(const PodRules& other) const;
  // How many more pods the node may take before a spread constraint forbids it, while no other node gets any.
  int64_t MostBySpread(int32_t node) const;

 private:
  struct Spread {
    const SpreadConstraint* constraint;
    bool matches_itself;
    std::map<std::string, int64_t> pods;      // by value of the key, for every counted domain
    std::map<int64_t, int64_t> domains_with;  // number of domains by their pods

    void Add(const std::string& value, int64_t count);
    int64_t Fewest() const;
  };

  const std::string* Value(const std::string& key, int32_t node) const;

  const Topology& topology_;
  const PodRules& rules_;
  std::set<int32_t> nodes_without_port_;
  std::map<std::string, std::set<std::string>> forbidden_;  // values by topology key
  std::vector<std::set<std::string>> near_;                 // values by term
  int64_t near_pods_ = 0;
  std::vector<Spread> spreads_;
};

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_POD_NEIGHBOURS_H_
