#include "lws/placement/search/domain_search.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "lws/placement/search/subgroup_split.h"

namespace lws::internal {
namespace {

// Domains of one level, in path order.
struct Region {
  int level = Topology::kRoot;
  std::vector<int32_t> domains;
};

class Search {
 public:
  Search(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts)
      : problem_(problem), topology_(*problem.topology), capacity_(capacity), counts_(counts) {}

  bool ScopeTakesWhole() const {
    const int level = counts_.scope().level;
    return level == Topology::kRoot || TakesWhole(level, counts_.scope().domain);
  }

  std::vector<PickedDomain> Run() {
    const Region scope{counts_.scope().level, {counts_.scope().domain}};
    const int last_key = static_cast<int>(topology_.level_keys().size()) - 1;
    const Closeness closeness = problem_.request->closeness;
    if (closeness == Closeness::kUnconstrained) {
      const std::vector<int> levels = LevelsFrom(std::max(last_key, scope.level));
      return problem_.exclusive_level > scope.level ? InOneExclusiveDomain(scope, levels) : Descend(levels, 0, scope);
    }
    const int narrowest = std::max(problem_.preferred_level, scope.level);
    const int widest =
        std::max({closeness == Closeness::kRequired ? problem_.level : 0, scope.level, problem_.exclusive_level});
    // An exclusive level that is narrower than the preferred one leaves only the labels to prefer.
    for (int wanted = narrowest; wanted > problem_.level && problem_.exclusive_level >= narrowest; --wanted) {
      std::vector<PickedDomain> picks = InOneLabelledDomain(scope, widest, wanted);
      if (!picks.empty()) return picks;
    }
    for (int level = std::max(narrowest, widest); level >= widest; --level) {
      std::vector<PickedDomain> picks = InOneLabelledDomain(scope, level);
      if (!picks.empty()) return picks;
    }
    const bool may_spread = closeness == Closeness::kPreferred && problem_.exclusive_level == Topology::kRoot;
    return may_spread ? OverWidestDomains(scope) : std::vector<PickedDomain>();
  }

 private:
  std::vector<int> LevelsFrom(int first) const {
    std::vector<int> levels;
    for (int level = first; level < topology_.LevelCount(); ++level) levels.push_back(level);
    return levels;
  }

  std::vector<CountedDomain> Within(const Region& region, int level) const {
    std::vector<CountedDomain> domains;
    for (const int32_t domain : region.domains) {
      const IndexRange within = topology_.DomainsWithin(region.level, domain, level);
      for (int32_t i = within.begin; i < within.end; ++i) domains.push_back({i, 0, counts_.At(level, i)});
    }
    if (counts_.has_tie_ranks()) RankTies(level, &domains);
    return domains;
  }

  void RankTies(int level, std::vector<CountedDomain>* domains) const {
    std::set<TieRank> ranks;
    for (const CountedDomain& domain : *domains) ranks.insert(counts_.TieRankOf(level, domain.domain));
    std::map<TieRank, int32_t> numbers;
    for (const TieRank& rank : ranks) numbers.emplace(rank, static_cast<int32_t>(numbers.size()));
    for (CountedDomain& domain : *domains) domain.tie = numbers.at(counts_.TieRankOf(level, domain.domain));
  }

  // Whether exclusive subgroups above allow the domain: their domains take at most one subgroup.
  bool LayersAboveTakeOne(int level, int32_t domain) const {
    for (const LayerOnTopology& layer : problem_.layers) {
      if (layer.level >= level || !layer.exclusive) continue;
      const int32_t above = topology_.DomainOf(layer.level, topology_.NodesOf(level, domain).begin);
      if (layer.units > 1 ||
          capacity_.Holds(Holder::kSubgroup, problem_.request->namespace_name, layer.level, above) > 0)
        return false;
    }
    return true;
  }

  // Whether the domain could take the whole group.
  bool TakesWhole(int level, int32_t domain) const {
    const DomainCount& count = counts_.At(level, domain);
    const int64_t units = count.UnitsFor(problem_.has_leader);
    return units >= 0 && units >= problem_.UnitsAt(level) && LayersAboveTakeOne(level, domain);
  }

  // Whether equally tight domains must be compared: an even spread below, or a wish of the request, may tell them
  // apart.
  bool WantsTies() const { return WantsEven() || counts_.has_tie_ranks(); }
  bool WantsEven() const { return problem_.request->profile == PlacementProfile::kBalanced; }

  // Does the work of TightestWhole for the whole scope with the index: finds the first domain with enough room, and
  // those with equal room.
  std::vector<int32_t> TightestIndexed(int level, bool labelled, int wider) const {
    std::vector<int32_t> tightest;
    int64_t least = 0;
    const auto& by_room = counts_.by_room();
    // All workers must fit, however they are divided into subgroups.
    for (auto it = by_room.lower_bound({problem_.workers, -1}); it != by_room.end(); ++it) {
      if (!tightest.empty() && it->first > least) break;
      if (!TakesWhole(level, it->second) || (labelled && !HasLabels(level, it->second, wider))) continue;
      least = it->first;
      tightest.push_back(it->second);
      if (!WantsTies()) break;
    }
    return tightest;
  }

