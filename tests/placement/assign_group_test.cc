// Topology assignment against the laws in assign_group.h, by number, and against the published examples.
#include "lws/placement/assign_group.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

GroupRequest Pods(int64_t pods, const std::string& level, Closeness closeness, PlacementProfile profile) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  request.closeness = level.empty() ? Closeness::kUnconstrained : closeness;
  request.level = level;
  request.profile = profile;
  return request;
}

std::string Place(const Capacity& capacity, const GroupRequest& request) {
  const absl::StatusOr<PlacementResult> result = AssignGroup(capacity, request);
  if (!result.ok()) return std::string(result.status().message());
  if (!result->assignment.has_value()) return DescribeNoFit(result->no_fit);
  return PodsByNode(capacity.topology(), *result->assignment);
}

// The same pods, with the first one as leader.
GroupRequest WithLeader(GroupRequest request) {
  request.leader = request.worker;
  --request.workers;
  return request;
}

struct Example {
  PlacementProfile profile;
  std::string topology;
  std::string preferred;
  int64_t pods;
  std::vector<SubgroupLayer> subgroups;
  std::string wanted;
};

TEST(AssignGroupTest, PublishedExamples) {
  constexpr PlacementProfile kBestFit = PlacementProfile::kBestFit;
  constexpr PlacementProfile kLeastFree = PlacementProfile::kLeastFree;
  constexpr PlacementProfile kBalanced = PlacementProfile::kBalanced;
  const std::vector<Example> examples = {
      {kBestFit, "{[3 3 2 1]}", "rack", 7, {}, "3 3 - 1"},
      {kLeastFree, "{[3 3 2 1]}", "", 7, {}, "3 1 2 1"},
      {kBestFit, "{[6 5 4 3 2]}", "", 12, {{2, "host"}}, "6 - 4 - 2"},
      {kLeastFree, "{[6 5 4 3 2]}", "", 10, {{2, "host"}}, "- 2 4 2 2"},
      {kBestFit,
       "{[8 8 8 8][8 8 8 8]}{[8 8 8 8][8 8 8 8]}",
       "block",
       64,
       {{32, "rack"}, {16, "rack"}},
       "8 8 8 8 8 8 8 8 - - - - - - - -"},
      {kBalanced, "{[15][15]}", "rack", 25, {}, "13 12"},
      {kBalanced, "{[15 13 10]}", "rack", 23, {}, "12 11 -"},
      {kBalanced, "{[20 10][15 15]}", "rack", 22, {}, "- - 11 11"},
      {kBalanced, "{[20 10][15 15]}", "rack", 20, {}, "20 - - -"},
      {kBalanced, "{[15][15]}{[15 15]}", "rack", 25, {}, "- - 13 12"},
      {kBalanced, "{[15][15][15 15]}", "rack", 25, {{5, "host"}}, "- - 15 10"},
      // Not a published example: evenness in whole subgroups, over nodes and over the racks around them.
      {kBalanced, "{[15 15]}", "rack", 20, {{5, "host"}}, "10 10"},
      {kBalanced, "{[18][8]}", "block", 20, {{2, "rack"}}, "12 8"},
      {kBalanced, "{[9 9 9][9]}", "block", 30, {{6, "rack"}}, "8 8 8 6"},
  };
  for (const Example& example : examples) {
    const Capacity capacity = SmallTopology(example.topology);
    GroupRequest request = Pods(example.pods, example.preferred, Closeness::kPreferred, example.profile);
    request.subgroups = example.subgroups;
    EXPECT_EQ(Place(capacity, request), example.wanted) << example.topology << ", " << example.pods << " pods";
    EXPECT_EQ(Place(capacity, WithLeader(request)), example.wanted) << example.topology << ", with leader";
  }
}

TEST(AssignGroupTest, RanksFollowPathOrder) {
  const Capacity capacity = SmallTopology("{[2 3]}");
  const GroupRequest request = WithLeader(Pods(5, "rack", Closeness::kRequired, PlacementProfile::kBestFit));
  EXPECT_EQ(AssignGroup(capacity, request)->assignment->NodesByRank(), (std::vector<int32_t>{0, 0, 1, 1, 1}));
}

