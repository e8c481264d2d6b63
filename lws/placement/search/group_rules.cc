#include "lws/placement/search/group_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "lws/placement/pod_rules.h"
#include "lws/placement/rank_shape.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

// One kind of pods of the group (leader or workers), and the other kind beside it.
struct Kind {
  const PodShape* shape = nullptr;
  int64_t pods = 0;
  const PodShape* other_shape = nullptr;
  int64_t other_pods = 0;

  const PodRules& rules() const { return *shape->rules; }
  // Whether some other pod of the group passes the test.
  template <typename Test>
  bool AnyOther(Test test) const {
    return (pods > 1 && test(rules())) || AnyOfOtherKind(test);
  }
  template <typename Test>
  bool AnyOfOtherKind(Test test) const {
    return other_pods > 0 && other_shape->rules != nullptr && test(*other_shape->rules);
  }
};

Kind WorkersOf(const GroupRequest& request) {
  const bool has_leader = request.leader.has_value();
  return {&request.worker, request.workers, has_leader ? &*request.leader : nullptr, has_leader};
}

Kind LeaderOf(const GroupRequest& request) { return {&*request.leader, 1, &request.worker, request.workers}; }

bool SelectsForSpread(const PodRules& rules, const PodRules& other) {
  return other.namespace_name == rules.namespace_name &&
         std::any_of(rules.spreads.begin(), rules.spreads.end(),
                     [&](const SpreadConstraint& spread) { return spread.selector.Matches(other.labels); });
}

class RulesReader {
 public:
  RulesReader(const Capacity& capacity, PlacementProblem* problem)
      : topology_(*problem->topology), capacity_(capacity), problem_(problem) {}

  void Run() {
    const GroupRequest& request = *problem_->request;
    if (problem_->workers > 0) ReadKind(WorkersOf(request), &problem_->worker);
    if (problem_->has_leader) ReadKind(LeaderOf(request), &problem_->leader);
    LimitSharing(WorkersOf(request));
    problem_->unchecked_rules.assign(unchecked_.begin(), unchecked_.end());
    const ShapeOnTopology& worker = problem_->worker;
    const ShapeOnTopology& leader = problem_->leader;
    const bool same_nodes = worker.by_class == leader.by_class && worker.exclusions == leader.exclusions;
    problem_->same_shape = problem_->same_shape && same_nodes && problem_->limits.empty();
  }

 private:
  // Excludes the nodes that pods of this kind cannot use wherever the rest of the group is.
  void ReadKind(const Kind& kind, ShapeOnTopology* shape) {
    if (kind.shape->rules == nullptr || (!kind.rules().asks() && !capacity_.has_guarded_pods())) return;
    const PodNeighbours neighbours = NeighboursOf(*kind.shape, capacity_);
    const bool decides_near = DecidesNear(kind, neighbours);
    const bool decides_spread =
        !kind.AnyOther([&](const PodRules& other) { return SelectsForSpread(kind.rules(), other); });
    if (!decides_near) unchecked_.insert("podAffinity");
    if (!decides_spread) unchecked_.insert("topologySpreadConstraints");
    std::vector<NodeExclusion> exclusions;
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      NodeExclusion exclusion = shape->Exclusion(topology_, node);
      if (exclusion != NodeExclusion::kNone) {
      } else if (!neighbours.AllowsPorts(node)) {
        exclusion = NodeExclusion::kHostPort;
      } else if (!neighbours.AllowsApart(node)) {
        exclusion = NodeExclusion::kPodAntiAffinity;
      } else if (decides_near ? !neighbours.AllowsNear(node) : !neighbours.HasLabelsForNear(node)) {
        exclusion = NodeExclusion::kPodAffinity;
      } else if (decides_spread ? !neighbours.AllowsSpread(node) : !neighbours.HasLabelsForSpread(node)) {
        exclusion = NodeExclusion::kTopologySpread;
      }
      exclusions.push_back(exclusion);
    }
    shape->exclusions = std::move(exclusions);
    shape->by_class = false;
  }

  // Whether the existing pods alone decide the affinity. They do not when pods of the group itself may satisfy it:
  // pods of the other kind, or of the same kind while no such pod exists.
  static bool DecidesNear(const Kind& kind, const PodNeighbours& neighbours) {
    const auto is_near = [&](const PodRules& other) { return neighbours.IsNear(other); };
    if (kind.AnyOfOtherKind(is_near)) return false;
    return neighbours.has_near() || kind.pods == 1 || !is_near(kind.rules());
  }

  // Limits which pods of the group may share a node.
  void LimitSharing(const Kind& workers) {
    if (workers.shape->rules != nullptr && workers.pods > 1) {
      if (workers.rules().PortsConflictWith(workers.rules())) {
        ForEachLimit(nullptr, [](NodeLimit& limit) { LeaveOne(NodeExclusion::kHostPort, &limit); });
      }
      for (const PodTerm& term : workers.rules().apart) {
        if (term.Matches(workers.rules()))
          KeepApart(term, [](NodeLimit& limit) { LeaveOne(NodeExclusion::kPodAntiAffinity, &limit); });
      }
    }
    if (!workers.AnyOfOtherKind([](const PodRules&) { return true; }) || workers.shape->rules == nullptr) return;
    const PodRules& leader = *workers.other_shape->rules;
    if (leader.PortsConflictWith(workers.rules())) {
      ForEachLimit(nullptr, [](NodeLimit& limit) { LeaveLeaderAlone(NodeExclusion::kHostPort, &limit); });
    }
    const auto leave_alone = [](NodeLimit& limit) { LeaveLeaderAlone(NodeExclusion::kPodAntiAffinity, &limit); };
    for (const PodTerm& term : workers.rules().apart) {
      if (term.Matches(leader)) KeepApart(term, leave_alone);
    }
    for (const PodTerm& term : leader.apart) {
      if (term.Matches(workers.rules())) KeepApart(term, leave_alone);
    }
  }

  // Limits the nodes with the term's label. Where a domain has several nodes, the assignment has to be checked, too.
  template <typename Change>
  void KeepApart(const PodTerm& term, Change change) {
    ForEachLimit(&term.topology_key, change);
    if (!IsOfSingleNodes(term.topology_key)) unchecked_.insert("podAntiAffinity");
  }

  static void LeaveOne(NodeExclusion rule, NodeLimit* limit) {
    limit->workers = 1;
    limit->rule = rule;
  }
  static void LeaveLeaderAlone(NodeExclusion rule, NodeLimit* limit) {
    limit->leader_alone = true;
    limit->rule = rule;
  }

  template <typename Change>
  void ForEachLimit(const std::string* key, Change change) {
    problem_->limits.resize(topology_.NodeCount());
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      if (key == nullptr || topology_.Node(node).facts.labels.count(*key) > 0) change(problem_->limits[node]);
    }
  }

  bool IsOfSingleNodes(const std::string& key) const {
    std::set<std::string> values;
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      const auto found = topology_.Node(node).facts.labels.find(key);
      if (found != topology_.Node(node).facts.labels.end() && !values.insert(found->second).second) return false;
    }
    return true;
  }

  const Topology& topology_;
  const Capacity& capacity_;
  PlacementProblem* problem_;
  std::set<std::string> unchecked_;
};

