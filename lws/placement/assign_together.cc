#include "lws/placement/assign_together.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/search/assign_batch.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_orders.h"
#include "lws/placement/search/resource_totals.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::AfterNoFit;
using internal::AllOrdersAreAlike;
using internal::AsksOfOthers;
using internal::AssignBatch;
using internal::CountScope;
using internal::FreeInDomain;
using internal::GroupToOrder;
using internal::IsDomainTooSmallForGroups;
using internal::OtherOrdersOfGroups;
using internal::ResourcesWantedBy;
using internal::ScopeOf;

namespace {

bool Runs(const PartlyPlacedGroup& group) {
  return std::any_of(group.nodes.begin(), group.nodes.end(), [](const auto& node) { return node.has_value(); });
}

// Places groups without pods one after another in the domain, and commits them. The last result may be a no-fit.
absl::StatusOr<std::vector<PlacementResult>> PlaceInOrder(absl::Span<const PartlyPlacedGroup* const> groups,
                                                          const TopologyDomain& domain, Capacity* capacity) {
  const CountScope scope = ScopeOf(domain);
  std::vector<const GroupRequest*> requests;
  for (const PartlyPlacedGroup* group : groups) requests.push_back(group->request);
  const auto has_cuboid = [](const PartlyPlacedGroup* group) { return group->cuboid != nullptr; };
  if (std::none_of(groups.begin(), groups.end(), has_cuboid)) {
    return AssignBatch(requests, scope, AfterNoFit::kStop, capacity);
  }
  std::vector<PlacementResult> placed;
  for (size_t i = 0; i < groups.size() && (placed.empty() || placed.back().assignment.has_value()); ++i) {
    if (!has_cuboid(groups[i])) {
      absl::StatusOr<std::vector<PlacementResult>> one = AssignBatch({requests[i]}, scope, AfterNoFit::kStop, capacity);
      if (!one.ok()) return one.status();
      placed.push_back(std::move((*one)[0]));
      continue;
    }
    const CuboidOfGrid& cuboid = *groups[i]->cuboid;
    absl::StatusOr<PlacementResult> one = AssignCuboid(*capacity, *requests[i], cuboid.grid, cuboid.cuboid, domain);
    if (!one.ok()) return one.status();
    if (one->assignment.has_value()) capacity->Commit(*requests[i], *one->assignment);
    placed.push_back(*std::move(one));
  }
  return placed;
}

// The groups, of which none runs, in the domain. The capacity stays as it is.
absl::StatusOr<TogetherResult> AssignIn(absl::Span<const PartlyPlacedGroup> groups, const TopologyDomain& domain,
                                        Capacity* capacity) {
  const Topology& topology = capacity->topology();
  TogetherResult result;
  if (domain.level != Topology::kRoot) result.domain = topology.DomainPath(domain.level, domain.domain);
  std::vector<const PartlyPlacedGroup*> absent;
  for (const PartlyPlacedGroup& group : groups) absent.push_back(&group);
  absl::StatusOr<std::vector<PlacementResult>> placed = PlaceInOrder(absent, domain, capacity);
  if (!placed.ok()) return placed.status();
  for (size_t i = 0; i < placed->size(); ++i) {
    PlacementResult& group = (*placed)[i];
    if (!group.assignment.has_value()) {
      result.next_group = i;
      result.no_fit = std::move(group.no_fit);
      continue;  // it is the last one
    }
    capacity->Release(*groups[i].request, *group.assignment);
    result.assignments.push_back(*std::move(group.assignment));
  }
  result.most_groups = result.assignments.size();
  if (result.most_groups < groups.size()) result.assignments.clear();
  return result;
}

// The resource of which the groups ask for the largest share of what is free.
size_t ScarcestResource(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                        const TopologyDomain& within) {
  const std::vector<__int128> free = FreeInDomain(capacity, within.level, within.domain);
  std::vector<const GroupRequest*> requests;
  for (const PartlyPlacedGroup& group : groups) requests.push_back(group.request);
  const std::vector<__int128> wanted = ResourcesWantedBy(capacity.topology(), requests).amounts;
  size_t scarcest = 0;
  double most = -1;
  for (size_t i = 0; i < free.size(); ++i) {
    const double share = static_cast<double>(wanted[i]) / static_cast<double>(std::max<__int128>(1, free[i]));
    if (share > most) {
      most = share;
      scarcest = i;
    }
  }
  return scarcest;
}

// The domains of the level that have nodes of `within`, by what is free there of the scarcest resource, the fullest
// first. Where the level is wider, this is `within` itself.
std::vector<TopologyDomain> FullestFirst(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                         int level, const TopologyDomain& within) {
  const Topology& topology = capacity.topology();
  const IndexRange nodes = topology.NodesOf(within.level, within.domain);
  if (level == Topology::kRoot) return {within};
  if (level < within.level) {
    const bool is_labelled = topology.IsLabelled(level, topology.DomainOf(level, nodes.begin));
    return is_labelled ? std::vector<TopologyDomain>{within} : std::vector<TopologyDomain>();
  }
  const size_t resource = ScarcestResource(capacity, groups, within);
  std::vector<std::pair<__int128, int32_t>> order;
  const IndexRange inside = topology.DomainsWithin(within.level, within.domain, level);
  for (int32_t domain = inside.begin; domain < inside.end; ++domain) {
    if (!topology.IsLabelled(level, domain)) continue;
    order.emplace_back(FreeInDomain(capacity, level, domain)[resource], domain);
  }
  std::sort(order.begin(), order.end());
  std::vector<TopologyDomain> domains;
  for (const auto& [free, domain] : order) domains.push_back({level, domain});
  return domains;
}

// Laws 1 to 4 and 6, for groups of which none runs.
absl::StatusOr<TogetherResult> AssignWithin(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                            int level, const TopologyDomain& within) {
  Capacity left = capacity;
  std::optional<TogetherResult> best;
  for (const TopologyDomain& domain : FullestFirst(capacity, groups, level, within)) {
    absl::StatusOr<TogetherResult> result = AssignIn(groups, domain, &left);
    if (!result.ok() || result->assignments.size() == groups.size()) return result;
    if (!best.has_value() || result->most_groups > best->most_groups) best = *std::move(result);
  }
  if (best.has_value()) return *std::move(best);
  TogetherResult none;
  none.no_fit.level = capacity.topology().level_keys()[static_cast<size_t>(level)];
  return none;
}

// The part of the group that does not run yet.
GroupRequest MissingPart(const PartlyPlacedGroup& group) {
  GroupRequest missing = *group.request;
  for (size_t rank = 0; rank < group.nodes.size(); ++rank) {
    if (!group.nodes[rank].has_value()) continue;
    const bool is_leader = rank == 0 && missing.leader.has_value();
    if (!is_leader) --missing.workers;
  }
  if (!group.nodes.empty() && group.nodes[0].has_value()) missing.leader.reset();
  return missing;
}

// Completes the groups in the domain of their running pods.
class Completing {
 public:
  Completing(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups, const TopologyDomain& domain)
      : topology_(capacity.topology()), left_(capacity), groups_(groups), domain_(domain), places_(groups.size()) {}

