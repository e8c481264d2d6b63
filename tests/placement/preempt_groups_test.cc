// The laws of preempt_groups.h, and laws 1 to 3 of running_pods.h, compared with every set of groups that could go.
#include "lws/placement/preempt_groups.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/api/well_known.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_groups.h"
#include "nlohmann/json.hpp"
#include "tests/placement/case_count.h"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261129;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 2000;
#else
constexpr int kCases = 8000;
#endif
constexpr int64_t kMany = 1000000;

const std::vector<std::string> kKeys = {"block", "rack", "host"};

// A group with pods of one GPU on these nodes.
RunningPods Running(int64_t priority, const std::vector<int32_t>& nodes) {
  RunningPods group;
  group.priority = priority;
  PodShape shape;
  shape.amounts = {{"gpu", 1}};
  for (const int32_t node : nodes) group.pods.emplace_back(node, shape);
  return group;
}

GroupRequest Pods(int64_t pods, const std::string& level) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  request.closeness = Closeness::kRequired;
  request.level = level;
  return request;
}

std::string Victims(Capacity capacity, const GroupRequest& request, int64_t priority,
                    const std::vector<RunningPods>& groups) {
  for (const RunningPods& group : groups) PutBackPods(group, &capacity);
  const Preemption preemption = *PreemptGroups(capacity, request, priority, groups, kMany);
  if (!preemption.assignment.has_value()) return "no place";
  return absl::StrCat(absl::StrJoin(preemption.victims, " "), preemption.exact ? "" : " at most");
}

TEST(PreemptGroupsTest, ChoosesTheFewestOfTheLowestPriority) {
  const Capacity capacity = SmallTopology("{[2 2][2 2]}");
  const std::vector<RunningPods> spread = {Running(1, {0, 1}), Running(1, {2}), Running(1, {3})};
  EXPECT_EQ(Victims(capacity, Pods(2, "rack"), 5, spread), "");
  EXPECT_EQ(Victims(capacity, Pods(3, "rack"), 5, spread), "1") << "one pod less than group 0";
  EXPECT_EQ(Victims(capacity, Pods(4, "rack"), 5, spread), "0") << "one group in place of two";
  EXPECT_EQ(Victims(capacity, Pods(4, "rack"), 1, spread), "no place") << "no group is lower";
  const std::vector<RunningPods> ranked = {Running(3, {0, 1}), Running(1, {2}), Running(2, {3})};
  EXPECT_EQ(Victims(capacity, Pods(4, "rack"), 5, ranked), "1 2") << "the priority 3 stays";
  EXPECT_EQ(Victims(capacity, Pods(5, "rack"), 5, ranked), "no place") << "no rack is so large";
}

TEST(PreemptGroupsTest, SaysWhenTheBoundIsMet) {
  Capacity capacity = SmallTopology("{[9]}");
  std::vector<RunningPods> groups;
  for (int i = 0; i < 9; ++i) groups.push_back(Running(1, {0}));
  for (const RunningPods& group : groups) PutBackPods(group, &capacity);
  const Preemption bounded = *PreemptGroups(capacity, Pods(4, "host"), 2, groups, 10);
  EXPECT_EQ(bounded.victims.size(), 4u);
  EXPECT_FALSE(bounded.exact);
  EXPECT_EQ(bounded.tries, 10);
  EXPECT_TRUE(PreemptGroups(capacity, Pods(4, "host"), 2, groups, kMany)->exact);
}

// What law 3 compares.
using Rank = std::tuple<int64_t, size_t, size_t, std::vector<size_t>>;

Rank RankOf(const std::vector<RunningPods>& groups, const std::vector<size_t>& victims) {
  int64_t highest = std::numeric_limits<int64_t>::min();
  size_t pods = 0;
  for (const size_t i : victims) {
    highest = std::max(highest, groups[i].priority);
    pods += groups[i].pods.size();
  }
  return {highest, victims.size(), pods, victims};
}

bool Fits(const Capacity& capacity, const GroupRequest& request) {
  const PlacementOracle oracle(capacity, request);
  const int level =
      request.closeness == Closeness::kRequired ? *capacity.topology().LevelOf(request.level) : Topology::kRoot;
  bool fits = false;
  oracle.ForEachCounts(
      [&](int32_t leader, const std::vector<int>& counts) { fits = fits || oracle.CountsHold(leader, counts, level); });
  return fits;
}

Capacity Without(Capacity capacity, const std::vector<RunningPods>& groups, const std::vector<size_t>& victims) {
  for (const size_t i : victims) TakeAwayPods(groups[i], &capacity);
  return capacity;
}

