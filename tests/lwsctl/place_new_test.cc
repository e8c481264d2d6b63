// New groups of several sets in one call of lwsctl place.
#include "examples/lwsctl/place_new.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/place_cuboid.h"
#include "examples/lwsctl/placed_group.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/topology.h"
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
  group.shown = set;
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

// A group of pods of one gpu each in one rack. Its pods run on these nodes; -1 for one that does not run.
PlacedGroup Running(const std::vector<int32_t>& nodes, ClusterInput* cluster) {
  lws::GroupRequest request;
  request.namespace_name = "a";
  request.worker.amounts = {{"gpu", 1}};
  request.workers = static_cast<int64_t>(nodes.size());
  request.closeness = lws::Closeness::kRequired;
  request.level = "rack";
  PlacedGroup group = Group("a", "s", 0);
  for (const int32_t node : nodes) {
    group.running.push_back(node < 0 ? std::nullopt : std::optional<int32_t>(node));
    if (node >= 0) cluster->capacity->Use(node, request.worker);
  }
  group.request = std::make_shared<const lws::GroupRequest>(std::move(request));
  return group;
}

// A group of this priority takes all of the node.
void Occupy(int index, int64_t priority, int32_t node, ClusterInput* cluster) {
  lws::RunningPods pods;
  pods.id = {"b", "low", index};
  pods.priority = priority;
  lws::PodShape shape;
  shape.amounts = {{"gpu", cluster->capacity->Free(node)[1]}};
  pods.pods = {{node, shape}};
  lws::PutBackPods(pods, cluster->capacity.get());
  cluster->groups.push_back(std::move(pods));
}

// Those that run in part are asked for, too: their pods stay, and others go for the missing ones.
TEST(PlaceNewTest, PriorityCompletesAGroupThatRunsInPart) {
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(lws::SmallTopology("{[2 2][2 2]}"));
  std::vector<PlacedGroup> groups = {Running({0, -1}, &cluster)};
  Occupy(0, 3, 0, &cluster);
  Occupy(1, 2, 1, &cluster);
  Occupy(2, 1, 2, &cluster);
  NewGroupOptions options;
  options.priority = 10;
  ASSERT_TRUE(PlaceNewGroups(options, &cluster, &groups).ok());
  ASSERT_TRUE(groups[0].result.assignment.has_value());
  EXPECT_EQ(groups[0].result.assignment->NodesByRank(), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(groups[0].victims, (std::vector<std::string>{"b/low-1 (priority 2, 1 pod)"}));
  EXPECT_EQ(cluster.capacity->Free(1)[1], 1);
}

TEST(PlaceNewTest, PriorityDoesNotMoveThePodsThatRun) {
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(lws::SmallTopology("{[2 2][2 2]}"));
  std::vector<PlacedGroup> groups = {Running({0, -1}, &cluster)};
  Occupy(0, 3, 0, &cluster);
  Occupy(1, 3, 1, &cluster);
  Occupy(2, 1, 2, &cluster);
  NewGroupOptions options;
  options.priority = 3;
  ASSERT_TRUE(PlaceNewGroups(options, &cluster, &groups).ok());
  EXPECT_FALSE(groups[0].result.assignment.has_value());
  EXPECT_TRUE(groups[0].victims.empty());
}

// Cuboids of two neighbours on rings of two nodes, one ring in each rack.
NewGroupOptions Cuboids() {
  NewGroupOptions options;
  CuboidOptions cuboids;
  lws::CuboidOfGrid& slice = cuboids.by_name[""];
  slice.grid.labels[0] = "x";
  slice.grid.extents[0] = 2;
  slice.cuboid.size[0] = 2;
  options.cuboid = std::move(cuboids);
  return options;
}

ClusterInput Rings() {
  std::vector<lws::TopologyNode> nodes;
  for (int i = 0; i < 4; ++i) {
    nodes.push_back(lws::SmallNode(0, i / 2, i, 1));
    nodes.back().facts.labels["x"] = absl::StrCat(i % 2);
  }
  ClusterInput cluster;
  cluster.capacity =
      std::make_unique<lws::Capacity>(*lws::Topology::Create(std::move(nodes), {"block", "rack", "host"}));
  return cluster;
}

TEST(PlaceNewTest, CuboidsAreSpread) {
  ClusterInput cluster = Rings();
  std::vector<PlacedGroup> groups;
  for (int index = 0; index < 3; ++index) {
    groups.push_back(Running({-1, -1}, &cluster));
    groups.back().running.clear();
    groups.back().index = index;
  }
  NewGroupOptions options = Cuboids();
  options.spread_level = "rack";
  ASSERT_TRUE(PlaceNewGroups(options, &cluster, &groups).ok());
  EXPECT_EQ(groups[0].result.assignment->NodesByRank(), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(groups[1].result.assignment->NodesByRank(), (std::vector<int32_t>{2, 3}));
  EXPECT_FALSE(groups[2].result.assignment.has_value());
}

TEST(PlaceNewTest, PriorityMakesRoomForACuboid) {
  ClusterInput cluster = Rings();
  std::vector<PlacedGroup> groups = {Running({-1, -1}, &cluster)};
  groups[0].running.clear();
  Occupy(0, 5, 0, &cluster);
  Occupy(1, 1, 3, &cluster);
  NewGroupOptions options = Cuboids();
  options.priority = 10;
  ASSERT_TRUE(PlaceNewGroups(options, &cluster, &groups).ok());
  ASSERT_TRUE(groups[0].result.assignment.has_value());
  EXPECT_EQ(groups[0].result.assignment->NodesByRank(), (std::vector<int32_t>{2, 3}));
  EXPECT_EQ(groups[0].victims, (std::vector<std::string>{"b/low-1 (priority 1, 1 pod)"}));
}

}  // namespace
}  // namespace lwsctl
