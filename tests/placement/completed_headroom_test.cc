// The laws of completed_headroom.h, compared with every way to complete groups and to place others beside them.
#include "lws/placement/completed_headroom.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assignment.h"
#include "lws/placement/reassign_group.h"
#include "tests/placement/case_count.h"
#include "tests/placement/headroom_oracle.h"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 500;
#else
constexpr int kCases = 10000;
#endif

// The nodes by rank of the groups that run in part; -1 for a pod that does not run.
using Running = std::vector<std::vector<int32_t>>;

std::vector<PartlyPlacedGroup> AsGroups(const Running& running, const GroupRequest& request) {
  std::vector<PartlyPlacedGroup> groups;
  for (const std::vector<int32_t>& nodes : running) {
    groups.push_back({&request, {}, nullptr});
    for (const int32_t node : nodes) {
      groups.back().nodes.push_back(node < 0 ? std::nullopt : std::optional<int32_t>(node));
    }
  }
  return groups;
}

const PodShape& ShapeOf(const GroupRequest& request, size_t rank) {
  return rank == 0 && request.leader.has_value() ? *request.leader : request.worker;
}

// What the oracle finds: whether the groups can be completed, and the most groups beside them in any way.
struct Best {
  bool can_complete = false;
  int64_t most = 0;
};

// Tries all nodes for all missing ranks of one group after the other.
class CompletionOracle {
 public:
  CompletionOracle(const GroupRequest& request, Running running) : request_(request), running_(std::move(running)) {}

  Best Run(const Capacity& capacity) {
    best_ = {};
    CompleteFrom(capacity, 0);
    return best_;
  }

 private:
  void CompleteFrom(const Capacity& capacity, size_t group) {
    if (group == running_.size()) {
      best_.can_complete = true;
      best_.most = std::max(best_.most, MostGroups(capacity, request_));
      return;
    }
    std::vector<int32_t> trial = running_[group];
    TryRank(capacity, group, 0, &trial);
  }

  void TryRank(const Capacity& capacity, size_t group, size_t rank, std::vector<int32_t>* trial) {
    if (rank == trial->size()) {
      if (Holds(capacity, running_[group], *trial)) CompleteFrom(With(capacity, running_[group], *trial), group + 1);
      return;
    }
    if (running_[group][rank] >= 0) return TryRank(capacity, group, rank + 1, trial);
    for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
      (*trial)[rank] = node;
      TryRank(capacity, group, rank + 1, trial);
    }
    (*trial)[rank] = -1;
  }

  bool Holds(const Capacity& capacity, const std::vector<int32_t>& before, const std::vector<int32_t>& after) const {
    const Topology& topology = capacity.topology();
    int level = request_.closeness == Closeness::kRequired ? *topology.LevelOf(request_.level) : Topology::kRoot;
    for (const std::string& key : request_.exclusive_levels) level = std::max(level, *topology.LevelOf(key));
    return PlacementOracle(capacity, request_)
        .CompletionHolds(before, after, std::vector<bool>(topology.NodeCount()), level);
  }

  Capacity With(const Capacity& capacity, const std::vector<int32_t>& before, const std::vector<int32_t>& after) const {
    Capacity larger = capacity;
    for (size_t rank = 0; rank < after.size(); ++rank) {
      if (before[rank] < 0) larger.Use(after[rank], ShapeOf(request_, rank));
    }
    return larger;
  }

  const GroupRequest& request_;
  const Running running_;
  Best best_;
};

// Takes the room of the pods that run, and holds the domains of exclusive groups.
void UseRunning(const Running& running, const GroupRequest& request, Capacity* capacity) {
  for (const std::vector<int32_t>& nodes : running) {
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      if (nodes[rank] < 0) continue;
      capacity->Use(nodes[rank], ShapeOf(request, rank));
      for (const std::string& key : request.exclusive_levels) {
        const int level = *capacity->topology().LevelOf(key);
        capacity->Hold(Holder::kGroup, request.namespace_name, level,
                       capacity->topology().DomainOf(level, nodes[rank]));
      }
    }
  }
}

struct Tally {
  int completed = 0;
  int exact = 0;
  int certainly_not = 0;
  int perhaps_not = 0;
};

void CheckSame(const Headroom& counted, const Headroom& expected, const std::string& where) {
  ASSERT_EQ(counted.groups, expected.groups) << where;
  ASSERT_EQ(counted.at_most, expected.at_most) << where;
  ASSERT_EQ(counted.exact, expected.exact) << where;
  ASSERT_EQ(counted.level, expected.level) << where;
}

