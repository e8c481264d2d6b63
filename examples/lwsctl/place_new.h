// Finds nodes for the groups that have no pod yet.
#ifndef LWS_EXAMPLES_LWSCTL_PLACE_NEW_H_
#define LWS_EXAMPLES_LWSCTL_PLACE_NEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/place_cuboid.h"
#include "examples/lwsctl/placed_group.h"

namespace lwsctl {

// How many sets of victims are tried for a group or a slice.
inline constexpr int64_t kMostTries = 5000;

struct NewGroupOptions {
  // The level over whose domains the groups of a set are spread; empty for none.
  std::string spread_level;
  std::optional<int64_t> most_in_domain;
  // The priority of the groups, if groups of lower priority may have to go.
  std::optional<int64_t> priority;
  // The contiguous nodes of each group, if they are wanted.
  std::optional<CuboidOptions> cuboid;
};

// The text of --help for --spread, --most-in-domain and --priority.
extern const char kNewGroupHelp[];

// --spread, --most-in-domain, --priority and those of place_cuboid.h. Errors: InvalidArgument naming the flag.
absl::StatusOr<NewGroupOptions> ReadNewGroupOptions(const std::vector<SetOfEitherKind>& sets,
                                                    const Arguments& arguments);

// Places the groups that have no running pod, one after another. Those that run have their assignment already, and do
// not have to go for others. With a priority, it asks for each group without a place which groups would have to go; a
// group that runs in part keeps its pods. Takes the victims from the capacity.
absl::Status PlaceNewGroups(const NewGroupOptions& options, ClusterInput* cluster, std::vector<PlacedGroup>* groups);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACE_NEW_H_