  absl::StatusOr<TogetherResult> Run() {
    if (domain_.level != Topology::kRoot) result_.domain = topology_.DomainPath(domain_.level, domain_.domain);
    const IndexRange inside = topology_.NodesOf(domain_.level, domain_.domain);
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      if (node < inside.begin || node >= inside.end) outside_.push_back(node);
    }
    bool all_placed = true;
    std::vector<size_t> absent;
    for (size_t i = 0; i < groups_.size() && all_placed; ++i) {
      if (!Runs(groups_[i])) {
        absent.push_back(i);
        continue;
      }
      const absl::StatusOr<bool> is_placed = CompleteGroup(i);
      if (!is_placed.ok()) return is_placed.status();
      all_placed = *is_placed;
    }
    if (all_placed) {
      absl::Status status = PlaceAbsent(absent);
      if (!status.ok()) return status;
    }
    if (result_.most_groups < groups_.size()) return std::move(result_);
    for (std::optional<Assignment>& place : places_) result_.assignments.push_back(*std::move(place));
    return std::move(result_);
  }

 private:
  void Keep(size_t group, PlacementResult placed) {
    if (placed.assignment.has_value()) {
      ++result_.most_groups;
      places_[group] = std::move(placed.assignment);
    } else {
      result_.next_group = group;
      result_.no_fit = std::move(placed.no_fit);
      ForgetOutside(&result_.no_fit);
    }
  }