void CheckLaws(const Capacity& capacity, const Running& running, const GroupRequest& request, Tally* tally) {
  const std::vector<PartlyPlacedGroup> groups = AsGroups(running, request);
  const CompletedHeadroom counted = *CountCompletedHeadroom(capacity, groups, request, 1000);
  std::string where = Describe(capacity, request);
  for (const std::vector<int32_t>& nodes : running) absl::StrAppend(&where, "\n  runs ", absl::StrJoin(nodes, " "));
  const Best best = CompletionOracle(request, running).Run(capacity);
  if (counted.completed.assignments.empty()) {
    ++(counted.completed.is_certain ? tally->certainly_not : tally->perhaps_not);
    ASSERT_FALSE(counted.completed.is_certain && best.can_complete) << "law 3" << where;
    CheckSame(counted.headroom, *CountHeadroom(capacity, request, 1000), absl::StrCat("law 3", where));
    return;
  }
  ++tally->completed;
  tally->exact += counted.headroom.exact;
  ASSERT_TRUE(best.can_complete) << "law 1" << where;
  Capacity left = capacity;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::vector<int32_t> nodes = counted.completed.assignments[i].NodesByRank();
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      ASSERT_EQ(groups[i].nodes[rank].value_or(nodes[rank]), nodes[rank]) << "law 1" << where;
    }
    UseMissingRanks(request, counted.completed.assignments[i], groups[i].nodes, &left);
  }
  for (int32_t node = 0; node < left.topology().NodeCount(); ++node) {
    for (size_t i = 0; i < left.topology().resources().size(); ++i) {
      ASSERT_GE(left.Free(node)[i], std::min<int64_t>(0, capacity.Free(node)[i])) << "law 1" << where;
    }
  }
  ASSERT_LE(counted.headroom.groups, MostGroups(left, request)) << "law 1" << where;
  ASSERT_GE(counted.headroom.at_most, best.most) << "law 2" << where;
  if (counted.headroom.exact) {
    ASSERT_EQ(counted.headroom.groups, best.most) << "law 2" << where;
  }
}

GroupRequest Pair(const std::string& required) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}, {"cpu", 0}};
  request.workers = 2;
  if (required.empty()) return request;
  request.closeness = Closeness::kRequired;
  request.level = required;
  return request;
}

// Groups of two pods: pods of one shape anywhere or in one rack, a leader that asks for more, and groups that hold
// their rack.
std::vector<GroupRequest> Pairs() {
  std::vector<GroupRequest> pairs = {Pair(""), Pair("rack"), Pair("rack"), Pair("rack"), Pair("rack")};
  for (const size_t i : {2, 3}) {
    pairs[i].workers = 1;
    pairs[i].leader = pairs[i].worker;
  }
  pairs[3].leader->amounts["gpu"] = 2;
  pairs[4].exclusive_levels = {"rack"};
  return pairs;
}

