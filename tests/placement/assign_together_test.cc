// Groups that are placed together, against a search through all domains and all places.
#include "lws/placement/assign_together.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"
#include "tests/placement/case_count.h"
#include "tests/placement/gpu_groups.h"
#include "tests/placement/placement_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

std::vector<const GroupRequest*> Pointers(const std::vector<GroupRequest>& groups) {
  std::vector<const GroupRequest*> pointers;
  for (const GroupRequest& group : groups) pointers.push_back(&group);
  return pointers;
}

// The domain and the pods by node of each group, or the reason why they do not fit.
std::string Place(const Capacity& capacity, const std::vector<GroupRequest>& groups, const std::string& level) {
  const absl::StatusOr<TogetherResult> result = AssignTogether(capacity, Pointers(groups), level);
  if (!result.ok()) return std::string(result.status().message());
  std::string text = absl::StrJoin(result->domain, "/");
  if (result->assignments.empty()) return absl::StrCat("not: ", result->most_groups, " in ", text);
  for (const Assignment& assignment : result->assignments) {
    absl::StrAppend(&text, ": ", PodsByNode(capacity.topology(), assignment));
  }
  return text;
}

TEST(AssignTogetherTest, AllGroupsGoIntoOneDomain) {
  // Each group alone would fit into the smaller rack, and all together only into the larger one.
  EXPECT_EQ(Place(SmallTopology("{[2 1][3 2]}"), {Group(3), Group(2)}, "rack"), "b0/r1: - - 3 -: - - - 2");
  EXPECT_EQ(Place(SmallTopology("{[2 1][3 2]}"), {Group(2), Group(1)}, "rack"), "b0/r0: 2 - - -: - 1 - -");
  EXPECT_EQ(Place(SmallTopology("{[2 1][3 2]}"), {Group(3), Group(3)}, "rack"), "not: 1 in b0/r0");
  EXPECT_EQ(Place(SmallTopology("{[2 1][3 2]}"), {Group(3), Group(3)}, "block"), "b0: - - 3 -: 2 1 - -");
  EXPECT_EQ(Place(SmallTopology("{[2 1]} {[3 2]}"), {Group(3), Group(3)}, ""), ": - - 3 -: 2 1 - -");
  EXPECT_EQ(Place(SmallTopology("{[1]}"), {Group(1)}, "row"), "level row is not in the topology");
}

// What a search through all places finds: whether the pods, one gpu each, fit into one domain of the level.
bool FitsSomewhere(const Capacity& capacity, const std::vector<GroupRequest>& groups, int level) {
  int64_t wanted = 0;
  for (const GroupRequest& group : groups) wanted += group.workers + 1;
  std::map<int32_t, int64_t> room;  // by domain
  const size_t gpu = std::find(capacity.topology().resources().begin(), capacity.topology().resources().end(), "gpu") -
                     capacity.topology().resources().begin();
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    room[capacity.topology().DomainOf(level, node)] += capacity.Free(node)[gpu];
  }
  return std::any_of(room.begin(), room.end(), [wanted](const auto& domain) { return domain.second >= wanted; });
}

// A pod of each of these numbers of gpus.
GroupRequest PodsOf(int64_t pods, int64_t gpus) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", gpus}};
  request.workers = pods;
  return request;
}

TEST(AssignTogetherTest, Law7OtherOrdersAreTried) {
  // The group of two pods fills the node of four gpus, which is the only one for the other group.
  const Capacity capacity = SmallTopology("{[4 3 2]}");
  const std::vector<GroupRequest> groups = {PodsOf(2, 2), PodsOf(1, 4)};
  EXPECT_EQ(Place(capacity, groups, "rack"), "b0/r0: - 1 1: 1 - -");
  EXPECT_EQ(AssignTogether(capacity, Pointers(groups), "rack")->orders, 2);
  // Too few gpus, a pod that no node takes, and pods of one shape are certain. Other answers are not.
  const auto told = [](const std::string& nodes, const std::vector<GroupRequest>& wanted, const std::string& level) {
    const Capacity small = SmallTopology(nodes);
    const TogetherResult result = *AssignTogether(small, Pointers(wanted), level);
    return absl::StrCat(result.assignments.size(), result.is_certain ? " certain" : "", ", ", result.orders);
  };
  EXPECT_EQ(told("{[4 3 2]}", {PodsOf(2, 2), PodsOf(1, 4)}, "rack"), "2, 2");
  EXPECT_EQ(told("{[4 3 2]}", {PodsOf(3, 2), PodsOf(1, 4)}, "rack"), "0 certain, 1");
  EXPECT_EQ(told("{[3 3 2]}", {PodsOf(1, 2), PodsOf(1, 4)}, "rack"), "0 certain, 1");
  EXPECT_EQ(told("{[3 3][3 3]}", {PodsOf(2, 2), PodsOf(1, 2)}, "rack"), "0 certain, 1");
  EXPECT_EQ(told("{[3 3 2]}", {PodsOf(2, 1), PodsOf(1, 3), PodsOf(1, 3)}, "rack"), "3, 1");
  EXPECT_EQ(told("{[3 3 3]}", {PodsOf(2, 2), PodsOf(2, 2), PodsOf(1, 1)}, "rack"), "0, 2");
}

