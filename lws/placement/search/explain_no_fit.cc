#include "lws/placement/search/explain_no_fit.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lws/placement/search/domain_search.h"

namespace lws::internal {
namespace {

const char* ExclusionName(NodeExclusion exclusion) {
  switch (exclusion) {
    case NodeExclusion::kNotReady:
      return "notReady";
    case NodeExclusion::kSelector:
      return "selector";
    case NodeExclusion::kAffinity:
      return "affinity";
    case NodeExclusion::kTaint:
      return "taint";
    case NodeExclusion::kNone:
      break;
  }
  return "";
}

class Explanation {
 public:
  Explanation(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts)
      : problem_(problem), topology_(*problem.topology), capacity_(capacity), counts_(counts) {}

  NoFit Run() {
    no_fit_.wanted_pods = problem_.workers + problem_.has_leader;
    const IndexRange nodes = topology_.NodesOf(counts_.scope().level, counts_.scope().domain);
    no_fit_.nodes = nodes.size();
    for (int32_t node = nodes.begin; node < nodes.end; ++node) CountNode(node);
    if (counts_.scope().level == Topology::kRoot && !topology_.outside().empty()) {
      no_fit_.nodes += static_cast<int64_t>(topology_.outside().size());
      no_fit_.excluded["missingLabel"] = static_cast<int64_t>(topology_.outside().size());
    }
    Blame();
    return std::move(no_fit_);
  }

 private:
  void CountNode(int32_t node) {
    const ShapeOnTopology& shape = problem_.workers > 0 ? problem_.worker : problem_.leader;
    if (counts_.scope().lost != nullptr && (*counts_.scope().lost)[node]) {
      ++no_fit_.excluded["lost"];
      return;
    }
    const NodeExclusion exclusion = shape.Exclusion(topology_, node);
    if (exclusion != NodeExclusion::kNone) {
      ++no_fit_.excluded[ExclusionName(exclusion)];
      return;
    }
    if (counts_.IsTaken(node)) {
      ++no_fit_.excluded["domainTaken"];
      return;
    }
    for (const std::string& name : shape.never_offered) ++no_fit_.excluded[name];
    for (const auto& [resource, amount] : shape.takes) {
      if (capacity_.Free(node)[resource] < amount) ++no_fit_.excluded[topology_.resources()[resource]];
    }
  }

  // The level that failed, and why.
  void Blame() {
    const int scope = counts_.scope().level;
    int level = problem_.request->closeness == Closeness::kRequired ? problem_.level : scope;
    level = std::max({level, scope, problem_.exclusive_level});
    no_fit_.reason = level == scope ? NoFitReason::kNotEnoughRoom : NoFitReason::kNoLevelFits;
    if (WorkersAloneFit()) {
      no_fit_.reason = NoFitReason::kLeaderFitsNowhere;
    } else if (const std::optional<int> layer = FailingLayer(); layer.has_value()) {
      no_fit_.reason = NoFitReason::kNoSubgroupFits;
      level = std::max(scope, problem_.layers[*layer].level);
    }
    const int named = std::max(level, 0);
    if (named < static_cast<int>(topology_.level_keys().size())) no_fit_.level = topology_.level_keys()[named];
    no_fit_.domains = topology_.DomainsWithin(scope, counts_.scope().domain, std::max(named, scope)).size();
    FindBest(level);
  }

  // Whether the leader has no node at all, and is what stands in the way.
  bool WorkersAloneFit() const {
    if (!problem_.has_leader || problem_.same_shape || counts_.Whole().penalty != DomainCount::kNone) return false;
    PlacementProblem workers = problem_;
    workers.has_leader = false;
    workers.layers.clear();
    return !SearchNodes(workers, capacity_, DomainCounts(workers, capacity_, counts_.scope())).empty();
  }

  // The innermost layer without which the group would have a place.
  std::optional<int> FailingLayer() const {
    PlacementProblem looser = problem_;
    looser.layers.clear();
    for (size_t i = 0; i <= problem_.layers.size(); ++i) {
      const DomainCounts counts(looser, capacity_, counts_.scope());
      if (SearchNodes(looser, capacity_, counts).empty()) {
        return i == 0 ? std::nullopt : std::optional<int>(static_cast<int>(i) - 1);
      }
      if (i < problem_.layers.size()) looser.layers.push_back(problem_.layers[i]);
    }
    return std::nullopt;
  }

  // The first domain of the level that would take most of the wanted pods.
  void FindBest(int level) {
    const IndexRange domains = topology_.DomainsWithin(counts_.scope().level, counts_.scope().domain, level);
    for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
      const int64_t pods = PodsIn(level, counts_.At(level, domain));
      if (domain > domains.begin && pods <= no_fit_.best_pods) continue;
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