// The pods of a group arrive on their nodes one by one, in an order that the scheduler would allow.
class Arrival {
 public:
  Arrival(const PlacementProblem& problem, const Capacity& capacity) {
    const GroupRequest& request = *problem.request;
    if (problem.has_leader && request.leader->rules != nullptr) AddKind(LeaderOf(request), capacity);
    if (problem.workers > 0 && request.worker.rules != nullptr) AddKind(WorkersOf(request), capacity);
  }

  void Expect(const PodShape& shape, int32_t node) {
    for (Waiting& waiting : kinds_) {
      if (waiting.shape == &shape) ++waiting.nodes[node];
    }
  }

  // Whether all arrive, each as soon as it may. Another order may go on where this one does not: a pod that is near to
  // any other has to come before one that it then would have to be near to.
  bool Run() {
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      for (Waiting& waiting : kinds_) {
        for (auto it = waiting.nodes.begin(); it != waiting.nodes.end();) {
          if (!IsAllowed(waiting.neighbours, it->first)) {
            ++it;
            continue;
          }
          goes_on = true;
          for (Waiting& other : kinds_) other.neighbours.Add(*waiting.shape->rules, it->first, 1);
          it = --it->second == 0 ? waiting.nodes.erase(it) : std::next(it);
        }
      }
    }
    return std::all_of(kinds_.begin(), kinds_.end(), [](const Waiting& waiting) { return waiting.nodes.empty(); });
  }

 private:
  struct Waiting {
    const PodShape* shape;
    PodNeighbours neighbours;
    std::map<int32_t, int64_t> nodes;  // number of pods still to arrive, by node
  };

  void AddKind(const Kind& kind, const Capacity& capacity) {
    kinds_.push_back({kind.shape, NeighboursOf(*kind.shape, capacity), {}});
  }

  static bool IsAllowed(const PodNeighbours& neighbours, int32_t node) {
    return neighbours.AllowsPorts(node) && neighbours.AllowsApart(node) && neighbours.AllowsNear(node) &&
           neighbours.AllowsSpread(node);
  }

  std::vector<Waiting> kinds_;
};

// The levels that affinity terms name, for which the group's own pods may come first.
std::vector<std::string> LevelsOfTerms(const PlacementProblem& problem, bool near) {
  std::set<std::string> keys;
  const auto add = [&](const PodShape& shape) {
    if (shape.rules == nullptr) return;
    for (const PodTerm& term : near ? shape.rules->near : shape.rules->apart) {
      if (problem.topology->LevelOf(term.topology_key).has_value()) keys.insert(term.topology_key);
    }
  };
  if (problem.workers > 0) add(problem.request->worker);
  if (problem.has_leader) add(*problem.request->leader);
  return {keys.begin(), keys.end()};
}

