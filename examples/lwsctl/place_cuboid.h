// Finds contiguous cuboids of nodes for the groups that have no pod yet.
#ifndef LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_
#define LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/placed_group.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/capacity.h"

namespace lwsctl {

struct CuboidOptions {
  lws::NodeGrid grid;
  lws::Cuboid cuboid;
};

// The text of --help for the flags that ReadCuboidOptions takes.
extern const char kCuboidHelp[];

// --cuboid, --grid, --coordinates, --wrap and --turn; nullopt without --cuboid. Errors: InvalidArgument naming the
// flag.
absl::StatusOr<std::optional<CuboidOptions>> ReadCuboidOptions(const Arguments& arguments);

// Places these groups one after another. Errors: as for AssignCuboid.
absl::Status PlaceCuboids(const CuboidOptions& options, const std::vector<PlacedGroup*>& groups,
                          lws::Capacity* capacity);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_