// The first by law 3 of all sets of groups below the priority without which there is a place; nullopt when there is
// none.
std::optional<Rank> FirstRank(const std::vector<RunningPods>& groups, int64_t priority,
                              const std::function<bool(const std::vector<size_t>& victims)>& has_place) {
  std::optional<Rank> first;
  for (unsigned set = 0; set < 1u << groups.size(); ++set) {
    std::vector<size_t> victims;
    bool may_go = true;
    for (size_t i = 0; i < groups.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      victims.push_back(i);
      may_go = may_go && groups[i].priority < priority;
    }
    const Rank rank = RankOf(groups, victims);
    if (!may_go || (first.has_value() && !(rank < *first))) continue;
    if (has_place(victims)) first = rank;
  }
  return first;
}

std::vector<RunningPods> DrawGroups(Cases* cases, const Topology& topology) {
  std::vector<RunningPods> groups;
  for (int i = cases->Draw(6); i > 0; --i) {
    RunningPods group = Running(cases->Draw(4), {});
    for (int pods = 1 + cases->Draw(3); pods > 0; --pods) {
      PodShape shape;
      shape.amounts = {{"gpu", cases->Draw(3)}, {"cpu", cases->Draw(2)}};
      group.pods.emplace_back(cases->Draw(topology.NodeCount()), shape);
    }
    if (cases->Draw(3) == 0) {
      const int level = cases->Draw(topology.LevelCount());
      group.holds.push_back({cases->Draw(2) == 0 ? Holder::kGroup : Holder::kSubgroup, "", level,
                             topology.DomainOf(level, group.pods[0].first)});
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

TEST(PreemptGroupsTest, Laws1To5AgainstEverySetOfGroups) {
  Cases cases(kSeed);
  int preempted = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    const std::vector<RunningPods> groups = DrawGroups(&cases, capacity.topology());
    for (const RunningPods& group : groups) PutBackPods(group, &capacity);
    const GroupRequest request = cases.Request();
    const int64_t priority = cases.Draw(5);
    const Preemption preemption = *PreemptGroups(capacity, request, priority, groups, kMany);
    const std::string where =
        absl::StrCat("round ", round, ", seed ", kSeed, ", ", groups.size(), " groups, priority ", priority,
                     Describe(capacity, request), "\n  victims ", absl::StrJoin(preemption.victims, " "));

    const std::optional<Rank> best = FirstRank(groups, priority, [&](const std::vector<size_t>& victims) {
      return Fits(Without(capacity, groups, victims), request);
    });
    ASSERT_EQ(preemption.assignment.has_value(), best.has_value()) << where;
    if (!best.has_value()) continue;
    ASSERT_TRUE(preemption.exact) << where;
    ASSERT_EQ(RankOf(groups, preemption.victims), *best) << where;
    const Capacity left = Without(capacity, groups, preemption.victims);
    ASSERT_EQ(preemption.assignment, AssignGroup(left, request)->assignment) << where;
    preempted += !preemption.victims.empty();
    for (const size_t stays : preemption.victims) {
      std::vector<size_t> others = preemption.victims;
      others.erase(std::find(others.begin(), others.end(), stays));
      ASSERT_FALSE(Fits(Without(capacity, groups, others), request)) << where << ", " << stays << " could stay";
    }
    Rank before = RankOf(groups, PreemptGroups(capacity, request, priority, groups, 0)->victims);
    for (const int64_t tries : {1, 2, 5, 20}) {
      const Preemption bounded = *PreemptGroups(capacity, request, priority, groups, tries);
      const Rank rank = RankOf(groups, bounded.victims);
      ASSERT_LE(rank, before) << where << ", " << tries << " tries";
      ASSERT_LE(bounded.tries, tries) << where;
      before = rank;
    }
  }
  EXPECT_GT(preempted, kCases / 20);
}

Json Pod(const std::string& name, const std::string& node, int index, int64_t priority) {
  Json pod = Json::parse(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "ml", "labels": {}},
    "spec": {"containers": [{"name": "c", "resources": {"requests": {"gpu": "1"}}}]},
    "status": {"phase": "Running"}})");
  pod["metadata"]["name"] = name;
  pod["spec"]["nodeName"] = node;
  if (priority != 0) pod["spec"]["priority"] = priority;
  if (index < 0) return pod;
  Json& labels = pod["metadata"]["labels"];
  labels["leaderworkerset.sigs.k8s.io/name"] = "set";
  labels["leaderworkerset.sigs.k8s.io/group-index"] = std::to_string(index);
  labels["leaderworkerset.sigs.k8s.io/group-key"] = absl::StrCat("key", index);
  if (index == 1) pod["metadata"]["annotations"]["leaderworkerset.sigs.k8s.io/exclusive-topology"] = "rack";
  return pod;
}

