// The laws of the search's rules, of placing one by one, and of neighbours, over every place of small groups.
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/one_by_one.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/pod_neighbours.h"
#include "tests/placement/rule_cases.h"
#include "tests/placement/scheduler_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

// Calls visit(nodes) for every place of the group's pods, by rank.
template <typename Visit>
void ForEachPlace(const Capacity& capacity, const GroupRequest& request, const Visit& visit) {
  std::vector<int32_t> nodes(static_cast<size_t>(request.workers) + request.leader.has_value());
  for (;;) {
    visit(nodes);
    size_t rank = 0;
    while (rank < nodes.size() && ++nodes[rank] == capacity.topology().NodeCount()) nodes[rank++] = 0;
    if (rank == nodes.size()) return;
  }
}

// What the search is told that the place breaks; "" for nothing.
std::string Broken(const internal::PlacementProblem& problem, const std::vector<int32_t>& nodes) {
  std::map<int32_t, int64_t> workers;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    const bool is_leader = rank == 0 && problem.has_leader;
    const internal::ShapeOnTopology& shape = is_leader ? problem.leader : problem.worker;
    if (shape.Exclusion(*problem.topology, nodes[rank]) != NodeExclusion::kNone) return absl::StrCat("rank ", rank);
    if (!is_leader) ++workers[nodes[rank]];
  }
  for (const auto& [node, count] : workers) {
    if (problem.limits.empty()) break;
    const internal::NodeLimit& limit = problem.limits[node];
    const bool has_leader = problem.has_leader && nodes[0] == node;
    if (count + (has_leader && limit.leader_counts) > limit.workers) return absl::StrCat("workers of node ", node);
    if (has_leader && limit.leader_alone) return absl::StrCat("leader of node ", node);
  }
  return "";
}

