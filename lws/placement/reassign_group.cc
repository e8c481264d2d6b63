#include "lws/placement/reassign_group.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/rank_shape.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/domain_search.h"
#include "lws/placement/search/explain_no_fit.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/rank_order.h"

namespace lws {

using internal::AssignInScope;
using internal::AssignRanksToNodes;
using internal::CountScope;
using internal::DomainCount;
using internal::DomainCounts;
using internal::ExplainNoFit;
using internal::KeepsSearchRules;
using internal::LayerOnTopology;
using internal::PickedDomain;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;
using internal::SearchDomainsForNodes;

namespace {

constexpr int32_t kUnplaced = -1;

// Ranks that must go into one domain. They are single workers, or whole subgroups of the next inner layer.
struct Demand {
  int layers = 0;  // innermost layers whose subgroups the ranks fill
  int level = 0;
  int32_t domain = 0;
  std::vector<size_t> ranks;
};

// A request for workers without a leader, in whole subgroups of the `layers` innermost layers.
GroupRequest WorkersAlone(const PlacementProblem& problem, int64_t workers, int layers) {
  GroupRequest alone;
  alone.namespace_name = problem.request->namespace_name;
  alone.worker = problem.request->worker;
  alone.workers = workers;
  alone.profile = problem.request->profile;
  alone.keeps_empty = problem.request->keeps_empty;
  for (int i = layers - 1; i >= 0; --i) {
    const LayerOnTopology& layer = problem.layers[i];
    alone.subgroups.push_back({layer.size, problem.topology->level_keys()[layer.level], layer.exclusive});
  }
  return alone;
}

// Completes, within one domain, a group of which only some ranks have a node.
class Completion {
 public:
  Completion(const PlacementProblem& problem, const Capacity& capacity, const std::vector<bool>& lost,
             std::vector<int32_t> nodes, CountScope scope)
      : problem_(problem),
        topology_(*problem.topology),
        capacity_(capacity),
        nodes_(std::move(nodes)),
        scope_(std::move(scope)) {
    scope_.lost = &lost;
    // A layer wider than the scope has the whole scope in one of its domains, so it does not divide it.
    while (layers_ < static_cast<int>(problem_.layers.size()) && problem_.layers[layers_].level >= scope_.level) {
      ++layers_;
    }
  }

  // Returns the nodes by rank, or nothing when there is no place.
  std::optional<std::vector<int32_t>> Run() {
    for (size_t layer = layers_; layer < problem_.layers.size(); ++layer) {
      // The whole scope is in one domain of this layer, which may take only one subgroup.
      if (problem_.layers[layer].exclusive && problem_.layers[layer].units > 1) return std::nullopt;
    }
    if (!problem_.has_leader || nodes_[0] != kUnplaced) {
      if (!PlaceWorkers()) return std::nullopt;
      return nodes_;
    }
    const std::vector<int> unplaced = LayersWithoutFirstSubgroup();
    for (const int32_t node : PlacesForLeader(unplaced)) {
      nodes_[0] = node;
      capacity_.Use(node, *problem_.request->leader);
      for (const int level : unplaced)
        capacity_.Hold(Holder::kSubgroup, problem_.request->namespace_name, level, topology_.DomainOf(level, node));
      if (PlaceWorkers()) return nodes_;
      for (const int level : unplaced)
        capacity_.LetGo(Holder::kSubgroup, problem_.request->namespace_name, level, topology_.DomainOf(level, node));
      capacity_.GiveBack(node, *problem_.request->leader);
      nodes_[0] = kUnplaced;
    }
    return std::nullopt;
  }

 private:
  // The subgroup of the layer to which a rank belongs; nothing for a leader outside of all subgroups.
  std::optional<int64_t> SubgroupOf(int layer, size_t rank) const {
    const int64_t size = problem_.layers[layer].size;
    const int64_t worker = static_cast<int64_t>(rank) - problem_.has_leader;  // counts from 0; the leader is -1
    switch (problem_.request->subgroup_leader) {
      case SubgroupLeader::kMember:
        return static_cast<int64_t>(rank) / size;
      case SubgroupLeader::kExtra:
        return std::max<int64_t>(worker, 0) / size;
      case SubgroupLeader::kOutside:
        break;
    }
    if (worker < 0) return std::nullopt;
    return worker / size;
  }

