// Groups that would have to go for several groups together, and slices over failure domains, compared with every set of
// groups and every domain. Pods take one gpu each, so that sums decide.
#include "lws/placement/preempt_together.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_groups.h"
#include "lws/placement/spread_together.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"
#include "tests/placement/case_count.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr int64_t kMany = 1000000;
#ifdef __SANITIZE_ADDRESS__
constexpr uint32_t kSeeds = 400;
#else
constexpr uint32_t kSeeds = 2000;
#endif

GroupRequest Group(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  return request;
}

std::vector<PartlyPlacedGroup> Absent(const std::vector<GroupRequest>& requests) {
  std::vector<PartlyPlacedGroup> groups;
  for (const GroupRequest& request : requests) groups.push_back({&request, {}, nullptr});
  return groups;
}

RunningPods Running(int64_t priority, const std::vector<int32_t>& nodes) {
  RunningPods group;
  group.priority = priority;
  for (const int32_t node : nodes) group.pods.emplace_back(node, Group(1).worker);
  return group;
}

using Rank = std::tuple<int64_t, size_t, size_t, std::vector<size_t>>;

Rank RankOf(const std::vector<RunningPods>& running, const std::vector<size_t>& victims) {
  int64_t highest = std::numeric_limits<int64_t>::min();
  size_t pods = 0;
  for (const size_t i : victims) {
    highest = std::max(highest, running[i].priority);
    pods += running[i].pods.size();
  }
  return {highest, victims.size(), pods, victims};
}

Capacity Without(Capacity capacity, const std::vector<RunningPods>& running, const std::vector<size_t>& victims) {
  for (const size_t i : victims) TakeAwayPods(running[i], &capacity);
  return capacity;
}

int64_t Room(const Capacity& capacity, IndexRange nodes) {
  int64_t room = 0;
  for (int32_t node = nodes.begin; node < nodes.end; ++node) room += std::max<int64_t>(0, capacity.Free(node)[1]);
  return room;
}

// Whether one domain of the level, within the domain, has so much room.
bool HasRoom(const Capacity& capacity, const std::string& level, const TopologyDomain& within, int64_t wanted) {
  const Topology& topology = capacity.topology();
  const int index = level.empty() ? Topology::kRoot : *topology.LevelOf(level);
  if (index <= within.level) return Room(capacity, topology.NodesOf(within.level, within.domain)) >= wanted;
  const IndexRange domains = topology.DomainsWithin(within.level, within.domain, index);
  for (int32_t domain = domains.begin; domain < domains.end; ++domain) {
    if (Room(capacity, topology.NodesOf(index, domain)) >= wanted) return true;
  }
  return false;
}

// The first by law 3 of all sets of groups below the priority without which some of the domains has room.
std::optional<Rank> FirstRank(const Capacity& capacity, const std::vector<RunningPods>& running, int64_t priority,
                              const std::string& level, const std::vector<TopologyDomain>& domains, int64_t wanted) {
  std::optional<Rank> first;
  for (unsigned set = 0; set < 1U << running.size(); ++set) {
    std::vector<size_t> victims;
    bool may_go = true;
    for (size_t i = 0; i < running.size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      victims.push_back(i);
      may_go = may_go && running[i].priority < priority;
    }
    const Rank rank = RankOf(running, victims);
    if (!may_go || (first.has_value() && !(rank < *first))) continue;
    const Capacity left = Without(capacity, running, victims);
    const auto has_room = [&](const TopologyDomain& domain) { return HasRoom(left, level, domain, wanted); };
    if (std::any_of(domains.begin(), domains.end(), has_room)) first = rank;
  }
  return first;
}

// A small cluster with running groups, and a slice that wants to be in one domain of a level.
struct Drawn {
  std::string text;
  Capacity capacity = SmallTopology("{[1]}");
  std::vector<RunningPods> running;
  std::vector<GroupRequest> requests;
  int64_t wanted = 0;
  std::string level;
  int64_t priority = 0;
  GroupSpread spread;
  std::string where;
};

