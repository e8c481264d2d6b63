// Counts how much of a group each domain could take: first on the nodes, then summed over the domains.
//
//   lws::internal::DomainCounts counts(problem, capacity, {});
//   counts.At(0, 1).units;    // 1: whole subgroups of two workers that rack 1 could take
//
// Laws:
//   1. The units of a domain are the sum of its children's units, reduced to whole subgroups at the level of a layer
//      of subgroups. `with_leader` is the largest number of units when the leader is on one of the domain's nodes.
//   2. After Refresh of every node whose capacity or holds changed, the counts equal freshly made ones, and so do the
//      tie ranks.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_DOMAIN_COUNTS_H_
#define LWS_PLACEMENT_SEARCH_DOMAIN_COUNTS_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "lws/placement/capacity.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology_domain.h"

namespace lws::internal {

struct DomainCount {
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max() / 2;

  int64_t workers = 0;       // that fit, ignoring subgroups
  int64_t penalty = kNone;   // the fewest workers that the leader displaces; kNone when it fits nowhere
  int64_t units = 0;         // of the kind that PlacementProblem::UnitsAt describes
  int64_t with_leader = -1;  // units beside the leader; -1 when it does not fit

  // The workers that fit, beside the leader if `leader`.
  int64_t RoomFor(bool leader) const { return leader ? workers - penalty : workers; }
  int64_t UnitsFor(bool leader) const { return leader ? with_leader : units; }
};

// Decides between domains that are equal otherwise; the smaller one comes first. The first number has a bit for each
// level down to the domain's own, the widest first, which is set when the domain there is empty. The second one is the
// negative sum of how much the pods prefer the nodes on which they could be.
using TieRank = std::pair<uint64_t, int64_t>;

// The part of the cluster that is counted, and what is already promised in it.
struct CountScope {
  int level = Topology::kRoot;
  int32_t domain = 0;
  // Nodes that are lost.
  const std::vector<bool>* lost = nullptr;
  // A node of the group itself: the group may hold this node's domains exclusively.
  std::optional<int32_t> own_node;
  // Units of the layer below (or workers) that a domain must take besides whole subgroups, by number of the layer and
  // domain.
  std::map<std::pair<int, int32_t>, int64_t> reserved;
};

// The scope in which nothing is lost or promised.
inline CountScope ScopeOf(const TopologyDomain& domain) {
  CountScope scope;
  scope.level = domain.level;
  scope.domain = domain.domain;
  return scope;
}

// How many workers fit into `free`, a node's amounts, whatever its labels and taints.
int64_t CountRoomForWorkers(const PlacementProblem& problem, const int64_t* free);

class DomainCounts {
 public:
  // Borrows all. Complexity: O(nodes of the scope x resources).
  DomainCounts(const PlacementProblem& problem, const Capacity& capacity, CountScope scope);

  const CountScope& scope() const { return scope_; }
  const DomainCount& At(int level, int32_t domain) const { return cells_[level + 1][domain - first_[level + 1]]; }
  // The domain of the scope.
  const DomainCount& Whole() const { return At(scope_.level, scope_.domain); }

  // Whether the request tells equal domains apart; without it all tie ranks are equal. Laws 13 and 14 of
  // assign_group.h.
  bool has_tie_ranks() const { return !ties_.empty(); }
  // Complexity: O(levels).
  TieRank TieRankOf(int level, int32_t domain) const;

  // Whether the node is in a domain that another exclusive group holds.
  bool IsTaken(int32_t node) const;

  // Whether some domain has too little room for its reserved units.
  bool breaks_reservation() const { return breaks_reservation_; }

  // Keeps the domains of the level sorted by their room. Every change then costs O(log domains).
  void IndexRoom(int level);
  // That level, and its domains that can take the leader if there is one: pairs of room and domain.
  std::optional<int> indexed_level() const { return indexed_level_; }
  const std::set<std::pair<int64_t, int32_t>>& by_room() const { return by_room_; }

  // Recounts these nodes and the domains above them. Complexity: O(nodes x resources + levels x children of a domain).
  void Refresh(IndexRange nodes);

 private:
  // What tie ranks are made of.
  struct Tie {
    int64_t used_nodes = 0;
    int64_t preferred = 0;
  };

  Tie TieOfNode(int32_t node, const DomainCount& count) const;
  void RefreshTies(IndexRange nodes);
  void SumTies(int level, int32_t domain);
  void CountNodes(IndexRange nodes);
  bool IsAlike(int32_t a, int32_t b) const;
  DomainCount CountNode(int32_t node) const;
  void Limit(const NodeLimit& limit, int32_t node, DomainCount* count) const;
  bool IsBarred(int32_t node) const;
  void MoveInIndex(int32_t domain, const DomainCount& before, const DomainCount& after);
  void CutToSubgroupsOf(int level, int32_t domain, DomainCount* count);
  void SumChildren(int level, int32_t domain);
  void CutToSubgroups(int layer_number, int32_t domain, DomainCount* count);
  int64_t Reserved(int layer_number, int32_t domain) const;

  const PlacementProblem& problem_;
  const Capacity& capacity_;
  CountScope scope_;
  bool may_be_barred_;
  bool breaks_reservation_ = false;
  std::optional<int> indexed_level_;
  std::set<std::pair<int64_t, int32_t>> by_room_;
  std::vector<int32_t> first_;                   // the scope's first domain, by level + 1
  std::vector<std::vector<DomainCount>> cells_;  // by level + 1
  std::vector<std::vector<Tie>> ties_;           // as cells_; empty when the request has no wish for ties
};

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_DOMAIN_COUNTS_H_
