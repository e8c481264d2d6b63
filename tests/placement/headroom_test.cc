// The laws of headroom.h, compared with every way to place groups one after another.
#include "lws/placement/headroom.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/pod_rules.h"
#include "tests/placement/case_count.h"
#include "tests/placement/headroom_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 1000;
#else
constexpr int kCases = 20000;
#endif

GroupRequest Pods(int64_t pods, const std::string& level) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  if (!level.empty()) {
    request.closeness = Closeness::kRequired;
    request.level = level;
  }
  return request;
}

std::string Describe(const Headroom& headroom) {
  std::string text = absl::StrCat(headroom.groups, headroom.exact ? "" : absl::StrCat(" to ", headroom.at_most), " in");
  for (const DomainHeadroom& domain : headroom.domains) {
    absl::StrAppend(&text, " ", absl::StrJoin(domain.path, "/"), ":", domain.groups);
  }
  return text;
}

TEST(HeadroomTest, SumsByDomain) {
  const Capacity capacity = SmallTopology("{[8 8][8 4]}{[3]}");
  EXPECT_EQ(Describe(*CountHeadroom(capacity, Pods(4, "rack"), 100)), "7 in b0/r0:4 b0/r1:3 b1/r2:0");
  EXPECT_EQ(Describe(*CountHeadroom(capacity, Pods(3, "block"), 100)), "10 in b0:9 b1:1");
  EXPECT_EQ(Describe(*CountHeadroom(capacity, Pods(31, ""), 100)), "1 in b0:0 b1:0");
  GroupRequest request = Pods(6, "rack");
  request.subgroups = {{3, "host"}};
  EXPECT_EQ(Describe(*CountHeadroom(capacity, request, 100)), "3 in b0/r0:2 b0/r1:1 b1/r2:0");
  request = Pods(2, "rack");
  request.exclusive_levels = {"rack"};
  EXPECT_EQ(CountHeadroom(capacity, request, 100)->groups, 3);
  EXPECT_EQ(CountHeadroom(capacity, request, 2)->exact, false);
}

TEST(HeadroomTest, TellsWhatStandsInTheWay) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(SmallNode(0, i / 2, i, 4));
  nodes[0].facts.ready = false;
  for (TopologyNode& node : nodes) node.allocatable["cpu"] = 3;
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  GroupRequest request = Pods(2, "rack");
  request.worker.amounts["cpu"] = 1;
  const Headroom headroom = *CountHeadroom(capacity, request, 100);
  EXPECT_EQ(Describe(headroom), "4 in b0/r0:1 b0/r1:3");
  EXPECT_EQ(headroom.next.excluded, (std::map<std::string, int64_t>{{"cpu", 3}, {"notReady", 1}}));
  EXPECT_EQ(headroom.next.best_domain, (std::vector<std::string>{"b0", "r0"}));
  EXPECT_EQ(headroom.next.best_pods, 1);
}

// Law 4: each domain is counted as if it were the whole cluster.
void CheckDomains(const Capacity& capacity, const GroupRequest& request, const Headroom& headroom,
                  const std::string& where) {
  const Topology& topology = capacity.topology();
  const int level = *topology.LevelOf(headroom.level);
  size_t labelled = 0;
  for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
    if (!topology.IsLabelled(level, domain)) continue;
    const DomainHeadroom& told = headroom.domains[labelled++];
    std::vector<TopologyNode> inside;
    const IndexRange nodes = topology.NodesOf(level, domain);
    for (int32_t node = nodes.begin; node < nodes.end; ++node) inside.push_back(topology.Node(node));
    const Capacity alone(*Topology::Create(inside, topology.level_keys()));
    const int64_t most = MostGroups(alone, request);
    ASSERT_GE(told.groups, most) << "law 4: " << where;
    if (told.exact) {
      ASSERT_EQ(told.groups, most) << "law 4: " << where;
    }
  }
  ASSERT_EQ(labelled, headroom.domains.size()) << where;
}

