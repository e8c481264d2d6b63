#include "lws/placement/defragment_groups.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/assign_group.h"
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

std::set<int32_t> DomainsOf(const Topology& topology, int level, const Assignment& assignment) {
  std::set<int32_t> domains;
  if (assignment.leader.has_value()) domains.insert(topology.DomainOf(level, *assignment.leader));
  for (const WorkerRun& run : assignment.workers) domains.insert(topology.DomainOf(level, run.node));
  return domains;
}

// The groups and their places during a plan.
class Moving {
 public:
  Moving(const Capacity& capacity, absl::Span<const MovableGroup> groups, int level)
      : topology_(capacity.topology()),
        level_(level),
        groups_(groups),
        left_(capacity),
        closed_(static_cast<size_t>(topology_.NodeCount())),
        groups_in_(static_cast<size_t>(topology_.DomainCount(level))) {
    for (const MovableGroup& group : groups) places_.push_back(group.assignment);
    for (size_t i = 0; i < groups.size(); ++i) {
      for (const int32_t domain : DomainsOf(topology_, level_, places_[i])) groups_in_[Index(domain)].insert(i);
    }
  }

  const Topology& topology() const { return topology_; }
  const Capacity& left() const { return left_; }
  const std::set<size_t>& GroupsIn(int32_t domain) const { return groups_in_[Index(domain)]; }
  const Assignment& PlaceOf(size_t group) const { return places_[group]; }

  // Whether groups may move into the domain.
  void Close(int32_t domain, bool closed) {
    const IndexRange nodes = topology_.NodesOf(level_, domain);
    std::fill(closed_.begin() + nodes.begin, closed_.begin() + nodes.end, closed);
  }

  // Moves all of these groups to open domains, the largest first. Without a place for one of them, nothing changes.
  absl::StatusOr<std::optional<std::vector<GroupMove>>> MoveAll(std::vector<size_t> moving) {
    std::stable_sort(moving.begin(), moving.end(),
                     [this](size_t a, size_t b) { return groups_[a].request->Pods() > groups_[b].request->Pods(); });
    std::vector<std::pair<size_t, Assignment>> before;
    std::vector<GroupMove> moves;
    for (const size_t group : moving) {
      absl::StatusOr<std::optional<Assignment>> to = OpenPlace(*groups_[group].request);
      if (!to.ok()) return to.status();
      if (!to->has_value()) {
        for (auto it = before.rbegin(); it != before.rend(); ++it) SetPlace(it->first, it->second);
        return std::nullopt;
      }
      before.emplace_back(group, places_[group]);
      SetPlace(group, **to);
      moves.push_back({group, **std::move(to)});
    }
    return moves;
  }

  // Whether each of these groups would have an open place if all others of them were gone. If not, no order moves all.
  absl::StatusOr<bool> EachHasPlace(const std::vector<size_t>& moving) {
    for (const size_t group : moving) {
      for (const size_t other : moving) {
        if (other != group) Leave(other);
      }
      const absl::StatusOr<std::optional<Assignment>> to = OpenPlace(*groups_[group].request);
      for (const size_t other : moving) {
        if (other != group) Return(other);
      }
      if (!to.ok()) return to.status();
      if (!to->has_value()) return false;
    }
    return true;
  }

  void Undo(const std::vector<GroupMove>& moves) {
    for (auto it = moves.rbegin(); it != moves.rend(); ++it) SetPlace(it->group, groups_[it->group].assignment);
  }

  // Takes the group away, or brings it back to its place.
  void Leave(size_t group) { left_.Release(*groups_[group].request, places_[group]); }
  void Return(size_t group) { left_.Commit(*groups_[group].request, places_[group]); }

 private:
  static size_t Index(int32_t domain) { return static_cast<size_t>(domain); }

  absl::StatusOr<std::optional<Assignment>> OpenPlace(const GroupRequest& request) const {
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, left_);
    if (!problem.ok()) return problem.status();
    CountScope scope;
    scope.lost = &closed_;
    return AssignInScope(*problem, left_, DomainCounts(*problem, left_, std::move(scope))).assignment;
  }

  void SetPlace(size_t group, const Assignment& place) {
    for (const int32_t domain : DomainsOf(topology_, level_, places_[group])) groups_in_[Index(domain)].erase(group);
    left_.Release(*groups_[group].request, places_[group]);
    left_.Commit(*groups_[group].request, place);
    places_[group] = place;
    for (const int32_t domain : DomainsOf(topology_, level_, place)) groups_in_[Index(domain)].insert(group);
  }

  const Topology& topology_;
  const int level_;
  const absl::Span<const MovableGroup> groups_;
  Capacity left_;
  std::vector<bool> closed_;                 // by node
  std::vector<std::set<size_t>> groups_in_;  // by domain
  std::vector<Assignment> places_;           // by group
};

