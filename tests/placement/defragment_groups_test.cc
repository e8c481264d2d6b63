// The laws of defragment_groups.h, compared with every way to place the groups.
#include "lws/placement/defragment_groups.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "tests/placement/case_count.h"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261130;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 500;
#else
constexpr int kCases = 6000;
#endif
// The share of domains that quick moves empty is steady over this many cases, which are small.
constexpr int kSmallCases = 1500;
constexpr int64_t kMany = 1000000;

const std::vector<std::string> kKeys = {"block", "rack", "host"};

GroupRequest Pod(int64_t gpus) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", gpus}};
  request.workers = 1;
  return request;
}

int LevelOf(const Capacity& capacity, const GroupRequest& request) {
  return request.closeness == Closeness::kRequired ? *capacity.topology().LevelOf(request.level) : Topology::kRoot;
}

std::set<int32_t> DomainsOf(const Topology& topology, int level, const Assignment& assignment) {
  std::set<int32_t> domains;
  for (const int32_t node : assignment.NodesByRank()) domains.insert(topology.DomainOf(level, node));
  return domains;
}

// "0:3 2:1": group 0 to node 3, then group 2 to node 1.
std::string Moves(const std::vector<GroupMove>& moves) {
  return absl::StrJoin(moves, " ", [](std::string* out, const GroupMove& move) {
    absl::StrAppend(out, move.group, ":", absl::StrJoin(move.to.NodesByRank(), "+"));
  });
}

// Groups of one pod, with these GPUs, on these nodes.
struct Running {
  std::vector<GroupRequest> requests;
  std::vector<MovableGroup> groups;

  Running(const std::vector<std::pair<int64_t, int32_t>>& pods, Capacity* capacity) {
    for (const auto& [gpus, node] : pods) requests.push_back(Pod(gpus));
    for (size_t i = 0; i < pods.size(); ++i) {
      MovableGroup group;
      group.request = &requests[i];
      group.assignment.workers = {{pods[i].second, 1}};
      capacity->Commit(requests[i], group.assignment);
      groups.push_back(std::move(group));
    }
  }
};

TEST(DefragmentGroupsTest, EmptiesTheLeastUsedDomains) {
  Capacity capacity = SmallTopology("{[4][4][4][4]}");
  const Running running({{2, 0}, {1, 1}, {1, 1}, {3, 2}}, &capacity);
  const EmptyingPlan plan = *EmptyDomains(capacity, running.groups, "rack");
  EXPECT_EQ(Moves(plan.moves), "0:1");
  EXPECT_EQ(plan.empty_before, 1);
  EXPECT_EQ(plan.empty_after, 2);
  EXPECT_EQ(plan.at_most, 2);
  EXPECT_EQ(plan.emptied, (std::vector<std::vector<std::string>>{{"b0", "r0"}}));
  EXPECT_FALSE(EmptyDomains(capacity, running.groups, "row").ok());
}

// A rack with pods of others is not empty, whatever moves. Groups may move into it.
TEST(DefragmentGroupsTest, Law2RacksInUseOtherwiseAreNotEmpty) {
  Capacity capacity = SmallTopology("{[4][4][4][4]}");
  const Running running({{2, 0}, {1, 1}, {3, 2}}, &capacity);
  const EmptyingPlan plan = *EmptyDomains(capacity, running.groups, "rack", {1, 3});
  EXPECT_EQ(Moves(plan.moves), "0:1 2:3");
  EXPECT_EQ(plan.empty_before, 0);
  EXPECT_EQ(plan.empty_after, 2);
  EXPECT_EQ(plan.in_use, 2);
  EXPECT_EQ(plan.at_most, 2);
  const EmptyingPlan all_in_use = *EmptyDomains(capacity, running.groups, "rack", {0, 1, 2, 3});
  EXPECT_TRUE(all_in_use.moves.empty());
  EXPECT_EQ(all_in_use.at_most, 0);
  EXPECT_FALSE(EmptyDomains(capacity, running.groups, "rack", {4}).ok());
}

