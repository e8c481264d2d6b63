// The laws of topologies, capacities, node filters and subgroups.
#include "lws/placement/topology.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pods/subgroup.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

using internal::SubGroupIndex;

constexpr uint64_t kSeed = 20260105;

std::vector<TopologyNode> Nodes() {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 9; ++i) nodes.push_back(SmallNode(i / 5, i / 2, i, i));
  return nodes;
}

std::shared_ptr<const Topology> Make(std::vector<TopologyNode> nodes) {
  return *Topology::Create(std::move(nodes), {"block", "rack", "host"});
}

TEST(TopologyTest, Law1APermutationOfTheNodesGivesTheSame) {
  const auto expected = Make(Nodes());
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20; ++i) {
    std::vector<TopologyNode> nodes = Nodes();
    std::shuffle(nodes.begin(), nodes.end(), random);
    const auto topology = Make(std::move(nodes));
    ASSERT_EQ(topology->NodeCount(), expected->NodeCount());
    for (int32_t node = 0; node < expected->NodeCount(); ++node) {
      EXPECT_EQ(topology->Node(node).facts.name, expected->Node(node).facts.name) << "seed " << kSeed;
    }
  }
}

TEST(TopologyTest, Law2DomainsCoverAllNodesInPathOrderWithoutOverlap) {
  const auto topology = Make(Nodes());
  for (int level = Topology::kRoot; level < topology->LevelCount(); ++level) {
    int32_t next = 0;
    std::vector<std::string> before;
    for (int32_t domain = 0; domain < topology->DomainCount(level); ++domain) {
      const IndexRange nodes = topology->NodesOf(level, domain);
      EXPECT_EQ(nodes.begin, next) << "level " << level;
      EXPECT_GT(nodes.size(), 0) << "level " << level;
      for (int32_t node = nodes.begin; node < nodes.end; ++node) EXPECT_EQ(topology->DomainOf(level, node), domain);
      next = nodes.end;
      const std::vector<std::string> path = topology->DomainPath(level, domain);
      EXPECT_TRUE(domain == 0 || before < path) << "level " << level;
      before = path;
    }
    EXPECT_EQ(next, topology->NodeCount()) << "level " << level;
  }
}

// The steps of a node's path down to the level, as law 3 has them: what it has at each level, or else what keeps it
// apart from others that also lack the level.
std::vector<std::string> StepsOf(const NodeFacts& node, const std::vector<std::string>& keys, int level) {
  std::vector<std::string> steps;
  for (int i = 0; i <= level; ++i) {
    size_t next = static_cast<size_t>(i);
    while (next < keys.size() && node.labels.count(keys[next]) == 0) ++next;
    const std::string value = next < keys.size() ? node.labels.at(keys[next]) : node.name;
    steps.push_back(absl::StrCat(next == static_cast<size_t>(i) ? "has " : "lacks, and has ", value));
  }
  return steps;
}

TEST(TopologyTest, Law3BranchesOfDifferentDepth) {
  const std::vector<std::string> keys = {"block", "rack", "chassis", "host"};
  std::mt19937_64 random(kSeed);
  int64_t hanging = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<TopologyNode> nodes;
    for (int i = 0; i < 8; ++i) {
      nodes.push_back(SmallNode(static_cast<int>(random() % 2), static_cast<int>(random() % 3), i, 1));
      nodes.back().facts.labels["chassis"] = absl::StrCat("c", random() % 3);
      for (const std::string& key : keys) {
        if (random() % 4 == 0) nodes.back().facts.labels.erase(key);
      }
    }
    const auto topology = *Topology::Create(std::move(nodes), keys);
    for (int level = 0; level < 4; ++level) {
      for (int32_t a = 0; a < topology->NodeCount(); ++a) {
        const NodeFacts& facts = topology->Node(a).facts;
        const int32_t domain = topology->DomainOf(level, a);
        const std::vector<std::string> steps = StepsOf(facts, keys, level);
        for (int32_t b = 0; b < topology->NodeCount(); ++b) {
          ASSERT_EQ(steps == StepsOf(topology->Node(b).facts, keys, level), topology->DomainOf(level, b) == domain)
              << "seed " << kSeed << ", round " << round << ", level " << level << ", " << facts.name;
        }
        const bool has = facts.labels.count(keys[static_cast<size_t>(level)]) > 0;
        ASSERT_EQ(topology->IsLabelled(level, domain), has) << "round " << round;
        hanging += !has && level > 0 && facts.labels.count(keys[static_cast<size_t>(level) - 1]) > 0;
        std::vector<std::string> path;
        for (int i = 0; i <= level; ++i) {
          const auto found = facts.labels.find(keys[static_cast<size_t>(i)]);
          if (found != facts.labels.end()) path.push_back(found->second);
        }
        if (level == 3 && !has) path.push_back(facts.name);
        ASSERT_EQ(topology->DomainPath(level, domain), path) << "round " << round;
      }
    }
  }
  EXPECT_GT(hanging, 1000);
}

