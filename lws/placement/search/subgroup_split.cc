#include "lws/placement/search/subgroup_split.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lws::internal {
namespace {

constexpr int32_t kNever = std::numeric_limits<int32_t>::max() / 2;

// The fewest domains that hold at least a number of units, indexed by that number, with and without the leader.
// Numbers beyond the end cost kNever.
struct Costs {
  std::vector<int32_t> without;
  std::vector<int32_t> with;

  const std::vector<int32_t>& For(bool leader) const { return leader ? with : without; }
};

// A domain of a layer, or the whole, which counts as one more layer. It knows what its parts can hold at which cost.
struct Part {
  int layer = 0;  // number of the layer; the whole has the number of layers
  int32_t domain = 0;
  std::vector<CountedDomain> domains;  // of the innermost layer above the level
  std::vector<Part> parts;             // of the next layer within
  std::vector<Costs> sums;             // raw costs of the first parts together, by their number
  Costs costs;                         // in units of this layer
};

class Split {
 public:
  Split(const PlacementProblem& problem, const Capacity& capacity, int level)
      : problem_(problem), capacity_(capacity), level_(level), wanted_(UnitsWantedAt(problem, level)) {
    while (problem_.layers[innermost_].level >= level_) ++innermost_;
  }

  std::vector<PickedDomain> Run(const std::vector<CountedDomain>& domains) {
    Part whole;
    whole.layer = static_cast<int>(problem_.layers.size());
    Divide(domains, &whole);
    const LayerOnTopology& widest = problem_.layers.back();
    const int32_t fewest = CostWith(0, &whole);
    if (fewest >= kNever) return {};
    if (problem_.request->profile == PlacementProfile::kBalanced) SpreadEvenly(fewest, &whole);
    Collect(whole, widest.units, problem_.has_leader);
    std::sort(picks_.begin(), picks_.end(),
              [](const PickedDomain& a, const PickedDomain& b) { return a.domain < b.domain; });
    return std::move(picks_);
  }

 private:
  bool IsInnermost(const Part& part) const { return part.layer == innermost_; }

  static int32_t CostOf(const Costs& costs, int64_t units, bool leader) {
    const std::vector<int32_t>& list = costs.For(leader);
    return units < static_cast<int64_t>(list.size()) ? list[units] : kNever;
  }

  // Divides the domains, which are in path order, among the domains of the next inner layer.
  void Divide(const std::vector<CountedDomain>& domains, Part* part) {
    if (IsInnermost(*part)) {
      part->domains = domains;
      return;
    }
    const Topology& topology = *problem_.topology;
    const int layer = part->layer - 1;
    size_t begin = 0;
    for (size_t i = 0; i < domains.size(); ++i) {
      const int layer_level = problem_.layers[layer].level;
      const auto domain_of = [&](size_t index) {
        return topology.DomainOf(layer_level, topology.NodesOf(level_, domains[index].domain).begin);
      };
      if (i + 1 < domains.size() && domain_of(i + 1) == domain_of(begin)) continue;
      Part within;
      within.layer = layer;
      within.domain = domain_of(begin);
      Divide({domains.begin() + begin, domains.begin() + i + 1}, &within);
      part->parts.push_back(std::move(within));
      begin = i + 1;
    }
  }

  // The number of domains that hold everything when each of them has at least `least_pods` pods.
  int32_t CostWith(int64_t least_pods, Part* whole) {
    least_pods_ = least_pods;
    const int64_t units = problem_.layers.back().units;
    SumParts(units, whole);
    return whole->sums.empty() ? kNever : CostOf(whole->sums.back(), units, problem_.has_leader);
  }

  // Finds the division into this many domains whose smallest number of pods is largest, and leaves its sums.
  void SpreadEvenly(int32_t fewest, Part* whole) {
    int64_t reached = 0;
    for (int64_t beyond = problem_.Pods() / std::max(fewest, 1) + 1; beyond - reached > 1;) {
      const int64_t pods = reached + (beyond - reached) / 2;
      (CostWith(pods, whole) == fewest ? reached : beyond) = pods;
    }
    CostWith(reached, whole);
  }

  // The domains of a part that can take the least number of pods, with or without the leader.
  std::vector<CountedDomain> DomainsWithLeast(const Part& part) const {
    if (least_pods_ == 0) return part.domains;
    std::vector<CountedDomain> usable;
    for (CountedDomain domain : part.domains) {
      if (domain.count.units < LeastPlacedUnitsFor(least_pods_, wanted_, false)) domain.count.units = -1;
      if (domain.count.with_leader < LeastPlacedUnitsFor(least_pods_, wanted_, true)) domain.count.with_leader = -1;
      if (domain.count.units >= 0 || domain.count.with_leader >= 0) usable.push_back(domain);
    }
    return usable;
  }

  // Whether this many units give each of `used` domains the least number of pods.
  bool AreEnough(int64_t units, int32_t used, bool leader) const {
    if (least_pods_ == 0) return true;
    const int64_t beside_leader = leader ? LeastPlacedUnitsFor(least_pods_, wanted_, true) : 0;
    return (used - leader) * LeastPlacedUnitsFor(least_pods_, wanted_, false) + beside_leader <= units;
  }

