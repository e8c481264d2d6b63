#include "lws/placement/spread_cuboid.h"

#include <utility>
#include <vector>

#include "lws/placement/topology_domain.h"

namespace lws {

absl::StatusOr<PlacementResult> SpreadCuboid(const Capacity& capacity, const GroupRequest& request,
                                             const CuboidOfGrid& cuboid, const GroupSpread& spread) {
  const absl::StatusOr<std::vector<TopologyDomain>> domains = DomainsForAnotherGroup(capacity.topology(), spread);
  if (!domains.ok()) return domains.status();
  PlacementResult best;
  best.no_fit.reason = NoFitReason::kDomainsAreFull;
  best.no_fit.level = spread.level;
  best.no_fit.wanted_pods = request.Pods();
  best.not_looked_at = request.not_looked_at;
  bool is_first = true;
  for (const TopologyDomain& domain : *domains) {
    absl::StatusOr<PlacementResult> found = AssignCuboid(capacity, request, cuboid.grid, cuboid.cuboid, domain);
    if (!found.ok() || found->assignment.has_value()) return found;
    if (is_first || found->no_fit.best_pods > best.no_fit.best_pods) best.no_fit = std::move(found->no_fit);
    is_first = false;
  }
  return best;
}

}  // namespace lws
