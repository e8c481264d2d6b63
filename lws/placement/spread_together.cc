#include "lws/placement/spread_together.h"

#include <optional>
#include <utility>
#include <vector>

#include "lws/placement/topology_domain.h"

namespace lws {

Assignment AsOneAssignment(absl::Span<const Assignment> groups) {
  Assignment all;
  for (const Assignment& group : groups) {
    if (group.leader.has_value()) all.workers.push_back({*group.leader, 1});
    all.workers.insert(all.workers.end(), group.workers.begin(), group.workers.end());
  }
  return all;
}

absl::StatusOr<TogetherResult> SpreadTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                              absl::string_view level, const GroupSpread& spread) {
  const absl::StatusOr<std::vector<TopologyDomain>> domains = DomainsForAnotherGroup(capacity.topology(), spread);
  if (!domains.ok()) return domains.status();
  if (AnyPodRuns(groups)) return CompleteTogether(capacity, groups, level);
  std::optional<TogetherResult> best;
  bool is_certain = true;
  for (const TopologyDomain& domain : *domains) {
    absl::StatusOr<TogetherResult> result = CompleteTogether(capacity, groups, level, domain);
    if (!result.ok() || result->assignments.size() == groups.size()) return result;
    is_certain = is_certain && result->is_certain;
    if (!best.has_value() || result->most_groups > best->most_groups) best = *std::move(result);
  }
  if (best.has_value()) {
    best->is_certain = is_certain;
    return *std::move(best);
  }
  TogetherResult full;
  full.is_certain = true;
  full.no_fit.reason = NoFitReason::kDomainsAreFull;
  full.no_fit.level = spread.level;
  for (const PartlyPlacedGroup& group : groups) full.no_fit.wanted_pods += group.request->Pods();
  full.not_looked_at = ConstraintsNotLookedAt(groups);
  return full;
}

}  // namespace lws