// Every state of two racks of two nodes with room for 0 to 2 more pods, in which two groups of two pods run in part.
TEST(CompletedHeadroomTest, Laws1To3And5InEverySmallCluster) {
  Tally of_one_shape;
  Tally of_two_shapes;
  for (int state = 0; state < 81; ++state) {
    const int free[] = {state % 3, state / 3 % 3, state / 9 % 3, state / 27};
    for (int places = 0; places < 64; ++places) {
      const int32_t first = places % 4;
      const int32_t second = places / 4 % 4;
      const Running running = {places / 16 % 2 == 0 ? std::vector<int32_t>{first, -1} : std::vector<int32_t>{-1, first},
                               places / 32 == 0 ? std::vector<int32_t>{second, -1} : std::vector<int32_t>{-1, second}};
      for (const GroupRequest& request : Pairs()) {
        if (!request.exclusive_levels.empty() && first / 2 == second / 2) continue;
        std::vector<TopologyNode> nodes;
        for (int i = 0; i < 4; ++i) {
          int64_t used = 0;
          for (const std::vector<int32_t>& group : running) {
            for (size_t rank = 0; rank < 2; ++rank) {
              if (group[rank] == i) used += ShapeOf(request, rank).amounts.at("gpu");
            }
          }
          nodes.push_back(SmallNode(0, i / 2, i, free[i] + used));
        }
        Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
        UseRunning(running, request, &capacity);
        const bool is_one_shape = !request.leader.has_value() || request.leader->amounts == request.worker.amounts;
        CheckLaws(capacity, running, request, is_one_shape ? &of_one_shape : &of_two_shapes);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(of_one_shape.completed, 10000);
  EXPECT_EQ(of_one_shape.exact, of_one_shape.completed) << "law 5";
  EXPECT_GT(of_one_shape.certainly_not, 2000);
  EXPECT_EQ(of_one_shape.perhaps_not, 0) << "law 5";
  // Where the leader asks for more than a worker, the answer is open in some states.
  EXPECT_GT(of_two_shapes.completed, 2000);
  EXPECT_GT(of_two_shapes.exact, of_two_shapes.completed / 4);
  EXPECT_GT(of_two_shapes.certainly_not, 500);
  EXPECT_LT(of_two_shapes.perhaps_not, 500);
}

// Up to three groups of up to four pods with subgroups, of which some hold domains, in random clusters.
TEST(CompletedHeadroomTest, Laws1To4InRandomClusters) {
  Cases cases(kSeed);
  const int count = CaseCount(kCases);
  Tally tally;
  int whole = 0;
  for (int round = 0; round < count; ++round) {
    std::vector<TopologyNode> nodes = cases.Nodes();
    nodes.resize(std::min<size_t>(nodes.size(), 4));
    Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
    GroupRequest request = cases.Request();
    for (SubgroupLayer& layer : request.subgroups) layer.exclusive = false;
    if (request.Pods() < 2 || request.Pods() > 4) continue;
    Running running;
    for (int group = cases.Draw(4); group > 0; --group) {
      // A group that has a place, of which one or two pods are gone.
      const PlacementResult placed = *AssignMissingRanks(
          capacity, request, std::vector<std::optional<int32_t>>(static_cast<size_t>(request.Pods())));
      if (!placed.assignment.has_value()) break;
      std::vector<int32_t> ranks = placed.assignment->NodesByRank();
      for (int gone = 1 + cases.Draw(2); gone > 0; --gone)
        ranks[static_cast<size_t>(cases.Draw(int(ranks.size())))] = -1;
      if (std::count(ranks.begin(), ranks.end(), -1) == static_cast<std::ptrdiff_t>(ranks.size())) continue;
      UseRunning({ranks}, request, &capacity);
      running.push_back(ranks);
    }
    // Somebody else takes some of the room.
    if (cases.Draw(2) == 0) {
      const int32_t node = cases.Draw(capacity.topology().NodeCount());
      PodShape other;
      other.amounts = {{"gpu", 1}, {"cpu", 1}};
      if (capacity.Free(node)[1] > 0) capacity.Use(node, other);
    }
    if (running.empty()) {
      ++whole;
      const CompletedHeadroom counted = *CountCompletedHeadroom(capacity, {}, request, 1000);
      CheckSame(counted.headroom, *CountHeadroom(capacity, request, 1000), absl::StrCat("law 4, round ", round));
      if (testing::Test::HasFatalFailure()) return;
      continue;
    }
    SCOPED_TRACE(absl::StrCat("round ", round, ", seed ", kSeed));
    CheckLaws(capacity, running, request, &tally);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(whole, count / 20);
  EXPECT_GT(tally.completed, count / 20);
  EXPECT_GT(tally.exact, tally.completed / 2);
  EXPECT_GT(tally.certainly_not, count / 200);
}

// The first group would go where the second has to be, so the second comes first.
TEST(CompletedHeadroomTest, Law1OtherOrdersAreTried) {
  GroupRequest request = Pair("block");
  request.workers = 4;
  request.subgroups = {{2, "rack"}};
  Capacity capacity = SmallTopology("{[3 0][2 0][3 2]}");
  const Running running = {{2, 2, -1, -1}, {0, -1, 4, 5}};
  UseRunning(running, request, &capacity);
  const CompletedHeadroom counted = *CountCompletedHeadroom(capacity, AsGroups(running, request), request, 100);
  EXPECT_EQ(counted.completed.orders, 2);
  ASSERT_EQ(counted.completed.assignments.size(), 2u);
  EXPECT_EQ(counted.completed.assignments[0].NodesByRank(), (std::vector<int32_t>{2, 2, 4, 4}));
  EXPECT_EQ(counted.completed.assignments[1].NodesByRank(), (std::vector<int32_t>{0, 0, 4, 5}));
}

// Law 15 of reassign_group.h: an exclusive subgroup that is placed with the missing ranks keeps others out of its rack.
TEST(CompletedHeadroomTest, Law15MissingSubgroupsHoldTheirDomain) {
  GroupRequest request = Pair("");
  request.workers = 4;
  request.subgroups = {{2, "rack", true}};
  Capacity capacity = SmallTopology("{[2][4][2][2]}");
  UseRunning({{0, 0, -1, -1}}, request, &capacity);
  capacity.Hold(Holder::kSubgroup, "", 1, 0);
  const std::vector<std::optional<int32_t>> nodes = {0, 0, std::nullopt, std::nullopt};
  const Assignment completed = AssignmentFromRanks(false, {0, 0, 1, 1});
  UseMissingRanks(request, completed, nodes, &capacity);
  EXPECT_EQ(capacity.Free(1)[1], 2);
  EXPECT_EQ(capacity.Holds(Holder::kSubgroup, "", 1, 0), 1);
  EXPECT_EQ(capacity.Holds(Holder::kSubgroup, "", 1, 1), 1);
  EXPECT_EQ(CountHeadroom(capacity, request, 100)->groups, 1) << "two racks are left";
  Capacity fresh = SmallTopology("{[2][4][2][2]}");
  UseMissingRanks(request, completed, {}, &fresh);
  EXPECT_EQ(fresh.Holds(Holder::kSubgroup, "", 1, 0), 1) << "without running pods it is Commit";
}

}  // namespace
}  // namespace lws
