#include "lws/placement/search/group_orders.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/resource_totals.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

bool IsOneKind(const GroupRequest& a, const GroupRequest& b) {
  const auto layer_key = [](const SubgroupLayer& layer) { return std::tie(layer.size, layer.level, layer.exclusive); };
  const auto same_layer = [&](const SubgroupLayer& x, const SubgroupLayer& y) { return layer_key(x) == layer_key(y); };
  const bool same_leader =
      a.leader.has_value() == b.leader.has_value() && (!a.leader.has_value() || a.leader->amounts == b.leader->amounts);
  return same_leader && a.worker.amounts == b.worker.amounts && a.workers == b.workers && a.closeness == b.closeness &&
         a.level == b.level && a.preferred_within == b.preferred_within && a.exclusive_levels == b.exclusive_levels &&
         std::equal(a.subgroups.begin(), a.subgroups.end(), b.subgroups.begin(), b.subgroups.end(), same_layer);
}

// The groups by kind, in the order in which the kinds come first.
std::vector<std::vector<size_t>> ByKind(absl::Span<const GroupRequest* const> groups) {
  std::vector<std::vector<size_t>> kinds;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const std::vector<size_t>& members) {
      return IsOneKind(*groups[members.front()], *groups[i]);
    });
    if (kind == kinds.end()) {
      kinds.push_back({i});
    } else {
      kind->push_back(i);
    }
  }
  return kinds;
}

}  // namespace

std::vector<std::vector<size_t>> OtherOrders(absl::Span<const GroupRequest* const> groups, size_t most) {
  const std::vector<std::vector<size_t>> kinds = ByKind(groups);
  std::vector<size_t> given(groups.size());
  std::iota(given.begin(), given.end(), size_t{0});
  std::vector<size_t> of_kinds(kinds.size());
  std::iota(of_kinds.begin(), of_kinds.end(), size_t{0});
  std::vector<std::vector<size_t>> orders;
  do {
    std::vector<size_t> order;
    for (const size_t kind : of_kinds) order.insert(order.end(), kinds[kind].begin(), kinds[kind].end());
    if (order != given) orders.push_back(std::move(order));
  } while (orders.size() < most && std::next_permutation(of_kinds.begin(), of_kinds.end()));
  return orders;
}

bool IsTooLittle(const Capacity& capacity, absl::Span<const GroupRequest* const> groups, const TopologyDomain& domain) {
  const WantedAmounts wanted = ResourcesWantedBy(capacity.topology(), groups);
  if (!wanted.is_offered) return true;
  const std::vector<__int128> free = FreeInDomain(capacity, domain.level, domain.domain);
  for (size_t i = 0; i < free.size(); ++i) {
    if (free[i] < wanted.amounts[i]) return true;
  }
  return false;
}

absl::StatusOr<bool> AllOrdersAreAlike(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                                       const TopologyDomain& domain) {
  if (capacity.has_guarded_pods()) return false;
  const bool is_one_kind = ByKind(groups).size() == 1;
  std::optional<ShapeOnTopology> first;
  for (const GroupRequest* group : groups) {
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(*group, capacity.topology());
    if (!problem.ok()) return problem.status();
    const bool has_workers = problem->workers > 0;  // else the leader is the only pod
    const ShapeOnTopology& shape = has_workers ? problem->worker : problem->leader;
    if (!first.has_value()) first = shape;
    const bool is_bound = group->closeness == Closeness::kRequired && problem->level > domain.level;
    const bool is_alike = SameShape(shape, *first) && (!problem->has_leader || !has_workers || problem->same_shape) &&
                          group->subgroups.empty() && group->exclusive_levels.empty() && !AsksOfOthers(*group) &&
                          (!is_bound || is_one_kind);
    if (!is_alike) return false;
  }
  return true;
}

}  // namespace lws::internal