// The request with all pods in one domain of the level; nullopt when it already demands that.
std::optional<GroupRequest> RequiredAt(const GroupRequest& request, const Topology& topology, const std::string& key) {
  const int level = *topology.LevelOf(key);
  if (request.closeness == Closeness::kRequired && *topology.LevelOf(request.level) >= level) return std::nullopt;
  GroupRequest stricter = request;
  stricter.closeness = Closeness::kRequired;
  stricter.level = key;
  return stricter;
}

// The request with every pod in a domain of its own; nullopt when it already has subgroups or is exclusive.
std::optional<GroupRequest> ApartAt(const GroupRequest& request, const std::string& key, SubgroupLeader leader) {
  if (!request.subgroups.empty() || !request.exclusive_levels.empty()) return std::nullopt;
  GroupRequest stricter = request;
  stricter.subgroups = {{1, key, /*exclusive=*/true}};
  stricter.subgroup_leader = leader;
  // No set has this namespace, so no other group holds domains in it.
  stricter.namespace_name = "/";
  return stricter;
}

bool AsksForSpread(const GroupRequest& request) {
  const auto asks = [](const PodShape& shape) { return shape.rules != nullptr && !shape.rules->spreads.empty(); };
  return asks(request.worker) || (request.leader.has_value() && asks(*request.leader));
}

void LimitSpread(const Capacity& capacity, PlacementProblem* problem) {
  const Kind workers = WorkersOf(*problem->request);
  if (workers.shape->rules == nullptr || workers.rules().spreads.empty() || workers.pods == 0) return;
  const PodNeighbours neighbours = NeighboursOf(*workers.shape, capacity);
  const bool leader_counts =
      workers.AnyOfOtherKind([&](const PodRules& leader) { return SelectsForSpread(workers.rules(), leader); });
  problem->limits.resize(problem->topology->NodeCount());
  problem->same_shape = false;
  for (int32_t node = 0; node < problem->topology->NodeCount(); ++node) {
    NodeLimit& limit = problem->limits[node];
    const int64_t most = neighbours.MostBySpread(node);
    if (most < limit.workers) limit.rule = NodeExclusion::kTopologySpread;
    limit.workers = std::min(limit.workers, most);
    limit.leader_counts = leader_counts;
  }
}

}  // namespace

PodNeighbours NeighboursOf(const PodShape& shape, const Capacity& capacity) {
  PodNeighbours neighbours(capacity.topology(), shape);
  for (const auto& [node, pods] : capacity.pods()) {
    for (const Capacity::PlacedPods& placed : pods) {
      if (placed.count > 0) neighbours.Add(*placed.rules, node, placed.count);
    }
  }
  return neighbours;
}

absl::StatusOr<PlacementProblem> ReadPlacementProblem(const GroupRequest& request, const Capacity& capacity) {
  absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request, capacity.topology());
  if (problem.ok()) RulesReader(capacity, &*problem).Run();
  return problem;
}

bool KeepsSearchRules(const PlacementProblem& problem, const Capacity& capacity, const std::vector<int32_t>& nodes) {
  Arrival arrival(problem, capacity);
  const Topology& topology = *problem.topology;
  const int required = problem.request->closeness == Closeness::kRequired ? problem.level : Topology::kRoot;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    if (nodes[rank] < 0) continue;
    // A stricter request for a narrower level does not demand the label of the wider one, so check it here.
    if (!topology.IsLabelled(required, topology.DomainOf(required, nodes[rank]))) return false;
    arrival.Expect(ShapeOfRank(*problem.request, rank), nodes[rank]);
  }
  return arrival.Run();
}

std::vector<StricterRequest> StricterSearchRequests(const PlacementProblem& problem) {
  const GroupRequest& request = *problem.request;
  std::vector<GroupRequest> requests = {request};
  for (const std::string& key : LevelsOfTerms(problem, /*near=*/true)) {
    std::optional<GroupRequest> stricter = RequiredAt(request, *problem.topology, key);
    if (stricter.has_value()) requests.push_back(*std::move(stricter));
  }
  for (const std::string& key : LevelsOfTerms(problem, /*near=*/false)) {
    for (size_t i = requests.size(); i-- > 0;) {
      for (const SubgroupLeader leader : {SubgroupLeader::kOutside, SubgroupLeader::kMember}) {
        std::optional<GroupRequest> stricter = ApartAt(requests[i], key, leader);
        if (stricter.has_value()) requests.push_back(*std::move(stricter));
      }
    }
  }
  std::vector<StricterRequest> stricter;
  for (size_t i = 0; i < requests.size(); ++i) {
    if (i > 0) stricter.push_back({requests[i], false});
    if (AsksForSpread(request)) stricter.push_back({requests[i], true});
  }
  return stricter;
}

absl::StatusOr<PlacementProblem> ReadStricterSearchProblem(const StricterRequest& stricter, const Capacity& capacity) {
  absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(stricter.request, capacity);
  if (problem.ok() && stricter.limits_spread) LimitSpread(capacity, &*problem);
  return problem;
}

}  // namespace lws::internal
