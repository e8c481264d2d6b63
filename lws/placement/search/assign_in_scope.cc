#include "lws/placement/search/assign_in_scope.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/placement/search/domain_search.h"
#include "lws/placement/search/explain_no_fit.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/one_by_one.h"
#include "lws/placement/search/rank_order.h"

namespace lws::internal {
namespace {

PlacementResult Assign(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts) {
  PlacementResult result;
  std::vector<PickedDomain> picks;
  if (ScopeTakesWhole(problem, capacity, counts)) picks = SearchDomainsForNodes(problem, capacity, counts);
  if (picks.empty()) {
    result.no_fit = ExplainNoFit(problem, capacity, counts);
  } else {
    result.assignment = AssignRanksToNodes(problem, std::move(picks));
  }
  return result;
}

}  // namespace

// The search does not look at all rules. If its place breaks one, stricter requests are tried until a place keeps all,
// and then the pods are put onto nodes one by one.
PlacementResult AssignInScope(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts) {
  PlacementResult result = Assign(problem, capacity, counts);
  result.not_looked_at = problem.request->not_looked_at;
  if (problem.unchecked_rules.empty() || !result.assignment.has_value() ||
      KeepsSearchRules(problem, capacity, result.assignment->NodesByRank())) {
    return result;
  }
  for (const StricterRequest& stricter : StricterSearchRequests(problem)) {
    const absl::StatusOr<PlacementProblem> strict = ReadStricterSearchProblem(stricter, capacity);
    if (!strict.ok()) continue;
    result.assignment = Assign(*strict, capacity, DomainCounts(*strict, capacity, counts.scope())).assignment;
    const bool fits = result.assignment.has_value();
    if (fits && KeepsSearchRules(problem, capacity, result.assignment->NodesByRank())) return result;
  }
  std::vector<PickedDomain> picks = PickNodesOneByOne(problem, capacity, counts);
  if (!picks.empty()) {
    result.assignment = AssignRanksToNodes(problem, std::move(picks));
    if (KeepsSearchRules(problem, capacity, result.assignment->NodesByRank())) return result;
  }
  result.assignment.reset();
  result.no_fit = {};
  result.no_fit.reason = NoFitReason::kRulesNotKept;
  result.no_fit.wanted_pods = problem.Pods();
  result.no_fit.rules = problem.unchecked_rules;
  return result;
}

bool AsksOfOthers(const GroupRequest& request) {
  const auto asks = [](const PodShape& shape) { return shape.rules != nullptr && shape.rules->asks(); };
  return asks(request.worker) || (request.leader.has_value() && asks(*request.leader));
}

}  // namespace lws::internal
