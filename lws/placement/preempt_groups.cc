#include "lws/placement/preempt_groups.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::AsksOfOthers;
using internal::AssignInScope;
using internal::CountScope;
using internal::DomainCounts;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;

namespace {

using Groups = std::vector<size_t>;

// A domain that could take the group, and the groups whose leaving makes room in it.
struct Candidate {
  CountScope scope;
  Groups groups;
};

// What law 3 compares of the victims: the highest priority, the groups, the pods, and the indexes.
using VictimRank = std::tuple<int64_t, size_t, size_t, Groups>;

VictimRank RankOf(absl::Span<const RunningPods> groups, const Groups& victims) {
  int64_t highest = std::numeric_limits<int64_t>::min();
  size_t pods = 0;
  for (const size_t i : victims) {
    highest = std::max(highest, groups[i].priority);
    pods += groups[i].pods.size();
  }
  return {highest, victims.size(), pods, victims};
}

// Searches within the scope, as if the cluster were only this domain.
class PreemptionSearch {
 public:
  PreemptionSearch(const Capacity& capacity, const GroupRequest& request, absl::Span<const RunningPods> groups,
                   CountScope scope)
      : topology_(capacity.topology()), left_(capacity), request_(request), groups_(groups), scope_(std::move(scope)) {}

  absl::StatusOr<Preemption> Run(int64_t priority, int64_t tries) {
    absl::StatusOr<PlacementResult> whole = PlaceIn(scope_);
    if (!whole.ok()) return whole.status();
    result_.exact = true;
    if (!whole->assignment.has_value()) {
      absl::StatusOr<Groups> lowest = LowestThatMakeRoom(priority, &*whole);
      if (!lowest.ok()) return lowest.status();
      if (whole->assignment.has_value()) {
        FindVictims(*lowest, tries);
        for (const size_t victim : best_) TakeAway(groups_[victim], &left_);
        whole = PlaceIn(scope_);
        if (!whole.ok()) return whole.status();
      }
    }
    result_.assignment = std::move(whole->assignment);
    result_.no_fit = std::move(whole->no_fit);
    result_.not_looked_at = std::move(whole->not_looked_at);
    result_.victims = best_;
    return std::move(result_);
  }

 private:
  absl::StatusOr<PlacementResult> PlaceIn(const CountScope& scope) const {
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request_, left_);
    if (!problem.ok()) return problem.status();
    return AssignInScope(*problem, left_, DomainCounts(*problem, left_, scope));
  }