// Pods that every node has, and pods that are gone or elsewhere, keep no node in use.
TEST(RunningPodsTest, TellsWhichPodsUseNodes) {
  Json daemon = Pod("daemon", "n0", -1, 0);
  daemon["metadata"]["ownerReferences"] = Json::parse(R"([{"kind": "DaemonSet", "name": "agents"}])");
  Json fixed = Pod("static", "n0", -1, 0);
  fixed["metadata"]["ownerReferences"] = Json::parse(R"([{"kind": "Node", "name": "n0"}])");
  Json finished = Pod("finished", "n0", -1, 0);
  finished["status"]["phase"] = "Succeeded";
  std::vector<SharedJson> pods;
  for (const Json& pod :
       {daemon, fixed, finished, Pod("elsewhere", "n9", 2, 0), Pod("web", "n1", -1, 0), Pod("a", "n2", 1, 0)}) {
    pods.push_back(std::make_shared<const Json>(pod));
  }
  const Capacity capacity = SmallTopology("{[4 4][4]}");
  const std::vector<PodOnNode> users = *PodsThatUseNodes(capacity.topology(), pods);
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].node, 1);
  EXPECT_FALSE(users[0].group.has_value());
  EXPECT_EQ(users[1].node, 2);
  ASSERT_TRUE(users[1].group.has_value());
  EXPECT_EQ(users[1].group->index, 1);
  Json malformed = Pod("malformed", "n1", -1, 0);
  malformed["spec"]["nodeName"] = 7;
  pods = {std::make_shared<const Json>(malformed)};
  EXPECT_FALSE(PodsThatUseNodes(capacity.topology(), pods).ok());
}

// A label that is no text is a mistake in the file, and no pod without a group.
TEST(RunningPodsTest, LabelsOfAWrongTypeAreErrorsEverywhere) {
  for (const char* label : {kNameLabel, kGroupIndexLabel}) {
    Json pod = Pod("a", "n0", 1, 0);
    pod["metadata"]["labels"][label] = 7;
    const std::vector<SharedJson> pods = {std::make_shared<const Json>(pod)};
    Capacity capacity = SmallTopology("{[4]}");
    for (const absl::Status& status :
         {PodsThatUseNodes(capacity.topology(), pods).status(), UseRunningGroups(pods, &capacity).status(),
          NodesOfRunningGroups(pods).status()}) {
      EXPECT_THAT(std::string(status.message()), testing::HasSubstr(label));
    }
  }
}

// Laws 1 and 2 of running_pods.h.
TEST(RunningPodsTest, Laws1And2OfGroups) {
  std::vector<SharedJson> pods;
  for (const Json& pod : {Pod("a", "n0", 0, 3), Pod("b", "n1", 0, 7), Pod("c", "n2", 1, 0), Pod("d", "n2", 1, -4),
                          Pod("daemon", "n0", -1, 9), Pod("elsewhere", "n9", 2, 0)}) {
    pods.push_back(std::make_shared<const Json>(pod));
  }
  Capacity capacity = SmallTopology("{[4 4][4]}");
  Capacity expected = capacity;
  const std::vector<RunningPods> groups = *UseRunningGroups(pods, &capacity);
  ASSERT_TRUE(UseCapacityOfRunningPods(pods, &expected).ok());
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].priority, 7);
  EXPECT_EQ(groups[1].priority, 0);
  const auto free = [](const Capacity& of) {
    std::string text;
    for (int32_t node = 0; node < 3; ++node) {
      absl::StrAppend(&text, " ", of.Free(node)[0], "/", of.Free(node)[1], "/",
                      of.Holds(Holder::kGroup, "ml", 1, node / 2), "/", of.pods().count(node));
    }
    return text;
  };
  EXPECT_EQ(free(capacity), free(expected));
  EXPECT_EQ(free(capacity), " 98/2/2/1 99/3/2/1 98/2/1/1");
  for (const RunningPods& group : groups) TakeAwayPods(group, &capacity);
  EXPECT_EQ(free(capacity), " 99/3/0/1 100/4/0/0 100/4/0/0");
  for (const RunningPods& group : groups) PutBackPods(group, &capacity);
  EXPECT_EQ(free(capacity), free(expected));
}