TEST(HeadroomTest, Law4OfExclusiveGroups) {
  const Capacity capacity = SmallTopology("{[8 8][8 4]}{[3]}");
  GroupRequest request = Pods(2, "rack");
  request.exclusive_levels = {"rack"};
  EXPECT_EQ(Describe(*CountHeadroom(capacity, request, 100)), "3 in b0/r0:1 b0/r1:1 b1/r2:1");
  EXPECT_TRUE(CountHeadroom(capacity, request, 100)->domains[0].exact);
  request.exclusive_levels = {"block"};
  EXPECT_EQ(Describe(*CountHeadroom(capacity, request, 1)), "1 to 2 in b0/r0:1 b0/r1:1 b1/r2:1");
  // The leader asks for something else, so the sums of the racks are enough for a group, and a first group has
  // certainly no place on one host.
  request = Pods(2, "rack");
  request.leader = request.worker;
  request.leader->amounts["gpu"] = 3;
  request.level = "host";
  const Headroom none = *CountHeadroom(SmallTopology("{[4 3][4]}"), request, 100);
  EXPECT_EQ(none.at_most, 0);
  EXPECT_TRUE(none.exact);
}

// The leader is a member of the first of two subgroups, and asks for something else than the workers.
TEST(HeadroomTest, Law2OfExclusiveSubgroupsWithAnotherLeader) {
  GroupRequest request = Pods(3, "");
  request.leader = PodShape();
  request.subgroups = {{2, "rack", /*exclusive=*/true}};
  const Headroom headroom = *CountHeadroom(SmallTopology("{[8 8][8 8][8 8]}{[8 8][8 8][8 8]}"), request, 100);
  EXPECT_EQ(Describe(headroom), "3 in b0:1 b1:1");
  EXPECT_TRUE(headroom.exact);
  // The group is in one rack, and its only subgroup holds the block.
  request = Pods(2, "rack");
  request.subgroups = {{2, "block", /*exclusive=*/true}};
  Capacity capacity = SmallTopology("{[8 8][8 8][8 8]}{[8 8][8 8][8 8]}{[8]}");
  EXPECT_EQ(CountHeadroom(capacity, request, 0)->at_most, 3);
  EXPECT_EQ(CountHeadroom(capacity, request, 100)->groups, 3);
  capacity.Hold(Holder::kSubgroup, "", 0, 1);
  EXPECT_EQ(CountHeadroom(capacity, request, 0)->at_most, 2);
  EXPECT_EQ(CountHeadroom(capacity, request, 100)->groups, 2);
  // Two subgroups of one rack cannot hold its block both.
  request.subgroups = {{1, "block", /*exclusive=*/true}};
  EXPECT_EQ(CountHeadroom(capacity, request, 0)->at_most, 0);
}

// Subgroups of a leader of one gpu and workers of four: four nodes take the four workers of two subgroups without one.
TEST(HeadroomTest, Law2OfSubgroupsWithASmallerLeader) {
  GroupRequest request = Pods(3, "");
  request.worker.amounts = {{"gpu", 4}};
  request.leader = PodShape();
  request.leader->amounts = {{"gpu", 1}};
  request.subgroups = {{2, "host"}};
  // One subgroup has a leader and a worker, the other one two workers, and no node takes three pods of four gpus.
  EXPECT_EQ(CountHeadroom(SmallTopology("{[8 8 8 8]}"), request, 0)->at_most, 2);
  EXPECT_EQ(CountHeadroom(SmallTopology("{[7 7 7 7]}"), request, 0)->at_most, 0);
  // Four subgroups of eight pods, of which the leader's has seven workers, hold a rack each. Two racks are too small.
  request = Pods(31, "");
  request.leader = PodShape();
  request.subgroups = {{8, "rack", /*exclusive=*/true}};
  EXPECT_EQ(CountHeadroom(SmallTopology("{[8][8][8][8][8][8][6][6]}"), request, 0)->at_most, 1);
  EXPECT_EQ(CountHeadroom(SmallTopology("{[8][8][8][8][8][8][7][7]}"), request, 0)->at_most, 2);
}

