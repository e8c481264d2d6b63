#include "examples/lwsctl/place_cuboid.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/named_values.h"
#include "examples/lwsctl/slice_requests.h"

namespace lwsctl {
namespace {

constexpr char kAxisNames[] = "xyz";

// "2x2x4": one to three numbers; axes that are not named have one node.
absl::StatusOr<size_t> ReadSizes(const std::string& flag, const std::string& text,
                                 std::array<int32_t, lws::kGridAxes>* sizes) {
  const std::vector<std::string> parts = absl::StrSplit(text, 'x');
  bool are_numbers = parts.size() <= lws::kGridAxes;
  for (size_t axis = 0; are_numbers && axis < parts.size(); ++axis) {
    are_numbers = absl::SimpleAtoi(parts[axis], &(*sizes)[axis]) && (*sizes)[axis] > 0;
  }
  if (are_numbers) return parts.size();
  return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", text, "\" is no size such as 2x2x4"));
}

absl::Status ReadWraps(const Arguments& arguments, size_t axes, lws::NodeGrid* grid) {
  for (const char name : arguments.Flag("--wrap", "")) {
    const std::string names(kAxisNames, axes);
    const size_t axis = names.find(name);
    if (axis == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("--wrap: \"", arguments.Flag("--wrap", ""), "\" names other axes than ", names));
    }
    grid->wraps[axis] = true;
  }
  return absl::OkStatus();
}

absl::Status ReadGrid(const Arguments& arguments, size_t axes, lws::NodeGrid* grid) {
  const absl::StatusOr<size_t> grid_axes = ReadSizes("--grid", arguments.Flag("--grid", ""), &grid->extents);
  if (!grid_axes.ok()) return grid_axes.status();
  const absl::StatusOr<std::vector<std::string>> keys = ReadNames(arguments, "--coordinates");
  if (!keys.ok()) return keys.status();
  if (axes != *grid_axes || axes != keys->size()) {
    return absl::InvalidArgumentError(absl::StrCat("--cuboid has ", axes, " axes, --grid has ", *grid_axes,
                                                   ", and --coordinates has ", keys->size()));
  }
  std::copy(keys->begin(), keys->end(), grid->labels.begin());
  return ReadWraps(arguments, axes, grid);
}

}  // namespace

const char kCuboidHelp[] =
    "  --cuboid NxNxN     the nodes of each new group form a contiguous cuboid of this size, such as a TPU slice, and\n"
    "                     have equally many of its pods; with --required, each domain of that level is a grid;\n"
    "                     NAME=NxNxN,... for the groups of this set or role\n"
    "  --grid NxNxN       how many nodes stand along each axis\n"
    "  --coordinates KEYS the node labels with the coordinates, which count from 0: one for each axis\n"
    "  --wrap AXES        the axes on which the last node is a neighbour of the first: xyz for a torus, none for a "
    "mesh\n"
    "  --turn             the cuboid may lie along other axes\n";

const lws::CuboidOfGrid* CuboidOptions::Find(const std::string& path) const { return FindByPath(by_name, path); }

absl::StatusOr<std::optional<CuboidOptions>> ReadCuboidOptions(const std::vector<SetOfEitherKind>& sets,
                                                               const Arguments& arguments) {
  if (arguments.flags.count("--cuboid") == 0) {
    for (const char* flag : {"--grid", "--coordinates", "--wrap", "--turn"}) {
      if (arguments.flags.count(flag) > 0) return absl::InvalidArgumentError(absl::StrCat(flag, ": needs --cuboid"));
    }
    return std::nullopt;
  }
  const absl::StatusOr<NamedValues> values = ReadValuesOf(sets, arguments, "--cuboid");
  if (!values.ok()) return values.status();
  CuboidOptions options;
  for (const auto& [name, text] : values->by_name) {
    lws::CuboidOfGrid cuboid;
    const absl::StatusOr<size_t> axes = ReadSizes("--cuboid", text, &cuboid.cuboid.size);
    if (!axes.ok()) return axes.status();
    absl::Status status = ReadGrid(arguments, *axes, &cuboid.grid);
    if (!status.ok()) return status;
    cuboid.cuboid.may_turn = arguments.flags.count("--turn") > 0;
    options.by_name[name] = std::move(cuboid);
  }
  return options;
}

}  // namespace lwsctl