Drawn Draw(uint32_t seed) {
  std::mt19937 random(seed);
  const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
  Drawn drawn;
  for (int block = 0; block <= draw(1); ++block) {
    drawn.text += "{";
    for (int rack = 0; rack <= draw(2); ++rack) absl::StrAppend(&drawn.text, "[", 1 + draw(2), " ", 1 + draw(3), "]");
    drawn.text += "}";
  }
  drawn.capacity = SmallTopology(drawn.text);
  const int nodes = drawn.capacity.topology().NodeCount();
  for (int group = draw(5); group > 0; --group) {
    std::vector<int32_t> places;
    for (int pod = draw(2); pod >= 0; --pod) {
      const int32_t node = draw(nodes - 1);
      if (drawn.capacity.Free(node)[1] <= std::count(places.begin(), places.end(), node)) continue;
      places.push_back(node);
    }
    drawn.running.push_back(Running(draw(3), places));
    PutBackPods(drawn.running.back(), &drawn.capacity);
  }
  for (int group = draw(2); group >= 0; --group) {
    drawn.requests.push_back(Group(1 + draw(2)));
    drawn.wanted += drawn.requests.back().workers;
  }
  drawn.level = std::vector<std::string>{"", "block", "rack"}[static_cast<size_t>(draw(2))];
  drawn.priority = draw(4);
  drawn.spread.level = draw(1) == 0 ? "block" : "rack";
  if (draw(1) == 0) drawn.spread.most_in_domain = 1 + draw(1);
  for (int slice = draw(2); slice > 0; --slice) {
    drawn.spread.running.emplace_back();
    drawn.spread.running.back().workers = {{draw(nodes - 1), 1}};
  }
  drawn.where = absl::StrCat("seed ", seed, ": ", drawn.text, ", ", drawn.running.size(), " groups, priority ",
                             drawn.priority, ", ", drawn.wanted, " pods in one ", drawn.level);
  return drawn;
}

TEST(PreemptTogetherTest, Laws1To5AgainstEverySetOfGroups) {
  int preempted = 0;
  for (uint32_t seed = 1; seed <= CaseCount(kSeeds); ++seed) {
    const Drawn drawn = Draw(seed);
    const std::vector<PartlyPlacedGroup> groups = Absent(drawn.requests);
    const auto preempt = [&](int64_t tries) {
      return *PreemptTogether(drawn.capacity, groups, drawn.level, drawn.priority, drawn.running, tries);
    };
    const TogetherPreemption preemption = preempt(kMany);
    const std::string where = absl::StrCat(drawn.where, ", victims ", absl::StrJoin(preemption.victims, " "));
    const std::optional<Rank> best =
        FirstRank(drawn.capacity, drawn.running, drawn.priority, drawn.level, {{}}, drawn.wanted);
    ASSERT_EQ(preemption.result.assignments.size(), best.has_value() ? groups.size() : 0) << "law 4: " << where;
    if (!best.has_value()) continue;
    ASSERT_TRUE(preemption.exact) << where;
    ASSERT_EQ(RankOf(drawn.running, preemption.victims), *best) << "law 3: " << where;
    const Capacity left = Without(drawn.capacity, drawn.running, preemption.victims);
    ASSERT_EQ(preemption.result.assignments, CompleteTogether(left, groups, drawn.level)->assignments)
        << "law 1: " << where;
    preempted += !preemption.victims.empty();
    for (const size_t stays : preemption.victims) {
      std::vector<size_t> others = preemption.victims;
      others.erase(std::find(others.begin(), others.end(), stays));
      ASSERT_FALSE(HasRoom(Without(drawn.capacity, drawn.running, others), drawn.level, {}, drawn.wanted))
          << "law 2: " << where;
    }
    Rank before = RankOf(drawn.running, preempt(0).victims);
    for (const int64_t tries : {1, 2, 5, 20}) {
      const Rank rank = RankOf(drawn.running, preempt(tries).victims);
      ASSERT_LE(rank, before) << "law 5: " << where << ", " << tries << " tries";
      before = rank;
    }
  }
  EXPECT_GT(preempted, kSeeds / 20);
}

// Without a place, the result is that of a cluster in which no group of lower priority runs.
void ExpectTheNoFitWhenAllAreGone(const Drawn& drawn, const std::vector<PartlyPlacedGroup>& groups,
                                  const TogetherPreemption& preemption) {
  std::vector<size_t> lower;
  for (size_t i = 0; i < drawn.running.size(); ++i) {
    if (drawn.running[i].priority < drawn.priority) lower.push_back(i);
  }
  const TogetherResult expected =
      *SpreadTogether(Without(drawn.capacity, drawn.running, lower), groups, drawn.level, drawn.spread);
  EXPECT_TRUE(preemption.victims.empty()) << drawn.where;
  EXPECT_EQ(preemption.result.domain, expected.domain) << drawn.where;
  EXPECT_EQ(preemption.result.most_groups, expected.most_groups) << drawn.where;
  EXPECT_EQ(preemption.result.next_group, expected.next_group) << drawn.where;
  EXPECT_EQ(DescribeNoFit(preemption.result.no_fit), DescribeNoFit(expected.no_fit)) << drawn.where;
}