// Law 4. The groups use so much of each resource that fewer domains do not offer it, whichever they are.
int64_t FewestUsedDomains(const Capacity& capacity, absl::Span<const MovableGroup> groups, int level) {
  const Topology& topology = capacity.topology();
  Capacity without = capacity;
  for (const MovableGroup& group : groups) without.Release(*group.request, group.assignment);
  int64_t fewest = groups.empty() ? 0 : 1;
  for (size_t resource = 0; resource < topology.resources().size(); ++resource) {
    __int128 used = 0;
    std::vector<__int128> offers(static_cast<size_t>(topology.DomainCount(level)));
    for (int32_t node = 0; node < topology.NodeCount(); ++node) {
      used += __int128{without.Free(node)[resource]} - capacity.Free(node)[resource];
      offers[static_cast<size_t>(topology.DomainOf(level, node))] += std::max<int64_t>(0, without.Free(node)[resource]);
    }
    std::sort(offers.rbegin(), offers.rend());
    int64_t domains = 0;
    for (size_t i = 0; i < offers.size() && used > 0; ++i, ++domains) used -= offers[i];
    fewest = std::max(fewest, domains);
  }
  return fewest;
}

// By domain of the level: whether one of these nodes is in it.
std::vector<bool> DomainsWith(const Topology& topology, int level, absl::Span<const int32_t> nodes) {
  std::vector<bool> domains(static_cast<size_t>(topology.DomainCount(level)));
  for (const int32_t node : nodes) domains[static_cast<size_t>(topology.DomainOf(level, node))] = true;
  return domains;
}

// The labelled domains that have groups, those with the fewest pods of them first.
std::vector<int32_t> FewestPodsFirst(const Moving& moving, absl::Span<const MovableGroup> groups, int level) {
  std::vector<std::pair<int64_t, int32_t>> order;
  for (int32_t domain = 0; domain < moving.topology().DomainCount(level); ++domain) {
    if (moving.GroupsIn(domain).empty() || !moving.topology().IsLabelled(level, domain)) continue;
    int64_t pods = 0;
    for (const size_t group : moving.GroupsIn(domain)) pods += groups[group].request->Pods();
    order.emplace_back(pods, domain);
  }
  std::sort(order.begin(), order.end());
  std::vector<int32_t> domains;
  for (const auto& [pods, domain] : order) domains.push_back(domain);
  return domains;
}

// Empties one domain after the other.
class Emptying {
 public:
  Emptying(const Capacity& capacity, absl::Span<const MovableGroup> groups, int level, absl::Span<const int32_t> in_use)
      : topology_(capacity.topology()),
        level_(level),
        groups_(groups),
        in_use_(DomainsWith(topology_, level, in_use)),
        moving_(capacity, groups, level) {
    int64_t labelled = 0;
    int64_t unlabelled = 0;
    for (int32_t domain = 0; domain < topology_.DomainCount(level); ++domain) {
      ++(topology_.IsLabelled(level, domain) ? labelled : unlabelled);
      plan_.in_use += topology_.IsLabelled(level, domain) && IsInUse(domain);
      if (!moving_.GroupsIn(domain).empty() || IsInUse(domain)) continue;
      moving_.Close(domain, true);
      plan_.empty_before += topology_.IsLabelled(level, domain);
    }
    plan_.empty_after = plan_.empty_before;
    const int64_t used = std::max<int64_t>(0, FewestUsedDomains(capacity, groups, level) - unlabelled);
    plan_.at_most = labelled - std::max(used, plan_.in_use);
  }

  const Moving& moving() const { return moving_; }

  // Moves all groups out of the domain, unless one of them has no other place, or was moved there.
  absl::Status Try(int32_t domain) {
    const std::set<size_t>& inside = moving_.GroupsIn(domain);
    if (IsInUse(domain) || inside.empty() ||
        std::any_of(inside.begin(), inside.end(), [&](size_t i) { return moved_.count(i) > 0; })) {
      return absl::OkStatus();
    }
    moving_.Close(domain, true);
    absl::StatusOr<std::optional<std::vector<GroupMove>>> moves = moving_.MoveAll({inside.begin(), inside.end()});
    if (!moves.ok()) return moves.status();
    if (!moves->has_value()) {
      moving_.Close(domain, false);
      return absl::OkStatus();
    }
    for (GroupMove& move : **moves) {
      // A group may have been in several domains.
      for (const int32_t left : DomainsOf(topology_, level_, groups_[move.group].assignment)) CountIfEmpty(left);
      moved_.insert(move.group);
      plan_.moves.push_back(std::move(move));
    }
    return absl::OkStatus();
  }