  // The nodes outside of the domain are closed, which says nothing about why the group has no place in it.
  void ForgetOutside(NoFit* no_fit) const {
    if (no_fit->excluded.erase("lost") == 0) return;
    no_fit->nodes -= static_cast<int64_t>(outside_.size());
    no_fit->domains = 1;
    no_fit->best_domain = result_.domain;
  }

  absl::StatusOr<bool> CompleteGroup(size_t index) {
    const PartlyPlacedGroup& group = groups_[index];
    const auto runs = [](const std::optional<int32_t>& node) { return node.has_value(); };
    if (group.cuboid != nullptr && !std::all_of(group.nodes.begin(), group.nodes.end(), runs)) {
      PlacementResult refused;
      refused.no_fit.reason = NoFitReason::kCuboidRunsInPart;
      refused.no_fit.wanted_pods = group.request->Pods();
      Keep(index, std::move(refused));
      return false;
    }
    absl::StatusOr<PlacementResult> placed = AssignMissingRanks(left_, *group.request, group.nodes, outside_);
    if (!placed.ok()) return placed.status();
    Keep(index, *std::move(placed));
    if (!places_[index].has_value()) return false;
    UseMissingRanks(*group.request, *places_[index], group.nodes, &left_);
    return true;
  }

  absl::Status PlaceAbsent(const std::vector<size_t>& absent) {
    std::vector<const PartlyPlacedGroup*> groups;
    for (const size_t i : absent) groups.push_back(&groups_[i]);
    absl::StatusOr<std::vector<PlacementResult>> placed = PlaceInOrder(groups, domain_, &left_);
    if (!placed.ok()) return placed.status();
    for (size_t i = 0; i < placed->size(); ++i) Keep(absent[i], std::move((*placed)[i]));
    return absl::OkStatus();
  }

  const Topology& topology_;
  Capacity left_;
  const absl::Span<const PartlyPlacedGroup> groups_;
  const TopologyDomain domain_;
  std::vector<std::optional<Assignment>> places_;
  std::vector<int32_t> outside_;  // the nodes that are not in the domain
  TogetherResult result_;
};

absl::StatusOr<int> ReadLevel(const Topology& topology, absl::string_view level) {
  if (level.empty()) return Topology::kRoot;
  const std::optional<int> index = topology.LevelOf(level);
  if (index.has_value()) return *index;
  return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
}

// The nodes on which pods of the groups run, and the first group that has one.
struct RunningNodes {
  std::set<int32_t> nodes;
  size_t first_group = 0;
};

absl::StatusOr<RunningNodes> ReadRunning(const Topology& topology, absl::Span<const PartlyPlacedGroup> groups) {
  RunningNodes running;
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const std::optional<int32_t>& node : groups[i].nodes) {
      if (!node.has_value()) continue;
      if (*node < 0 || *node >= topology.NodeCount()) {
        return absl::InvalidArgumentError(absl::StrCat("nodes: ", *node, " is not a node of the topology"));
      }
      if (running.nodes.empty()) running.first_group = i;
      running.nodes.insert(*node);
    }
  }
  return running;
}

// Where the groups are to be.
struct Where {
  int level = Topology::kRoot;
  TopologyDomain within;
  RunningNodes running;
};

// The domains in which all groups may be. REQUIRES: the pods that run are in one of them.
std::vector<TopologyDomain> DomainsToTry(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                         const Where& where) {
  if (where.running.nodes.empty()) return FullestFirst(capacity, groups, where.level, where.within);
  const int narrower = std::max(where.level, where.within.level);
  return {{narrower, capacity.topology().DomainOf(narrower, *where.running.nodes.begin())}};
}