// Groups of 3, 2, 2 and 2 gpus fill nodes of 4 and 5, and the largest one first does not find this.
TEST(DefragmentGroupsTest, Law5IsExactOnlyWhereNoOtherOrderMayMakeRoom) {
  Capacity capacity = SmallTopology("{[9][4 5]}");
  Running running({{3, 0}, {2, 0}, {2, 0}, {2, 0}}, &capacity);
  GroupRequest request = Pod(9);
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  const RoomPlan open = *MakeRoomForGroup(capacity, request, running.groups, kMany);
  EXPECT_FALSE(open.assignment.has_value());
  EXPECT_FALSE(open.exact);
  EXPECT_FALSE(open.met_bound);
  EXPECT_EQ(open.level, "rack");
  // No order moves a group that has no place alone.
  Capacity small = SmallTopology("{[5][2 2]}");
  const Running two({{3, 0}, {2, 0}}, &small);
  request = Pod(5);
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  EXPECT_TRUE(MakeRoomForGroup(small, request, two.groups, kMany)->exact);
  // Nobody looks for moves when no domain binds the pods.
  request.closeness = Closeness::kUnconstrained;
  const RoomPlan anywhere = *MakeRoomForGroup(small, request, two.groups, kMany);
  EXPECT_FALSE(anywhere.exact);
  EXPECT_EQ(anywhere.level, "");
}

TEST(DefragmentGroupsTest, MakesRoomForALargeGroup) {
  Capacity capacity = SmallTopology("{[4 4][4 4][4]}");
  const Running running({{2, 0}, {1, 1}, {1, 2}, {3, 3}}, &capacity);
  GroupRequest request = Pod(4);
  request.workers = 2;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  const RoomPlan plan = *MakeRoomForGroup(capacity, request, running.groups, kMany);
  EXPECT_EQ(Moves(plan.moves), "0:2 1:2");
  EXPECT_TRUE(plan.exact);
  EXPECT_EQ(PodsByNode(capacity.topology(), *plan.assignment), "1 1 - - -");
  const RoomPlan bounded = *MakeRoomForGroup(capacity, request, running.groups, 1);
  EXPECT_FALSE(bounded.exact);
  EXPECT_TRUE(bounded.met_bound);
  EXPECT_FALSE(bounded.assignment.has_value());
  request.workers = 3;
  EXPECT_FALSE(MakeRoomForGroup(capacity, request, running.groups, kMany)->assignment.has_value());
}

// The most racks that any placement of the pods leaves empty. Those of the nodes `in_use` never are.
int64_t MostEmpty(const Capacity& capacity, const Running& running, const std::vector<int32_t>& in_use) {
  const Topology& topology = capacity.topology();
  std::vector<int64_t> free;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) free.push_back(capacity.Free(node)[1]);
  for (size_t i = 0; i < running.groups.size(); ++i) {
    free[static_cast<size_t>(running.groups[i].assignment.workers[0].node)] +=
        running.requests[i].worker.amounts.at("gpu");
  }
  std::vector<int> pods_in(static_cast<size_t>(topology.DomainCount(1)));
  for (const int32_t node : in_use) ++pods_in[static_cast<size_t>(topology.DomainOf(1, node))];
  int64_t most = 0;
  const std::function<void(size_t)> place = [&](size_t group) {
    if (group == running.groups.size()) {
      most = std::max<int64_t>(most, std::count(pods_in.begin(), pods_in.end(), 0));
      return;
    }
    const int64_t gpus = running.requests[group].worker.amounts.at("gpu");
    for (size_t node = 0; node < free.size(); ++node) {
      if (free[node] < gpus) continue;
      int& pods = pods_in[static_cast<size_t>(topology.DomainOf(1, static_cast<int32_t>(node)))];
      free[node] -= gpus;
      ++pods;
      place(group + 1);
      --pods;
      free[node] += gpus;
    }
  };
  place(0);
  return most;
}

