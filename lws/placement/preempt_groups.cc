#include "lws/placement/preempt_groups.h"

#include <algorithm>
#include <utility>

#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/victim_search.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"

namespace lws {

using internal::AssignInScope;
using internal::BindLevelsOfVictims;
using internal::CapacityWithoutVictims;
using internal::CostOfVictims;
using internal::DomainCounts;
using internal::FindVictims;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;
using internal::ScopeOf;
using internal::VictimQuestion;
using internal::Victims;

namespace {

absl::StatusOr<PlacementResult> PlaceIn(const TopologyDomain& domain, const GroupRequest& request,
                                        const Capacity& left) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, left);
  if (!problem.ok()) return problem.status();
  return AssignInScope(*problem, left, DomainCounts(*problem, left, ScopeOf(domain)));
}

// The level of which one domain holds all pods of the group.
int BindingLevel(const PlacementProblem& problem) {
  const bool is_required = problem.request->closeness == Closeness::kRequired;
  return std::max(is_required ? problem.level : Topology::kRoot, problem.exclusive_level);
}

// Searches within the domain, as if the cluster were only this domain.
absl::StatusOr<Preemption> PreemptIn(const TopologyDomain& domain, const Capacity& capacity,
                                     const GroupRequest& request, int64_t priority,
                                     absl::Span<const RunningPods> groups, int64_t tries) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  const auto has_place = [&](const Capacity& left, const TopologyDomain& part) {
    const absl::StatusOr<PlacementResult> placed = PlaceIn(part, request, left);
    return placed.ok() && placed->assignment.has_value();
  };
  VictimQuestion question{has_place, domain};
  BindLevelsOfVictims(capacity, {&request}, BindingLevel(*problem), &question);
  Victims victims = FindVictims(capacity, question, priority, groups, tries);
  absl::StatusOr<PlacementResult> placed =
      PlaceIn(domain, request, CapacityWithoutVictims(capacity, groups, victims.groups));
  if (!placed.ok()) return placed.status();
  Preemption result;
  result.assignment = std::move(placed->assignment);
  result.no_fit = std::move(placed->no_fit);
  result.not_looked_at = std::move(placed->not_looked_at);
  if (victims.make_room) result.victims = std::move(victims.groups);
  result.exact = victims.exact;
  result.tries = victims.tries;
  return result;
}

// Whether the answer for a later domain replaces the best one so far.
bool IsBetter(absl::Span<const RunningPods> groups, const Preemption& found, const Preemption& best) {
  if (found.assignment.has_value() != best.assignment.has_value()) return found.assignment.has_value();
  if (!found.assignment.has_value()) {
    return best.no_fit.reason == NoFitReason::kDomainsAreFull || found.no_fit.best_pods > best.no_fit.best_pods;
  }
  return CostOfVictims(groups, found.victims) < CostOfVictims(groups, best.victims);
}

}  // namespace

absl::StatusOr<Preemption> PreemptGroups(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                         absl::Span<const RunningPods> groups, int64_t tries) {
  return PreemptIn({}, capacity, request, priority, groups, tries);
}

absl::StatusOr<Preemption> PreemptSpreadGroup(const Capacity& capacity, const GroupRequest& request, int64_t priority,
                                              absl::Span<const RunningPods> groups, int64_t tries,
                                              const GroupSpread& spread) {
  const absl::StatusOr<std::vector<TopologyDomain>> domains = DomainsForAnotherGroup(capacity.topology(), spread);
  if (!domains.ok()) return domains.status();
  Preemption best;
  best.exact = true;
  best.not_looked_at = request.not_looked_at;
  best.no_fit.reason = NoFitReason::kDomainsAreFull;
  best.no_fit.level = spread.level;
  best.no_fit.wanted_pods = request.Pods();
  int64_t tries_left = tries;
  for (const TopologyDomain& domain : *domains) {
    absl::StatusOr<Preemption> found = PreemptIn(domain, capacity, request, priority, groups, tries_left);
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
