#include "lws/placement/search/group_orders.h"

#include <algorithm>
#include <cstddef>
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
std::vector<std::vector<size_t>> ByKind(absl::Span<const GroupToOrder> groups) {
  std::vector<std::vector<size_t>> kinds;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const std::vector<size_t>& members) {
      const GroupToOrder& member = groups[members.front()];
      return !member.runs_in_part && !groups[i].runs_in_part && IsOneKind(*member.request, *groups[i].request);
    });
    if (kind == kinds.end()) {
      kinds.push_back({i});
    } else {
      kind->push_back(i);
    }
  }
  return kinds;
}

// Collects orders of kinds as orders of their groups, each once.
class Orders {
 public:
  Orders(const std::vector<std::vector<size_t>>& kinds, size_t groups, size_t most) : kinds_(kinds), most_(most) {
    given_.resize(groups);
    std::iota(given_.begin(), given_.end(), size_t{0});
  }

  bool is_full() const { return found_.size() >= most_; }

  void Add(const std::vector<size_t>& of_kinds) {
    std::vector<size_t> order;
    for (const size_t kind : of_kinds) order.insert(order.end(), kinds_[kind].begin(), kinds_[kind].end());
    if (is_full() || order == given_ || std::find(found_.begin(), found_.end(), order) != found_.end()) return;
    found_.push_back(std::move(order));
  }

  std::vector<std::vector<size_t>> found() && { return std::move(found_); }

 private:
  const std::vector<std::vector<size_t>>& kinds_;
  const size_t most_;
  std::vector<size_t> given_;
  std::vector<std::vector<size_t>> found_;
};

}  // namespace

std::vector<std::vector<size_t>> OtherOrdersOfGroups(absl::Span<const GroupToOrder> groups, size_t most) {
  const std::vector<std::vector<size_t>> kinds = ByKind(groups);
  Orders orders(kinds, groups.size(), most);
  std::vector<size_t> of_kinds(kinds.size());
  std::iota(of_kinds.begin(), of_kinds.end(), size_t{0});
  orders.Add(of_kinds);
  for (size_t first = 1; first < kinds.size(); ++first) {
    std::vector<size_t> moved = of_kinds;
    std::rotate(moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(first),
                moved.begin() + static_cast<std::ptrdiff_t>(first) + 1);
    orders.Add(moved);
  }
  while (!orders.is_full() && std::next_permutation(of_kinds.begin(), of_kinds.end())) orders.Add(of_kinds);
  return std::move(orders).found();
}

bool IsDomainTooSmallForGroups(const Capacity& capacity, absl::Span<const GroupRequest* const> groups,
                               const TopologyDomain& domain) {
  const WantedAmounts wanted = ResourcesWantedBy(capacity.topology(), groups);
  if (!wanted.is_offered) return true;
  const std::vector<__int128> free = FreeInDomain(capacity, domain.level, domain.domain);
  for (size_t i = 0; i < free.size(); ++i) {
    if (free[i] < wanted.amounts[i]) return true;
  }
  return false;
}

absl::StatusOr<bool> AllOrdersAreAlike(const Capacity& capacity, absl::Span<const GroupToOrder> groups,
                                       const TopologyDomain& domain) {
  if (capacity.has_guarded_pods()) return false;
  std::vector<GroupToOrder> absent;
  for (const GroupToOrder& group : groups) {
    if (!group.runs_in_part) absent.push_back(group);
  }
  const bool is_one_kind = ByKind(absent).size() <= 1;
  std::optional<ShapeOnTopology> first;
  int narrowest_absent = Topology::kRoot;
  int widest_running = capacity.topology().LastLevel();
  for (const auto& [group, runs_in_part] : groups) {
    if (!group->subgroups.empty() || AsksOfOthers(*group)) return false;
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(*group, capacity.topology());
    if (!problem.ok()) return problem.status();
    const bool has_workers = problem->workers > 0;  // else the leader is the only pod
    const ShapeOnTopology& shape = has_workers ? problem->worker : problem->leader;
    if (!first.has_value()) first = shape;
    const bool is_one_shape = !problem->has_leader || !has_workers || problem->same_shape;
    if (!is_one_shape || !SameShapeOnTopology(shape, *first)) return false;
    const int level = group->closeness == Closeness::kRequired ? problem->level : Topology::kRoot;
    if (runs_in_part) {
      widest_running = std::min(widest_running, std::max(level, problem->exclusive_level));
      continue;
    }
    const bool is_bound = level > domain.level;
    if (!group->exclusive_levels.empty() || (is_bound && !is_one_kind)) return false;
    if (is_bound) narrowest_absent = level;
  }
  // In domains wider than those of the other groups, missing pods might take the place of one or another of these.
  return narrowest_absent <= widest_running;
}

}  // namespace lws::internal
