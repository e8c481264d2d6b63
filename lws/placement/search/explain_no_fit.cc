#include "lws/placement/search/explain_no_fit.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lws/placement/search/domain_search.h"

namespace lws::internal {
namespace {

class Explanation {
 public:
  Explanation(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts)
      : problem_(problem), topology_(*problem.topology), capacity_(capacity), counts_(counts) {}

  NoFit Run() {
    no_fit_.wanted_pods = problem_.Pods();
    Blame();
    const bool of_leader = problem_.workers == 0 || no_fit_.reason == NoFitReason::kLeaderFitsNowhere;
    const IndexRange nodes = topology_.NodesOf(counts_.scope().level, counts_.scope().domain);
    no_fit_.nodes = nodes.size();
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      CountNode(of_leader ? problem_.leader : problem_.worker, node);
    }
    return std::move(no_fit_);
  }

 private:
  void CountNode(const ShapeOnTopology& shape, int32_t node) {
    if (counts_.scope().lost != nullptr && (*counts_.scope().lost)[node]) {
      ++no_fit_.excluded["lost"];
      return;
    }
    const NodeExclusion exclusion = shape.Exclusion(topology_, node);
    if (exclusion != NodeExclusion::kNone) {
      ++no_fit_.excluded[std::string(NodeExclusionName(exclusion))];
      return;
    }
    if (counts_.IsTaken(node)) {
      ++no_fit_.excluded["domainTaken"];
      return;
    }
    CountLimit(node);
    for (const std::string& name : shape.never_offered) ++no_fit_.excluded[name];
    for (const auto& [resource, amount] : shape.takes) {
      if (capacity_.Free(node)[resource] < amount) ++no_fit_.excluded[topology_.resources()[resource]];
    }
  }

  // Counts a node where the pods, by their own rules, do not use all the room that there is.
  void CountLimit(int32_t node) {
    if (problem_.limits.empty() || problem_.limits[node].rule == NodeExclusion::kNone) return;
    const NodeLimit& limit = problem_.limits[node];
    int64_t used = std::min(limit.workers, problem_.workers) + (problem_.has_leader && !limit.leader_counts);
    if (limit.leader_alone) used = std::min(limit.workers, problem_.workers);
    if (used >= problem_.Pods() || CountRoomForWorkers(problem_, capacity_.Free(node)) <= used) return;
    ++no_fit_.limited[std::string(NodeExclusionName(limit.rule))];
  }

  // Finds the level that failed, and the reason.
  void Blame() {
    const int scope = counts_.scope().level;
    const int around = std::max({problem_.request->closeness == Closeness::kRequired ? problem_.level : scope, scope,
                                 problem_.exclusive_level});
    int level = around;
    no_fit_.reason = level == scope ? NoFitReason::kNotEnoughRoom : NoFitReason::kNoLevelFits;
    if (WorkersAloneFit()) {
      no_fit_.reason = NoFitReason::kLeaderFitsNowhere;
      FindBest(around);
    } else if (const std::optional<int> layer = FailingLayer(); layer.has_value()) {
      no_fit_.reason = NoFitReason::kNoSubgroupFits;
      level = std::max(scope, problem_.layers[*layer].level);
      FindBest(problem_.layers[*layer].level < around ? level : around);
      CountSubgroups(*layer, around);
    } else {
      FindBest(around);
      if (!problem_.layers.empty()) CountSubgroups(static_cast<int>(problem_.layers.size()) - 1, around);
    }
    const int named = std::max(level, 0);
    if (named < static_cast<int>(topology_.level_keys().size())) no_fit_.level = topology_.level_keys()[named];
    const IndexRange domains = topology_.DomainsWithin(scope, counts_.scope().domain, std::max(named, scope));
    for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
      no_fit_.domains += topology_.IsLabelled(std::max(named, scope), domain);
    }
  }

  // Counts how many subgroups of the layer the best domain of level `around` could take.
  void CountSubgroups(int layer, int around) {
    if (problem_.layers[layer].level < around) return;
    PlacementProblem looser = problem_;
    looser.layers.resize(layer + 1);
    const DomainCounts counts(looser, capacity_, counts_.scope());
    const int64_t wanted = looser.layers.back().units;
    const IndexRange domains = topology_.DomainsWithin(counts_.scope().level, counts_.scope().domain, around);
    int64_t most = -1;
    for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
      if (!topology_.IsLabelled(around, domain)) continue;
      const DomainCount& count = counts.At(around, domain);
      const bool leader = problem_.has_leader && count.with_leader >= 0;
      const int64_t units = std::clamp<int64_t>(count.UnitsFor(leader), 0, wanted);
      if (units <= most) continue;
      most = units;
      no_fit_.best_domain = topology_.DomainPath(around, domain);
    }
    no_fit_.subgroup_level = topology_.level_keys()[looser.layers.back().level];
    no_fit_.subgroup_size = looser.layers.back().size;
    no_fit_.wanted_subgroups = wanted;
    no_fit_.best_subgroups = std::max<int64_t>(most, 0);
    no_fit_.best_pods = no_fit_.best_subgroups * no_fit_.subgroup_size;
  }

  // Whether the leader has no node at all while the workers without it would fit.
  bool WorkersAloneFit() const {
    if (problem_.workers == 0) return false;
    if (!problem_.has_leader || problem_.same_shape || counts_.Whole().penalty != DomainCount::kNone) return false;
    PlacementProblem workers = problem_;
    workers.has_leader = false;
    workers.layers.clear();
    return !SearchDomainsForNodes(workers, capacity_, DomainCounts(workers, capacity_, counts_.scope())).empty();
  }

  // The innermost layer without which the group would have a place.
  std::optional<int> FailingLayer() const {
    PlacementProblem looser = problem_;
    looser.layers.clear();
    for (size_t i = 0; i <= problem_.layers.size(); ++i) {
      const DomainCounts counts(looser, capacity_, counts_.scope());
      if (SearchDomainsForNodes(looser, capacity_, counts).empty()) {
        return i == 0 ? std::nullopt : std::optional<int>(static_cast<int>(i) - 1);
      }
      if (i < problem_.layers.size()) looser.layers.push_back(problem_.layers[i]);
    }
    return std::nullopt;
  }

  // Finds the first of the domains of the level that would take most of the wanted pods.
  void FindBest(int level) {
    const IndexRange domains = topology_.DomainsWithin(counts_.scope().level, counts_.scope().domain, level);
    for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
      const int64_t pods = PodsIn(level, counts_.At(level, domain));
      const bool is_first = no_fit_.best_domain.empty();
      if (!topology_.IsLabelled(level, domain) || (!is_first && pods <= no_fit_.best_pods)) continue;
      no_fit_.best_pods = pods;
      no_fit_.best_domain = topology_.DomainPath(level, domain);
    }
  }

  int64_t PodsIn(int level, const DomainCount& count) const {
    const int64_t wanted = problem_.UnitsAt(level);
    const int64_t workers = problem_.WorkersIn(level, std::clamp<int64_t>(count.units, 0, wanted), false);
    if (!problem_.has_leader || count.with_leader < 0) return std::min(workers, problem_.workers);
    const int64_t units = std::min(count.with_leader, wanted);
    return std::max(problem_.WorkersIn(level, units, units > 0) + 1, std::min(workers, problem_.workers));
  }

  const PlacementProblem& problem_;
  const Topology& topology_;
  const Capacity& capacity_;
  const DomainCounts& counts_;
  NoFit no_fit_;
};

}  // namespace

NoFit ExplainNoFit(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts) {
  return Explanation(problem, capacity, counts).Run();
}

}  // namespace lws::internal
