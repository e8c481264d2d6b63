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

// The numbers of nodes above the one that is certainly too few which are tried one after another. Where groups are
// placed one after another, a number may be enough though a larger one is not.
constexpr int32_t kMostSteps = 8;

// Looks for the boundary between too few and enough nodes.
class FewestSearch {
 public:
  FewestSearch(const Capacity& capacity, const NodesLike& like, RoomIn room_in)
      : capacity_(capacity), like_(like), room_in_(room_in) {}

  absl::StatusOr<FewestUntil> Run(int32_t most) {
    int32_t enough = 0;
    for (;;) {
      const absl::StatusOr<RoomFound> found = Try(enough);
      if (!found.ok()) return found.status();
      if (found->is_enough) break;
      too_few_ = enough;
      if (enough == most) return FewestUntil{std::nullopt, false, certainly_too_few_ + 1};
      enough = enough == 0 ? 1 : static_cast<int32_t>(std::min<int64_t>(2 * int64_t{enough}, most));
    }
    while (enough - too_few_ > 1) {
      const int32_t middle = too_few_ + (enough - too_few_) / 2;
      const absl::StatusOr<RoomFound> found = Try(middle);
      if (!found.ok()) return found.status();
      (found->is_enough ? enough : too_few_) = middle;
    }
    return NearTheBound(enough);
  }

 private:
  absl::StatusOr<RoomFound> Try(int32_t nodes) {
    const absl::StatusOr<Capacity> larger = WithNodesLike(capacity_, like_, nodes);
    if (!larger.ok()) return larger.status();
    const absl::StatusOr<RoomFound> found = room_in_(*larger);
    if (found.ok() && !found->is_enough && found->is_certain) {
      certainly_too_few_ = std::max(certainly_too_few_, nodes);
    }
    return found;
  }

  // Finds the most nodes that are certainly too few, and looks for enough nodes from there on.
  absl::StatusOr<FewestUntil> NearTheBound(int32_t enough) {
    for (int32_t open = enough; open - certainly_too_few_ > 1;) {
      const int32_t middle = certainly_too_few_ + (open - certainly_too_few_) / 2;
      const absl::StatusOr<RoomFound> found = Try(middle);
      if (!found.ok()) return found.status();
      if (certainly_too_few_ < middle) open = middle;
    }
    const int32_t at_least = certainly_too_few_ + 1;
    for (int32_t nodes = at_least; nodes < std::min(enough, at_least + kMostSteps); ++nodes) {
      const absl::StatusOr<RoomFound> found = Try(nodes);
      if (!found.ok()) return found.status();
      if (found->is_enough) enough = nodes;
    }
    return FewestUntil{enough, enough == at_least, at_least};
  }

  const Capacity& capacity_;
  const NodesLike& like_;
  const RoomIn room_in_;
  int32_t too_few_ = -1;
  int32_t certainly_too_few_ = -1;
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
  const auto room_in = [&](const Capacity& larger) -> absl::StatusOr<RoomFound> {
    const absl::StatusOr<Headroom> headroom = CountHeadroom(larger, request, groups);
    if (!headroom.ok()) return headroom.status();
    return RoomFound{headroom->groups >= groups, headroom->at_most < groups};
  };
  const absl::StatusOr<FewestUntil> until = FewestNodesUntil(capacity, like, most, room_in);
  if (!until.ok()) return until.status();
  const absl::StatusOr<Capacity> larger = WithNodesLike(capacity, like, until->nodes.value_or(std::max(most, 0)));
  if (!larger.ok()) return larger.status();
  absl::StatusOr<Headroom> headroom = CountHeadroom(*larger, request, groups);
  if (!headroom.ok()) return headroom.status();
  return FewestNodes{until->nodes, until->is_fewest, until->at_least, *std::move(headroom)};
}

}  // namespace lws