  // The groups up to the lowest priority at which their leaving makes room. `whole` becomes what PlaceIn finds
  // without them, or without all groups below `priority` when that is not enough. The capacity stays as it is.
  absl::StatusOr<Groups> LowestThatMakeRoom(int64_t priority, PlacementResult* whole) {
    std::map<int64_t, Groups> by_priority;
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].priority < priority) by_priority[groups_[i].priority].push_back(i);
    }
    Groups gone;
    for (const auto& [lower, groups] : by_priority) {
      for (const size_t i : groups) TakeAway(groups_[i], &left_);
      gone.insert(gone.end(), groups.begin(), groups.end());
      absl::StatusOr<PlacementResult> found = PlaceIn(scope_);
      if (!found.ok()) return found.status();
      *whole = *std::move(found);
      if (whole->assignment.has_value()) break;
    }
    for (const size_t i : gone) PutBack(groups_[i], &left_);
    std::sort(gone.begin(), gone.end());
    return gone;
  }

  // Sets best_: first by putting groups back as long as there is room, then by trying all smaller sets.
  void FindVictims(const Groups& lowest, int64_t tries) {
    const std::vector<Candidate> candidates = Candidates(lowest);
    for (const Candidate& candidate : candidates) {
      Groups victims = candidate.groups;
      for (const size_t i : victims) TakeAway(groups_[i], &left_);
      const bool fits = Fits(candidate.scope);
      if (fits) Reprieve(candidate.scope, &victims);
      if (fits) Keep(victims);
      for (const size_t i : victims) PutBack(groups_[i], &left_);
    }
    if (best_.empty()) best_ = lowest;
    tries_left_ = tries;
    for (size_t size = 1; size <= best_.size() && tries_left_ > 0; ++size) {
      for (const Candidate& candidate : candidates) {
        Groups chosen;
        TryAll(candidate, 0, size, &chosen);
      }
    }
    result_.exact = tries_left_ > 0 && !AsksOfOthers(request_);
    result_.tries = tries - tries_left_;
  }

  // Each domain that all pods must share, with the groups that matter in it; or the whole scope.
  std::vector<Candidate> Candidates(const Groups& lowest) const {
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request_, left_);
    if (!problem.ok()) return {};
    const bool is_required = request_.closeness == Closeness::kRequired;
    const int level =
        std::max({is_required ? problem->level : Topology::kRoot, problem->exclusive_level, scope_.level});
    if (level == Topology::kRoot || AsksOfOthers(request_) || left_.has_guarded_pods()) {
      Candidate whole;
      whole.scope = scope_;
      whole.groups = lowest;
      return {whole};
    }
    int widest = level;
    for (const int exclusive : problem->exclusive_levels) widest = std::min(widest, exclusive);
    for (const internal::LayerOnTopology& layer : problem->layers) {
      if (layer.exclusive) widest = std::min(widest, layer.level);
    }
    std::map<int32_t, std::set<size_t>> by_domain;
    for (const size_t i : lowest) {
      for (const auto& [node, shape] : groups_[i].pods) by_domain[topology_.DomainOf(level, node)].insert(i);
      for (const HeldDomain& held : groups_[i].holds) {
        // A hold keeps the group out of all of the widest domain that the group wants alone.
        const IndexRange inside = topology_.NodesOf(held.level, held.domain);
        const int32_t begin = topology_.NodesOf(widest, topology_.DomainOf(widest, inside.begin)).begin;
        const int32_t end = topology_.NodesOf(widest, topology_.DomainOf(widest, inside.end - 1)).end;
        const int32_t last = topology_.DomainOf(level, end - 1);
        for (int32_t domain = topology_.DomainOf(level, begin); domain <= last; ++domain) by_domain[domain].insert(i);
      }
    }
    std::vector<Candidate> candidates;
    const IndexRange inside = topology_.DomainsWithin(scope_.level, scope_.domain, level);
    for (const auto& [domain, groups] : by_domain) {
      if (domain < inside.begin || domain >= inside.end) continue;
      Candidate candidate;
      candidate.scope.level = level;
      candidate.scope.domain = domain;
      candidate.groups.assign(groups.begin(), groups.end());
      candidates.push_back(std::move(candidate));
    }
    return candidates;
  }

  bool Fits(const CountScope& scope) const {
    const absl::StatusOr<PlacementResult> placed = PlaceIn(scope);
    return placed.ok() && placed->assignment.has_value();
  }

  // Puts victims back that can stay, those of the highest priority first, and then the largest.
  void Reprieve(const CountScope& scope, Groups* victims) {
    Groups order = *victims;
    std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
      return std::make_tuple(groups_[a].priority, groups_[a].pods.size()) >
             std::make_tuple(groups_[b].priority, groups_[b].pods.size());
    });
    for (const size_t i : order) {
      PutBack(groups_[i], &left_);
      if (Fits(scope)) {
        victims->erase(std::find(victims->begin(), victims->end(), i));
      } else {
        TakeAway(groups_[i], &left_);
      }
    }
  }

  VictimRank Rank(const Groups& victims) const { return RankOf(groups_, victims); }

  // Remembers the set if it is the best one. The victims have left. A set that makes room in one domain may hold more
  // than another domain needs.
  void Keep(const Groups& victims) {
    Groups needed = victims;
    Reprieve(scope_, &needed);
    for (const size_t i : victims) {
      if (std::find(needed.begin(), needed.end(), i) == needed.end()) TakeAway(groups_[i], &left_);
    }
    if (best_.empty() || Rank(needed) < Rank(best_)) best_ = needed;
  }

  // Tries all sets of `size` groups of the candidate that begin with those chosen, which have left already.
  void TryAll(const Candidate& candidate, size_t next, size_t size, Groups* chosen) {
    if (tries_left_ == 0 || size > best_.size()) return;
    if (chosen->size() == size) {
      --tries_left_;
      if (Rank(*chosen) < Rank(best_) && Fits(candidate.scope)) Keep(*chosen);
      return;
    }
    for (; next + (size - chosen->size()) <= candidate.groups.size() && tries_left_ > 0; ++next) {
      const size_t group = candidate.groups[next];
      chosen->push_back(group);
      TakeAway(groups_[group], &left_);
      TryAll(candidate, next + 1, size, chosen);
      PutBack(groups_[group], &left_);
      chosen->pop_back();
    }
  }

  const Topology& topology_;
  Capacity left_;
  const GroupRequest& request_;
  const absl::Span<const RunningPods> groups_;
  const CountScope scope_;
  Preemption result_;
  Groups best_;
  int64_t tries_left_ = 0;
};