// Whether the groups have a place in some domain of the level, by all ways to place each of them.
bool FitInDomain(const Capacity& capacity, const std::vector<GroupRequest>& groups, size_t next, int level,
                 int32_t domain) {
  if (next == groups.size()) return true;
  const Topology& topology = capacity.topology();
  const PlacementOracle oracle(capacity, groups[next]);
  const int required =
      groups[next].closeness == Closeness::kRequired ? *topology.LevelOf(groups[next].level) : Topology::kRoot;
  bool fits = false;
  oracle.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
    if (fits || !oracle.CountsHold(leader, counts, required)) return;
    Assignment assignment;
    if (leader >= 0) assignment.leader = leader;
    bool is_inside = leader < 0 || topology.DomainOf(level, leader) == domain;
    for (size_t node = 0; node < counts.size(); ++node) {
      if (counts[node] == 0) continue;
      is_inside = is_inside && topology.DomainOf(level, static_cast<int32_t>(node)) == domain;
      assignment.workers.push_back({static_cast<int32_t>(node), counts[node]});
    }
    if (!is_inside) return;
    Capacity left = capacity;
    left.Commit(groups[next], assignment);
    fits = FitInDomain(left, groups, next + 1, level, domain);
  });
  return fits;
}

TEST(AssignTogetherTest, Law7AgainstEveryWayToPlace) {
  int placed = 0, in_other_order = 0, certain = 0, open = 0;
  for (uint32_t seed = 1; seed <= CaseCount(3000U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
    std::string text = "{";
    for (int rack = 0; rack <= draw(1); ++rack) absl::StrAppend(&text, "[", draw(4), " ", draw(4), "]");
    const Capacity capacity = SmallTopology(text + "}");
    const Topology& topology = capacity.topology();
    std::vector<GroupRequest> groups;
    for (int group = 0; group <= draw(3); ++group) {
      groups.push_back(PodsOf(1 + draw(1), 1 + draw(2)));
      if (draw(3) == 0) groups.back().leader = PodsOf(1, draw(2)).worker;
      if (draw(4) == 0) groups.back().exclusive_levels = {"host"};
      if (draw(2) > 0) continue;
      groups.back().closeness = draw(1) == 0 ? Closeness::kRequired : Closeness::kPreferred;
      groups.back().level = draw(1) == 0 ? "rack" : "host";
    }
    const int level = draw(1);
    const TogetherResult result =
        *AssignTogether(capacity, Pointers(groups), topology.level_keys()[static_cast<size_t>(level)]);
    bool fits = false;
    for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
      fits = fits || FitInDomain(capacity, groups, 0, level, domain);
    }
    const std::string where = absl::StrCat("law 7, seed ", seed, ": ", text, "}, ", groups.size(), " groups");
    ASSERT_LE(result.orders, kMostOrders) << where;
    if (!result.assignments.empty()) {
      ASSERT_TRUE(fits) << where;
      ++placed;
      in_other_order += result.orders > 1;
      Capacity left = capacity;
      for (size_t i = 0; i < groups.size(); ++i) {
        ASSERT_EQ(result.assignments[i].WorkerCount(), groups[i].workers) << where;
        left.Commit(groups[i], result.assignments[i]);
      }
      for (int32_t node = 0; node < topology.NodeCount(); ++node) ASSERT_GE(left.Free(node)[1], 0) << where;
      continue;
    }
    ++(result.is_certain ? certain : open);
    if (result.is_certain) {
      ASSERT_FALSE(fits) << where;
    }
  }
  EXPECT_GT(placed, 500);
  EXPECT_GT(in_other_order, 5);
  EXPECT_GT(certain, 500);
  EXPECT_LT(open, certain / 5);
}

