#include "lws/placement/preempt_together.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "lws/placement/group_request.h"
#include "lws/placement/search/victim_search.h"
#include "lws/placement/spread_together.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"

namespace lws {

using internal::BindLevelsOfVictims;
using internal::CapacityWithoutVictims;
using internal::CostOfVictims;
using internal::FindVictims;
using internal::VictimQuestion;
using internal::Victims;

namespace {

// The question for one part of the cluster.
struct Question {
  const Capacity& capacity;
  absl::Span<const PartlyPlacedGroup> groups;
  absl::string_view level;
  int64_t priority;
  absl::Span<const RunningPods> running;
};

absl::StatusOr<TogetherPreemption> PreemptWithin(const Question& question, const TopologyDomain& within,
                                                 int64_t tries) {
  const auto has_place = [&](const Capacity& left, const TopologyDomain& domain) {
    const absl::StatusOr<TogetherResult> placed = CompleteTogether(left, question.groups, question.level, domain);
    return placed.ok() && placed->assignments.size() == question.groups.size();
  };
  VictimQuestion wanted{has_place, within};
  std::vector<const GroupRequest*> requests;
  for (const PartlyPlacedGroup& group : question.groups) requests.push_back(group.request);
  const Topology& topology = question.capacity.topology();
  const int level = topology.LevelOf(question.level).value_or(Topology::kRoot);
  BindLevelsOfVictims(question.capacity, requests, level, &wanted);
  Victims victims = FindVictims(question.capacity, wanted, question.priority, question.running, tries);
  absl::StatusOr<TogetherResult> placed =
      CompleteTogether(CapacityWithoutVictims(question.capacity, question.running, victims.groups), question.groups,
                       question.level, within);
  if (!placed.ok()) return placed.status();
  TogetherPreemption result;
  result.result = *std::move(placed);
  if (victims.make_room) result.victims = std::move(victims.groups);
  result.exact = victims.exact;
  result.tries = victims.tries;
  return result;
}

// Whether the answer for a later domain replaces the best one so far.
bool IsBetter(absl::Span<const RunningPods> running, const TogetherPreemption& found, const TogetherPreemption& best) {
  const bool fits = !found.result.assignments.empty();
  if (fits == best.result.assignments.empty()) return fits;
  if (!fits) return found.result.most_groups > best.result.most_groups;
  return CostOfVictims(running, found.victims) < CostOfVictims(running, best.victims);
}

}  // namespace

absl::StatusOr<TogetherPreemption> PreemptTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                                   absl::string_view level, int64_t priority,
                                                   absl::Span<const RunningPods> running, int64_t tries) {
  return PreemptWithin({capacity, groups, level, priority, running}, {}, tries);
}

absl::StatusOr<TogetherPreemption> PreemptSpreadTogether(const Capacity& capacity,
                                                         absl::Span<const PartlyPlacedGroup> groups,
                                                         absl::string_view level, const GroupSpread& spread,
                                                         int64_t priority, absl::Span<const RunningPods> running,
                                                         int64_t tries) {
  // What has a place, or runs already, needs no victims.
  absl::StatusOr<TogetherResult> now = SpreadTogether(capacity, groups, level, spread);
  if (!now.ok()) return now.status();
  if (!now->assignments.empty()) return TogetherPreemption{*std::move(now), {}, true, 0};
  if (AnyPodRuns(groups)) return PreemptTogether(capacity, groups, level, priority, running, tries);
  const absl::StatusOr<std::vector<TopologyDomain>> domains = DomainsForAnotherGroup(capacity.topology(), spread);
  if (!domains.ok()) return domains.status();
  // What SpreadTogether found beside the groups of lower priority is the answer only when no domain may have another
  // slice.
  std::optional<TogetherPreemption> best;
  int64_t tries_left = tries;
  bool exact = true;
  bool is_certain = true;
  for (const TopologyDomain& domain : *domains) {
    absl::StatusOr<TogetherPreemption> found =
        PreemptWithin({capacity, groups, level, priority, running}, domain, tries_left);
    if (!found.ok()) return found.status();
    tries_left -= found->tries;
    exact = exact && found->exact;
    is_certain = is_certain && found->result.is_certain;
    if (!best.has_value() || IsBetter(running, *found, *best)) best = *std::move(found);
  }
  if (!best.has_value()) best = TogetherPreemption{*std::move(now), {}, true, 0};
  best->result.is_certain = is_certain && best->result.assignments.empty();
  best->exact = exact;
  best->tries = tries - tries_left;
  return *std::move(best);
}

}  // namespace lws