TEST(CapacityTest, Laws1And2GivingBackUndoesUsingInAnyOrder) {
  Capacity capacity = SmallTopology("{[3 3][2]}");
  const std::vector<int64_t> before(capacity.Free(1), capacity.Free(1) + 2);
  capacity.Use(1, {{"gpu", 2}});
  capacity.Use(1, {{"gpu", 5}, {"unknown", 7}});
  capacity.GiveBack(1, {{"gpu", 2}});
  capacity.GiveBack(1, {{"gpu", 5}, {"unknown", 7}});
  EXPECT_EQ(std::vector<int64_t>(capacity.Free(1), capacity.Free(1) + 2), before) << "law 1";
  for (int i = 0; i < 4; ++i) capacity.Use(1, {{"gpu", std::numeric_limits<int64_t>::max()}});
  const int64_t least = *std::min_element(capacity.Free(1), capacity.Free(1) + 2);
  EXPECT_LT(least, 0) << "law 2: an amount that reaches the end of int64 stays there";
}

TEST(NodeFilterTest, Law2ATermWithoutRequirementsMatchesNothing) {
  const auto filter = NodeFilter::FromPodSpec(Json::parse(R"({"affinity": {"nodeAffinity": {
      "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{}]}}}})"));
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->Check(NodeFacts()), NodeExclusion::kAffinity);
}

TEST(NodeFilterTest, Laws1And3OnlyWhatIsListedCounts) {
  NodeFacts node;
  EXPECT_EQ(NodeFilter().Check(node), NodeExclusion::kNone);
  node.labels["any"] = "label";
  EXPECT_EQ(NodeFilter().Check(node), NodeExclusion::kNone) << "law 1";
  node.unschedulable = true;
  EXPECT_EQ(NodeFilter().Check(node), NodeExclusion::kTaint) << "law 3";
  const auto tolerant = NodeFilter::FromPodSpec(Json::parse(R"({"tolerations": [
      {"key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule"}]})"));
  ASSERT_TRUE(tolerant.ok()) << tolerant.status();
  EXPECT_EQ(tolerant->Check(node), NodeExclusion::kNone) << "law 3";
}

// What a scheduler would say does not matter to a pod that names its node: taints that say NoExecute alone do.
TEST(NodeFilterTest, Law4APodThatNamesItsNodePassesByTheScheduler) {
  for (const bool names : {false, true}) {
    const auto filter = NodeFilter::FromPodSpec(names ? Json::parse(R"({"nodeName": "n"})") : Json::object());
    ASSERT_TRUE(filter.ok()) << filter.status();
    for (const std::string effect : {"", "NoSchedule", "PreferNoSchedule", "NoExecute"}) {
      for (const bool unschedulable : {false, true}) {
        for (const std::string name : {"n", "m"}) {
          NodeFacts node;
          node.name = name;
          node.unschedulable = unschedulable;
          if (!effect.empty()) node.taints = {{"t", "", effect}};
          NodeExclusion expected = NodeExclusion::kNone;
          if (effect == "NoExecute" || (!names && (effect == "NoSchedule" || unschedulable))) {
            expected = NodeExclusion::kTaint;
          }
          if (names && name == "m") expected = NodeExclusion::kNodeName;
          EXPECT_EQ(filter->Check(node), expected) << names << " " << effect << " " << unschedulable << " " << name;
        }
      }
    }
  }
}

TEST(SubGroupTest, Laws1And2OverSmallGroups) {
  for (int64_t size = 1; size <= 24; ++size) {
    for (int64_t of = 1; of <= size; ++of) {
      for (int64_t worker = 0; worker < size; ++worker) {
        const std::string where = absl::StrCat("worker ", worker, " of ", size, " in subgroups of ", of);
        if (size % of == 0) EXPECT_EQ(SubGroupIndex(worker, size, of), worker / of) << "law 1: " << where;
        if (size % of == 0 || (size - 1) % of != 0) continue;
        const int64_t expected = worker == 0 ? 0 : (worker - 1) / of;
        EXPECT_EQ(SubGroupIndex(worker, size, of), expected) << "law 2: " << where;
      }
    }
  }
}

}  // namespace
}  // namespace lws