Json PodOfRank(const std::string& name, const std::string& node, int64_t rank, const std::string& subgroup) {
  Json pod = Pod(name, node, 0, 0);
  Json& labels = pod["metadata"]["labels"];
  if (rank >= 0) labels["leaderworkerset.sigs.k8s.io/worker-index"] = absl::StrCat(rank);
  labels["leaderworkerset.sigs.k8s.io/subgroup-key"] = subgroup;
  pod["metadata"]["annotations"]["leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology"] = "rack";
  return pod;
}

// A capacity as text: what is free, and what subgroups hold.
std::string TextOf(const Capacity& capacity) {
  std::string text;
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    const int32_t rack = capacity.topology().DomainOf(1, node);
    absl::StrAppend(&text, " ", capacity.Free(node)[0], "/", capacity.Free(node)[1], "/",
                    capacity.Holds(Holder::kSubgroup, "ml", 1, rack), capacity.Holds(Holder::kGroup, "ml", 1, rack),
                    "/", capacity.pods().count(node));
  }
  return text;
}

// The pods that stay are read alone, for every size.
TEST(RunningPodsTest, Law3KeepRanksIsAsIfTheOthersHadNeverBeenThere) {
  const std::vector<std::pair<std::string, std::pair<std::string, int64_t>>> all = {
      {"a", {"n0", 0}}, {"b", {"n1", 1}}, {"c", {"n2", 2}}, {"d", {"n0", 3}}, {"e", {"n3", 4}}, {"f", {"n3", -1}}};
  for (int64_t size = 0; size <= 6; ++size) {
    std::vector<SharedJson> before, after;
    for (const auto& [name, place] : all) {
      const Json pod =
          PodOfRank(name, place.first, place.second, absl::StrCat("half", std::max<int64_t>(place.second, 0) / 2));
      before.push_back(std::make_shared<const Json>(pod));
      if (std::max<int64_t>(place.second, 0) < size) after.push_back(before.back());
    }
    Capacity capacity = SmallTopology("{[4 4][4][4]}");
    Capacity expected = capacity;
    std::vector<RunningPods> groups = *UseRunningGroups(before, &capacity);
    ASSERT_EQ(groups.size(), 1u);
    KeepRanksOfGroup(size, &groups[0], &capacity);
    const std::vector<RunningPods> alone = *UseRunningGroups(after, &expected);
    EXPECT_EQ(TextOf(capacity), TextOf(expected)) << "size " << size;
    TakeAwayPods(groups[0], &capacity);
    EXPECT_EQ(TextOf(capacity), TextOf(SmallTopology("{[4 4][4][4]}"))) << "size " << size;
  }
}

// PreemptSpreadGroup, compared with PreemptGroups in a cluster of each domain alone.
TEST(PreemptGroupsTest, Law6OfASpreadGroup) {
  const Capacity empty = SmallTopology("{[2 2][2 2]} {[4]}");
  const std::vector<RunningPods> low = {Running(1, {0}), Running(1, {1}), Running(2, {2, 3}), Running(3, {4, 4, 4})};
  Capacity capacity = empty;
  for (const RunningPods& group : low) PutBackPods(group, &capacity);
  GroupSpread spread;
  spread.level = "rack";
  const auto victims = [&](int64_t pods) {
    const Preemption preemption = *PreemptSpreadGroup(capacity, Pods(pods, "rack"), 5, low, kMany, spread);
    if (!preemption.assignment.has_value()) return DescribeNoFit(preemption.no_fit);
    return absl::StrCat(absl::StrJoin(preemption.victims, " "), " -> ",
                        PodsByNode(capacity.topology(), *preemption.assignment));
  };
  EXPECT_EQ(victims(2), " -> 1 1 - - -");
  EXPECT_EQ(victims(3), "0 -> 2 1 - - -");
  // The first rack has a group of the set, and may have no other.
  spread.most_in_domain = 1;
  spread.running.emplace_back();
  spread.running[0].workers = {{0, 1}};
  EXPECT_EQ(victims(2), " -> - - 1 1 -");
  EXPECT_EQ(victims(3), "2 -> - - 2 1 -");
  spread.running[0].workers = {{0, 1}, {2, 1}};
  EXPECT_EQ(victims(3), "3 -> - - - - 3");
  spread.running[0].workers = {{0, 1}, {2, 1}, {4, 1}};
  EXPECT_EQ(victims(3), "no rack for 3 pods: each domain of the level has as many groups of the set as it may have");
}