TEST(PreemptTogetherTest, Law6AgainstEverySetOfGroupsAndEveryDomain) {
  int preempted = 0, without_place = 0;
  for (uint32_t seed = 1; seed <= CaseCount(kSeeds); ++seed) {
    const Drawn drawn = Draw(seed + 100000);
    const std::vector<PartlyPlacedGroup> groups = Absent(drawn.requests);
    const std::vector<TopologyDomain> domains = *DomainsForAnotherGroup(drawn.capacity.topology(), drawn.spread);
    const TogetherPreemption preemption =
        *PreemptSpreadTogether(drawn.capacity, groups, drawn.level, drawn.spread, drawn.priority, drawn.running, kMany);
    const std::string where =
        absl::StrCat(drawn.where, " over ", drawn.spread.level, ", victims ", absl::StrJoin(preemption.victims, " "));
    const std::optional<Rank> best =
        FirstRank(drawn.capacity, drawn.running, drawn.priority, drawn.level, domains, drawn.wanted);
    ASSERT_EQ(!preemption.result.assignments.empty(), best.has_value()) << "law 6: " << where;
    if (domains.empty()) {
      ASSERT_EQ(preemption.result.no_fit.reason, NoFitReason::kDomainsAreFull) << where;
    }
    if (!best.has_value()) {
      ExpectTheNoFitWhenAllAreGone(drawn, groups, preemption);
      ++without_place;
      continue;
    }
    const Rank rank = RankOf(drawn.running, preemption.victims);
    ASSERT_EQ(std::get<0>(rank), std::get<0>(*best)) << "law 6: " << where;
    ASSERT_EQ(std::get<1>(rank), std::get<1>(*best)) << "law 6: " << where;
    ASSERT_EQ(std::get<2>(rank), std::get<2>(*best)) << "law 6: " << where;
    preempted += !preemption.victims.empty();
    const int level = *drawn.capacity.topology().LevelOf(drawn.spread.level);
    const std::vector<int32_t> nodes = AsOneAssignment(preemption.result.assignments).NodesByRank();
    for (const int32_t node : nodes) {
      ASSERT_EQ(drawn.capacity.topology().DomainOf(level, node), drawn.capacity.topology().DomainOf(level, nodes[0]))
          << "law 6: " << where;
    }
  }
  EXPECT_GT(preempted, kSeeds / 50);
  EXPECT_GT(without_place, kSeeds / 20);
}

// One group wants three pods. A rack has room for two of them when the lower group is gone, and for none as it is.
TEST(PreemptTogetherTest, TheNoFitIsThatWithoutTheLowerGroups) {
  Capacity capacity = SmallTopology("{[1][2]}");
  const std::vector<RunningPods> running = {Running(1, {0}), Running(1, {1, 1})};
  for (const RunningPods& group : running) PutBackPods(group, &capacity);
  const std::vector<GroupRequest> requests = {Group(3)};
  GroupSpread spread;
  spread.level = "rack";
  spread.most_in_domain = 1;
  spread.running.emplace_back();
  spread.running[0].workers = {{0, 1}};
  const TogetherPreemption preemption =
      *PreemptSpreadTogether(capacity, Absent(requests), "rack", spread, /*priority=*/2, running, kMany);
  EXPECT_TRUE(preemption.result.assignments.empty());
  EXPECT_TRUE(preemption.victims.empty());
  EXPECT_EQ(preemption.result.no_fit.best_pods, 2);
}

// What the domain of the level has in slices.
int64_t SlicesIn(const Topology& topology, const GroupSpread& spread, const TopologyDomain& domain) {
  return std::count_if(spread.running.begin(), spread.running.end(), [&](const Assignment& slice) {
    return topology.DomainOf(domain.level, slice.workers[0].node) == domain.domain;
  });
}