  // Overcommitted nodes may hold more than the bound of domains allows.
  EmptyingPlan Plan() && {
    plan_.at_most = std::max(plan_.at_most, plan_.empty_after);
    return std::move(plan_);
  }

 private:
  bool IsInUse(int32_t domain) const { return in_use_[static_cast<size_t>(domain)]; }

  void CountIfEmpty(int32_t domain) {
    if (!moving_.GroupsIn(domain).empty() || IsInUse(domain) || !emptied_.insert(domain).second) return;
    moving_.Close(domain, true);
    if (!topology_.IsLabelled(level_, domain)) return;
    plan_.emptied.push_back(topology_.DomainPath(level_, domain));
    ++plan_.empty_after;
  }

  const Topology& topology_;
  const int level_;
  const absl::Span<const MovableGroup> groups_;
  const std::vector<bool> in_use_;  // by domain
  Moving moving_;
  EmptyingPlan plan_;
  std::set<size_t> moved_;
  std::set<int32_t> emptied_;
};

// Looks for the fewest groups to move out of one domain.
class RoomSearch {
 public:
  RoomSearch(const Capacity& capacity, const GroupRequest& request, absl::Span<const MovableGroup> groups, int level,
             int64_t tries)
      : request_(request), groups_(groups), level_(level), moving_(capacity, groups, level), tries_left_(tries) {}

  absl::Status Run(RoomPlan* plan) {
    std::vector<int32_t> domains;
    for (const int32_t domain : FewestPodsFirst(moving_, groups_, level_)) {
      if (FitsWithoutAll(domain)) domains.push_back(domain);
    }
    size_t most = 0;
    for (const int32_t domain : domains) most = std::max(most, moving_.GroupsIn(domain).size());
    for (size_t size = 1; size <= most && !found_ && tries_left_ > 0; ++size) {
      for (const int32_t domain : domains) {
        const std::set<size_t>& inside = moving_.GroupsIn(domain);
        std::vector<size_t> chosen;
        moving_.Close(domain, true);
        absl::Status status = TryAll(domain, {inside.begin(), inside.end()}, 0, size, &chosen);
        moving_.Close(domain, false);
        if (!status.ok()) return status;
      }
    }
    plan->met_bound = tries_left_ == 0;
    plan->exact = !plan->met_bound && !is_open_;
    if (!found_) return absl::OkStatus();
    plan->moves = best_;
    plan->assignment = best_assignment_;
    return absl::OkStatus();
  }

 private:
  bool FitsWithoutAll(int32_t domain) {
    const std::set<size_t>& inside = moving_.GroupsIn(domain);
    for (const size_t group : inside) moving_.Leave(group);
    const bool fits = PlaceIn(domain).has_value();
    for (const size_t group : inside) moving_.Return(group);
    return fits;
  }

