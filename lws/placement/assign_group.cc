#include "lws/placement/assign_group.h"

#include "lws/placement/search/assign_batch.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"

namespace lws {

using internal::AfterNoFit;
using internal::AssignBatch;
using internal::AssignInScope;
using internal::DomainCounts;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;

absl::StatusOr<PlacementResult> AssignGroup(const Capacity& capacity, const GroupRequest& request) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  return AssignInScope(*problem, capacity, DomainCounts(*problem, capacity, {}));
}

absl::Status CheckGroupRequest(const GroupRequest& request, const Topology& topology) {
  return PlacementProblem::Create(request, topology).status();
}

absl::StatusOr<std::vector<PlacementResult>> AssignGroups(absl::Span<const GroupRequest* const> requests,
                                                          Capacity* capacity) {
  return AssignBatch(requests, {}, AfterNoFit::kGoOn, capacity);
}

}  // namespace lws
