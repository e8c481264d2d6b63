#include "lws/placement/spread_groups.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

// The groups in each domain of the level, and how many it may have.
class GroupsByDomain {
 public:
  GroupsByDomain(const Topology& topology, int level, const GroupSpread& spread)
      : topology_(topology), level_(level), most_(spread.most_in_domain) {
    groups_in_.resize(static_cast<size_t>(topology_.DomainCount(level)));
    for (const Assignment& running : spread.running) Add(running);
  }

  size_t size() const { return groups_in_.size(); }
  int64_t In(int32_t domain) const { return groups_in_[static_cast<size_t>(domain)]; }

  void Add(const Assignment& assignment) {
    std::set<int32_t> domains;
    if (assignment.leader.has_value()) domains.insert(topology_.DomainOf(level_, *assignment.leader));
    for (const WorkerRun& run : assignment.workers) domains.insert(topology_.DomainOf(level_, run.node));
    for (const int32_t domain : domains) ++groups_in_[static_cast<size_t>(domain)];
  }

  // The labelled domains that may have one more, those with the fewest groups first.
  std::vector<int32_t> ForAnother() const {
    std::vector<int32_t> order;
    for (int32_t domain = 0; domain < topology_.DomainCount(level_); ++domain) {
      if (topology_.IsLabelled(level_, domain) && In(domain) < most_.value_or(kNoLimit)) order.push_back(domain);
    }
    std::stable_sort(order.begin(), order.end(), [this](int32_t a, int32_t b) { return In(a) < In(b); });
    return order;
  }

 private:
  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

  const Topology& topology_;
  const int level_;
  const std::optional<int64_t> most_;
  std::vector<int64_t> groups_in_;  // by domain
};

// The level of the spread.
absl::StatusOr<int> ReadSpread(const Topology& topology, const GroupSpread& spread) {
  const std::optional<int> level = topology.LevelOf(spread.level);
  if (!level.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("level ", spread.level, " is not in the topology"));
  }
  if (spread.most_in_domain.value_or(0) < 0) return absl::InvalidArgumentError("most_in_domain: is negative");
  return *level;
}

// A request, and what is known of the domains for it.
struct Counted {
  PlacementProblem problem;
  std::vector<std::unique_ptr<DomainCounts>> counts;  // by domain; null where they must be made
  std::vector<std::optional<NoFit>> no_fits;          // by domain, where the request was tried in vain
};

class Spreading {
 public:
  Spreading(const GroupSpread& spread, int level, Capacity* capacity)
      : topology_(capacity->topology()), level_(level), capacity_(*capacity), groups_(topology_, level, spread) {}

  absl::Status Read(const GroupRequest* request) {
    if (counted_.count(request) > 0) return absl::OkStatus();
    absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(*request, capacity_);
    if (!problem.ok()) return problem.status();
    Counted& entry = counted_[request];
    entry.problem = *std::move(problem);
    entry.counts.resize(groups_.size());
    entry.no_fits.resize(groups_.size());
    asks_of_others_ = asks_of_others_ || AsksOfOthers(*request);
    const bool holds =
        !request->exclusive_levels.empty() || std::any_of(request->subgroups.begin(), request->subgroups.end(),
                                                          [](const SubgroupLayer& layer) { return layer.exclusive; });
    holds_domains_ = holds_domains_ || holds;
    return absl::OkStatus();
  }

  absl::StatusOr<PlacementResult> Place(const GroupRequest* request) {
    absl::Status status = Read(request);
    if (!status.ok()) return status;
    Counted& entry = counted_[request];
    PlacementResult result;
    result.not_looked_at = request->not_looked_at;
    result.no_fit.reason = NoFitReason::kDomainsAreFull;
    result.no_fit.level = topology_.level_keys()[static_cast<size_t>(level_)];
    result.no_fit.wanted_pods = entry.problem.Pods();
    for (const int32_t domain : groups_.ForAnother()) {
      std::optional<Assignment> assignment = PlaceIn(domain, &entry, &result.no_fit);
      if (!assignment.has_value()) continue;
      capacity_.Commit(*request, *assignment);
      groups_.Add(*assignment);
      Forget(domain);
      result.assignment = std::move(assignment);
      break;
    }
    return result;
  }

