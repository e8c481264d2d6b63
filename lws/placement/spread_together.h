// Several groups as one, such as all roles of a slice of a DisaggregatedSet, in the failure domain that has the fewest
// such slices.
//
//   std::vector<lws::PartlyPlacedGroup> slice(2);
//   slice[0].request = &prefill;
//   slice[1].request = &decode;
//   lws::GroupSpread spread;
//   spread.level = "cloud/rack";
//   lws::TogetherResult first = *lws::SpreadTogether(capacity, slice, "cloud/rack", spread);
//   spread.running = {lws::AsOneAssignment(first.assignments)};
//   lws::TogetherResult second = *lws::SpreadTogether(capacity, slice, "cloud/rack", spread);
//   second.domain;    // {"r2"}
//
// Laws:
//   1. The groups are in one domain of the spread's level, and there they have the place that CompleteTogether finds
//      within this domain.
//   2. That domain has fewer than `most_in_domain` slices.
//   3. It has the fewest slices among the domains of law 2 that take the groups, and then comes first in path order.
//   4. Groups of which a pod runs are completed by CompleteTogether, wherever they are.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SPREAD_TOGETHER_H_
#define LWS_PLACEMENT_SPREAD_TOGETHER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/spread_groups.h"

namespace lws {

// All pods as those of one group, which counts once in each domain.
Assignment AsOneAssignment(absl::Span<const Assignment> groups);

// The running groups of `spread` are slices, made by AsOneAssignment. Without a place, the result is that of the domain
// that takes most of the groups; the reason is kDomainsAreFull when each domain has `most_in_domain` slices. Errors: as
// for CompleteTogether and SpreadGroups. Complexity: CompleteTogether for each domain that is tried.
absl::StatusOr<TogetherResult> SpreadTogether(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> groups,
                                              absl::string_view level, const GroupSpread& spread);

}  // namespace lws

#endif  // LWS_PLACEMENT_SPREAD_TOGETHER_H_
