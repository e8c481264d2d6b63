#include "lws/placement/search/victim_search.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "lws/placement/search/assign_in_scope.h"

namespace lws::internal {
namespace {

using Groups = std::vector<size_t>;

// A domain that could take what is wanted, and the groups whose leaving makes room in it.
struct Candidate {
  TopologyDomain scope;
  Groups groups;
};

class VictimSearch {
 public:
  VictimSearch(const Capacity& capacity, const VictimQuestion& question, absl::Span<const RunningPods> groups)
      : topology_(capacity.topology()), left_(capacity), question_(question), groups_(groups) {}

  Victims Run(int64_t priority, int64_t tries) {
    Victims victims;
    victims.make_room = Fits(question_.scope);
    if (victims.make_room) return victims;
    Groups lowest;
    victims.make_room = LowestThatMakeRoom(priority, &lowest);
    victims.groups = lowest;
    if (!victims.make_room) return victims;
    FindBest(lowest, tries);
    victims.groups = best_;
    victims.exact = tries_left_ > 0 && question_.is_monotone;
    victims.tries = tries - tries_left_;
    return victims;
  }

 private:
  // Finds the groups up to the lowest priority at which their leaving makes room, or else all groups below `priority`.
  // The capacity stays as it is.
  bool LowestThatMakeRoom(int64_t priority, Groups* gone) {
    std::map<int64_t, Groups> by_priority;
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].priority < priority) by_priority[groups_[i].priority].push_back(i);
    }
    bool fits = false;
    for (const auto& [lower, groups] : by_priority) {
      for (const size_t i : groups) TakeAwayPods(groups_[i], &left_);
      gone->insert(gone->end(), groups.begin(), groups.end());
      fits = Fits(question_.scope);
      if (fits) break;
    }
    for (const size_t i : *gone) PutBackPods(groups_[i], &left_);
    std::sort(gone->begin(), gone->end());
    return fits;
  }

  // Sets best_: first by putting groups back as long as there is room, then by trying all smaller sets.
  void FindBest(const Groups& lowest, int64_t tries) {
    const std::vector<Candidate> candidates = Candidates(lowest);
    for (const Candidate& candidate : candidates) {
      Groups victims = candidate.groups;
      for (const size_t i : victims) TakeAwayPods(groups_[i], &left_);
      const bool fits = Fits(candidate.scope);
      if (fits) Reprieve(candidate.scope, &victims);
      if (fits) Keep(victims);
      for (const size_t i : victims) PutBackPods(groups_[i], &left_);
    }
    if (best_.empty()) best_ = lowest;
    tries_left_ = tries;
    for (size_t size = 1; size <= best_.size() && tries_left_ > 0; ++size) {
      for (const Candidate& candidate : candidates) {
        Groups chosen;
        TryAll(candidate, 0, size, &chosen);
      }
    }
  }

  // Each domain that all pods must share, with the groups that matter in it; or the whole scope.
  std::vector<Candidate> Candidates(const Groups& lowest) const {
    const int level = question_.binding_level;
    if (level == Topology::kRoot) return {{question_.scope, lowest}};
    const int widest = question_.widest_exclusive_level;
    std::map<int32_t, std::set<size_t>> by_domain;
    for (const size_t i : lowest) {
      for (const auto& [node, shape] : groups_[i].pods) by_domain[topology_.DomainOf(level, node)].insert(i);
      for (const HeldDomain& held : groups_[i].holds) {
        // A hold keeps others out of all of the widest domain that they want alone.
        const IndexRange inside = topology_.NodesOf(held.level, held.domain);
        const int32_t begin = topology_.NodesOf(widest, topology_.DomainOf(widest, inside.begin)).begin;
        const int32_t end = topology_.NodesOf(widest, topology_.DomainOf(widest, inside.end - 1)).end;
        const int32_t last = topology_.DomainOf(level, end - 1);
        for (int32_t domain = topology_.DomainOf(level, begin); domain <= last; ++domain) by_domain[domain].insert(i);
      }
    }
    std::vector<Candidate> candidates;
    const IndexRange inside = topology_.DomainsWithin(question_.scope.level, question_.scope.domain, level);
    for (const auto& [domain, groups] : by_domain) {
      if (domain < inside.begin || domain >= inside.end) continue;
      candidates.push_back({{level, domain}, Groups(groups.begin(), groups.end())});
    }
    return candidates;
  }

  bool Fits(const TopologyDomain& scope) const { return question_.has_place(left_, scope); }

  // Puts victims back that can stay, those of the highest priority first, and then the largest.
  void Reprieve(const TopologyDomain& scope, Groups* victims) {
    Groups order = *victims;
    std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
      return std::make_tuple(groups_[a].priority, groups_[a].pods.size()) >
             std::make_tuple(groups_[b].priority, groups_[b].pods.size());
    });
    for (const size_t i : order) {
      PutBackPods(groups_[i], &left_);
      if (Fits(scope)) {
        victims->erase(std::find(victims->begin(), victims->end(), i));
      } else {
        TakeAwayPods(groups_[i], &left_);
      }
    }
  }

  bool IsBetter(const Groups& victims) const {
    if (best_.empty()) return true;
    const auto cost = CostOfVictims(groups_, victims);
    const auto best = CostOfVictims(groups_, best_);
    return cost != best ? cost < best : victims < best_;
  }

  // Remembers the set if it is the best one. The victims have left. A set that makes room in one domain may hold more
  // than another domain needs.
  void Keep(const Groups& victims) {
    Groups needed = victims;
    Reprieve(question_.scope, &needed);
    for (const size_t i : victims) {
      if (std::find(needed.begin(), needed.end(), i) == needed.end()) TakeAwayPods(groups_[i], &left_);
    }
    if (IsBetter(needed)) best_ = needed;
  }

  // Tries all sets of `size` groups of the candidate that begin with those chosen, which have left already.
  void TryAll(const Candidate& candidate, size_t next, size_t size, Groups* chosen) {
    if (tries_left_ == 0 || size > best_.size()) return;
    if (chosen->size() == size) {
      --tries_left_;
      if (IsBetter(*chosen) && Fits(candidate.scope)) Keep(*chosen);
      return;
    }
    for (; next + (size - chosen->size()) <= candidate.groups.size() && tries_left_ > 0; ++next) {
      const size_t group = candidate.groups[next];
      chosen->push_back(group);
      TakeAwayPods(groups_[group], &left_);
      TryAll(candidate, next + 1, size, chosen);
      PutBackPods(groups_[group], &left_);
      chosen->pop_back();
    }
  }

  const Topology& topology_;
  Capacity left_;
  const VictimQuestion& question_;
  const absl::Span<const RunningPods> groups_;
  Groups best_;
  int64_t tries_left_ = 0;
};

}  // namespace

