// How many groups of one kind a domain takes at most when pods of different groups must be apart: one pod for each
// value of the topology key of an anti-affinity, and one pod for each node where pods ask for the same host port.
//
//   request.worker.rules = shape.rules;    // apart from pods with the label app=a, which the workers do not have
//   const lws::internal::ApartBound bound(request, problem, capacity);
//   bound.MostIn(lws::Topology::kRoot, 0) == lws::internal::ApartBound::kNone;    // true
//
// Laws:
//   1. The number is never smaller than that of any placement in the domain that keeps the rules.
//   2. More capacity never makes it smaller.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_APART_BOUND_H_
#define LWS_PLACEMENT_SEARCH_APART_BOUND_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

class ApartBound {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max() / 4;

  // `other` is another group beside that of the problem; its pods may have other labels. Borrows the problem and the
  // capacity. Complexity: O(terms x nodes log nodes).
  ApartBound(const GroupRequest& other, const PlacementProblem& problem, const Capacity& capacity);

  // kNone when no rule limits the groups. Complexity: O(rules x nodes of the domain).
  int64_t MostIn(int level, int32_t domain) const;

 private:
  // All pods of these kinds are apart from all pods of these kinds of other groups, so nodes of one place take the pods
  // of one group.
  struct Rule {
    bool of_workers = false;
    bool of_leader = false;
    int64_t places = 1;             // that a group needs: one for each of these pods if they are apart, too
    std::vector<int32_t> place_of;  // by node; -1 for a node that the rule exempts
  };

  void Read(const GroupRequest& other, const std::optional<std::string>& key);
  // The place of each node: a value of the key, or without a key the node itself.
  std::vector<int32_t> PlacesOf(const std::optional<std::string>& key) const;
  // The pods of the kinds that fit on the node by room alone, or more.
  int64_t RoomOn(const Rule& rule, int32_t node) const;

  const PlacementProblem& problem_;
  const Capacity& capacity_;
  std::vector<Rule> rules_;
};

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_APART_BOUND_H_