TEST(AssignGroupTest, TheLeadersSubgroupComesFirst) {
  // Only the second rack has enough cpu for the leader.
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(SmallNode(0, i / 2, i, 2));
  nodes[3].allocatable["cpu"] = 1;
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  GroupRequest request = Pods(8, "block", Closeness::kRequired, PlacementProfile::kBestFit);
  request.leader = PodShape();
  request.leader->amounts = {{"cpu", 1}};
  request.subgroups = {{4, "rack"}};
  request.subgroup_leader = SubgroupLeader::kExtra;
  EXPECT_EQ(AssignGroup(capacity, request)->assignment->NodesByRank(),
            (std::vector<int32_t>{3, 2, 2, 3, 3, 0, 0, 1, 1}));
}

TEST(AssignGroupTest, NoFitExplainsItself) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 6; ++i) nodes.push_back(SmallNode(0, i / 3, i, 2));
  nodes[0].facts.taints = {{"maintenance", "", "NoSchedule"}};
  nodes[1].facts.ready = false;
  nodes[2].allocatable["gpu"] = 0;
  nodes.push_back(SmallNode(0, 9, 9, 100));
  nodes.back().facts.labels.erase("rack");
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  EXPECT_EQ(
      Place(capacity, Pods(8, "rack", Closeness::kRequired, PlacementProfile::kBestFit)),
      "0 of 2 rack fit 8 pods: no domain of the level takes the whole group; best is b0/r1 with 6; 7 nodes: 1 gpu, 1 "
      "missingLabel, 1 notReady, 1 taint");
}

TEST(AssignGroupTest, NoFitNamesTheSubgroupsLevel) {
  GroupRequest request = Pods(8, "block", Closeness::kRequired, PlacementProfile::kBestFit);
  request.subgroups = {{4, "rack"}};
  const PlacementResult result = *AssignGroup(SmallTopology("{[3 3][3]}"), request);
  ASSERT_FALSE(result.assignment.has_value());
  EXPECT_EQ(result.no_fit.reason, NoFitReason::kNoSubgroupFits);
  EXPECT_EQ(result.no_fit.level, "rack");
  EXPECT_EQ(result.no_fit.best_pods, 4);
}

TEST(AssignGroupTest, NoFitCountsSubgroups) {
  GroupRequest request = WithLeader(Pods(16, "rack", Closeness::kPreferred, PlacementProfile::kBestFit));
  request.subgroups = {{4, "host"}};
  EXPECT_EQ(
      Place(SmallTopology("{[4 7][5]}"), request),
      "3 of 4 subgroups of 4 pods fit, each in one host: the subgroups do not fit into domains of their level; best "
      "is the whole cluster with 12; 3 nodes");
  request.closeness = Closeness::kRequired;
  EXPECT_EQ(
      Place(SmallTopology("{[4 7][5]}"), request),
      "2 of 4 subgroups of 4 pods fit, each in one host: no domain of the level takes the whole group; best is b0/r0 "
      "with 8; 3 nodes");
}

// An exclusive subgroup has its domain for itself, however much more would fit into it.
TEST(AssignGroupTest, NoFitCountsExclusiveSubgroupsOnceADomain) {
  GroupRequest request = WithLeader(Pods(16, "rack", Closeness::kPreferred, PlacementProfile::kBestFit));
  request.subgroups = {{4, "host", true}};
  EXPECT_EQ(
      Place(SmallTopology("{[9 9][9]}"), request),
      "3 of 4 subgroups of 4 pods fit, each in one host: the subgroups do not fit into domains of their level; best "
      "is the whole cluster with 12; 3 nodes");
  request.closeness = Closeness::kRequired;
  EXPECT_EQ(
      Place(SmallTopology("{[9 9][9]}"), request),
      "2 of 4 subgroups of 4 pods fit, each in one host: the subgroups do not fit into domains of their level; best "
      "is b0/r0 with 8; 3 nodes");
}

// The CPU machine has no rack. It takes the leader, because the leader has no constraint on racks.
TEST(AssignGroupTest, NodesWithoutALabelTakePodsThatAskNothingThere) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(SmallNode(0, i / 2, i, 1));
  nodes.push_back(SmallNode(0, 9, 9, 0));
  nodes.back().facts.labels.erase("rack");
  nodes.back().facts.labels["pool"] = "cpu";
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  GroupRequest request = Pods(4, "", Closeness::kUnconstrained, PlacementProfile::kBestFit);
  request.leader = PodShape();
  request.leader->filter.Select("pool", "cpu");
  EXPECT_EQ(Place(capacity, request), "1 1 1 1 1");
  request.subgroups = {{2, "rack", /*exclusive=*/true}};
  request.subgroup_leader = SubgroupLeader::kOutside;
  EXPECT_EQ(Place(capacity, request), "1 1 1 1 1");
  request.subgroup_leader = SubgroupLeader::kExtra;
  EXPECT_EQ(AssignGroup(capacity, request)->no_fit.excluded.at("missingLabel"), 1);
  request.subgroups.clear();
  request.closeness = Closeness::kPreferred;
  request.level = "rack";
  EXPECT_EQ(Place(capacity, request), "1 1 1 1 1");
}