TEST(HeadroomTest, Laws1And2AgainstEveryWayToPlace) {
  std::mt19937 random(kSeed);
  const auto draw = [&](int count) { return static_cast<int>(random() % count); };
  const std::vector<std::string> keys = {"block", "rack", "host"};
  const int cases = CaseCount(kCases);
  int exact = 0;
  for (int round = 0; round < cases; ++round) {
    std::vector<TopologyNode> nodes;
    int rack = 0;
    for (int i = 1 + draw(3); i > 0; --i) {
      rack += draw(2);
      nodes.push_back(SmallNode(rack / 2, rack, i, draw(3)));
      nodes.back().allocatable["cpu"] = draw(3);
      nodes.back().allocatable["pods"] = 1 + draw(4);
      if (draw(10) == 0) nodes.back().facts.labels.erase(keys[draw(3)]);
      if (draw(10) == 0) nodes.back().facts.ready = false;
    }
    const Capacity capacity(*Topology::Create(nodes, keys));
    GroupRequest request = Pods(1 + draw(3), draw(2) == 0 ? keys[draw(3)] : "");
    if (draw(4) == 0) request.worker.amounts["cpu"] = 1;
    const int leader = draw(3);
    if (leader > 0) request.leader = request.worker;
    if (leader == 2) request.leader->amounts = {{"cpu", draw(2)}, {"gpu", draw(2)}};
    if (leader > 0) request.workers -= draw(2);
    const int64_t members = request.workers + (leader > 0);
    request.subgroup_leader = static_cast<SubgroupLeader>(draw(3));
    const int64_t counted = request.subgroup_leader == SubgroupLeader::kMember ? members : request.workers;
    if (draw(4) == 0 && counted > 0) request.subgroups = {{counted % 2 == 0 ? 2 : 1, keys[draw(3)], draw(4) == 0}};
    if (draw(6) == 0) request.exclusive_levels = {keys[draw(3)]};
    if (members == 0) continue;
    const Headroom headroom = *CountHeadroom(capacity, request, 1000);
    const int64_t most = MostGroups(capacity, request);
    std::string where = absl::StrCat("round ", round, ", seed ", kSeed, ": ", Describe(headroom), "; ", request.workers,
                                     " workers, leader ", leader, ", required ", request.level, ", exclusive ",
                                     absl::StrJoin(request.exclusive_levels, "+"), ", subgroups ",
                                     request.subgroups.size(), " leader ", static_cast<int>(request.subgroup_leader));
    ASSERT_LE(headroom.groups, most) << where;
    ASSERT_GE(headroom.at_most, most) << where;
    if (headroom.exact) {
      ++exact;
      ASSERT_EQ(headroom.groups, most) << where;
    }
    CheckDomains(capacity, request, headroom, where);
    if (HasFatalFailure()) return;
    // Law 3.
    TopologyNode more = SmallNode(0, 0, 99, 2);
    more.allocatable["cpu"] = 1;
    nodes.push_back(more);
    ASSERT_GE(CountHeadroom(Capacity(*Topology::Create(nodes, keys)), request, 1000)->at_most, headroom.at_most)
        << where;
  }
  EXPECT_GT(exact, cases / 4 * 3);
}

// Groups that hold their domains are placed one after another.
TEST(HeadroomTest, Law2HoldsWhenItIsStopped) {
  std::string racks;
  for (int rack = 0; rack < 200; ++rack) racks += "[1]";
  const Capacity capacity = SmallTopology(absl::StrCat("{", racks, "}"));
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 1;
  request.exclusive_levels = {"rack"};
  int left = 1;
  const Headroom headroom = *CountHeadroom(capacity, request, 1000, [&left]() { return left-- == 0; });
  EXPECT_TRUE(headroom.is_stopped);
  EXPECT_EQ(headroom.groups, 64);
  EXPECT_EQ(headroom.at_most, 200);
  EXPECT_FALSE(headroom.exact);
  EXPECT_EQ(CountHeadroom(capacity, request, 1000)->groups, 200);
}

// Each group counts all nodes when its pods ask something of others, so that few are placed between two looks.
TEST(HeadroomTest, LooksOftenWhetherItIsStopped) {
  const Capacity capacity = SmallTopology("{[9 9 9 9 9 9 9 9]}");
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 1;
  PodRules rules;
  rules.apart = {PodTerm{"rack", PodSelector{/*matches_none=*/true, {}}, /*all_namespaces=*/false, {}}};
  request.worker.rules = std::make_shared<PodRules>(rules);
  int64_t looks = 0;
  const Headroom headroom = *CountHeadroom(capacity, request, 1000, [&looks]() { return ++looks < 0; });
  EXPECT_EQ(headroom.groups, 72);
  EXPECT_EQ(looks, 72 / 16 + 1);
}

}  // namespace
}  // namespace lws
