#include "lws/placement/assign_together.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/search/assign_batch.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/resource_totals.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::AfterNoFit;
using internal::AssignBatch;
using internal::CountScope;
using internal::FreeInDomain;
using internal::WantedByGroups;

namespace {

// The groups in the domain, which is the root for the whole cluster. The capacity stays as it is.
absl::StatusOr<TogetherResult> AssignIn(absl::Span<const GroupRequest* const> groups, const CountScope& domain,
                                        Capacity* capacity) {
  const Topology& topology = capacity->topology();
  TogetherResult result;
  if (domain.level != Topology::kRoot) result.domain = topology.DomainPath(domain.level, domain.domain);
  absl::StatusOr<std::vector<PlacementResult>> placed = AssignBatch(groups, domain, AfterNoFit::kStop, capacity);
  if (!placed.ok()) return placed.status();
  std::set<std::string> not_looked_at;
  for (size_t i = 0; i < placed->size(); ++i) {
    PlacementResult& group = (*placed)[i];
    not_looked_at.insert(group.not_looked_at.begin(), group.not_looked_at.end());
    if (!group.assignment.has_value()) {
      result.next_group = i;
      result.no_fit = std::move(group.no_fit);
      continue;  // it is the last one
    }
    capacity->Release(*groups[i], *group.assignment);
    result.assignments.push_back(*std::move(group.assignment));
  }
  result.most_groups = result.assignments.size();
  if (result.most_groups < groups.size()) {
    result.assignments.clear();
  } else {
    result.not_looked_at.assign(not_looked_at.begin(), not_looked_at.end());
  }
  return result;
}

// The resource of which the groups ask for the largest share of what is free in the cluster.
size_t ScarcestResource(const Capacity& capacity, absl::Span<const GroupRequest* const> groups) {
  const std::vector<__int128> free = FreeInDomain(capacity, Topology::kRoot, 0);
  const std::vector<__int128> wanted = WantedByGroups(capacity.topology(), groups).amounts;
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

// The domains of the level by what is free of the resource, the fullest first.
std::vector<int32_t> FullestFirst(const Capacity& capacity, int level, size_t resource) {
  std::vector<std::pair<__int128, int32_t>> order;
  for (int32_t domain = 0; domain < capacity.topology().DomainCount(level); ++domain) {
    if (!capacity.topology().IsLabelled(level, domain)) continue;
    order.emplace_back(FreeInDomain(capacity, level, domain)[resource], domain);
  }
  std::sort(order.begin(), order.end());
  std::vector<int32_t> domains;
  for (const auto& [free, domain] : order) domains.push_back(domain);
  return domains;
}

bool Runs(const PartlyPlacedGroup& group) {
  return std::any_of(group.nodes.begin(), group.nodes.end(), [](const auto& node) { return node.has_value(); });
}

// Completes the groups in the domain of their running pods.
class Completing {
 public:
  Completing(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups, const CountScope& domain)
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
    result_.not_looked_at.assign(not_looked_at_.begin(), not_looked_at_.end());
    if (result_.most_groups < groups_.size()) return std::move(result_);
    for (std::optional<Assignment>& place : places_) result_.assignments.push_back(*std::move(place));
    return std::move(result_);
  }

 private:
  void Keep(size_t group, PlacementResult placed) {
    not_looked_at_.insert(placed.not_looked_at.begin(), placed.not_looked_at.end());
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
    absl::StatusOr<PlacementResult> placed = AssignMissingRanks(left_, *group.request, group.nodes, outside_);
    if (!placed.ok()) return placed.status();
    Keep(index, *std::move(placed));
    if (!places_[index].has_value()) return false;
    const std::vector<int32_t> nodes = places_[index]->NodesByRank();
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      if (group.nodes[rank].has_value()) continue;
      const bool is_leader = rank == 0 && group.request->leader.has_value();
      left_.Use(nodes[rank], is_leader ? *group.request->leader : group.request->worker);
    }
    return true;
  }

  absl::Status PlaceAbsent(const std::vector<size_t>& absent) {
    std::vector<const GroupRequest*> requests;
    for (const size_t i : absent) requests.push_back(groups_[i].request);
    absl::StatusOr<std::vector<PlacementResult>> placed = AssignBatch(requests, domain_, AfterNoFit::kStop, &left_);
    if (!placed.ok()) return placed.status();
    for (size_t i = 0; i < placed->size(); ++i) Keep(absent[i], std::move((*placed)[i]));
    return absl::OkStatus();
  }

  const Topology& topology_;
  Capacity left_;
  const absl::Span<const PartlyPlacedGroup> groups_;
  const CountScope domain_;
  std::vector<std::optional<Assignment>> places_;
  std::vector<int32_t> outside_;  // the nodes that are not in the domain
  std::set<std::string> not_looked_at_;
  TogetherResult result_;
};

}  // namespace

absl::StatusOr<TogetherResult> AssignTogether(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                                              absl::string_view level) {
  Capacity left = capacity;
  if (level.empty()) return AssignIn(groups, {}, &left);
  const std::optional<int> index = capacity.topology().LevelOf(level);
  if (!index.has_value()) return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
  std::optional<TogetherResult> best;
  for (const int32_t domain : FullestFirst(capacity, *index, ScarcestResource(capacity, groups))) {
    absl::StatusOr<TogetherResult> result = AssignIn(groups, {*index, domain}, &left);
    if (!result.ok() || result->assignments.size() == groups.size()) return result;
    if (!best.has_value() || result->most_groups > best->most_groups) best = *std::move(result);
  }
  if (best.has_value()) return *std::move(best);
  TogetherResult none;
  none.no_fit.level = std::string(level);
  return none;
}

absl::StatusOr<TogetherResult> CompleteTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                absl::string_view level) {
  const Topology& topology = capacity.topology();
  const std::optional<int> index = level.empty() ? Topology::kRoot : topology.LevelOf(level);
  if (!index.has_value()) return absl::InvalidArgumentError(absl::StrCat("level ", level, " is not in the topology"));
  std::set<int32_t> domains;
  std::vector<const GroupRequest*> requests;
  std::optional<size_t> running;
  for (size_t i = 0; i < groups.size(); ++i) {
    requests.push_back(groups[i].request);
    for (const std::optional<int32_t>& node : groups[i].nodes) {
      if (!node.has_value()) continue;
      if (*node < 0 || *node >= topology.NodeCount()) {
        return absl::InvalidArgumentError(absl::StrCat("nodes: ", *node, " is not a node of the topology"));
      }
      domains.insert(topology.DomainOf(*index, *node));
      running = running.value_or(i);
    }
  }
  if (!running.has_value()) return AssignTogether(capacity, requests, level);
  if (domains.size() == 1) return Completing(capacity, groups, {*index, *domains.begin()}).Run();
  TogetherResult apart;
  apart.next_group = *running;
  apart.no_fit.reason = NoFitReason::kSurvivorsAreApart;
  apart.no_fit.level = std::string(level);
  apart.no_fit.domains = static_cast<int32_t>(domains.size());
  apart.no_fit.nodes = topology.NodeCount();
  for (const GroupRequest* request : requests) apart.no_fit.wanted_pods += request->Pods();
  return apart;
}

}  // namespace lws