// Groups of pods of one gpu fit in any order, so the answer is exact. All laws of assign_together.h.
TEST(AssignTogetherTest, Laws1To4InRandomClusters) {
  int fits = 0, misses = 0;
  for (uint32_t seed = 1; seed <= CaseCount(3000U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
    std::string text;
    for (int block = 0; block <= draw(1); ++block) {
      text += "{";
      for (int rack = 0; rack <= draw(2); ++rack) {
        text += "[";
        for (int node = 0; node <= draw(2); ++node) absl::StrAppend(&text, draw(4), " ");
        text += "]";
      }
      text += "}";
    }
    const Capacity capacity = SmallTopology(text);
    std::vector<GroupRequest> groups;
    for (int group = 0; group <= draw(3); ++group) groups.push_back(Group(1 + draw(3)));
    const int level = draw(1);
    const absl::StatusOr<TogetherResult> result =
        AssignTogether(capacity, Pointers(groups), capacity.topology().level_keys()[static_cast<size_t>(level)]);
    ASSERT_TRUE(result.ok()) << result.status();
    const std::string what = absl::StrCat("seed ", seed, ": ", text);
    if (!FitsSomewhere(capacity, groups, level)) {
      ASSERT_TRUE(result->assignments.empty()) << "law 1: " << what;
      ++misses;
      continue;
    }
    ASSERT_EQ(result->assignments.size(), groups.size()) << "law 1: " << what;
    ++fits;
    std::set<int32_t> domains;
    std::map<int32_t, int64_t> used;
    for (size_t i = 0; i < groups.size(); ++i) {
      const std::vector<int32_t> nodes = result->assignments[i].NodesByRank();
      ASSERT_EQ(static_cast<int64_t>(nodes.size()), groups[i].workers + 1) << "law 3: " << what;
      for (const int32_t node : nodes) {
        domains.insert(capacity.topology().DomainOf(level, node));
        ++used[node];
      }
    }
    ASSERT_EQ(domains.size(), 1) << "law 2: " << what;
    for (const auto& [node, pods] : used) {
      const ResourceAmounts& has = capacity.topology().Node(node).allocatable;
      ASSERT_LE(pods, has.at("gpu")) << "law 3: " << what;
    }
    // No domain with less room would have done.
    int64_t chosen = 0, wanted = 0;
    std::map<int32_t, int64_t> room;
    for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
      room[capacity.topology().DomainOf(level, node)] += capacity.topology().Node(node).allocatable.at("gpu");
    }
    for (const GroupRequest& group : groups) wanted += group.workers + 1;
    chosen = room[*domains.begin()];
    for (const auto& [domain, gpus] : room) {
      ASSERT_FALSE(gpus >= wanted && gpus < chosen) << "law 4: " << what;
    }
  }
  EXPECT_GT(fits, 500);
  EXPECT_GT(misses, 500);
}

// Every node takes this many pods, whatever they ask for.
Capacity RoomForPods(int racks, int nodes_in_rack, int64_t gpus, int64_t pods) {
  std::vector<TopologyNode> nodes;
  for (int host = 0; host < racks * nodes_in_rack; ++host) {
    nodes.push_back(SmallNode(0, host / nodes_in_rack, host, gpus));
    nodes.back().allocatable["pods"] = pods;
  }
  return Capacity(*Topology::Create(std::move(nodes), {"block", "rack", "host"}));
}

// A group whose pods ask for nothing: each only takes one of "pods".
GroupRequest GroupOfNothing(int64_t pods) {
  GroupRequest request;
  request.workers = pods;
  return request;
}

TEST(AssignTogetherTest, Law2HoldsForPodsThatAskForNothing) {
  const Capacity capacity = RoomForPods(3, 2, 4, 4);
  EXPECT_EQ(Place(capacity, {GroupOfNothing(3)}, "rack"), "b0/r0: 3 - - - - -");
  EXPECT_EQ(Place(capacity, {GroupOfNothing(3), GroupOfNothing(4)}, "rack"), "b0/r0: 3 - - - - -: - 4 - - - -");
  EXPECT_EQ(Place(capacity, {GroupOfNothing(3), Group(3)}, "rack"), "b0/r0: 3 - - - - -: - 3 - - - -");
  EXPECT_EQ(Place(capacity, {GroupOfNothing(7), GroupOfNothing(2)}, "rack"), "not: 1 in b0/r0");
}