TEST(DefragmentGroupsTest, Law4AgainstEveryPlacement) {
  Cases cases(kSeed);
  int64_t emptied = 0;
  int64_t possible = 0;
  for (int round = 0; round < CaseCount(kSmallCases); ++round) {
    std::vector<TopologyNode> nodes;
    int rack = 0;
    for (int i = 2 + cases.Draw(4); i > 0; --i) {
      rack += cases.Draw(3) > 0;
      nodes.push_back(SmallNode(rack / 2, rack, i, 2 + cases.Draw(4)));
    }
    Capacity capacity(*Topology::Create(nodes, kKeys));
    std::vector<std::pair<int64_t, int32_t>> pods;
    Capacity room = capacity;
    for (int i = cases.Draw(6); i > 0; --i) {
      const int32_t node = cases.Draw(capacity.topology().NodeCount());
      const int64_t gpus = 1 + cases.Draw(3);
      if (room.Free(node)[1] < gpus) continue;
      room.Use(node, Pod(gpus).worker);
      pods.emplace_back(gpus, node);
    }
    const Running running(pods, &capacity);
    std::vector<int32_t> in_use;
    if (cases.Draw(3) == 0) in_use.push_back(cases.Draw(capacity.topology().NodeCount()));
    const EmptyingPlan plan = *EmptyDomains(capacity, running.groups, "rack", in_use);
    const int64_t most = MostEmpty(capacity, running, in_use);
    ASSERT_LE(plan.empty_after, most) << "round " << round << ", seed " << kSeed << ": " << Moves(plan.moves);
    ASSERT_GE(plan.at_most, most) << "round " << round << ", seed " << kSeed;
    emptied += plan.empty_after - plan.empty_before;
    possible += most - plan.empty_before;
  }
  // A plan of quick moves does not find all, but most.
  EXPECT_GE(emptied * 100, possible * 85) << emptied << " of " << possible;
}

// Groups of random requests that have a place.
std::vector<MovableGroup> Place(const std::vector<GroupRequest>& requests, Capacity* capacity) {
  std::vector<MovableGroup> groups;
  for (const GroupRequest& request : requests) {
    const std::optional<Assignment> place = AssignGroup(*capacity, request)->assignment;
    if (!place.has_value()) continue;
    capacity->Commit(request, *place);
    groups.push_back({&request, *place});
  }
  return groups;
}

// Law 1: does the moves one by one; returns the capacity after them.
Capacity Move(Capacity capacity, std::vector<MovableGroup>* groups, const std::vector<GroupMove>& moves,
              const std::string& where) {
  std::set<size_t> moved;
  for (const GroupMove& move : moves) {
    MovableGroup& group = (*groups)[move.group];
    EXPECT_TRUE(moved.insert(move.group).second) << where;
    EXPECT_TRUE(
        PlacementOracle(capacity, *group.request).Holds(move.to.NodesByRank(), LevelOf(capacity, *group.request)))
        << where << "\n  " << Moves(moves);
    capacity.Release(*group.request, group.assignment);
    capacity.Commit(*group.request, move.to);
    group.assignment = move.to;
  }
  return capacity;
}

TEST(DefragmentGroupsTest, Laws1To3OfEmptying) {
  Cases cases(kSeed);
  int emptied = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    const Topology& topology = capacity.topology();
    std::vector<GroupRequest> requests;
    for (int i = 1 + cases.Draw(5); i > 0; --i) requests.push_back(cases.Request());
    std::vector<MovableGroup> groups = Place(requests, &capacity);
    const std::vector<MovableGroup> before = groups;
    const std::string key = cases.Key();
    const int level = *topology.LevelOf(key);
    const EmptyingPlan plan = *EmptyDomains(capacity, groups, key);
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed, ", ", key);
    Move(capacity, &groups, plan.moves, where);
    if (HasFailure()) return;

    const auto used = [&](const std::vector<MovableGroup>& all) {
      std::set<int32_t> domains;
      for (const MovableGroup& group : all) {
        for (const int32_t domain : DomainsOf(topology, level, group.assignment)) domains.insert(domain);
      }
      return domains;
    };
    const std::set<int32_t> used_before = used(before);
    const std::set<int32_t> used_after = used(groups);
    std::vector<std::vector<std::string>> newly_empty;
    int64_t empty = 0;
    for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
      if (!topology.IsLabelled(level, domain)) continue;
      if (used_before.count(domain) == 0) {
        ASSERT_EQ(used_after.count(domain), 0u) << where;
      }
      if (used_after.count(domain) > 0) continue;
      ++empty;
      if (used_before.count(domain) > 0) newly_empty.push_back(topology.DomainPath(level, domain));
    }
    std::vector<std::vector<std::string>> told = plan.emptied;
    std::sort(told.begin(), told.end());
    std::sort(newly_empty.begin(), newly_empty.end());
    ASSERT_EQ(told, newly_empty) << where;
    ASSERT_EQ(plan.empty_after, empty) << where;
    ASSERT_EQ(plan.empty_before + static_cast<int64_t>(plan.emptied.size()), empty) << where;
    ASSERT_LE(plan.empty_after, plan.at_most) << where;
    emptied += static_cast<int>(plan.emptied.size());
  }
  EXPECT_GT(emptied, kCases / 40);
}

