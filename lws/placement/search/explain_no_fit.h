// Explains in counts why a group has no place.
//
//   lws::NoFit no_fit = lws::internal::ExplainNoFit(problem, capacity, counts);
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_EXPLAIN_NO_FIT_H_
#define LWS_PLACEMENT_SEARCH_EXPLAIN_NO_FIT_H_

#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// REQUIRES: the group has no place within the scope of the counts. Complexity: O(nodes x resources).
NoFit ExplainNoFit(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_EXPLAIN_NO_FIT_H_
