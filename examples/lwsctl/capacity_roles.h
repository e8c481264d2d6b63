// `lwsctl capacity` of DisaggregatedSets: how many more slices fit.
#ifndef LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "lws/placement/capacity.h"
#include "lws/placement/set_request.h"
#include "lws/placement/together_headroom.h"

namespace lwsctl {

// The room for more slices of a set.
struct SliceHeadroom {
  std::string set;
  std::string level;  // of the placement policy; "" for the whole cluster
  std::optional<int> wanted;
  std::vector<std::string> names;  // of the groups of a slice
  lws::TogetherHeadroom headroom;

  bool IsEnough() const { return !wanted.has_value() || headroom.times >= *wanted; }
};

// Errors: InvalidArgument for a file that also has LeaderWorkerSets, and those of CountTogetherHeadroom.
absl::StatusOr<std::vector<SliceHeadroom>> CountSlices(const std::vector<SetOfEitherKind>& sets,
                                                       const lws::SetPlacement& placement,
                                                       const std::optional<int>& wanted, const lws::Capacity& capacity);

lws::Json SlicesToJson(const SliceHeadroom& slices);
void PrintSlices(const SliceHeadroom& slices);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_
