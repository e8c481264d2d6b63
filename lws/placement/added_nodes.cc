#include "lws/placement/added_nodes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/well_known.h"
#include "lws/placement/topology.h"

namespace lws {
namespace {

std::string AddedName(const NodesLike& like, int32_t number) { return absl::StrCat(like.node, "+", number); }

TopologyNode AddedNode(const TopologyNode& model, std::string name) {
  TopologyNode node = model;
  for (auto& [key, value] : node.facts.labels) {
    if (key == kHostnameLabel || value == model.facts.name) value = name;
  }
  node.facts.name = std::move(name);
  return node;
}

// Looks for the boundary between too few and enough nodes.
class FewestSearch {
 public:
  FewestSearch(const Capacity& capacity, const NodesLike& like, RoomIn room_in)
      : capacity_(capacity), like_(like), room_in_(room_in) {}

  absl::StatusOr<FewestUntil> Run(int32_t most) {
    int32_t enough = 0;
    for (;;) {
      const absl::StatusOr<bool> fits = Try(enough);
      if (!fits.ok()) return fits.status();
      if (*fits) break;
      if (enough == most) return FewestUntil();
      enough = enough == 0 ? 1 : static_cast<int32_t>(std::min<int64_t>(2 * int64_t{enough}, most));
    }
    while (enough - too_few_ > 1) {
      const int32_t middle = too_few_ + (enough - too_few_) / 2;
      const absl::StatusOr<bool> fits = Try(middle);
      if (!fits.ok()) return fits.status();
      if (*fits) enough = middle;
    }
    return FewestUntil{enough, enough == 0 || is_certain_};
  }

 private:
  // Whether there is enough room with this many nodes more.
  absl::StatusOr<bool> Try(int32_t nodes) {
    const absl::StatusOr<Capacity> larger = WithNodesLike(capacity_, like_, nodes);
    if (!larger.ok()) return larger.status();
    const absl::StatusOr<RoomFound> found = room_in_(*larger);
    if (!found.ok()) return found.status();
    if (!found->is_enough) {
      too_few_ = nodes;
      is_certain_ = found->is_certain;
    }
    return found->is_enough;
  }

  const Capacity& capacity_;
  const NodesLike& like_;
  const RoomIn room_in_;
  int32_t too_few_ = -1;
  bool is_certain_ = false;  // that these are too few
};

}  // namespace

absl::StatusOr<Capacity> WithNodesLike(const Capacity& capacity, const NodesLike& like, int32_t count) {
  const Topology& topology = capacity.topology();
  const std::optional<int32_t> model = topology.FindNode(like.node);
  if (!model.has_value()) return absl::InvalidArgumentError(absl::StrCat("\"", like.node, "\" is not a node"));
  if (count < 0) return absl::InvalidArgumentError(absl::StrCat(count, " nodes cannot be added"));
  std::vector<TopologyNode> nodes;
  nodes.reserve(static_cast<size_t>(topology.NodeCount()) + static_cast<size_t>(count));
  for (int32_t node = 0; node < topology.NodeCount(); ++node) nodes.push_back(topology.Node(node));
  for (int32_t number = 1; number <= count; ++number) {
    nodes.push_back(AddedNode(topology.Node(*model), AddedName(like, number)));
  }
  absl::StatusOr<std::shared_ptr<const Topology>> larger = Topology::Create(std::move(nodes), topology.level_keys());
  if (!larger.ok()) return larger.status();
  Capacity result = capacity.OnLargerTopology(*std::move(larger));
  for (int32_t number = 1; number <= count; ++number) {
    const int32_t node = *result.topology().FindNode(AddedName(like, number));
    for (const PodShape& daemon : like.daemons) result.Use(node, daemon);
  }
  return result;
}

absl::StatusOr<FewestUntil> FewestNodesUntil(const Capacity& capacity, const NodesLike& like, int32_t most,
                                             RoomIn room_in) {
  return FewestSearch(capacity, like, room_in).Run(std::max(most, 0));
}

absl::StatusOr<FewestNodes> FewestNodesFor(const Capacity& capacity, const GroupRequest& request, const NodesLike& like,
                                           int64_t groups, int32_t most) {
  FewestNodes fewest;
  bool has_enough = false;
  const auto room_in = [&](const Capacity& larger) -> absl::StatusOr<RoomFound> {
    absl::StatusOr<Headroom> headroom = CountHeadroom(larger, request, groups);
    if (!headroom.ok()) return headroom.status();
    const RoomFound found{headroom->groups >= groups, headroom->at_most < groups};
    if (found.is_enough || !has_enough) fewest.headroom = *std::move(headroom);
    has_enough = has_enough || found.is_enough;
    return found;
  };
  const absl::StatusOr<FewestUntil> until = FewestNodesUntil(capacity, like, most, room_in);
  if (!until.ok()) return until.status();
  fewest.nodes = until->nodes;
  fewest.is_fewest = until->is_fewest;
  return fewest;
}

}  // namespace lws