  std::optional<Assignment> PlaceIn(int32_t domain) const {
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request_, moving_.left());
    if (!problem.ok()) return std::nullopt;
    CountScope scope;
    scope.level = level_;
    scope.domain = domain;
    return AssignInScope(*problem, moving_.left(), DomainCounts(*problem, moving_.left(), std::move(scope))).assignment;
  }

  int64_t PodsOfAll(const std::vector<size_t>& chosen) const {
    return std::accumulate(chosen.begin(), chosen.end(), int64_t{0},
                           [this](int64_t pods, size_t group) { return pods + groups_[group].request->Pods(); });
  }

  // Tries all sets of `size` groups of the domain, which is closed, that begin with those chosen.
  absl::Status TryAll(int32_t domain, const std::vector<size_t>& inside, size_t next, size_t size,
                      std::vector<size_t>* chosen) {
    if (tries_left_ == 0) return absl::OkStatus();
    if (chosen->size() == size) return Try(domain, *chosen);
    for (; next + (size - chosen->size()) <= inside.size() && tries_left_ > 0; ++next) {
      chosen->push_back(inside[next]);
      absl::Status status = TryAll(domain, inside, next + 1, size, chosen);
      if (!status.ok()) return status;
      chosen->pop_back();
    }
    return absl::OkStatus();
  }

  absl::Status Try(int32_t domain, const std::vector<size_t>& chosen) {
    --tries_left_;
    if (found_ && PodsOfAll(chosen) >= best_pods_) return absl::OkStatus();
    for (const size_t group : chosen) moving_.Leave(group);
    const bool fits = PlaceIn(domain).has_value();
    for (const size_t group : chosen) moving_.Return(group);
    if (!fits) return absl::OkStatus();
    absl::StatusOr<std::optional<std::vector<GroupMove>>> moves = moving_.MoveAll(chosen);
    if (!moves.ok()) return moves.status();
    if (!moves->has_value()) return AskWhetherOpen(chosen);
    const absl::StatusOr<PlacementResult> placed = AssignGroup(moving_.left(), request_);
    moving_.Undo(**moves);
    if (!placed.ok()) return placed.status();
    if (!placed->assignment.has_value()) {
      is_open_ = true;
      return absl::OkStatus();
    }
    found_ = true;
    best_pods_ = PodsOfAll(chosen);
    best_ = **std::move(moves);
    best_assignment_ = placed->assignment;
    return absl::OkStatus();
  }

  // The largest group first is one order of many. One group alone has no other order.
  absl::Status AskWhetherOpen(const std::vector<size_t>& chosen) {
    if (is_open_ || chosen.size() < 2) return absl::OkStatus();
    const absl::StatusOr<bool> each_has_place = moving_.EachHasPlace(chosen);
    if (!each_has_place.ok()) return each_has_place.status();
    is_open_ = *each_has_place;
    return absl::OkStatus();
  }

  const GroupRequest& request_;
  const absl::Span<const MovableGroup> groups_;
  const int level_;
  Moving moving_;
  int64_t tries_left_;
  bool is_open_ = false;  // whether some set of groups might make room in another order
  bool found_ = false;
  int64_t best_pods_ = 0;
  std::vector<GroupMove> best_;
  std::optional<Assignment> best_assignment_;
};

// Whether pods of the groups ask something of other pods, so that a place depends on more than room.
bool PodsAskOfOthers(const Capacity& capacity, const GroupRequest& request, absl::Span<const MovableGroup> groups) {
  return capacity.has_guarded_pods() || AsksOfOthers(request) ||
         std::any_of(groups.begin(), groups.end(),
                     [](const MovableGroup& group) { return AsksOfOthers(*group.request); });
}

}  // namespace

absl::StatusOr<EmptyingPlan> EmptyDomains(const Capacity& capacity, absl::Span<const MovableGroup> groups,
                                          absl::string_view level_key, absl::Span<const int32_t> in_use) {
  const std::optional<int> level = capacity.topology().LevelOf(level_key);
  if (!level.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("level ", level_key, " is not in the topology"));
  }
  for (const int32_t node : in_use) {
    if (node >= 0 && node < capacity.topology().NodeCount()) continue;
    return absl::InvalidArgumentError(absl::StrCat("in_use: ", node, " is not a node of the topology"));
  }
  Emptying emptying(capacity, groups, *level, in_use);
  for (const int32_t domain : FewestPodsFirst(emptying.moving(), groups, *level)) {
    absl::Status status = emptying.Try(domain);
    if (!status.ok()) return status;
  }
  return std::move(emptying).Plan();
}

absl::StatusOr<RoomPlan> MakeRoomForGroup(const Capacity& capacity, const GroupRequest& request,
                                          absl::Span<const MovableGroup> groups, int64_t tries) {
  absl::StatusOr<PlacementResult> now = AssignGroup(capacity, request);
  if (!now.ok()) return now.status();
  RoomPlan plan;
  plan.assignment = std::move(now->assignment);
  plan.no_fit = std::move(now->no_fit);
  plan.exact = plan.assignment.has_value();
  if (plan.exact) return plan;
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  const bool is_required = request.closeness == Closeness::kRequired;
  const int level = std::max(is_required ? problem->level : Topology::kRoot, problem->exclusive_level);
  if (level == Topology::kRoot) return plan;
  plan.level = capacity.topology().level_keys()[static_cast<size_t>(level)];
  absl::Status status = RoomSearch(capacity, request, groups, level, tries).Run(&plan);
  if (!status.ok()) return status;
  if (PodsAskOfOthers(capacity, request, groups)) plan.exact = false;
  return plan;
}

}  // namespace lws