  // Whether the nodes of the domain have the label of its level and that of a wider one.
  bool HasLabels(int level, int32_t domain, int wider) const {
    const int32_t above = topology_.DomainOf(wider, topology_.NodesOf(level, domain).begin);
    return topology_.IsLabelled(level, domain) && topology_.IsLabelled(wider, above);
  }

  // The domains of `level` that could take the whole group with the least room left over, in path order; only the
  // first where ties do not matter. `labelled` leaves out the domains without a label of this level, or of `wider`.
  std::vector<int32_t> TightestWhole(const Region& region, int level, bool labelled,
                                     int wider = Topology::kRoot) const {
    if (region.level == counts_.scope().level && counts_.indexed_level() == level) {
      return TightestIndexed(level, labelled, wider);
    }
    const bool leader = problem_.has_leader;
    const int64_t units = std::max<int64_t>(problem_.UnitsAt(level), 0);
    std::vector<int32_t> tightest;
    int64_t least = 0;
    for (const int32_t above : region.domains) {
      const IndexRange within = topology_.DomainsWithin(region.level, above, level);
      for (int32_t domain = within.begin; domain < within.end; ++domain) {
        const DomainCount& count = counts_.At(level, domain);
        if (count.UnitsFor(leader) < units) continue;
        const int64_t room = count.RoomFor(leader);
        if (!tightest.empty() && (room > least || (room == least && !WantsTies()))) continue;
        if (!LayersAboveTakeOne(level, domain) || (labelled && !HasLabels(level, domain, wider))) continue;
        if (room < least) tightest.clear();
        least = room;
        tightest.push_back(domain);
      }
    }
    return tightest;
  }

  std::vector<PickedDomain> InOneLabelledDomain(const Region& scope, int level, int wider = Topology::kRoot) const {
    const std::vector<int32_t> tightest = TightestWhole(scope, level, /*labelled=*/true, wider);
    if (tightest.empty()) return {};
    return DescendBest(LevelsFrom(level + 1), 0, level, tightest);
  }

  // Places an exclusive group without another constraint. Among the domains that can take it, the best one needs the
  // fewest domains of the last level, then has the most even spread if that is wanted, then is the tightest.
  std::vector<PickedDomain> InOneExclusiveDomain(const Region& scope, const std::vector<int>& levels) const {
    std::vector<PickedDomain> best;
    std::tuple<int64_t, int64_t, int64_t, int32_t> best_key;
    for (const CountedDomain& region : Within(scope, problem_.exclusive_level)) {
      if (!TakesWhole(problem_.exclusive_level, region.domain)) continue;
      std::vector<PickedDomain> picks = Descend(levels, 0, {problem_.exclusive_level, {region.domain}});
      if (picks.empty()) continue;
      const int64_t used = CountDomains(picks, levels[0]);
      const DomainCount& tight =
          used == 1 ? counts_.At(levels[0], topology_.DomainOf(levels[0], picks[0].domain)) : region.count;
      const int64_t unevenness = WantsEven() && used > 1 ? -SmallestPods(picks) : 0;
      const std::tuple<int64_t, int64_t, int64_t, int32_t> key(used, unevenness, tight.RoomFor(problem_.has_leader),
                                                               region.tie);
      if (best.empty() || key < best_key) {
        best = std::move(picks);
        best_key = key;
      }
    }
    return best;
  }

  // The smallest number of pods on a picked node.
  int64_t SmallestPods(const std::vector<PickedDomain>& nodes) const {
    int64_t smallest = DomainCount::kNone;
    for (const PickedDomain& node : nodes) {
      const int64_t workers = problem_.WorkersIn(topology_.LastLevel(), node.units, node.leader);
      smallest = std::min(smallest, workers + node.leader);
    }
    return smallest;
  }

  // The number of domains of `level` that hold the picked nodes.
  int64_t CountDomains(const std::vector<PickedDomain>& nodes, int level) const {
    int64_t count = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const int32_t domain = topology_.DomainOf(level, nodes[i].domain);
      count += i == 0 || topology_.DomainOf(level, nodes[i - 1].domain) != domain;
    }
    return count;
  }