TEST(GroupRulesTest, Law1TheSearchIsToldOnlyWhatHoldsForEveryPlace) {
  RuleCases cases(kRuleSeed + 7);
  int64_t places = 0;
  for (int round = 0; round < kRuleCases / 20; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    const GroupRequest request = cases.Request();
    const auto problem = internal::ReadPlacementProblem(request, capacity);
    ASSERT_TRUE(problem.ok()) << problem.status();
    const Universe universe(capacity, request, crowd.there);
    ForEachPlace(capacity, request, [&](const std::vector<int32_t>& nodes) {
      if (!universe.Holds(nodes)) return;
      ++places;
      ASSERT_EQ(Broken(*problem, nodes), "") << "round " << round << ", seed " << kRuleSeed + 7
                                             << Describe(capacity, request) << "\n  " << absl::StrJoin(nodes, " ");
    });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(places, kRuleCases / 20);
}

TEST(GroupRulesTest, Law2WhatIsCheckedArrivesInSomeOrder) {
  RuleCases cases(kRuleSeed + 8);
  int64_t kept = 0;
  int64_t missed = 0;
  int64_t broken = 0;
  for (int round = 0; round < kRuleCases / 20; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    GroupRequest request = cases.Request();
    request.closeness = Closeness::kUnconstrained;
    const auto problem = internal::ReadPlacementProblem(request, capacity);
    ASSERT_TRUE(problem.ok()) << problem.status();
    ForEachPlace(capacity, request, [&](const std::vector<int32_t>& nodes) {
      const bool arrives = SchedulerOracle(capacity.topology(), crowd.there).CanArrive(PodsOf(request, nodes));
      const bool keeps = internal::KeepsSearchRules(*problem, capacity, nodes);
      ASSERT_TRUE(arrives || !keeps) << "round " << round << ", seed " << kRuleSeed + 8 << Describe(capacity, request)
                                     << "\n  " << absl::StrJoin(nodes, " ");
      kept += keeps;
      missed += arrives && !keeps;
      broken += !arrives;
    });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(kept, kRuleCases / 20);
  EXPECT_GT(broken, kRuleCases / 20);
  EXPECT_LT(missed, kept / 20);
}

// What the neighbours allow, node by node.
std::string Answers(const internal::PodNeighbours& neighbours, int32_t nodes) {
  std::string text;
  for (int32_t node = 0; node < nodes; ++node) {
    absl::StrAppend(&text, neighbours.AllowsPorts(node), neighbours.AllowsApart(node), neighbours.AllowsNear(node),
                    neighbours.AllowsSpread(node), neighbours.HasLabelsForNear(node),
                    neighbours.HasLabelsForSpread(node), " ", neighbours.MostBySpread(node), " ");
  }
  return absl::StrCat(text, neighbours.has_near());
}

std::vector<internal::PickedDomain> PicksOneByOne(const Capacity& capacity, const GroupRequest& request) {
  const internal::PlacementProblem problem = *internal::ReadPlacementProblem(request, capacity);
  return internal::PickNodesOneByOne(problem, capacity, internal::DomainCounts(problem, capacity, {}));
}

// The places of the picks, by rank.
std::vector<int32_t> NodesOf(const std::vector<internal::PickedDomain>& picks) {
  std::vector<int32_t> nodes;
  for (const internal::PickedDomain& pick : picks) {
    if (pick.leader) nodes.insert(nodes.begin(), pick.domain);
    nodes.insert(nodes.end(), static_cast<size_t>(pick.units), pick.domain);
  }
  return nodes;
}

TEST(OneByOneTest, Law1ThePicksHaveRoomAndTheSchedulerWouldTakeThem) {
  RuleCases cases(kRuleSeed + 7);
  int placed = 0;
  for (int round = 0; round < kRuleCases / 10; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    const GroupRequest request = cases.Request();
    const std::vector<int32_t> nodes = NodesOf(PicksOneByOne(capacity, request));
    if (nodes.empty()) continue;
    ++placed;
    ASSERT_TRUE(Universe(capacity, request, crowd.there).Holds(nodes))
        << round << Describe(capacity, request) << "\n  -> " << absl::StrJoin(nodes, " ");
  }
  EXPECT_GT(placed, kRuleCases / 40);
}

// Workers that are spread over the domains of a key.
GroupRequest SpreadGroup(int workers, const std::string& key, int64_t most_skew) {
  auto rules = std::make_shared<PodRules>();
  rules->namespace_name = "here";
  rules->labels = {{"app", "a"}};
  rules->spreads.push_back({key, most_skew, 1, PodSelector(), true, false});
  GroupRequest request;
  request.workers = workers;
  request.worker.amounts = {{"gpu", 1}};
  request.worker.rules = std::move(rules);
  return request;
}

TEST(OneByOneTest, Law2TheLevelOfTheRequestIsKept) {
  const Capacity capacity = SmallTopology("{[1 1]} {[2 2][2 2]}");
  GroupRequest request = SpreadGroup(4, "rack", 2);
  request.closeness = Closeness::kRequired;
  request.level = "block";
  EXPECT_EQ(PodsByNode(capacity.topology(), *AssignGroup(capacity, request)->assignment), "- - 2 - 2 -");
  request.closeness = Closeness::kPreferred;
  request.level = "rack";
  EXPECT_EQ(NodesOf(PicksOneByOne(capacity, request)), (std::vector<int32_t>{2, 2, 4, 4}));
}

// A zone has many nodes, so no limit of a node spreads pods over zones.
TEST(OneByOneTest, PodsAreSpreadOverDomainsOfSeveralNodes) {
  const Capacity capacity = SmallTopology("{[8 8]} {[8 8]} {[8 8]}");
  const PlacementResult two = *AssignGroup(capacity, SpreadGroup(2, "block", 1));
  ASSERT_TRUE(two.assignment.has_value()) << DescribeNoFit(two.no_fit);
  EXPECT_EQ(PodsByNode(capacity.topology(), *two.assignment), "1 - 1 - - -");
  EXPECT_EQ(AssignGroup(SmallTopology("{[8 8]} {[1]} {[8 8]}"), SpreadGroup(6, "block", 1))->no_fit.reason,
            NoFitReason::kRulesNotKept);
}

TEST(PodNeighboursTest, Law1AddingInAnotherOrderAnswersTheSame) {
  RuleCases cases(kRuleSeed + 9);
  std::set<std::string> answers;
  for (int round = 0; round < kRuleCases / 10; ++round) {
    const auto topology = cases.Nodes();
    PodShape shape;
    shape.rules = std::make_shared<const PodRules>(cases.Rules(3));
    std::vector<std::pair<PodRules, int32_t>> pods;
    for (int i = cases.Draw(5); i > 0; --i) pods.emplace_back(cases.Rules(2), cases.Draw(topology->NodeCount()));
    internal::PodNeighbours forward(*topology, shape);
    internal::PodNeighbours backward(*topology, shape);
    for (const auto& [rules, node] : pods) forward.Add(rules, node, 1);
    for (auto pod = pods.rbegin(); pod != pods.rend(); ++pod) backward.Add(pod->first, pod->second, 1);
    const std::string answer = Answers(forward, topology->NodeCount());
    ASSERT_EQ(Answers(backward, topology->NodeCount()), answer) << "round " << round << ", seed " << kRuleSeed + 9;
    answers.insert(answer);
  }
  EXPECT_GT(answers.size(), 20);
}

TEST(PodNeighboursTest, Law2MorePodsForbidMoreApartAndAllowMoreNear) {
  RuleCases cases(kRuleSeed + 10);
  int64_t forbidden = 0;
  int64_t allowed = 0;
  for (int round = 0; round < kRuleCases / 10; ++round) {
    const auto topology = cases.Nodes();
    PodShape shape;
    shape.rules = std::make_shared<const PodRules>(cases.Rules(3));
    internal::PodNeighbours neighbours(*topology, shape);
    for (int i = 0; i < 5; ++i) {
      const internal::PodNeighbours before = neighbours;
      neighbours.Add(cases.Rules(2), cases.Draw(topology->NodeCount()), 1);
      for (int32_t node = 0; node < topology->NodeCount(); ++node) {
        const std::string where =
            absl::StrCat("round ", round, ", seed ", kRuleSeed + 10, ", ", Describe(*shape.rules));
        ASSERT_TRUE(before.AllowsApart(node) || !neighbours.AllowsApart(node)) << where;
        ASSERT_TRUE(neighbours.AllowsNear(node) || !before.AllowsNear(node) || !before.has_near()) << where;
        forbidden += before.AllowsApart(node) && !neighbours.AllowsApart(node);
        allowed += neighbours.AllowsNear(node) && !before.AllowsNear(node);
      }
    }
  }
  EXPECT_GT(forbidden, 100);
  EXPECT_GT(allowed, 100);
}

}  // namespace
}  // namespace lws