  void Report(SpreadResult* result) const {
    int64_t most = 0;
    int64_t least = 0;
    for (int32_t domain = 0; domain < topology_.DomainCount(level_); ++domain) {
      if (!topology_.IsLabelled(level_, domain)) continue;
      const int64_t groups = groups_.In(domain);
      least = result->domains.empty() ? groups : std::min(least, groups);
      most = std::max(most, groups);
      result->domains.push_back({topology_.DomainPath(level_, domain), groups});
    }
    result->skew = most - least;
  }

 private:
  // Nullopt when the domain does not take the group. `best` then keeps the no-fit that is nearest to a fit.
  std::optional<Assignment> PlaceIn(int32_t domain, Counted* entry, NoFit* best) {
    std::optional<NoFit>& known = entry->no_fits[static_cast<size_t>(domain)];
    if (!known.has_value()) {
      std::unique_ptr<DomainCounts>& counts = entry->counts[static_cast<size_t>(domain)];
      if (counts == nullptr) {
        CountScope scope;
        scope.level = level_;
        scope.domain = domain;
        counts = std::make_unique<DomainCounts>(entry->problem, capacity_, std::move(scope));
      }
      PlacementResult result = AssignInScope(entry->problem, capacity_, *counts);
      if (result.assignment.has_value()) return std::move(result.assignment);
      known = std::move(result.no_fit);
    }
    if (best->nodes == 0 || known->best_pods > best->best_pods) *best = *known;
    return std::nullopt;
  }

  // Drops what a commit in the domain may have changed. A domain that had no place keeps to have none, unless pods look
  // for others.
  void Forget(int32_t domain) {
    if (asks_of_others_) {
      counted_.clear();
      return;
    }
    for (auto& [request, entry] : counted_) {
      if (holds_domains_) {
        for (std::unique_ptr<DomainCounts>& counts : entry.counts) counts.reset();
      } else {
        entry.counts[static_cast<size_t>(domain)].reset();
      }
    }
  }

  const Topology& topology_;
  const int level_;
  Capacity& capacity_;
  GroupsByDomain groups_;
  std::map<const GroupRequest*, Counted> counted_;
  bool asks_of_others_ = false;
  bool holds_domains_ = false;
};

}  // namespace

absl::StatusOr<std::vector<TopologyDomain>> DomainsForAnotherGroup(const Topology& topology,
                                                                   const GroupSpread& spread) {
  const absl::StatusOr<int> level = ReadSpread(topology, spread);
  if (!level.ok()) return level.status();
  std::vector<TopologyDomain> domains;
  for (const int32_t domain : GroupsByDomain(topology, *level, spread).ForAnother())
    domains.push_back({*level, domain});
  return domains;
}

absl::StatusOr<SpreadResult> SpreadGroups(absl::Span<const GroupRequest* const> requests, const GroupSpread& spread,
                                          Capacity* capacity) {
  const absl::StatusOr<int> level = ReadSpread(capacity->topology(), spread);
  if (!level.ok()) return level.status();
  Spreading spreading(spread, *level, capacity);
  for (const GroupRequest* request : requests) {
    absl::Status status = spreading.Read(request);
    if (!status.ok()) return status;
  }
  SpreadResult result;
  result.groups.reserve(requests.size());
  for (const GroupRequest* request : requests) {
    absl::StatusOr<PlacementResult> placed = spreading.Place(request);
    if (!placed.ok()) return placed.status();
    result.groups.push_back(*std::move(placed));
  }
  spreading.Report(&result);
  return result;
}

}  // namespace lws