  // The number of units of the layer's parts that `units` of the layer consist of.
  int64_t RawUnits(const Part& part, int64_t units, bool leader) const {
    const LayerOnTopology& layer = problem_.layers[part.layer];
    const bool is_member = leader && part.layer == 0 && problem_.request->subgroup_leader == SubgroupLeader::kMember;
    return units * layer.ratio - (is_member && units > 0);
  }

  int64_t MostUnitsOfDomains(const Part& part, int64_t wanted) const {
    const LayerOnTopology& layer = problem_.layers[part.layer];
    if (!layer.exclusive) return wanted;
    return capacity_.Holds(Holder::kSubgroup, problem_.request->namespace_name, layer.level, part.domain) > 0
               ? 0
               : std::min<int64_t>(wanted, 1);
  }

  // Counts the costs of a domain of a layer, up to `wanted` units.
  void CountCosts(int64_t wanted, Part* part) {
    wanted = MostUnitsOfDomains(*part, wanted);
    if (!IsInnermost(*part)) SumParts(RawUnits(*part, wanted, false), part);
    for (const bool leader : {false, true}) {
      if (leader && !problem_.has_leader) break;
      std::vector<int32_t>& list = leader ? part->costs.with : part->costs.without;
      list.clear();
      const std::vector<int64_t> most =
          IsInnermost(*part) ? internal::MostUnitsOfDomains(DomainsWithLeast(*part), leader) : std::vector<int64_t>();
      int32_t used = 0;
      for (int64_t units = 0; units <= wanted; ++units) {
        // The first subgroup contains the leader, so the leader's domain has at least one unit.
        const bool impossible = leader && units == 0 && problem_.request->subgroup_leader != SubgroupLeader::kOutside;
        const int64_t raw = RawUnits(*part, units, leader);
        int32_t cost = kNever;
        if (!IsInnermost(*part)) {
          cost = part->sums.empty() ? (raw == 0 && !leader ? 0 : kNever) : CostOf(part->sums.back(), raw, leader);
        } else {
          while (used < static_cast<int32_t>(most.size()) && most[used] < raw) ++used;
          if (used < static_cast<int32_t>(most.size()) && AreEnough(raw, used, leader)) cost = used;
        }
        list.push_back(impossible ? kNever : cost);
        if (cost >= kNever && units > 0 && least_pods_ == 0) break;
      }
    }
  }

  // Sums the raw costs of the parts, part by part.
  void SumParts(int64_t wanted, Part* part) {
    part->sums.clear();
    for (Part& within : part->parts) {
      CountCosts(wanted, &within);
      part->sums.push_back(part->sums.empty() ? within.costs : Sum(part->sums.back(), within.costs, wanted));
    }
  }

  static void Combine(const std::vector<int32_t>& a, const std::vector<int32_t>& b, int64_t wanted,
                      std::vector<int32_t>* sum) {
    for (int64_t i = 0; i < static_cast<int64_t>(a.size()); ++i) {
      for (int64_t k = 0; k < static_cast<int64_t>(b.size()) && i + k <= wanted; ++k) {
        if (static_cast<int64_t>(sum->size()) <= i + k) sum->resize(i + k + 1, kNever);
        (*sum)[i + k] = std::min({(*sum)[i + k], a[i] + b[k], kNever});
      }
    }
  }

  Costs Sum(const Costs& a, const Costs& b, int64_t wanted) const {
    Costs sum;
    Combine(a.without, b.without, wanted, &sum.without);
    Combine(a.with, b.without, wanted, &sum.with);
    Combine(a.without, b.with, wanted, &sum.with);
    return sum;
  }

  // Follows the sums back from the last part to the first, to find how many units each part gets.
  void Collect(const Part& part, int64_t units, bool leader) {
    if (IsInnermost(part)) {
      CollectDomains(part, units, leader);
      return;
    }
    for (size_t i = part.parts.size(); i-- > 0;) {
      const Part& last = part.parts[i];
      const int32_t total = CostOf(part.sums[i], units, leader);
      for (int choice = 0;; ++choice) {
        const int64_t own = choice / 2;
        const bool own_leader = choice % 2 == 1;
        if (own_leader && !leader) continue;
        const bool rest_leader = leader && !own_leader;
        const int32_t rest =
            i > 0 ? CostOf(part.sums[i - 1], units - own, rest_leader) : (own == units && !rest_leader ? 0 : kNever);
        if (rest >= kNever || rest + CostOf(last.costs, own, own_leader) != total) continue;
        if (own > 0 || own_leader) {
          Collect(last, RawUnits(last, own, own_leader), own_leader);
        }
        units -= own;
        leader = rest_leader;
        break;
      }
    }
  }

  void CollectDomains(const Part& part, int64_t raw_units, bool leader) {
    UnitsWanted wanted = wanted_;
    wanted.units = raw_units;
    wanted.leader = leader;
    for (const PickedDomain& pick : PickFewestDomains(part.domains, wanted)) picks_.push_back(pick);
  }

  const PlacementProblem& problem_;
  const Capacity& capacity_;
  int level_;
  UnitsWanted wanted_;      // for the whole group
  int innermost_ = 0;       // the innermost layer above the level
  int64_t least_pods_ = 0;  // for every domain that is used
  std::vector<PickedDomain> picks_;
};

}  // namespace

std::vector<PickedDomain> SplitSubgroups(const PlacementProblem& problem, const Capacity& capacity, int level,
                                         const std::vector<CountedDomain>& domains) {
  return Split(problem, capacity, level).Run(domains);
}

}  // namespace lws::internal