TEST(PreemptGroupsTest, ASpreadGroupWithoutAPlaceSaysWhatWasNotLookedAt) {
  const Capacity capacity = SmallTopology("{[2]}");
  GroupRequest request = Pods(3, "rack");
  request.not_looked_at = {"resourceClaims of workerTemplate"};
  GroupSpread spread;
  spread.level = "rack";
  EXPECT_EQ(PreemptSpreadGroup(capacity, request, 1, {}, kMany, spread)->not_looked_at, request.not_looked_at);
  spread.most_in_domain = 1;
  spread.running.emplace_back();
  spread.running[0].workers = {{0, 1}};
  const Preemption full = *PreemptSpreadGroup(capacity, request, 1, {}, kMany, spread);
  EXPECT_EQ(full.no_fit.reason, NoFitReason::kDomainsAreFull);
  EXPECT_EQ(full.not_looked_at, request.not_looked_at);
}

// Whether the domain of the spread's level may have one more group of the set.
bool MayHaveAnother(const Topology& topology, const GroupSpread& spread, int32_t domain) {
  const int level = *topology.LevelOf(spread.level);
  int64_t inside = 0;
  for (const Assignment& running : spread.running) {
    inside += topology.DomainOf(level, running.workers[0].node) == domain;
  }
  return topology.IsLabelled(level, domain) && inside < spread.most_in_domain.value_or(100);
}

// Whether the group has a place when every other domain of the level has as many groups as it may have.
bool FitsInto(Capacity capacity, const GroupRequest& request, const std::string& level_key, int32_t domain) {
  const Topology& topology = capacity.topology();
  const int level = *topology.LevelOf(level_key);
  GroupSpread all_others;
  all_others.level = level_key;
  all_others.most_in_domain = 1;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    if (topology.DomainOf(level, node) == domain) continue;
    all_others.running.emplace_back();
    all_others.running.back().workers = {{node, 1}};
  }
  const GroupRequest* wanted = &request;
  return SpreadGroups({&wanted, 1}, all_others, &capacity)->groups[0].assignment.has_value();
}

TEST(PreemptGroupsTest, Law6AgainstEverySetOfGroups) {
  Cases cases(kSeed + 1);
  int preempted = 0;
  for (int round = 0; round < CaseCount(kCases / 4); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    const Topology& topology = capacity.topology();
    const std::vector<RunningPods> groups = DrawGroups(&cases, topology);
    for (const RunningPods& group : groups) PutBackPods(group, &capacity);
    const GroupRequest request = cases.Request();
    const int64_t priority = cases.Draw(5);
    GroupSpread spread;
    spread.level = cases.Draw(2) == 0 ? "block" : "rack";
    if (cases.Draw(2) == 0) spread.most_in_domain = 1 + cases.Draw(2);
    for (int i = cases.Draw(3); i > 0; --i) {
      spread.running.emplace_back();
      spread.running.back().workers = {{cases.Draw(topology.NodeCount()), 1}};
    }
    const int level = *topology.LevelOf(spread.level);
    const std::optional<Rank> best = FirstRank(groups, priority, [&](const std::vector<size_t>& victims) {
      const Capacity left = Without(capacity, groups, victims);
      for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
        if (MayHaveAnother(topology, spread, domain) && FitsInto(left, request, spread.level, domain)) return true;
      }
      return false;
    });
    const Preemption preemption = *PreemptSpreadGroup(capacity, request, priority, groups, kMany, spread);
    const std::string where = absl::StrCat(
        "round ", round, ", seed ", kSeed + 1, ", ", groups.size(), " groups, priority ", priority, ", over ",
        spread.level, Describe(capacity, request), "\n  victims ", absl::StrJoin(preemption.victims, " "));
    ASSERT_EQ(preemption.assignment.has_value(), best.has_value()) << where;
    if (!best.has_value()) continue;
    ASSERT_TRUE(preemption.exact) << where;
    const Rank rank = RankOf(groups, preemption.victims);
    ASSERT_EQ(std::get<0>(rank), std::get<0>(*best)) << where;
    ASSERT_EQ(std::get<1>(rank), std::get<1>(*best)) << where;
    ASSERT_EQ(std::get<2>(rank), std::get<2>(*best)) << where;
    preempted += !preemption.victims.empty();
    const std::vector<int32_t> nodes = preemption.assignment->NodesByRank();
    for (const int32_t node : nodes)
      ASSERT_EQ(topology.DomainOf(level, node), topology.DomainOf(level, nodes[0])) << where;
  }
  EXPECT_GT(preempted, kCases / 100);
}

}  // namespace
}  // namespace lws