// Whether all groups of a domain, or of a part of them, have places elsewhere in some order, and the domain then takes
// the request. Every way to place each group is tried.
bool SomeMovesMakeRoom(const Capacity& capacity, const std::vector<MovableGroup>& groups, const GroupRequest& request) {
  const Topology& topology = capacity.topology();
  const int level = *topology.LevelOf(request.level);
  for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
    const auto inside = [&](int32_t node) { return topology.DomainOf(level, node) == domain; };
    std::function<bool(const Capacity&, std::set<size_t>)> moves = [&](const Capacity& left, std::set<size_t> moved) {
      Capacity only = left;
      const PlacementOracle oracle(only, request);
      bool fits = false;
      oracle.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
        bool is_inside = leader < 0 || inside(leader);
        for (size_t node = 0; node < counts.size(); ++node) {
          is_inside = is_inside && (counts[node] == 0 || inside(static_cast<int32_t>(node)));
        }
        fits = fits || (is_inside && oracle.CountsHold(leader, counts, level));
      });
      if (fits) return true;
      for (size_t group = 0; group < groups.size(); ++group) {
        const std::set<int32_t> at = DomainsOf(topology, level, groups[group].assignment);
        if (moved.count(group) > 0 || at.count(domain) == 0) continue;
        const PlacementOracle places(left, *groups[group].request);
        bool found = false;
        places.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
          if (found || !places.CountsHold(leader, counts, LevelOf(capacity, *groups[group].request))) return;
          Assignment to;
          if (leader >= 0) to.leader = leader;
          for (size_t node = 0; node < counts.size(); ++node) {
            if (counts[node] > 0) to.workers.push_back({static_cast<int32_t>(node), counts[node]});
          }
          if (DomainsOf(topology, level, to).count(domain) > 0) return;
          Capacity next = left;
          next.Release(*groups[group].request, groups[group].assignment);
          next.Commit(*groups[group].request, to);
          std::set<size_t> after = moved;
          after.insert(group);
          found = moves(next, after);
        });
        if (found) return true;
      }
      return false;
    };
    if (moves(capacity, {})) return true;
  }
  return false;
}

// Law 5: an exact answer without a plan is right, whatever order and whatever places are tried.
TEST(DefragmentGroupsTest, Law5AgainstEveryWayToMove) {
  Cases cases(kSeed);
  int certain = 0;
  int open = 0;
  for (int round = 0; round < CaseCount(kSmallCases); ++round) {
    std::string racks = "{";
    for (int rack = 0; rack < 2; ++rack) absl::StrAppend(&racks, "[", 2 + cases.Draw(4), " ", 1 + cases.Draw(4), "]");
    Capacity capacity = SmallTopology(racks + "}");
    std::vector<std::pair<int64_t, int32_t>> pods;
    Capacity room = capacity;
    for (int i = 1 + cases.Draw(5); i > 0; --i) {
      const int32_t node = cases.Draw(capacity.topology().NodeCount());
      const int64_t gpus = 1 + cases.Draw(3);
      if (room.Free(node)[1] < gpus) continue;
      room.Use(node, Pod(gpus).worker);
      pods.emplace_back(gpus, node);
    }
    const Running running(pods, &capacity);
    GroupRequest request = Pod(1 + cases.Draw(5));
    request.workers = 1 + cases.Draw(2);
    request.closeness = Closeness::kRequired;
    request.level = "rack";
    const RoomPlan plan = *MakeRoomForGroup(capacity, request, running.groups, kMany);
    if (plan.assignment.has_value()) continue;
    ++(plan.exact ? certain : open);
    if (!plan.exact) continue;
    ASSERT_FALSE(SomeMovesMakeRoom(capacity, running.groups, request))
        << "law 5, round " << round << ", seed " << kSeed << Describe(capacity, request);
  }
  EXPECT_GT(certain, kSmallCases / 20);
  EXPECT_GT(open, 0);
}