  // The domains of those subgroups of the layer that have a placed pod.
  std::map<int64_t, int32_t> DomainsOfSubgroups(int layer) const {
    std::map<int64_t, int32_t> domains;
    for (size_t rank = 0; rank < nodes_.size(); ++rank) {
      const std::optional<int64_t> subgroup = SubgroupOf(layer, rank);
      if (nodes_[rank] == kUnplaced || !subgroup.has_value()) continue;
      domains[*subgroup] = topology_.DomainOf(problem_.layers[layer].level, nodes_[rank]);
    }
    return domains;
  }

  // Groups the unplaced workers by the narrowest domain to which their subgroups, or the scope, bind them.
  std::vector<Demand> Demands() const {
    std::vector<std::map<int64_t, int32_t>> placed;
    for (int layer = 0; layer < layers_; ++layer) placed.push_back(DomainsOfSubgroups(layer));
    std::map<std::pair<int, int32_t>, Demand> demands;
    for (size_t rank = problem_.has_leader; rank < nodes_.size(); ++rank) {
      if (nodes_[rank] != kUnplaced) continue;
      int layer = 0;
      int32_t domain = scope_.domain;
      for (; layer < layers_; ++layer) {
        const auto found = placed[layer].find(*SubgroupOf(layer, rank));
        if (found == placed[layer].end()) continue;
        domain = found->second;
        break;
      }
      Demand& demand = demands[{layer, domain}];
      demand.layers = layer;
      demand.level = layer < layers_ ? problem_.layers[layer].level : scope_.level;
      demand.domain = domain;
      demand.ranks.push_back(rank);
    }
    std::vector<Demand> ordered;  // the narrowest first
    for (auto& [key, demand] : demands) ordered.push_back(std::move(demand));
    return ordered;
  }

  // The levels of exclusive layers in which the leader's subgroup has no placed pod. It needs a free domain there.
  std::vector<int> LayersWithoutFirstSubgroup() const {
    std::vector<int> levels;
    for (int layer = 0; layer < layers_; ++layer) {
      if (!problem_.layers[layer].exclusive || !SubgroupOf(layer, 0).has_value()) continue;
      if (DomainsOfSubgroups(layer).count(0) == 0) levels.push_back(problem_.layers[layer].level);
    }
    return levels;
  }

  // The nodes worth trying for the leader, beginning with those where it displaces the fewest workers. There is one
  // for each domain of the innermost layer, because within such a domain only the displaced workers matter. The node's
  // domains at the levels `unplaced` must not be held by others.
  std::vector<int32_t> PlacesForLeader(const std::vector<int>& unplaced) const {
    const DomainCounts counts(problem_, capacity_, scope_);
    IndexRange nodes = topology_.NodesOf(scope_.level, scope_.domain);
    for (int layer = 0; layer < layers_; ++layer) {
      const std::map<int64_t, int32_t> placed = DomainsOfSubgroups(layer);
      const std::optional<int64_t> own = SubgroupOf(layer, 0);
      const auto found = own.has_value() ? placed.find(*own) : placed.end();
      if (found == placed.end()) continue;
      nodes = topology_.NodesOf(problem_.layers[layer].level, found->second);
      break;
    }
    std::map<int32_t, std::pair<int64_t, int32_t>> best;  // by domain: the workers displaced, and the node
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      const int64_t penalty = counts.At(topology_.LastLevel(), node).penalty;
      const bool held = std::any_of(unplaced.begin(), unplaced.end(), [&](int level) {
        return capacity_.Holds(Holder::kSubgroup, problem_.request->namespace_name, level,
                               topology_.DomainOf(level, node)) > 0;
      });
      if (penalty == DomainCount::kNone || held) continue;
      const int32_t domain = layers_ > 0 ? topology_.DomainOf(problem_.layers[0].level, node) : 0;
      const auto [known, added] = best.try_emplace(domain, penalty, node);
      if (!added && penalty < known->second.first) known->second = {penalty, node};
    }
    std::vector<std::pair<int64_t, int32_t>> ordered;
    for (const auto& [domain, place] : best) ordered.push_back(place);
    std::sort(ordered.begin(), ordered.end());
    std::vector<int32_t> places;
    for (const auto& [penalty, node] : ordered) places.push_back(node);
    return places;
  }

