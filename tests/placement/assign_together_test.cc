// Groups that are placed together, against a search through all domains and all places.
#include "lws/placement/assign_together.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

// A group of this many pods with a gpu each.
GroupRequest Group(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.leader = request.worker;
  request.workers = pods - 1;
  return request;
}

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

// Groups of pods of one gpu fit in any order, so the answer is exact. All laws of assign_together.h.
TEST(AssignTogetherTest, Laws1To4InRandomClusters) {
  int fits = 0, misses = 0;
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
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

}  // namespace
}  // namespace lws