  // Continues in one of several equally tight domains. Where an even spread is wanted, it is the one that needs the
  // fewest domains below, and then has the most even spread. Tie ranks decide next, and then the path order.
  std::vector<PickedDomain> DescendBest(const std::vector<int>& levels, size_t next, int level,
                                        std::vector<int32_t> domains) const {
    if (counts_.has_tie_ranks()) {
      std::stable_sort(domains.begin(), domains.end(),
                       [&](int32_t a, int32_t b) { return counts_.TieRankOf(level, a) < counts_.TieRankOf(level, b); });
    }
    if (domains.size() == 1 || !WantsEven()) return Descend(levels, next, {level, {domains[0]}});
    std::vector<PickedDomain> best;
    std::vector<int64_t> best_key;
    for (const int32_t domain : domains) {
      std::vector<PickedDomain> picks = Descend(levels, next, {level, {domain}});
      std::vector<int64_t> key;
      for (size_t i = next; i < levels.size(); ++i) key.push_back(CountDomains(picks, levels[i]));
      key.push_back(-SmallestPods(picks));
      if (!best.empty() && key >= best_key) continue;
      best = std::move(picks);
      best_key = std::move(key);
    }
    return best;
  }

  // Places the group within `region`, which holds all of it, level by level from levels[next] on.
  std::vector<PickedDomain> Descend(const std::vector<int>& levels, size_t next, const Region& region) const {
    if (next == levels.size()) return AllOn(region);
    const int level = levels[next];
    const std::vector<int32_t> whole = TightestWhole(region, level, /*labelled=*/false);
    if (!whole.empty()) return DescendBest(levels, next + 1, level, whole);
    if (problem_.request->profile == PlacementProfile::kLeastFree) {
      return SmallestWithin(region, region.level, problem_.layers.size(), UnitsWantedAt(problem_, region.level + 1));
    }
    const std::vector<PickedDomain> picks = PickDomains(level, Within(region, level));
    if (picks.empty() || next + 1 == levels.size()) return picks;
    Region chosen{level, {}};
    for (const PickedDomain& pick : picks) chosen.domains.push_back(pick.domain);
    return Descend(levels, next + 1, chosen);
  }

  // Picks everything on a region that is a single node.
  std::vector<PickedDomain> AllOn(const Region& region) const {
    return {{region.domains[0], problem_.UnitsAt(region.level), problem_.has_leader}};
  }

  // Uses as few of the widest domains as can hold the group.
  std::vector<PickedDomain> OverWidestDomains(const Region& scope) const {
    const int widest = std::max(0, scope.level);
    if (problem_.request->profile != PlacementProfile::kLeastFree) return Descend(LevelsFrom(widest), 0, scope);
    Region chosen{widest, {}};
    for (const PickedDomain& pick : PickDomains(widest, Within(scope, widest))) chosen.domains.push_back(pick.domain);
    if (chosen.domains.empty()) return {};
    return SmallestWithin(chosen, widest - 1, problem_.layers.size(), UnitsWantedAt(problem_, widest));
  }

  std::vector<PickedDomain> PickDomains(int level, const std::vector<CountedDomain>& domains) const {
    return problem_.LayersAbove(level) > 0 ? SplitSubgroups(problem_, capacity_, level, domains)
                                           : PickFewestDomains(domains, UnitsWantedAt(problem_, level));
  }

  // Picks the smallest domains of each layer of subgroups, and in them the smallest nodes. The region holds whole
  // subgroups of all layers down to `settled_level`. The first `layers` layers, innermost first, are still to be
  // divided, and `wanted` counts units of the last layer that is settled.
  std::vector<PickedDomain> SmallestWithin(const Region& region, int settled_level, size_t layers,
                                           UnitsWanted wanted) const {
    while (layers > 0 && problem_.layers[layers - 1].level <= settled_level) --layers;
    const int last_key = static_cast<int>(topology_.level_keys().size()) - 1;
    const int level = layers > 0                ? problem_.layers[layers - 1].level
                      : region.level < last_key ? last_key
                                                : topology_.LastLevel();
    wanted.least_with_leader = problem_.LeastWithLeader(level);
    const std::vector<PickedDomain> picks = PickSmallestDomainsFirst(Within(region, level), wanted);
    if (level == topology_.LastLevel()) return picks;
    std::vector<PickedDomain> nodes;
    for (const PickedDomain& pick : picks) {
      UnitsWanted inner = wanted;
      inner.leader = pick.leader;
      inner.units = pick.units;
      for (size_t i = layers; i-- > 0 && problem_.layers[i].level == level;) {
        const bool is_member =
            pick.leader && i == 0 && problem_.request->subgroup_leader == SubgroupLeader::kMember && inner.units > 0;
        inner.units = inner.units * problem_.layers[i].ratio - is_member;
      }
      const std::vector<PickedDomain> within = SmallestWithin({level, {pick.domain}}, level, layers, inner);
      nodes.insert(nodes.end(), within.begin(), within.end());
    }
    return nodes;
  }

  const PlacementProblem& problem_;
  const Topology& topology_;
  const Capacity& capacity_;
  const DomainCounts& counts_;
};

}  // namespace

std::vector<PickedDomain> SearchDomainsForNodes(const PlacementProblem& problem, const Capacity& capacity,
                                                const DomainCounts& counts) {
  return Search(problem, capacity, counts).Run();
}

bool ScopeTakesWhole(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts) {
  return Search(problem, capacity, counts).ScopeTakesWhole();
}

}  // namespace lws::internal
