// Placing groups on a Kubernetes in memory, with the whole wire in between. Laws are those of group_placing.h, and
// those of place_groups.h as a user of the cluster sees them.
#include "lws/adapters/kubernetes/group_placing.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "lws/placement/pod_facts.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261127;

internal::GroupPlacingOptions ByHost() { return internal::GroupPlacingOptions(); }

// Nodes have names, and no labels.
std::map<std::string, std::string> NodesOf(WiredCluster& wired, const std::string& set) {
  std::map<std::string, std::string> nodes;
  for (const SharedJson& pod : wired.server().List("Pod")) {
    if ((*pod)["metadata"]["labels"].value(kNameLabel, "") != set) continue;
    nodes[(*pod)["metadata"].value("name", "")] = (*pod)["spec"].value("nodeName", "");
  }
  return nodes;
}

std::vector<std::string> EventsOf(WiredCluster& wired, const std::string& reason) {
  std::vector<std::string> notes;
  for (const Json& event : wired.wire().events()) {
    if (event.value("reason", "") == reason) notes.push_back(event.value("note", ""));
  }
  return notes;
}

void CreateSet(WiredCluster& wired, const std::string& name, int replicas, const std::string& cpu, int size = 3) {
  wired.CreateSet(name, replicas, "one", Json::object(), size, cpu);
}

bool AllHaveTheirNodes(WiredCluster& wired, const std::string& set) {
  for (const SharedJson& pod : wired.server().List("Pod")) {
    if ((*pod)["metadata"]["labels"].value(kNameLabel, "") != set) continue;
    const std::string planned = (*pod)["metadata"]["annotations"].value(kNodeAnnotation, "");
    if (planned.empty() || (*pod)["spec"].value("nodeName", "") != planned) return false;
  }
  return true;
}

TEST(GroupPlacingTest, Laws1To3PodsGetTheNodesOfTheirGroup) {
  WiredCluster wired(kSeed, {}, ByHost());
  CreateSet(wired, "a", 2, "30");
  wired.Run(absl::Minutes(3));
  const std::map<std::string, std::string> nodes = NodesOf(wired, "a");
  ASSERT_EQ(nodes.size(), 6u);
  EXPECT_TRUE(AllHaveTheirNodes(wired, "a"));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"Available\"")) << wired.Shown("a");
  // Two pods of 30 cores share a node of 64.
  EXPECT_EQ(nodes.at("a-0"), nodes.at("a-0-1"));
  EXPECT_EQ(wired.wire().requests().at("PATCH pods"), 6) << "one for each pod";
  wired.Run(absl::Minutes(30));
  EXPECT_EQ(wired.wire().requests().at("PATCH pods"), 6) << "at rest";
}

TEST(GroupPlacingTest, AGroupWithoutAPlaceIsToldOnceAndPlacedWhenThereIsRoom) {
  WiredCluster wired(kSeed, {}, ByHost());
  CreateSet(wired, "large", 1, "64", 15);
  wired.Run(absl::Minutes(3));
  CreateSet(wired, "next", 1, "64", 10);  // 5 nodes are left
  wired.Run(absl::Minutes(10));
  for (const auto& [pod, node] : NodesOf(wired, "next")) EXPECT_EQ(node, "") << pod;
  const std::vector<std::string> told = EventsOf(wired, "NoPlace");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(absl::StrContains(told[0], "group 0 has no place: ")) << told[0];
  EXPECT_TRUE(absl::StrContains(told[0], "20 nodes: 15 cpu")) << told[0];
  ASSERT_TRUE(wired.server().Delete({kKind, "n", "large"}, {}).ok());
  wired.Run(absl::Minutes(10));
  EXPECT_TRUE(AllHaveTheirNodes(wired, "next"));
  EXPECT_EQ(EventsOf(wired, "NoPlace").size(), 1u);
}

TEST(GroupPlacingTest, ARolloutOnAFullClusterTellsNothing) {
  WiredCluster wired(kSeed, {}, ByHost());
  CreateSet(wired, "a", 4, "64", 5);
  wired.Run(absl::Minutes(3));
  ASSERT_TRUE(AllHaveTheirNodes(wired, "a"));
  wired.SetImage("a", "two");
  wired.Run(absl::Minutes(30));
  EXPECT_EQ(EventsOf(wired, "NoPlace"), std::vector<std::string>());
  EXPECT_FALSE(absl::StrContains(wired.Shown("a"), " one ")) << wired.Shown("a");
  EXPECT_TRUE(AllHaveTheirNodes(wired, "a"));
}

TEST(GroupPlacingTest, Law4WithFaultsAndCrashesItEndsTheSame) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    WireFaults faults;
    faults.lost_before = faults.lost_after = faults.error = faults.refused_for_now = 50;
    faults.watch_cut = faults.watch_error = faults.expired = 20;
    faults.most_slow = absl::Milliseconds(500);
    WiredCluster wired(seed, faults, ByHost());
    CreateSet(wired, "a", 3, "30");
    wired.Run(absl::Seconds(static_cast<int64_t>(seed % 5)));
    wired.Restart();
    CreateSet(wired, "b", 2, "64");
    wired.Run(absl::Minutes(2));
    wired.Restart();
    wired.wire().faults() = WireFaults();
    wired.Run(absl::Minutes(30));
    EXPECT_EQ(NodesOf(wired, "a").size() + NodesOf(wired, "b").size(), 15u) << "seed " << seed;
    EXPECT_TRUE(AllHaveTheirNodes(wired, "a")) << "seed " << seed;
    EXPECT_TRUE(AllHaveTheirNodes(wired, "b")) << "seed " << seed;
    std::map<std::string, int> cores;
    for (const auto& [pod, node] : NodesOf(wired, "a")) cores[node] += 30;
    for (const auto& [pod, node] : NodesOf(wired, "b")) cores[node] += 64;
    for (const auto& [node, used] : cores) EXPECT_LE(used, 64) << node << ", seed " << seed;
  }
}

}  // namespace
}  // namespace lws