TEST(SpreadTogetherTest, Laws1To3AgainstEveryDomain) {
  int placed = 0, full = 0;
  for (uint32_t seed = 1; seed <= CaseCount(kSeeds); ++seed) {
    const Drawn drawn = Draw(seed + 200000);
    const Topology& topology = drawn.capacity.topology();
    const int level = *topology.LevelOf(drawn.spread.level);
    std::optional<TopologyDomain> first;
    for (int32_t number = 0; number < topology.DomainCount(level); ++number) {
      const TopologyDomain domain{level, number};
      const int64_t slices = SlicesIn(topology, drawn.spread, domain);
      if (slices >= drawn.spread.most_in_domain.value_or(kMany)) continue;
      if (!HasRoom(drawn.capacity, drawn.level, domain, drawn.wanted)) continue;
      if (!first.has_value() || slices < SlicesIn(topology, drawn.spread, *first)) first = domain;
    }
    const std::vector<PartlyPlacedGroup> groups = Absent(drawn.requests);
    const TogetherResult result = *SpreadTogether(drawn.capacity, groups, drawn.level, drawn.spread);
    const std::string where = absl::StrCat(drawn.where, " over ", drawn.spread.level);
    ASSERT_EQ(!result.assignments.empty(), first.has_value()) << "laws 2 and 3: " << where;
    full += result.no_fit.reason == NoFitReason::kDomainsAreFull;
    if (!first.has_value()) continue;
    ++placed;
    ASSERT_EQ(result.assignments, CompleteTogether(drawn.capacity, groups, drawn.level, *first)->assignments)
        << "law 1: " << where;
  }
  EXPECT_GT(placed, kSeeds / 4);
  EXPECT_GT(full, kSeeds / 100);
}

// What was not looked at is said of all groups, also where they have no place.
TEST(SpreadTogetherTest, SaysWhatWasNotLookedAtOfAllGroups) {
  const Capacity capacity = SmallTopology("{[2]}");
  std::vector<GroupRequest> requests = {Group(2), Group(2)};
  requests[0].not_looked_at = {"runtimeClassName of workerTemplate"};
  requests[1].not_looked_at = {"resourceClaims of workerTemplate", "runtimeClassName of workerTemplate"};
  const std::vector<PartlyPlacedGroup> groups = Absent(requests);
  const std::vector<std::string> both = {"resourceClaims of workerTemplate", "runtimeClassName of workerTemplate"};
  GroupSpread spread;
  spread.level = "rack";
  EXPECT_EQ(SpreadTogether(capacity, groups, "rack", spread)->not_looked_at, both);
  EXPECT_EQ(PreemptSpreadTogether(capacity, groups, "rack", spread, 1, {}, kMany)->result.not_looked_at, both);
  spread.most_in_domain = 1;
  spread.running.emplace_back();
  spread.running[0].workers = {{0, 1}};
  const TogetherResult full = *SpreadTogether(capacity, groups, "rack", spread);
  EXPECT_EQ(full.no_fit.reason, NoFitReason::kDomainsAreFull);
  EXPECT_EQ(full.not_looked_at, both);
  EXPECT_EQ(PreemptSpreadTogether(capacity, groups, "rack", spread, 1, {}, kMany)->result.not_looked_at, both);
}

TEST(SpreadTogetherTest, Law4WhatRunsIsCompletedWhereItIs) {
  Capacity capacity = SmallTopology("{[3 3][3]}");
  const std::vector<GroupRequest> requests = {Group(2), Group(1)};
  std::vector<PartlyPlacedGroup> groups = Absent(requests);
  GroupSpread spread;
  spread.level = "rack";
  spread.most_in_domain = 1;
  spread.running.emplace_back();
  spread.running[0].workers = {{0, 1}};
  EXPECT_EQ(SpreadTogether(capacity, groups, "rack", spread)->domain, (std::vector<std::string>{"b0", "r1"}));
  capacity.Use(1, requests[0].worker);
  groups[0].nodes = {1, std::nullopt};
  EXPECT_TRUE(AnyPodRuns(groups));
  EXPECT_EQ(SpreadTogether(capacity, groups, "rack", spread)->domain, (std::vector<std::string>{"b0", "r0"}));
  EXPECT_EQ(PreemptSpreadTogether(capacity, groups, "rack", spread, 0, {}, 10)->result.domain,
            (std::vector<std::string>{"b0", "r0"}));
  spread.level = "row";
  EXPECT_EQ(SpreadTogether(capacity, groups, "rack", spread).status().message(), "level row is not in the topology");
}

}  // namespace
}  // namespace lws