// Gpus are plenty, and room for pods is not: the rack with the least room for pods is the tightest.
TEST(AssignTogetherTest, Law4CountsTheRoomForPods) {
  Capacity capacity = RoomForPods(3, 2, 100, 4);
  capacity.Use(*capacity.topology().FindNode("n0"), ResourceAmounts{{"gpu", 90}});
  for (int pod = 0; pod < 3; ++pod) capacity.Use(*capacity.topology().FindNode("n2"), ResourceAmounts());
  EXPECT_EQ(Place(capacity, {Group(4)}, "rack"), "b0/r1: - - - 4 - -");
}

// A group with these nodes by rank; -1 for a pod that does not run.
PartlyPlacedGroup Partly(const GroupRequest& request, const std::vector<int32_t>& nodes) {
  PartlyPlacedGroup group;
  group.request = &request;
  for (const int32_t node : nodes) group.nodes.push_back(node < 0 ? std::nullopt : std::optional<int32_t>(node));
  return group;
}

TEST(AssignTogetherTest, Law5PodsThatRunDecideTheDomain) {
  Capacity capacity = SmallTopology("{[2 1][4 2]}");
  const GroupRequest two = Group(2), three = Group(3);
  for (const int32_t node : {0, 2}) capacity.Use(node, two.worker);
  const auto place = [&](const std::vector<PartlyPlacedGroup>& groups, const std::string& level) {
    const TogetherResult result = *CompleteTogether(capacity, groups, level);
    std::string text = absl::StrJoin(result.domain, "/");
    if (result.assignments.empty()) {
      return absl::StrCat("not: ", result.most_groups, " in ", text, ", and not ", result.next_group);
    }
    for (const Assignment& assignment : result.assignments) {
      absl::StrAppend(&text, ": ", PodsByNode(capacity.topology(), assignment));
    }
    return text;
  };
  EXPECT_EQ(place({Partly(two, {0, -1}), Partly(two, {})}, "rack"), "not: 1 in b0/r0, and not 1");
  EXPECT_EQ(place({Partly(two, {}), Partly(two, {0, -1})}, "rack"), "not: 1 in b0/r0, and not 0");
  EXPECT_EQ(place({Partly(two, {}), Partly(two, {-1, 2})}, "rack"), "b0/r1: - - 2 -: - - 2 -");
  EXPECT_EQ(place({Partly(three, {0, -1, -1}), Partly(two, {})}, "block"), "b0: 1 - - 2: - - 2 -");
  EXPECT_EQ(place({Partly(two, {0, -1}), Partly(two, {2, -1})}, "rack"), "not: 0 in , and not 0");
  EXPECT_EQ(place({Partly(three, {}), Partly(two, {})}, "rack"), "b0/r1: - - 3 -: - - - 2");
  EXPECT_EQ(CompleteTogether(capacity, {Partly(two, {9, -1})}, "rack").status().message(),
            "nodes: 9 is not a node of the topology");
}

// Pods of one gpu: what is missing fits when the domain of the running pods has as many gpus free.
TEST(AssignTogetherTest, Law5InRandomClusters) {
  int fits = 0, misses = 0;
  for (uint32_t seed = 1; seed <= CaseCount(3000U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
    std::string text = "{";
    for (int rack = 0; rack <= draw(2); ++rack) absl::StrAppend(&text, "[", draw(4), " ", draw(4), " ", draw(4), "]");
    Capacity capacity = SmallTopology(text + "}");
    const Topology& topology = capacity.topology();
    const int32_t home = draw(topology.DomainCount(1) - 1);
    const IndexRange inside = topology.NodesOf(1, home);
    std::vector<GroupRequest> requests;
    for (int group = 0; group <= draw(3); ++group) requests.push_back(Group(1 + draw(3)));
    std::vector<PartlyPlacedGroup> groups;
    int64_t missing = 0;
    bool any_runs = false;
    for (const GroupRequest& request : requests) {
      std::vector<int32_t> nodes;
      for (int64_t rank = 0; rank <= request.workers; ++rank) {
        const int32_t node = inside.begin + draw(inside.size() - 1);
        const bool runs = draw(1) == 0 && capacity.Free(node)[1] > 0;
        if (runs) capacity.Use(node, request.worker);
        nodes.push_back(runs ? node : -1);
        missing += !runs;
        any_runs = any_runs || runs;
      }
      groups.push_back(Partly(request, nodes));
    }
    if (!any_runs) continue;
    const int64_t room = FreeGpus(capacity, home);
    const TogetherResult result = *CompleteTogether(capacity, groups, "rack");
    const std::string what = absl::StrCat("law 5, seed ", seed, ": ", text, "}");
    ASSERT_EQ(!result.assignments.empty(), room >= missing) << what;
    ++(result.assignments.empty() ? misses : fits);
    for (size_t i = 0; i < result.assignments.size(); ++i) {
      const std::vector<int32_t> nodes = result.assignments[i].NodesByRank();
      ASSERT_EQ(nodes.size(), groups[i].nodes.size()) << what;
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        ASSERT_EQ(nodes[rank], groups[i].nodes[rank].value_or(nodes[rank])) << what;
        ASSERT_EQ(topology.DomainOf(1, nodes[rank]), home) << what;
        if (!groups[i].nodes[rank].has_value()) capacity.Use(nodes[rank], requests[i].worker);
      }
    }
    for (int32_t node = 0; node < topology.NodeCount(); ++node) ASSERT_GE(capacity.Free(node)[1], 0) << what;
  }
  EXPECT_GT(fits, 500);
  EXPECT_GT(misses, 300);
}

