// The contiguous cuboids of nodes that the command line asks for.
#ifndef LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_
#define LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "lws/placement/assign_cuboid.h"

namespace lwsctl {

// The cuboids of a file's sets or roles.
struct CuboidOptions {
  std::map<std::string, lws::CuboidOfGrid> by_name;  // "" for all that have no cuboid of their own

  // Null for a set or role without a cuboid. Its path is that of named_values.h.
  const lws::CuboidOfGrid* Find(const std::string& path) const;
};

// The text of --help for the flags that ReadCuboidOptions takes.
extern const char kCuboidHelp[];

// --cuboid, --grid, --coordinates, --wrap and --turn; nullopt without --cuboid. Errors: InvalidArgument naming the
// flag.
absl::StatusOr<std::optional<CuboidOptions>> ReadCuboidOptions(const std::vector<SetOfEitherKind>& sets,
                                                               const Arguments& arguments);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACE_CUBOID_H_