  // Places all unplaced workers, or none.
  bool PlaceWorkers() {
    const std::vector<Demand> demands = Demands();
    if (demands.empty()) return true;
    if (!DemandsFit(demands)) return false;
    Capacity left = capacity_;
    std::vector<int32_t> nodes = nodes_;
    for (const Demand& demand : demands) {
      if (!Place(demand, &left, &nodes)) return false;
    }
    nodes_ = std::move(nodes);
    return true;
  }

  // Whether all demands fit. The count is exact: demands bound to a domain are reserved before whole subgroups are
  // counted.
  bool DemandsFit(const std::vector<Demand>& demands) const {
    CountScope scope = scope_;
    int64_t free_units = 0;
    for (const Demand& demand : demands) {
      const int64_t ranks = static_cast<int64_t>(demand.ranks.size());
      const int64_t units = demand.layers == 0 ? ranks : ranks / problem_.layers[demand.layers - 1].size;
      if (demand.layers == layers_) {
        free_units = units;
      } else {
        scope.reserved[{demand.layers, demand.domain}] += units;
      }
    }
    const int64_t largest = layers_ == 0 ? 1 : problem_.layers[layers_ - 1].size;
    const GroupRequest alone = WorkersAlone(problem_, largest, layers_);
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(alone, capacity_);
    if (!problem.ok()) return false;
    const DomainCounts counts(*problem, capacity_, scope);
    return !counts.breaks_reservation() && counts.Whole().units >= free_units;
  }

  bool Place(const Demand& demand, Capacity* left, std::vector<int32_t>* nodes) const {
    const GroupRequest alone = WorkersAlone(problem_, static_cast<int64_t>(demand.ranks.size()), demand.layers);
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(alone, *left);
    if (!problem.ok()) return false;
    CountScope scope;
    scope.level = demand.level;
    scope.domain = demand.domain;
    scope.lost = scope_.lost;
    std::vector<PickedDomain> picks = SearchDomainsForNodes(*problem, *left, DomainCounts(*problem, *left, scope));
    if (picks.empty()) return false;
    const Assignment assignment = AssignRanksToNodes(*problem, std::move(picks));
    left->Commit(alone, assignment);
    const std::vector<int32_t> found = assignment.NodesByRank();
    for (size_t i = 0; i < found.size(); ++i) (*nodes)[demand.ranks[i]] = found[i];
    return true;
  }

