// Places groups one after another within one domain, with one count of the nodes for each different request.
//
//   lws::GroupRequest request;
//   request.workers = 2;
//   auto results = *lws::internal::AssignBatch({&request, &request}, {}, lws::internal::AfterNoFit::kGoOn, &capacity);
//   results[1].assignment.has_value();    // true; both are committed
//
// Each result is what AssignInScope finds in the domain beside the groups before it. With kStop, the results end with
// the first no-fit, and the capacity has the groups before it.
//
// Thread-safety: may be called concurrently for distinct capacities.
#ifndef LWS_PLACEMENT_SEARCH_ASSIGN_BATCH_H_
#define LWS_PLACEMENT_SEARCH_ASSIGN_BATCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/domain_counts.h"

namespace lws::internal {

enum class AfterNoFit { kGoOn, kStop };

// `domain` names a level and its domain, and is the whole cluster by default. Commits each group that fits. On an error
// nothing is committed. Errors: as for AssignGroup. Complexity: as for AssignGroups, for the nodes of the domain.
absl::StatusOr<std::vector<PlacementResult>> AssignBatch(absl::Span<const GroupRequest* const> requests,
                                                         const CountScope& domain, AfterNoFit after_no_fit,
                                                         Capacity* capacity);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_ASSIGN_BATCH_H_
