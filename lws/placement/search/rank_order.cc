#include "lws/placement/search/rank_order.h"

#include <algorithm>

namespace lws::internal {
namespace {

// Whether `a` comes before `b` in the rank order: domains of the leader come first, and the widest layer decides
// first.
bool IsCloserToLeader(const PlacementProblem& problem, int32_t leader, int32_t a, int32_t b) {
  for (size_t i = problem.layers.size(); i-- > 0;) {
    const int level = problem.layers[i].level;
    const int32_t home = problem.topology->DomainOf(level, leader);
    const bool a_is_home = problem.topology->DomainOf(level, a) == home;
    const bool b_is_home = problem.topology->DomainOf(level, b) == home;
    if (a_is_home != b_is_home) return a_is_home;
    if (!a_is_home) break;
  }
  return false;
}

}  // namespace

Assignment AssignRanksToNodes(const PlacementProblem& problem, std::vector<PickedDomain> picks) {
  Assignment assignment;
  for (const PickedDomain& pick : picks) {
    if (pick.leader) assignment.leader = pick.domain;
  }
  if (assignment.leader.has_value() && problem.request->subgroup_leader != SubgroupLeader::kOutside) {
    std::stable_sort(picks.begin(), picks.end(), [&](const PickedDomain& a, const PickedDomain& b) {
      return IsCloserToLeader(problem, *assignment.leader, a.domain, b.domain);
    });
  }
  for (const PickedDomain& pick : picks) {
    const int64_t workers = problem.WorkersIn(problem.topology->LastLevel(), pick.units, pick.leader);
    if (workers > 0) assignment.workers.push_back({pick.domain, static_cast<int32_t>(workers)});
  }
  return assignment;
}

}  // namespace lws::internal