void BindLevelsOfVictims(const Capacity& capacity, absl::Span<const GroupRequest* const> requests, int level,
                         VictimQuestion* question) {
  const bool asks =
      std::any_of(requests.begin(), requests.end(), [](const GroupRequest* request) { return AsksOfOthers(*request); });
  question->is_monotone = !asks;
  const int binding = std::max(level, question->scope.level);
  if (binding == Topology::kRoot || asks || capacity.has_guarded_pods()) return;
  question->binding_level = binding;
  question->widest_exclusive_level = binding;
  const auto widen = [&](const std::string& key) {
    const std::optional<int> exclusive = capacity.topology().LevelOf(key);
    if (!exclusive.has_value()) return;
    question->widest_exclusive_level = std::min(question->widest_exclusive_level, *exclusive);
  };
  for (const GroupRequest* request : requests) {
    for (const std::string& key : request->exclusive_levels) widen(key);
    for (const SubgroupLayer& layer : request->subgroups) {
      if (layer.exclusive) widen(layer.level);
    }
  }
}

Victims FindVictims(const Capacity& capacity, const VictimQuestion& question, int64_t priority,
                    absl::Span<const RunningPods> groups, int64_t tries) {
  return VictimSearch(capacity, question, groups).Run(priority, tries);
}

std::tuple<int64_t, size_t, size_t> CostOfVictims(absl::Span<const RunningPods> groups, const Groups& victims) {
  int64_t highest = std::numeric_limits<int64_t>::min();
  size_t pods = 0;
  for (const size_t i : victims) {
    highest = std::max(highest, groups[i].priority);
    pods += groups[i].pods.size();
  }
  return {highest, victims.size(), pods};
}

Capacity CapacityWithoutVictims(const Capacity& capacity, absl::Span<const RunningPods> groups, const Groups& victims) {
  Capacity left = capacity;
  for (const size_t i : victims) TakeAwayPods(groups[i], &left);
  return left;
}

}  // namespace lws::internal