// The domains that may have one more group of the set, those with the fewest groups first.
std::vector<int32_t> FewestGroupsFirst(const Topology& topology, int level, const SpreadResult& counted,
                                       const std::optional<int64_t>& most) {
  std::vector<std::pair<int64_t, int32_t>> order;
  size_t labelled = 0;
  for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
    if (!topology.IsLabelled(level, domain)) continue;
    const int64_t groups = counted.domains[labelled++].groups;
    if (!most.has_value() || groups < *most) order.emplace_back(groups, domain);
  }
  std::sort(order.begin(), order.end());
  std::vector<int32_t> domains;
  for (const auto& [groups, domain] : order) domains.push_back(domain);
  return domains;
}

// Whether the answer for a later domain replaces the best one so far.
bool IsBetter(absl::Span<const RunningPods> groups, const Preemption& found, const Preemption& best) {
  if (found.assignment.has_value() != best.assignment.has_value()) return found.assignment.has_value();
  if (!found.assignment.has_value()) {
    return best.no_fit.reason == NoFitReason::kDomainsAreFull || found.no_fit.best_pods > best.no_fit.best_pods;
  }
  const VictimRank a = RankOf(groups, found.victims);
  const VictimRank b = RankOf(groups, best.victims);
  return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
         std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
}

}  // namespace

absl::StatusOr<Preemption> PreemptGroups(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                         absl::Span<const RunningPods> groups, int64_t tries) {
  return PreemptionSearch(capacity, request, groups, {}).Run(priority, tries);
}

absl::StatusOr<Preemption> PreemptSpreadGroup(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                              absl::Span<const RunningPods> groups, int64_t tries,
                                              const GroupSpread& spread) {
  // Without requests, this checks the spread and counts the groups in each domain.
  Capacity unchanged = capacity;
  const absl::StatusOr<SpreadResult> counted = SpreadGroups({}, spread, &unchanged);
  if (!counted.ok()) return counted.status();
  const Topology& topology = capacity.topology();
  const int level = *topology.LevelOf(spread.level);
  Preemption best;
  best.exact = true;
  best.no_fit.reason = NoFitReason::kDomainsAreFull;
  best.no_fit.level = spread.level;
  best.no_fit.wanted_pods = request.Pods();
  int64_t tries_left = tries;
  for (const int32_t domain : FewestGroupsFirst(topology, level, *counted, spread.most_in_domain)) {
    CountScope scope;
    scope.level = level;
    scope.domain = domain;
    absl::StatusOr<Preemption> found = PreemptionSearch(capacity, request, groups, scope).Run(priority, tries_left);
    if (!found.ok()) return found.status();
    tries_left -= found->tries;
    const bool is_exact = best.exact && found->exact;
    if (IsBetter(groups, *found, best)) best = *std::move(found);
    best.exact = is_exact;
    if (best.assignment.has_value() && best.victims.empty()) break;
  }
  best.tries = tries - tries_left;
  return best;
}

}  // namespace lws
