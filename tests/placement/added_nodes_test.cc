// The laws of added_nodes.h, and law 3 of capacity.h, compared with a cluster that has the nodes from the beginning,
// and with trying every number of nodes.
#include "lws/placement/added_nodes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "tests/placement/case_count.h"
#include "tests/placement/placement_cases.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 500;
#else
constexpr int kCases = 5000;
#endif
constexpr int32_t kMost = 6;

const std::vector<std::string> kKeys = {"block", "rack", "host"};

// What is free on every node, by name.
std::string Free(const Capacity& capacity) {
  std::map<std::string, std::string> nodes;
  const Topology& topology = capacity.topology();
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    std::string& text = nodes[topology.Node(node).facts.name];
    for (size_t i = 0; i < topology.resources().size(); ++i) absl::StrAppend(&text, " ", capacity.Free(node)[i]);
    const auto pods = capacity.pods().find(node);
    if (pods == capacity.pods().end()) continue;
    for (const Capacity::PlacedPods& placed : pods->second) absl::StrAppend(&text, " with ", placed.count);
  }
  std::string text;
  for (const auto& [name, amounts] : nodes) absl::StrAppend(&text, name, amounts, "\n");
  return text;
}

TEST(AddedNodesTest, Laws1And2AgainstTheClusterThatHasTheNodes) {
  Cases cases(kSeed);
  for (int round = 0; round < CaseCount(kCases); ++round) {
    std::vector<TopologyNode> nodes = cases.Nodes();
    Capacity capacity(*Topology::Create(nodes, kKeys));
    PodShape daemon;
    daemon.amounts = {{"cpu", 1}};
    daemon.rules = std::make_shared<const PodRules>();
    capacity.Use(cases.Draw(static_cast<int>(nodes.size())), daemon);
    HoldSome(&cases, &capacity);
    const size_t model = static_cast<size_t>(cases.Draw(static_cast<int>(nodes.size())));
    const int32_t count = cases.Draw(3);
    const std::string name = nodes[model].facts.name;
    const Capacity added = *WithNodesLike(capacity, {name, {daemon}}, count);

    for (int32_t number = 1; number <= count; ++number) {
      TopologyNode node = nodes[model];
      node.facts.name = absl::StrCat(name, "+", number);
      if (node.facts.labels.count("host") > 0) node.facts.labels["host"] = node.facts.name;
      nodes.push_back(node);
    }
    Capacity expected(*Topology::Create(nodes, kKeys));
    for (const auto& [node, pods] : capacity.pods()) {
      expected.Use(*expected.topology().FindNode(capacity.topology().Node(node).facts.name), daemon);
    }
    for (int32_t number = 1; number <= count; ++number) {
      expected.Use(*expected.topology().FindNode(absl::StrCat(name, "+", number)), daemon);
    }
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed);
    ASSERT_EQ(Free(added), Free(expected)) << where;
    for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
      const int32_t to = *added.topology().FindNode(capacity.topology().Node(node).facts.name);
      for (int level = 0; level < static_cast<int>(kKeys.size()); ++level) {
        for (const Holder holder : {Holder::kGroup, Holder::kSubgroup}) {
          ASSERT_EQ(capacity.Holds(holder, "", level, capacity.topology().DomainOf(level, node)),
                    added.Holds(holder, "", level, added.topology().DomainOf(level, to)))
              << where << ", node " << node << ", level " << level;
        }
      }
    }
  }
}

TEST(AddedNodesTest, Laws3And4AgainstEveryNumberOfNodes) {
  Cases cases(kSeed);
  int found = 0;
  int certain = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    const Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    const GroupRequest request = cases.Request();
    const NodesLike like{capacity.topology().Node(cases.Draw(capacity.topology().NodeCount())).facts.name, {}};
    const int64_t groups = cases.Draw(5);
    const FewestNodes fewest = *FewestNodesFor(capacity, request, like, groups, kMost);
    std::vector<Headroom> with;
    for (int32_t nodes = 0; nodes <= kMost; ++nodes) {
      with.push_back(*CountHeadroom(*WithNodesLike(capacity, like, nodes), request, groups));
    }
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed, Describe(capacity, request));
    for (int32_t fewer = 0; fewer < std::min(fewest.at_least, kMost + 1); ++fewer) {
      ASSERT_LT(with[static_cast<size_t>(fewer)].at_most, groups) << "law 6: " << where;
    }
    if (!fewest.nodes.has_value()) {
      ASSERT_LT(with[kMost].groups, groups) << where;
      continue;
    }
    ++found;
    const size_t nodes = static_cast<size_t>(*fewest.nodes);
    ASSERT_GE(with[nodes].groups, groups) << where;
    ASSERT_EQ(fewest.headroom.groups, with[nodes].groups) << where;
    if (nodes > 0) {
      ASSERT_LT(with[nodes - 1].groups, groups) << where;
    }
    ASSERT_EQ(fewest.is_fewest, fewest.at_least == *fewest.nodes) << where;
    if (!fewest.is_fewest) continue;
    ++certain;
    for (size_t fewer = 0; fewer < nodes; ++fewer) ASSERT_LT(with[fewer].at_most, groups) << where;
  }
  EXPECT_GT(found, kCases / 3);
  EXPECT_GT(certain, found / 2);
}

