// New groups of several sets in one call of lwsctl place.
#include "examples/lwsctl/place_new.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/placed_group.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "tests/support/small_topology.h"

namespace lwsctl {
namespace {

PlacedGroup Group(const std::string& namespace_name, const std::string& set, int index) {
  lws::GroupRequest request;
  request.namespace_name = namespace_name;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 1;
  PlacedGroup group;
  group.set = set;
  group.index = index;
  group.request = std::make_shared<const lws::GroupRequest>(std::move(request));
  return group;
}

// "a/s-0 n0, ...": the groups, and the nodes of their first pods.
std::string Spread(std::vector<PlacedGroup> groups) {
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(lws::SmallTopology("{[4][4]}"));
  NewGroupOptions options;
  options.spread_level = "rack";
  const absl::Status status = PlaceNewGroups(options, &cluster, &groups);
  EXPECT_TRUE(status.ok()) << status;
  std::string text;
  for (const PlacedGroup& group : groups) {
    EXPECT_TRUE(group.result.assignment.has_value());
    if (!group.result.assignment.has_value()) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", group.request->namespace_name, "/", group.set, "-", group.index,
                    " n", group.result.assignment->NodesByRank().front());
  }
  return text;
}

TEST(PlaceNewTest, GroupsOfASetAreSpread) {
  EXPECT_EQ(Spread({Group("a", "s", 0), Group("a", "s", 1)}), "a/s-0 n0, a/s-1 n1");
}

TEST(PlaceNewTest, SetsOfOneNameInTwoNamespacesAreTwoSets) {
  EXPECT_EQ(Spread({Group("a", "s", 0), Group("b", "s", 0)}), "a/s-0 n0, b/s-0 n0");
}

}  // namespace
}  // namespace lwsctl