// The names of the nodes of all groups, and the domain or the reason.
std::string Describe(const Capacity& capacity, const TogetherResult& result) {
  std::string text = absl::StrCat(absl::StrJoin(result.domain, "/"), ", ", result.most_groups, ":");
  if (result.assignments.empty()) return absl::StrCat(text, DescribeNoFit(result.no_fit));
  for (const Assignment& assignment : result.assignments) {
    for (const int32_t node : assignment.NodesByRank()) {
      absl::StrAppend(&text, " ", capacity.topology().Node(node).facts.name);
    }
  }
  return text;
}

TEST(AssignTogetherTest, Law6ADomainIsAClusterOfItsOwn) {
  for (uint32_t seed = 1; seed <= CaseCount(2000U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
    std::string text;
    for (int block = 0; block <= draw(2); ++block) {
      text += "{";
      for (int rack = 0; rack <= draw(2); ++rack) absl::StrAppend(&text, "[", draw(4), " ", draw(4), "]");
      text += "}";
    }
    const Capacity capacity = SmallTopology(text);
    const Topology& topology = capacity.topology();
    const TopologyDomain within{draw(2), 0};
    const TopologyDomain domain{within.level, draw(topology.DomainCount(within.level) - 1)};
    std::vector<TopologyNode> inside;
    const IndexRange nodes = topology.NodesOf(domain.level, domain.domain);
    for (int32_t node = nodes.begin; node < nodes.end; ++node) inside.push_back(topology.Node(node));
    const Capacity alone(*Topology::Create(inside, topology.level_keys()));
    std::vector<GroupRequest> requests;
    for (int group = 0; group <= draw(3); ++group) requests.push_back(Group(1 + draw(3)));
    std::vector<PartlyPlacedGroup> groups;
    for (const GroupRequest& request : requests) groups.push_back(Partly(request, {}));
    const std::string level = std::vector<std::string>{"", "block", "rack", "host"}[static_cast<size_t>(draw(3))];
    const std::string where = absl::StrCat("law 6, seed ", seed, ": ", text, ", ", level);
    TogetherResult found = *CompleteTogether(capacity, groups, level, domain);
    TogetherResult expected = *CompleteTogether(alone, groups, level);
    ASSERT_EQ(found.assignments.empty(), expected.assignments.empty()) << where;
    // Where the level is wider than the domain, the answer names the domain.
    if (level.empty() || *topology.LevelOf(level) < domain.level) found.domain = expected.domain;
    if (!found.assignments.empty()) {
      ASSERT_EQ(Describe(capacity, found), Describe(alone, expected)) << where;
    }
    ASSERT_EQ(found.most_groups, expected.most_groups) << where;
  }
}

TEST(AssignTogetherTest, Law5RunningPodsOutsideOfTheDomainAreApart) {
  Capacity capacity = SmallTopology("{[2 1][4 2]}");
  const GroupRequest two = Group(2);
  capacity.Use(0, two.worker);
  const std::vector<PartlyPlacedGroup> groups = {Partly(two, {0, -1})};
  EXPECT_FALSE(CompleteTogether(capacity, groups, "rack", {1, 0})->assignments.empty());
  EXPECT_FALSE(CompleteTogether(capacity, groups, "block", {1, 0})->assignments.empty());
  const TogetherResult apart = *CompleteTogether(capacity, groups, "rack", {1, 1});
  EXPECT_TRUE(apart.assignments.empty());
  EXPECT_EQ(apart.no_fit.reason, NoFitReason::kSurvivorsAreApart);
}

// What was not looked at is said of all groups, with a place and without one, also of groups that were not reached.
TEST(AssignTogetherTest, SaysWhatWasNotLookedAtOfAllGroups) {
  Capacity capacity = SmallTopology("{[3][1]}");
  GroupRequest large = Group(2), small = Group(1);
  large.not_looked_at = {"runtimeClassName of workerTemplate"};
  small.not_looked_at = {"resourceClaims of workerTemplate"};
  const std::vector<std::string> both = {"resourceClaims of workerTemplate", "runtimeClassName of workerTemplate"};
  const auto told = [&](const std::vector<PartlyPlacedGroup>& groups, const std::string& level) {
    const TogetherResult result = *CompleteTogether(capacity, groups, level);
    EXPECT_EQ(result.not_looked_at, both) << level;
    return result;
  };
  const PartlyPlacedGroup two = Partly(large, {}), one = Partly(small, {});
  EXPECT_FALSE(told({two, one}, "rack").assignments.empty());
  EXPECT_EQ(told({two, two, one}, "rack").next_group, 1);
  EXPECT_EQ(told({one, two, two}, "").next_group, 2);
  for (const int32_t node : {0, 1}) capacity.Use(node, small.worker);
  EXPECT_EQ(told({Partly(large, {1, -1}), one}, "rack").next_group, 0) << "a group runs in part";
  EXPECT_EQ(told({Partly(large, {0, 1}), one}, "rack").no_fit.reason, NoFitReason::kSurvivorsAreApart);
  TopologyNode node;
  node.facts.name = "n0";
  const Capacity unlabelled(*Topology::Create({node}, {"block", "rack", "host"}));
  const TogetherResult none = *CompleteTogether(unlabelled, {two, one}, "rack");
  EXPECT_TRUE(none.assignments.empty());
  EXPECT_EQ(none.not_looked_at, both);
}

// A ring of hosts, in which two roles want cuboids of different length, and a third one wants none.
TEST(AssignTogetherTest, Law3GroupsWithCuboids) {
  std::vector<TopologyNode> nodes;
  for (int rack = 0; rack < 2; ++rack) {
    for (int host = 0; host < 6; ++host) {
      nodes.push_back(SmallNode(0, rack, 20 * rack + host, 1));
      nodes.back().facts.labels["x"] = absl::StrCat(host);
    }
  }
  Capacity capacity(*Topology::Create(std::move(nodes), {"block", "rack", "host"}));
  const auto node = [&](int host) { return *capacity.topology().FindNode(absl::StrCat("n", host)); };
  CuboidOfGrid three, two;
  three.grid.labels[0] = "x";
  three.grid.extents[0] = 6;
  two = three;
  three.cuboid.size[0] = 3;
  two.cuboid.size[0] = 2;
  GroupRequest large = Group(3), small = Group(2), single = Group(1);
  large.closeness = small.closeness = Closeness::kRequired;
  large.level = small.level = "rack";
  const auto place = [&]() {
    std::vector<PartlyPlacedGroup> groups = {{&single, {}, nullptr}, {&large, {}, &three}, {&small, {}, &two}};
    return Describe(capacity, *CompleteTogether(capacity, groups, "rack"));
  };
  EXPECT_EQ(place(), "b0/r0, 3: n0 n1 n2 n3 n4 n5");
  capacity.Use(node(2), single.worker);
  EXPECT_EQ(place(), "b0/r1, 3: n20 n21 n22 n23 n24 n25");
  // A group runs in part, and no cuboid goes on from there.
  const std::vector<PartlyPlacedGroup> partly = {{&small, {node(2), std::nullopt}, &two}};
  const TogetherResult refused = *CompleteTogether(capacity, partly, "rack");
  EXPECT_TRUE(refused.assignments.empty());
  EXPECT_TRUE(refused.is_certain);
  EXPECT_EQ(refused.no_fit.reason, NoFitReason::kCuboidRunsInPart);
  EXPECT_EQ(DescribeNoFit(refused.no_fit),
            "no place for 2 pods: a cuboid is placed as a whole, and the group runs in part");
}

}  // namespace
}  // namespace lws