TEST(AddedNodesTest, Law5AgainstEveryNumberOfNodes) {
  const Capacity capacity = SmallTopology("{[1 1][2]}");
  const size_t gpu = 1;
  for (int64_t wanted = 0; wanted <= 14; ++wanted) {
    for (const bool is_certain : {true, false}) {
      int asked = 0;
      const auto room_in = [&](const Capacity& larger) -> absl::StatusOr<RoomFound> {
        int64_t free = 0;
        for (int32_t node = 0; node < larger.topology().NodeCount(); ++node) free += larger.Free(node)[gpu];
        ++asked;
        return RoomFound{free >= wanted, is_certain};
      };
      const FewestUntil until = *FewestNodesUntil(capacity, {"n2", {}}, kMost - 1, room_in);
      const int64_t missing = std::max<int64_t>(0, wanted - 4);
      const int64_t nodes = (missing + 1) / 2;
      ASSERT_EQ(until.nodes.has_value(), nodes < kMost) << wanted;
      EXPECT_LE(asked, 14) << wanted;
      if (!until.nodes.has_value()) continue;
      EXPECT_EQ(*until.nodes, nodes) << wanted;
      EXPECT_EQ(until.is_fewest, is_certain || nodes == 0) << wanted;
      EXPECT_EQ(until.at_least, is_certain ? nodes : 0) << wanted;
    }
  }
  const auto fails = [](const Capacity&) -> absl::StatusOr<RoomFound> { return absl::CancelledError("stopped"); };
  EXPECT_EQ(FewestNodesUntil(capacity, {"n2", {}}, 5, fails).status().message(), "stopped");
}

// Some numbers of nodes are enough though larger ones are not, and some are too few without it being certain.
TEST(AddedNodesTest, Laws5And6WhereMoreNodesTakeRoomAway) {
  const Capacity capacity = SmallTopology("{[1]}");
  const std::vector<bool> is_enough = {false, false, false, false, false, true, false, true, false, true, true};
  for (int32_t certain = -1; certain < 5; ++certain) {
    const auto room_in = [&](const Capacity& larger) -> absl::StatusOr<RoomFound> {
      const int32_t added = larger.topology().NodeCount() - 1;
      return RoomFound{is_enough[static_cast<size_t>(added)], added <= certain};
    };
    const FewestUntil until = *FewestNodesUntil(capacity, {"n0", {}}, 10, room_in);
    EXPECT_EQ(until.nodes, 5) << certain;
    EXPECT_EQ(until.at_least, certain + 1);
    EXPECT_EQ(until.is_fewest, certain == 4);
  }
}

// Leaders of one gpu share nodes. Placed one after another, groups need a node for each leader.
TEST(AddedNodesTest, TheFewestAreFoundWhereLeadersAreSmall) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 8}};
  request.workers = 2;
  request.leader = PodShape();
  request.leader->amounts = {{"gpu", 1}};
  const FewestNodes fewest =
      *FewestNodesFor(SmallTopology("{[8 8 8][8 8 8][8 8 8][8 8 8]}"), request, {"n0", {}}, 10, 100);
  // Twenty nodes for the workers, and two for ten leaders.
  EXPECT_EQ(fewest.nodes, 10);
  EXPECT_TRUE(fewest.is_fewest);
  EXPECT_TRUE(fewest.headroom.is_packed);
  EXPECT_EQ(fewest.headroom.groups, 10);
}

TEST(AddedNodesTest, RefusesWhatIsNoNode) {
  const Capacity capacity = SmallTopology("{[1]}");
  EXPECT_EQ(WithNodesLike(capacity, {"x", {}}, 1).status().message(), "\"x\" is not a node");
  EXPECT_FALSE(WithNodesLike(capacity, {"n0", {}}, -1).ok());
  const Capacity once = *WithNodesLike(capacity, {"n0", {}}, 1);
  EXPECT_FALSE(WithNodesLike(once, {"n0", {}}, 1).ok());  // n0+1 is there
}

}  // namespace
}  // namespace lws