// The capacity with nothing free where `closed` says so.
Capacity Closed(Capacity capacity, const std::function<bool(int32_t node)>& closed) {
  ResourceAmounts everything;
  for (const std::string& name : capacity.topology().resources()) everything[name] = int64_t{1} << 40;
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    for (int i = 0; i < 100 && closed(node); ++i) capacity.Use(node, everything);
  }
  return capacity;
}

// Whether some group of a domain has another place, and the domain takes the request without it.
bool OneMoveMakesRoom(const Capacity& capacity, const std::vector<MovableGroup>& groups, const GroupRequest& request) {
  const Topology& topology = capacity.topology();
  int level = *topology.LevelOf(request.level);
  for (const std::string& key : request.exclusive_levels) level = std::max(level, *topology.LevelOf(key));
  for (const MovableGroup& group : groups) {
    for (const int32_t domain : DomainsOf(topology, level, group.assignment)) {
      const auto inside = [&](int32_t node) { return topology.DomainOf(level, node) == domain; };
      Capacity without = capacity;
      without.Release(*group.request, group.assignment);
      const Capacity only = Closed(without, [&](int32_t node) { return !inside(node); });
      if (!AssignGroup(only, request)->assignment.has_value()) continue;
      if (AssignGroup(Closed(capacity, inside), *group.request)->assignment.has_value()) return true;
    }
  }
  return false;
}

TEST(DefragmentGroupsTest, Laws1And5OfMakingRoom) {
  Cases cases(kSeed);
  int made = 0;
  int exact = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    std::vector<GroupRequest> requests;
    for (int i = 1 + cases.Draw(5); i > 0; --i) requests.push_back(cases.Request());
    std::vector<MovableGroup> groups = Place(requests, &capacity);
    const std::vector<MovableGroup> groups_before = groups;
    GroupRequest request = cases.Request();
    request.closeness = Closeness::kRequired;
    request.level = kKeys[static_cast<size_t>(cases.Draw(2))];
    const RoomPlan plan = *MakeRoomForGroup(capacity, request, groups, kMany);
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed, Describe(capacity, request));
    const bool fits_now = AssignGroup(capacity, request)->assignment.has_value();
    ASSERT_FALSE(plan.met_bound) << where;
    exact += plan.exact;
    if (fits_now) {
      ASSERT_TRUE(plan.moves.empty()) << where;
    }
    if (!plan.assignment.has_value()) {
      ASSERT_TRUE(plan.moves.empty()) << where;
      ASSERT_FALSE(OneMoveMakesRoom(capacity, groups, request)) << where;
      continue;
    }
    const Capacity after = Move(capacity, &groups, plan.moves, where);
    if (HasFailure()) return;
    ASSERT_EQ(AssignGroup(after, request)->assignment, plan.assignment) << where;
    made += !plan.moves.empty();
    if (plan.moves.size() > 1 && plan.exact) {
      ASSERT_FALSE(OneMoveMakesRoom(capacity, groups_before, request)) << where << Moves(plan.moves);
    }
  }
  EXPECT_GT(made, kCases / 200);
  EXPECT_GT(exact, kCases * 9 / 10);
}

}  // namespace
}  // namespace lws