// Whether some group has no place in the domain even alone. This proves nothing for pods that look for those of other
// groups.
absl::StatusOr<bool> OneHasNoPlace(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                   const TopologyDomain& domain) {
  const auto asks = [](const PartlyPlacedGroup& group) { return AsksOfOthers(*group.request); };
  if (groups.size() > 1 && std::any_of(groups.begin(), groups.end(), asks)) return false;
  std::vector<const GroupRequest*> tried;
  for (const PartlyPlacedGroup& group : groups) {
    if (!Runs(group) && std::find(tried.begin(), tried.end(), group.request) != tried.end()) continue;
    tried.push_back(group.request);
    const absl::StatusOr<TogetherResult> alone = Completing(capacity, {&group, 1}, domain).Run();
    if (!alone.ok()) return alone.status();
    if (alone->assignments.empty() && alone->no_fit.reason != NoFitReason::kRulesNotKept) return true;
  }
  return false;
}

// Whether it is certain that the domain, in which the groups were not placed, has no place for them. `missing` are
// their parts that do not run.
absl::StatusOr<bool> HasNoPlaceIn(const TopologyDomain& domain, const Capacity& capacity,
                                  absl::Span<const PartlyPlacedGroup> groups, absl::Span<const GroupToOrder> missing) {
  std::vector<const GroupRequest*> parts;
  for (const GroupToOrder& part : missing) parts.push_back(part.request);
  if (IsDomainTooSmallForGroups(capacity, parts, domain)) return true;
  const absl::StatusOr<bool> one_has_none = OneHasNoPlace(capacity, groups, domain);
  if (!one_has_none.ok() || *one_has_none) return one_has_none;
  const auto has_cuboid = [](const PartlyPlacedGroup& group) { return group.cuboid != nullptr; };
  if (std::any_of(groups.begin(), groups.end(), has_cuboid)) return false;
  return AllOrdersAreAlike(capacity, missing, domain);
}

TogetherResult SurvivorsAreApart(const Topology& topology, absl::Span<const PartlyPlacedGroup> groups,
                                 absl::string_view level, const RunningNodes& running, size_t domains) {
  TogetherResult apart;
  apart.next_group = running.first_group;
  apart.no_fit.reason = NoFitReason::kSurvivorsAreApart;
  apart.no_fit.level = std::string(level);
  apart.no_fit.domains = static_cast<int32_t>(domains);
  apart.no_fit.nodes = topology.NodeCount();
  apart.is_certain = true;
  for (const PartlyPlacedGroup& group : groups) apart.no_fit.wanted_pods += group.request->Pods();
  return apart;
}

// CompleteTogether in the order given, without what is not looked at.
absl::StatusOr<TogetherResult> Complete(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                        const Where& where) {
  const Topology& topology = capacity.topology();
  const TopologyDomain& within = where.within;
  if (where.running.nodes.empty()) return AssignWithin(capacity, groups, where.level, within);
  // The narrower of the two levels tells the domain that all pods are in.
  const int narrower = std::max(where.level, within.level);
  std::set<int32_t> domains;
  for (const int32_t node : where.running.nodes) domains.insert(topology.DomainOf(narrower, node));
  const int32_t domain = *domains.begin();
  const bool is_within = topology.DomainOf(within.level, topology.NodesOf(narrower, domain).begin) == within.domain;
  if (domains.size() > 1 || !is_within) {
    const std::string key =
        where.level == Topology::kRoot ? "" : topology.level_keys()[static_cast<size_t>(where.level)];
    return SurvivorsAreApart(topology, groups, key, where.running, domains.size());
  }
  return Completing(capacity, groups, {narrower, domain}).Run();
}

