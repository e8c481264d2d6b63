// Cuboids that are spread, compared with every cuboid of every domain of a small torus.
#include "lws/placement/spread_cuboid.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/spread_groups.h"
#include "lws/placement/topology.h"
#include "tests/placement/case_count.h"

namespace lws {
namespace {

constexpr int kRacks = 3;
constexpr int kX = 3;
constexpr int kY = 2;

// Racks of 3 x 2 nodes with one place for a pod each; `full` are those without room, by rack, x and y.
Capacity Racks(const std::set<int>& full) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < kRacks * kX * kY; ++i) {
    TopologyNode node;
    node.facts.name = absl::StrCat("n", i < 10 ? "0" : "", i);
    node.facts.labels = {{"rack", absl::StrCat("r", i / (kX * kY))},
                         {"host", node.facts.name},
                         {"x", absl::StrCat(i % kX)},
                         {"y", absl::StrCat(i / kX % kY)}};
    node.allocatable = {{"pods", full.count(i) > 0 ? 0 : 1}};
    nodes.push_back(std::move(node));
  }
  return Capacity(*Topology::Create(std::move(nodes), {"rack", "host"}));
}

CuboidOfGrid Slice(int32_t x, int32_t y, bool wraps, bool may_turn) {
  CuboidOfGrid slice;
  slice.grid.labels = {"x", "y", ""};
  slice.grid.extents = {kX, kY, 1};
  slice.grid.wraps[0] = wraps;
  slice.cuboid.size = {x, y, 1};
  slice.cuboid.may_turn = may_turn;
  return slice;
}

// Each rack is a grid of its own.
GroupRequest Pods(int64_t pods) {
  GroupRequest request;
  request.workers = pods;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  return request;
}

// Whether these nodes of a rack, by their numbers in it, are some cuboid of the slice.
bool IsCuboid(const std::set<int>& nodes, const CuboidOfGrid& slice) {
  std::vector<std::pair<int, int>> sizes = {{slice.cuboid.size[0], slice.cuboid.size[1]}};
  if (slice.cuboid.may_turn) sizes.emplace_back(slice.cuboid.size[1], slice.cuboid.size[0]);
  for (const auto& [width, height] : sizes) {
    for (int corner = 0; corner < kX * kY && width <= kX && height <= kY; ++corner) {
      std::set<int> cuboid;
      for (int i = 0; i < width * height; ++i) {
        const int x = corner % kX + i % width;
        const int y = corner / kX + i / width;
        if (y < kY && (x < kX || slice.grid.wraps[0])) cuboid.insert(y * kX + x % kX);
      }
      if (static_cast<int>(cuboid.size()) == width * height && cuboid == nodes) return true;
    }
  }
  return false;
}

// Whether the rack has a cuboid of free nodes: all subsets of its nodes are tried.
bool TakesCuboid(const Capacity& capacity, int rack, const CuboidOfGrid& slice) {
  for (unsigned subset = 1; subset < 1U << (kX * kY); ++subset) {
    std::set<int> nodes;
    bool are_free = true;
    for (int i = 0; i < kX * kY; ++i) {
      if ((subset >> i & 1U) == 0) continue;
      nodes.insert(i);
      are_free = are_free && capacity.Free(rack * kX * kY + i)[0] > 0;
    }
    if (are_free && IsCuboid(nodes, slice)) return true;
  }
  return false;
}

TEST(SpreadCuboidTest, GroupsGoToTheEmptiestRack) {
  const CuboidOfGrid slice = Slice(2, 2, false, false);
  Capacity capacity = Racks({7});  // the second rack lacks a middle node, so it has no 2x2
  GroupSpread spread;
  spread.level = "rack";
  spread.most_in_domain = 1;
  const GroupRequest request = Pods(4);
  std::string racks;
  for (int group = 0; group < 2; ++group) {
    const PlacementResult result = *SpreadCuboid(capacity, request, slice, spread);
    ASSERT_TRUE(result.assignment.has_value());
    absl::StrAppend(&racks, result.assignment->NodesByRank()[0] / (kX * kY), " ");
    capacity.Commit(request, *result.assignment);
    spread.running.push_back(*result.assignment);
  }
  EXPECT_EQ(racks, "0 2 ");
  const PlacementResult none = *SpreadCuboid(capacity, request, slice, spread);
  EXPECT_EQ(none.no_fit.reason, NoFitReason::kNoCuboidFits);
  spread.most_in_domain = 0;
  EXPECT_EQ(SpreadCuboid(capacity, request, slice, spread)->no_fit.reason, NoFitReason::kDomainsAreFull);
  spread.level = "row";
  EXPECT_FALSE(SpreadCuboid(capacity, request, slice, spread).ok());
}

TEST(SpreadCuboidTest, Laws1To4AgainstEveryCuboid) {
  int placed = 0;
  int not_in_emptiest = 0;
  int misses = 0;
  for (unsigned seed = 1; seed <= CaseCount(1500U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    std::set<int> full;
    for (int i = draw(8); i > 0; --i) full.insert(draw(kRacks * kX * kY));
    Capacity capacity = Racks(full);
    const CuboidOfGrid slice = Slice(1 + draw(2), 1 + draw(2), draw(2) == 0, draw(2) == 0);
    const GroupRequest request = Pods(int64_t{slice.cuboid.size[0]} * slice.cuboid.size[1]);
    GroupSpread spread;
    spread.level = "rack";
    if (draw(2) == 0) spread.most_in_domain = 1 + draw(2);
    std::vector<int64_t> groups_in(kRacks);
    for (int group = 0; group < 4; ++group) {
      const PlacementResult result = *SpreadCuboid(capacity, request, slice, spread);
      const std::string where = absl::StrCat("seed ", seed, ", group ", group);
      int expected = -1;
      for (int rack = 0; rack < kRacks; ++rack) {
        const auto in = [&](int i) { return groups_in[static_cast<size_t>(i)]; };
        if (in(rack) >= spread.most_in_domain.value_or(100) || !TakesCuboid(capacity, rack, slice)) continue;
        if (expected < 0 || in(rack) < in(expected)) expected = rack;
      }
      ASSERT_EQ(result.assignment.has_value(), expected >= 0) << "law 4: " << where;
      misses += expected < 0;
      if (expected < 0) continue;
      std::set<int> nodes;
      for (const int32_t node : result.assignment->NodesByRank()) {
        ASSERT_EQ(node / (kX * kY), expected) << "laws 2 and 3: " << where;
        ASSERT_GT(capacity.Free(node)[0], 0) << "law 1: " << where;
        nodes.insert(node % (kX * kY));
      }
      ASSERT_TRUE(IsCuboid(nodes, slice)) << "law 1: " << where;
      ASSERT_EQ(result.assignment, AssignCuboid(capacity, request, slice.grid, slice.cuboid, {0, expected})->assignment)
          << "law 1: " << where;
      ++placed;
      const int64_t least = *std::min_element(groups_in.begin(), groups_in.end());
      not_in_emptiest += groups_in[static_cast<size_t>(expected)] > least;
      ++groups_in[static_cast<size_t>(expected)];
      capacity.Commit(request, *result.assignment);
      spread.running.push_back(*result.assignment);
    }
  }
  EXPECT_GT(placed, 1000);
  EXPECT_GT(not_in_emptiest, 30);
  EXPECT_GT(misses, 100);
}

}  // namespace
}  // namespace lws