  const PlacementProblem& problem_;
  const Topology& topology_;
  Capacity capacity_;
  std::vector<int32_t> nodes_;
  CountScope scope_;
  int layers_ = 0;  // the innermost layers, up to the scope's level
};

// The domain of `level` that holds all placed ranks; nothing when they are in several domains.
std::optional<int32_t> CommonDomain(const Topology& topology, int level, const std::vector<int32_t>& nodes) {
  std::optional<int32_t> common;
  for (const int32_t node : nodes) {
    if (node == kUnplaced) continue;
    const int32_t domain = topology.DomainOf(level, node);
    if (common.value_or(domain) != domain) return std::nullopt;
    common = domain;
  }
  return common;
}

// The narrowest level at which one domain must hold all pods.
int BindingLevel(const PlacementProblem& problem) {
  const bool is_required = problem.request->closeness == Closeness::kRequired;
  return std::max(is_required ? problem.level : Topology::kRoot, problem.exclusive_level);
}

// The nodes of the ranks that had none before.
std::vector<int32_t> Added(const std::vector<int32_t>& before, std::vector<int32_t> after) {
  for (size_t rank = 0; rank < after.size(); ++rank) {
    if (before[rank] != kUnplaced) after[rank] = kUnplaced;
  }
  return after;
}

absl::StatusOr<PlacementResult> Complete(const PlacementProblem& problem, const Capacity& capacity,
                                         const std::vector<bool>& lost, const std::vector<int32_t>& nodes) {
  const Topology& topology = *problem.topology;
  const Closeness closeness = problem.request->closeness;
  const int widest = BindingLevel(problem);
  const int narrowest = closeness == Closeness::kPreferred ? std::max(problem.level, widest) : widest;
  PlacementResult result;
  result.not_looked_at = problem.request->not_looked_at;
  if (std::all_of(nodes.begin(), nodes.end(), [](int32_t node) { return node == kUnplaced; })) {
    result.no_fit = ExplainNoFit(problem, capacity, DomainCounts(problem, capacity, {}));
    result.no_fit.reason = NoFitReason::kNoSurvivors;
    return result;
  }
  if (!CommonDomain(topology, widest, nodes).has_value()) {
    return absl::InvalidArgumentError("assignment: its pods are in several domains of the required level");
  }
  CountScope scope;
  bool breaks_rules = false;
  for (int level = narrowest; level >= widest; --level) {
    const std::optional<int32_t> domain = CommonDomain(topology, level, nodes);
    if (!domain.has_value()) continue;
    scope.level = level;
    scope.domain = *domain;
    scope.own_node = *std::find_if(nodes.begin(), nodes.end(), [](int32_t node) { return node != kUnplaced; });
    Completion completion(problem, capacity, lost, nodes, scope);
    const std::optional<std::vector<int32_t>> completed = completion.Run();
    if (!completed.has_value()) continue;
    if (!problem.unchecked_rules.empty() && !KeepsSearchRules(problem, capacity, Added(nodes, *completed))) {
      breaks_rules = true;
      continue;
    }
    result.assignment = AssignmentFromRanks(problem.has_leader, *completed);
    return result;
  }
  scope.lost = &lost;
  result.no_fit = ExplainNoFit(problem, capacity, DomainCounts(problem, capacity, scope));
  result.no_fit.reason = breaks_rules ? NoFitReason::kRulesNotKept : NoFitReason::kNoPlaceBesideSurvivors;
  if (breaks_rules) result.no_fit.rules = problem.unchecked_rules;
  return result;
}

// A subgroup that lost all of its pods no longer holds a domain.
void LetLostSubgroupsGo(const PlacementProblem& problem, const std::vector<int32_t>& before,
                        const std::vector<int32_t>& after, Capacity* capacity) {
  const bool leader_is_outside = problem.has_leader && problem.request->subgroup_leader == SubgroupLeader::kOutside;
  for (const LayerOnTopology& layer : problem.layers) {
    if (!layer.exclusive) continue;
    std::set<int32_t> held;
    std::set<int32_t> kept;
    for (size_t rank = leader_is_outside; rank < before.size(); ++rank) {
      held.insert(problem.topology->DomainOf(layer.level, before[rank]));
      if (after[rank] != kUnplaced) kept.insert(problem.topology->DomainOf(layer.level, after[rank]));
    }
    for (const int32_t domain : held) {
      if (kept.count(domain) == 0)
        capacity->LetGo(Holder::kSubgroup, problem.request->namespace_name, layer.level, domain);
    }
  }
}

// Holds the domains of exclusive subgroups in which no pod of the group ran before.
void HoldNewDomains(const GroupRequest& request, const std::vector<int32_t>& after,
                    const std::vector<std::optional<int32_t>>& before, Capacity* capacity) {
  const bool leader_is_outside = request.leader.has_value() && request.subgroup_leader == SubgroupLeader::kOutside;
  for (const SubgroupLayer& layer : request.subgroups) {
    if (!layer.exclusive) continue;
    const int level = *capacity->topology().LevelOf(layer.level);
    std::set<int32_t> held;
    std::set<int32_t> wanted;
    for (size_t rank = leader_is_outside; rank < after.size(); ++rank) {
      const bool ran = rank < before.size() && before[rank].has_value();
      (ran ? held : wanted).insert(capacity->topology().DomainOf(level, after[rank]));
    }
    for (const int32_t domain : wanted) {
      if (held.count(domain) == 0) capacity->Hold(Holder::kSubgroup, request.namespace_name, level, domain);
    }
  }
}

absl::Status CheckAssignment(const PlacementProblem& problem, const std::vector<int32_t>& nodes, bool has_leader) {
  if (has_leader != problem.has_leader) {
    return absl::InvalidArgumentError("assignment: either it or the request has a leader, but not both");
  }
  for (const int32_t node : nodes) {
    if (node < 0 || node >= problem.topology->NodeCount()) {
      return absl::InvalidArgumentError(absl::StrCat("assignment: ", node, " is not a node of the topology"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<bool>> MarkNodes(const char* field, const Topology& topology,
                                            absl::Span<const int32_t> nodes) {
  std::vector<bool> marked(topology.NodeCount());
  for (const int32_t node : nodes) {
    if (node < 0 || node >= topology.NodeCount()) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": ", node, " is not a node of the topology"));
    }
    marked[node] = true;
  }
  return marked;
}

}  // namespace

absl::StatusOr<PlacementResult> ReassignNodes(const Capacity& capacity, const GroupRequest& request,
                                              const Assignment& assignment, absl::Span<const int32_t> lost) {
  absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request, capacity.topology());
  if (!problem.ok()) return problem.status();
  std::vector<int32_t> nodes = assignment.NodesByRank();
  absl::Status status = CheckAssignment(*problem, nodes, assignment.leader.has_value());
  if (!status.ok()) return status;
  if (assignment.WorkerCount() != request.workers) {
    return absl::InvalidArgumentError(absl::StrCat("assignment: ", assignment.WorkerCount(), " workers, and not ",
                                                   request.workers, " as the request says"));
  }
  const absl::StatusOr<std::vector<bool>> is_lost = MarkNodes("lost", capacity.topology(), lost);
  if (!is_lost.ok()) return is_lost.status();
  const std::vector<int32_t> before = nodes;
  for (int32_t& node : nodes) {
    if ((*is_lost)[node]) node = kUnplaced;
  }
  Capacity left = capacity;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    if (nodes[rank] != kUnplaced) continue;
    left.AddPods(before[rank], internal::ShapeOfRank(request, rank).rules, -1);
  }
  LetLostSubgroupsGo(*problem, before, nodes, &left);
  problem = ReadPlacementProblem(request, left);
  if (!problem.ok()) return problem.status();
  return Complete(*problem, left, *is_lost, nodes);
}