// Whether it is certain that the groups, which were not placed, have no place.
absl::StatusOr<bool> HaveNoPlace(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                 const Where& where) {
  std::vector<GroupRequest> parts;
  std::vector<GroupToOrder> missing;
  parts.reserve(groups.size());
  for (const PartlyPlacedGroup& group : groups) {
    parts.push_back(MissingPart(group));
    if (parts.back().Pods() > 0) missing.push_back({&parts.back(), Runs(group)});
  }
  for (const TopologyDomain& domain : DomainsToTry(capacity, groups, where)) {
    const absl::StatusOr<bool> has_none = HasNoPlaceIn(domain, capacity, groups, missing);
    if (!has_none.ok() || !*has_none) return has_none;
  }
  return true;
}

// The groups in this order, and the result by the indexes that they have in `groups`.
absl::StatusOr<TogetherResult> CompleteInOrder(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                               const std::vector<size_t>& order, const Where& where) {
  std::vector<PartlyPlacedGroup> ordered;
  for (const size_t i : order) ordered.push_back(groups[i]);
  absl::StatusOr<TogetherResult> result = Complete(capacity, ordered, where);
  if (!result.ok() || result->assignments.empty()) return result;
  std::vector<Assignment> by_index(groups.size());
  for (size_t i = 0; i < order.size(); ++i) by_index[order[i]] = std::move(result->assignments[i]);
  result->assignments = std::move(by_index);
  return result;
}

// A group that runs in part has other places than groups like it, because its pods bind the missing ones.
std::vector<GroupToOrder> ToOrder(absl::Span<const PartlyPlacedGroup> groups) {
  std::vector<GroupToOrder> ordered;
  for (const PartlyPlacedGroup& group : groups) {
    const auto runs = [](const std::optional<int32_t>& node) { return node.has_value(); };
    ordered.push_back({group.request, Runs(group) && !std::all_of(group.nodes.begin(), group.nodes.end(), runs)});
  }
  return ordered;
}

// Law 7, without what is not looked at.
absl::StatusOr<TogetherResult> CompleteInSomeOrder(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                   const Where& where) {
  absl::StatusOr<TogetherResult> result = Complete(capacity, groups, where);
  if (!result.ok()) return result;
  result->orders = 1;
  if (result->is_certain || result->assignments.size() == groups.size()) return result;
  const absl::StatusOr<bool> have_none = HaveNoPlace(capacity, groups, where);
  if (!have_none.ok()) return have_none.status();
  result->is_certain = *have_none;
  if (*have_none) return result;
  for (const std::vector<size_t>& order : OtherOrdersOfGroups(ToOrder(groups), kMostOrders - 1)) {
    absl::StatusOr<TogetherResult> other = CompleteInOrder(capacity, groups, order, where);
    if (!other.ok()) return other;
    const int64_t orders = ++result->orders;
    if (other->assignments.empty()) continue;
    other->orders = orders;
    return other;
  }
  return result;
}

}  // namespace

absl::StatusOr<TogetherResult> AssignTogether(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                                              absl::string_view level) {
  std::vector<PartlyPlacedGroup> absent(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) absent[i].request = groups[i];
  return CompleteTogether(capacity, absent, level);
}

absl::StatusOr<TogetherResult> CompleteTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                absl::string_view level, const TopologyDomain& within) {
  const absl::StatusOr<int> index = ReadLevel(capacity.topology(), level);
  if (!index.ok()) return index.status();
  absl::StatusOr<RunningNodes> running = ReadRunning(capacity.topology(), groups);
  if (!running.ok()) return running.status();
  absl::StatusOr<TogetherResult> result = CompleteInSomeOrder(capacity, groups, {*index, within, *std::move(running)});
  if (result.ok()) result->not_looked_at = ConstraintsNotLookedAt(groups);
  return result;
}

bool AnyPodRuns(absl::Span<const PartlyPlacedGroup> groups) { return std::any_of(groups.begin(), groups.end(), Runs); }

std::vector<std::string> ConstraintsNotLookedAt(absl::Span<const PartlyPlacedGroup> groups) {
  std::set<std::string> fields;
  for (const PartlyPlacedGroup& group : groups) {
    fields.insert(group.request->not_looked_at.begin(), group.request->not_looked_at.end());
  }
  return std::vector<std::string>(fields.begin(), fields.end());
}

}  // namespace lws
