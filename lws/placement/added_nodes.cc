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

// Looks for the boundary between too few and enough nodes. More nodes never lower the bound of groups.
class FewestSearch {
 public:
  FewestSearch(const Capacity& capacity, const GroupRequest& request, const NodesLike& like, int64_t groups)
      : capacity_(capacity), request_(request), like_(like), groups_(groups) {}

  absl::StatusOr<FewestNodes> Run(int32_t most) {
    int32_t enough = 0;
    for (;;) {
      const absl::StatusOr<bool> fits = Try(enough);
      if (!fits.ok()) return fits.status();
      if (*fits) break;
      if (enough == most) return std::move(fewest_);
      enough = enough == 0 ? 1 : static_cast<int32_t>(std::min<int64_t>(2 * int64_t{enough}, most));
    }
    while (enough - too_few_ > 1) {
      const int32_t middle = too_few_ + (enough - too_few_) / 2;
      const absl::StatusOr<bool> fits = Try(middle);
      if (!fits.ok()) return fits.status();
      if (*fits) enough = middle;
    }
    fewest_.is_fewest = enough == 0 || most_with_too_few_ < groups_;
    return std::move(fewest_);
  }

 private:
  // Whether the groups fit with this many nodes more.
  absl::StatusOr<bool> Try(int32_t nodes) {
    const absl::StatusOr<Capacity> larger = WithNodesLike(capacity_, like_, nodes);
    if (!larger.ok()) return larger.status();
    absl::StatusOr<Headroom> headroom = CountHeadroom(*larger, request_, groups_);
    if (!headroom.ok()) return headroom.status();
    const bool fits = headroom->groups >= groups_;
    if (!fits) {
      too_few_ = nodes;
      most_with_too_few_ = headroom->at_most;
    }
    if (fits || !fewest_.nodes.has_value()) fewest_.headroom = *std::move(headroom);
    if (fits) fewest_.nodes = nodes;
    return fits;
  }

  const Capacity& capacity_;
  const GroupRequest& request_;
  const NodesLike& like_;
  const int64_t groups_;
  FewestNodes fewest_;
  int32_t too_few_ = -1;
  int64_t most_with_too_few_ = 0;
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

absl::StatusOr<FewestNodes> FewestNodesFor(const Capacity& capacity, const GroupRequest& request, const NodesLike& like,
                                           int64_t groups, int32_t most) {
  return FewestSearch(capacity, request, like, groups).Run(std::max(most, 0));
}

}  // namespace lws
