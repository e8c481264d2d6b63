// The laws of leader_packing.h, compared with every mix of leaders and workers on every node.
#include "lws/placement/search/leader_packing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"
#include "tests/placement/case_count.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

using internal::PackedLeaders;
using internal::PackLeaders;
using internal::PlacementProblem;

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 1000;
#else
constexpr int kCases = 20000;
#endif

int64_t AmountOf(const PodShape& shape, const std::string& resource) {
  const auto found = shape.amounts.find(resource);
  return found == shape.amounts.end() ? 0 : found->second;
}

// The most workers beside so many leaders on a node, or -1 when the leaders do not fit.
int64_t WorkersBeside(const TopologyNode& node, const GroupRequest& request, int64_t leaders) {
  int64_t workers = -1;
  const auto fits = [&](int64_t count) {
    return std::all_of(node.allocatable.begin(), node.allocatable.end(), [&](const auto& offered) {
      const bool is_pods = offered.first == "pods";
      const int64_t leader = is_pods ? 1 : AmountOf(*request.leader, offered.first);
      const int64_t worker = is_pods ? 1 : AmountOf(request.worker, offered.first);
      return leader * leaders + worker * count <= offered.second;
    });
  };
  while (fits(workers + 1)) ++workers;
  return workers;
}

// By number of leaders, the most workers on all nodes; -1 when the leaders do not fit.
int64_t MostGroupsOf(const std::vector<TopologyNode>& nodes, const GroupRequest& request) {
  std::vector<int64_t> most = {0};
  for (const TopologyNode& node : nodes) {
    std::vector<int64_t> next;
    for (int64_t leaders = 0;; ++leaders) {
      const int64_t workers = WorkersBeside(node, request, leaders);
      if (workers < 0) break;
      for (size_t before = 0; before < most.size(); ++before) {
        const size_t all = before + static_cast<size_t>(leaders);
        if (all >= next.size()) next.resize(all + 1, -1);
        if (most[before] >= 0) next[all] = std::max(next[all], most[before] + workers);
      }
    }
    most = next;
  }
  int64_t groups = 0;
  for (size_t leaders = 0; leaders < most.size(); ++leaders) {
    // What takes more leaders takes fewer, too.
    const int64_t count = std::min<int64_t>(static_cast<int64_t>(leaders), most[leaders] / request.workers);
    if (most[leaders] >= 0) groups = std::max(groups, count);
  }
  return groups;
}

PackedLeaders Pack(const std::vector<TopologyNode>& nodes, const GroupRequest& request) {
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  const PlacementProblem problem = *internal::ReadPlacementProblem(request, capacity);
  return PackLeaders(problem, capacity, {0, capacity.topology().NodeCount()});
}

TEST(LeaderPackingTest, Laws1To3AgainstEveryMix) {
  std::mt19937 random(kSeed);
  const auto draw = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  const int cases = CaseCount(kCases);
  int exact = 0;
  int found = 0;
  int trades = 0;
  for (int round = 0; round < cases; ++round) {
    std::vector<TopologyNode> nodes;
    const int gpus = 1 + draw(9);
    const bool are_alike = draw(2) == 0;
    for (int i = 1 + draw(7); i > 0; --i) {
      nodes.push_back(SmallNode(0, 0, i, are_alike ? gpus : draw(10)));
      nodes.back().allocatable["cpu"] = are_alike ? 8 : draw(9);
      nodes.back().allocatable["pods"] = 6;
    }
    GroupRequest request;
    request.worker.amounts = {{"gpu", 1 + draw(8)}, {"cpu", draw(2)}};
    request.workers = 1 + draw(4);
    request.leader = PodShape();
    request.leader->amounts = {{"gpu", draw(4)}, {"cpu", draw(3)}};
    const PackedLeaders packed = Pack(nodes, request);
    const int64_t most = MostGroupsOf(nodes, request);
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed);
    ASSERT_LE(packed.groups, most) << "law 1: " << where;
    ASSERT_GE(packed.at_most, most) << "law 2: " << where;
    exact += packed.groups == packed.at_most;
    found += packed.groups == most;
    trades += most > 0;
    nodes.push_back(SmallNode(0, 0, 99, draw(10)));
    nodes.back().allocatable["cpu"] = 4;
    nodes.back().allocatable["pods"] = 6;
    ASSERT_GE(Pack(nodes, request).at_most, packed.at_most) << "law 3: " << where;
  }
  EXPECT_GT(trades, cases / 3);
  EXPECT_GT(found, cases / 1000 * 999);
  EXPECT_GT(exact, cases / 1000 * 999);
}

// Ten groups with a worker of eight gpus need ten nodes for the workers and two for their leaders of one gpu.
TEST(LeaderPackingTest, LeadersShareNodes) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 8}};
  request.workers = 1;
  request.leader = PodShape();
  request.leader->amounts = {{"gpu", 1}};
  for (int count = 0; count <= 40; ++count) {
    std::vector<TopologyNode> nodes;
    for (int i = 0; i < count; ++i) nodes.push_back(SmallNode(0, 0, i, 8));
    // `leaders` nodes hold the leaders of the workers on all others.
    int64_t most = 0;
    for (int leaders = 0; leaders <= count; ++leaders)
      most = std::max<int64_t>(most, std::min(8 * leaders, count - leaders));
    const PackedLeaders packed = Pack(nodes, request);
    EXPECT_EQ(packed.groups, most) << count;
    EXPECT_EQ(packed.at_most, most) << count;
  }
}

// A node with room for very many workers leaves no bound.
TEST(LeaderPackingTest, TooManyWorkersLeaveNoBound) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 1;
  request.leader = PodShape();
  request.leader->amounts = {{"gpu", 2}};
  TopologyNode node = SmallNode(0, 0, 0, 1000);
  node.allocatable["pods"] = 5000;
  EXPECT_EQ(Pack({node}, request).groups, 333);
  node.allocatable["gpu"] = 2000;
  EXPECT_EQ(Pack({node}, request).groups, 0);
  EXPECT_GT(Pack({node}, request).at_most, 2000);
}

}  // namespace
}  // namespace lws