absl::StatusOr<PlacementResult> ReassignResizedGroup(const Capacity& capacity, const GroupRequest& request,
                                                     const Assignment& assignment) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  std::vector<int32_t> nodes = assignment.NodesByRank();
  absl::Status status = CheckAssignment(*problem, nodes, assignment.leader.has_value());
  if (!status.ok()) return status;
  nodes.resize(problem->Pods(), kUnplaced);
  return Complete(*problem, capacity, std::vector<bool>(capacity.topology().NodeCount()), nodes);
}

absl::StatusOr<PlacementResult> AssignMissingRanks(const Capacity& capacity, const GroupRequest& request,
                                                   const std::vector<std::optional<int32_t>>& nodes,
                                                   absl::Span<const int32_t> closed) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  const absl::StatusOr<std::vector<bool>> is_closed = MarkNodes("closed", capacity.topology(), closed);
  if (!is_closed.ok()) return is_closed.status();
  if (static_cast<int64_t>(nodes.size()) != problem->Pods()) {
    return absl::InvalidArgumentError(absl::StrCat("nodes: ", nodes.size(), " ranks, and not as the request says"));
  }
  std::vector<int32_t> by_rank;
  for (const std::optional<int32_t>& node : nodes) {
    if (node.has_value() && (*node < 0 || *node >= capacity.topology().NodeCount())) {
      return absl::InvalidArgumentError(absl::StrCat("nodes: ", *node, " is not a node of the topology"));
    }
    by_rank.push_back(node.value_or(kUnplaced));
  }
  if (std::all_of(by_rank.begin(), by_rank.end(), [](int32_t node) { return node == kUnplaced; })) {
    CountScope scope;
    scope.lost = closed.empty() ? nullptr : &*is_closed;
    return AssignInScope(*problem, capacity, DomainCounts(*problem, capacity, std::move(scope)));
  }
  if (!CommonDomain(capacity.topology(), BindingLevel(*problem), by_rank).has_value()) {
    PlacementResult result;
    result.no_fit = ExplainNoFit(*problem, capacity, DomainCounts(*problem, capacity, {}));
    result.no_fit.reason = NoFitReason::kNoPlaceBesideSurvivors;
    return result;
  }
  return Complete(*problem, capacity, *is_closed, by_rank);
}

void UseMissingRanks(const GroupRequest& request, const Assignment& assignment,
                     const std::vector<std::optional<int32_t>>& nodes, Capacity* capacity) {
  const auto runs = [](const std::optional<int32_t>& node) { return node.has_value(); };
  if (std::none_of(nodes.begin(), nodes.end(), runs)) return capacity->Commit(request, assignment);
  const std::vector<int32_t> by_rank = assignment.NodesByRank();
  for (size_t rank = 0; rank < by_rank.size(); ++rank) {
    const bool ran = rank < nodes.size() && nodes[rank].has_value();
    if (!ran) capacity->Use(by_rank[rank], internal::ShapeOfRank(request, rank));
  }
  HoldNewDomains(request, by_rank, nodes, capacity);
}

}  // namespace lws