TEST(AssignGroupTest, OtherNamespacesExcludeNothing) {
  Capacity capacity = SmallTopology("{[4][4]}");
  GroupRequest request = Pods(2, "rack", Closeness::kRequired, PlacementProfile::kBestFit);
  request.exclusive_levels = {"rack"};
  request.namespace_name = "a";
  GroupRequest other = request;
  other.namespace_name = "b";
  const std::vector<const GroupRequest*> groups = {&request, &request, &other, &other, &other};
  const std::vector<PlacementResult> results = *AssignGroups(groups, &capacity);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(results[i].assignment.has_value()) << i;
  EXPECT_EQ(results[4].no_fit.excluded.at("domainTaken"), 2);
}

TEST(AssignGroupTest, UnknownLevelsAreErrorsWhateverTheSize) {
  GroupRequest request = Pods(0, "", Closeness::kUnconstrained, PlacementProfile::kBestFit);
  request.leader = request.worker;
  for (const SubgroupLeader leader : {SubgroupLeader::kMember, SubgroupLeader::kExtra, SubgroupLeader::kOutside}) {
    request.subgroup_leader = leader;
    request.subgroups = {{1, "typo"}};
    EXPECT_EQ(Place(SmallTopology("{[4]}"), request), "subgroups.level: \"typo\" is no level of the topology");
    request.subgroups = {{1, "rack"}};
    EXPECT_EQ(Place(SmallTopology("{[4]}"), request), "1");
  }
}

TEST(AssignGroupTest, MalformedRequestsAreErrors) {
  const Capacity capacity = SmallTopology("{[3 3]}");
  GroupRequest request = Pods(4, "row", Closeness::kRequired, PlacementProfile::kBestFit);
  EXPECT_EQ(Place(capacity, request), "level: \"row\" is no level of the topology");
  request.level = "rack";
  request.subgroups = {{3, "rack"}};
  EXPECT_EQ(Place(capacity, request), "subgroups.size: 3 does not divide 4");
  GroupRequest with_leader = request;
  with_leader.leader = request.worker;
  with_leader.subgroup_leader = SubgroupLeader::kExtra;
  EXPECT_EQ(Place(capacity, with_leader),
            "subgroups.size: 3 does not divide the 5 pods of the group, nor the 4 besides the leader");
  with_leader.subgroup_leader = SubgroupLeader::kOutside;
  EXPECT_EQ(Place(capacity, with_leader), "subgroups.size: 3 does not divide the 4 pods besides the leader");
  request.subgroups = {{4, "host"}, {2, "rack"}};
  EXPECT_EQ(Place(capacity, request), "subgroups.level: wider than the layer around it");
  request.subgroups = {{4, "rack"}, {4, "rack"}, {2, "rack"}, {1, "rack"}};
  EXPECT_EQ(Place(capacity, request), "subgroups: more than 3 layers");
  request.subgroups.clear();
  request.worker.amounts["gpu"] = -1;
  EXPECT_EQ(Place(capacity, request), "worker.amounts: gpu: -1 is negative");
  request.worker.amounts["gpu"] = 1;
  request.workers = 0;
  EXPECT_EQ(Place(capacity, request), "workers: a group has pods");
  EXPECT_FALSE(Topology::Create({}, {}).ok());
  EXPECT_FALSE(Topology::Create({}, {"rack", "rack"}).ok());
  EXPECT_FALSE(Topology::Create({SmallNode(0, 0, 0, 1), SmallNode(0, 1, 0, 1)}, {"rack"}).ok());
}

TEST(AssignGroupTest, AmountsNearTheEndOfInt64) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  std::vector<TopologyNode> nodes = {SmallNode(0, 0, 0, kMost - 1), SmallNode(0, 0, 1, kMost)};
  Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  GroupRequest request = Pods(4, "", Closeness::kUnconstrained, PlacementProfile::kBestFit);
  request.worker.amounts["gpu"] = kMost / 2;
  EXPECT_EQ(Place(capacity, request), "2 2");
  request.workers = 5;
  EXPECT_FALSE(AssignGroup(capacity, request)->assignment.has_value());
  request.workers = 1;
  request.worker.amounts["gpu"] = kBeyondAmounts;
  EXPECT_FALSE(AssignGroup(capacity, request)->assignment.has_value());
  for (int i = 0; i < 4; ++i) capacity.Use(0, {{"gpu", kMost}});
  request.worker.amounts["gpu"] = 1;
  EXPECT_EQ(Place(capacity, request), "- 1");
}

TEST(AssignGroupTest, ZeroRequestsAndEmptyClusters) {
  GroupRequest request = Pods(150, "", Closeness::kUnconstrained, PlacementProfile::kBestFit);
  request.worker.amounts = {{"gpu", 0}, {"unheard-of", 0}};
  EXPECT_EQ(Place(SmallTopology("{[0 0]}"), request), "100 50");
  const Capacity empty(*Topology::Create({}, {"rack"}));
  EXPECT_EQ(
      Place(empty, request),
      "no place for 150 pods: all nodes together have too little room; best is the whole cluster with 0; 0 nodes");
  request.worker.amounts = {{"unheard-of", 1}};
  EXPECT_EQ(AssignGroup(SmallTopology("{[1]}"), request)->no_fit.excluded.at("unheard-of"), 1);
}

// The domains of the last key may have several nodes.
TEST(AssignGroupTest, LeavesOfSeveralNodes) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 6; ++i) nodes.push_back(SmallNode(0, i / 3, i, 3));
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack"}));
  // A rack has room for nine, but no node for four.
  GroupRequest request = Pods(2, "rack", Closeness::kRequired, PlacementProfile::kBestFit);
  request.worker.amounts["gpu"] = 2;
  EXPECT_EQ(Place(capacity, request), "1 1 - - - -");
  request.workers = 4;
  EXPECT_FALSE(AssignGroup(capacity, request)->assignment.has_value());
}

TEST(AssignGroupTest, ExclusiveGroupsTakeADomainEach) {
  Capacity capacity = SmallTopology("{[4 4][4 4][4 4]}");
  GroupRequest request = Pods(3, "rack", Closeness::kRequired, PlacementProfile::kBestFit);
  request.exclusive_levels = {"rack"};
  const std::vector<const GroupRequest*> groups(4, &request);
  const std::vector<PlacementResult> results = *AssignGroups(groups, &capacity);
  EXPECT_EQ(PodsByNode(capacity.topology(), *results[0].assignment), "3 - - - - -");
  EXPECT_EQ(PodsByNode(capacity.topology(), *results[1].assignment), "- - 3 - - -");
  EXPECT_EQ(PodsByNode(capacity.topology(), *results[2].assignment), "- - - - 3 -");
  ASSERT_FALSE(results[3].assignment.has_value());
  EXPECT_EQ(results[3].no_fit.excluded.at("domainTaken"), 6);
  capacity.Release(request, *results[1].assignment);
  EXPECT_EQ(Place(capacity, request), "- - 3 - - -");
}

TEST(AssignGroupTest, ExclusiveSubgroupsTakeADomainEach) {
  Capacity capacity = SmallTopology("{[4 4][4 4][4 4]}");
  GroupRequest request = Pods(4, "block", Closeness::kRequired, PlacementProfile::kBestFit);
  request.subgroups = {{2, "rack", /*exclusive=*/true}};
  EXPECT_EQ(Place(capacity, request), "2 - 2 - - -");
  capacity.Commit(request, *AssignGroup(capacity, request)->assignment);
  EXPECT_EQ(AssignGroup(capacity, request)->no_fit.reason, NoFitReason::kNoSubgroupFits);
  request.workers = 2;
  EXPECT_EQ(Place(capacity, request), "- - - - 2 -");
}

TEST(AssignGroupTest, AHundredThousandNodes) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 100000; ++i) nodes.push_back(SmallNode(i / 1000, i / 20, i, 1));
  const Capacity capacity(*Topology::Create(std::move(nodes), {"block", "rack", "host"}));
  const GroupRequest request = Pods(1000, "block", Closeness::kRequired, PlacementProfile::kBestFit);
  EXPECT_EQ(AssignGroup(capacity, request)->assignment->WorkerCount(), 1000);
  const GroupRequest too_many = Pods(1001, "block", Closeness::kRequired, PlacementProfile::kBestFit);
  EXPECT_EQ(AssignGroup(capacity, too_many)->no_fit.best_pods, 1000);
}

}  // namespace
}  // namespace lws
