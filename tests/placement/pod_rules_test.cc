// What pods ask of each other, compared with an obvious scheduler that tries every node for every pod.
#include "lws/placement/pod_rules.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/one_by_one.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/pod_neighbours.h"
#include "nlohmann/json.hpp"
#include "tests/placement/scheduler_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 10000;
#else
constexpr int kCases = 200000;
#endif

class RuleCases {
 public:
  explicit RuleCases(unsigned seed) : random_(seed) {}

  int Draw(int count) { return static_cast<int>(random_() % count); }

  std::shared_ptr<const Topology> Nodes() {
    std::vector<TopologyNode> nodes;
    int rack = 0;
    const int count = 1 + Draw(5);
    for (int i = 0; i < count; ++i) {
      rack += Draw(2);
      nodes.push_back(SmallNode(rack / 2, rack, i, Draw(4)));
      if (Draw(10) == 0) nodes.back().facts.labels.erase(Key());
    }
    return *Topology::Create(std::move(nodes), {"block", "rack", "host"});
  }

  std::string Key() { return std::vector<std::string>{"block", "rack", "host"}[Draw(3)]; }

  PodRules Rules(int most_terms) {
    PodRules rules;
    rules.namespace_name = Draw(8) == 0 ? "other" : "here";
    rules.labels = {{"app", App()}};
    for (int i = Draw(most_terms + 1); i > 0; --i) {
      const int kind = Draw(4);
      if (kind == 0) rules.near.push_back(Term());
      if (kind == 1) rules.apart.push_back(Term());
      if (kind == 2) rules.spreads.push_back({Key(), 1 + Draw(2), Draw(6) == 0 ? 3 : 1, Selector(), true, false});
      if (kind == 3) rules.host_ports.push_back({"TCP", "", 80 + Draw(2)});
    }
    return rules;
  }

  GroupRequest Request() {
    GroupRequest request;
    request.worker.amounts = {{"gpu", 1}};
    request.worker.rules = std::make_shared<const PodRules>(Rules(2));
    request.workers = 1 + Draw(3);
    request.profile = static_cast<PlacementProfile>(Draw(3));
    if (Draw(2) == 0) {
      request.leader = request.worker;
      request.leader->amounts["gpu"] = Draw(2);
      if (Draw(2) == 0) request.leader->rules = std::make_shared<const PodRules>(Rules(2));
    }
    if (Draw(3) == 0) {
      request.closeness = Closeness::kRequired;
      request.level = Key();
    }
    return request;
  }

 private:
  std::string App() { return std::vector<std::string>{"a", "b"}[Draw(2)]; }

  PodSelector Selector() {
    PodSelector selector;
    if (Draw(8) > 0) selector.requirements = {{"app", LabelRequirement::Operator::kIn, {App()}}};
    return selector;
  }

  PodTerm Term() { return {Key(), Selector(), false, {Draw(8) == 0 ? "other" : "here"}}; }

  std::mt19937 random_;
};

// The pods of the group, without ranks that have no node (-1).
std::vector<SchedulerOracle::Placed> PodsOf(const GroupRequest& request, const std::vector<int32_t>& nodes) {
  std::vector<SchedulerOracle::Placed> pods;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    const PodShape& shape = rank == 0 && request.leader.has_value() ? *request.leader : request.worker;
    if (nodes[rank] >= 0) pods.push_back({shape.rules.get(), nodes[rank]});
  }
  return pods;
}

class Universe {
 public:
  Universe(const Capacity& capacity, const GroupRequest& request, std::vector<SchedulerOracle::Placed> there)
      : capacity_(capacity), request_(request), there_(std::move(there)) {}

  bool Holds(const std::vector<int32_t>& nodes) const {
    const Topology& topology = capacity_.topology();
    std::vector<int64_t> used(topology.NodeCount());
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      const bool is_leader = rank == 0 && request_.leader.has_value();
      used[nodes[rank]] += (is_leader ? *request_.leader : request_.worker).amounts.at("gpu");
      if (used[nodes[rank]] > capacity_.Free(nodes[rank])[1]) return false;
      if (request_.closeness != Closeness::kRequired) continue;
      const int level = *topology.LevelOf(request_.level);
      const int32_t domain = topology.DomainOf(level, nodes[rank]);
      if (!topology.IsLabelled(level, domain) || domain != topology.DomainOf(level, nodes[0])) return false;
    }
    return SchedulerOracle(topology, there_).CanArrive(PodsOf(request_, nodes));
  }

  bool AnyHolds(std::vector<int32_t>* nodes) const {
    if (static_cast<int64_t>(nodes->size()) == request_.workers + request_.leader.has_value()) return Holds(*nodes);
    for (int32_t node = 0; node < capacity_.topology().NodeCount(); ++node) {
      nodes->push_back(node);
      const bool holds = AnyHolds(nodes);
      nodes->pop_back();
      if (holds) return true;
    }
    return false;
  }

 private:
  const Capacity& capacity_;
  const GroupRequest& request_;
  std::vector<SchedulerOracle::Placed> there_;
};

std::string Describe(const PodRules& rules) {
  std::string text = absl::StrCat(rules.namespace_name, "/", rules.labels.at("app"));
  const auto selector = [](const PodSelector& s) {
    return s.requirements.empty() ? "any" : s.requirements[0].values[0];
  };
  for (const PodTerm& t : rules.near) {
    absl::StrAppend(&text, " near ", t.namespaces[0], "/", selector(t.selector), "@", t.topology_key);
  }
  for (const PodTerm& t : rules.apart) {
    absl::StrAppend(&text, " apart ", t.namespaces[0], "/", selector(t.selector), "@", t.topology_key);
  }
  for (const SpreadConstraint& s : rules.spreads) {
    absl::StrAppend(&text, " spread ", s.max_skew, " ", selector(s.selector), "@", s.topology_key, " min ",
                    s.min_domains);
  }
  for (const HostPort& p : rules.host_ports) absl::StrAppend(&text, " port ", p.port);
  return text;
}

std::string Describe(const Capacity& capacity, const GroupRequest& request) {
  std::string text;
  for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
    absl::StrAppend(&text, "\n  ", absl::StrJoin(capacity.topology().DomainPath(2, node), "/"), " gpu ",
                    capacity.Free(node)[1]);
    for (const auto& [name, value] : capacity.topology().Node(node).facts.labels) absl::StrAppend(&text, " ", name);
    const auto pods = capacity.pods().find(node);
    if (pods == capacity.pods().end()) continue;
    for (const Capacity::PlacedPods& placed : pods->second) absl::StrAppend(&text, " {", Describe(*placed.rules), "}");
  }
  absl::StrAppend(&text, "\n  ", request.workers, " workers ", Describe(*request.worker.rules), "; required ",
                  request.level);
  if (request.leader.has_value()) {
    absl::StrAppend(&text, "; leader gpu ", request.leader->amounts.at("gpu"), " ", Describe(*request.leader->rules));
  }
  return text;
}

TEST(PodRulesTest, AnAssignmentCanBeScheduledAndANoFitIsRight) {
  RuleCases cases(kSeed);
  int fits = 0;
  int no_fits = 0;
  int unsure = 0;
  int unsure_with_place = 0;
  for (int round = 0; round < kCases; ++round) {
    Capacity capacity(cases.Nodes());
    std::vector<SchedulerOracle::Placed> there;
    std::vector<std::shared_ptr<const PodRules>> rules;
    for (int i = cases.Draw(3); i > 0; --i) {
      rules.push_back(std::make_shared<const PodRules>(cases.Rules(1)));
      const int32_t node = cases.Draw(capacity.topology().NodeCount());
      capacity.AddPods(node, rules.back(), 1);
      there.push_back({rules.back().get(), node});
    }
    const GroupRequest request = cases.Request();
    const PlacementResult result = *AssignGroup(capacity, request);
    const Universe universe(capacity, request, there);
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed, Describe(capacity, request));
    std::vector<int32_t> nodes;
    if (result.assignment.has_value()) {
      ++fits;
      ASSERT_TRUE(universe.Holds(result.assignment->NodesByRank()))
          << where << "\n  -> " << absl::StrJoin(result.assignment->NodesByRank(), " ");
    } else if (result.no_fit.reason == NoFitReason::kRulesNotKept) {
      ++unsure;
      unsure_with_place += universe.AnyHolds(&nodes);
    } else {
      ++no_fits;
      ASSERT_FALSE(universe.AnyHolds(&nodes)) << where << "\n  -> " << DescribeNoFit(result.no_fit);
    }
  }
  EXPECT_GT(fits, kCases / 4);
  EXPECT_GT(no_fits, kCases / 4);
  // A place is rarely missed.
  EXPECT_LT(unsure, kCases / 20);
  EXPECT_LT(unsure_with_place, kCases / 300);
  RecordProperty("unsure", unsure);
  RecordProperty("unsure_with_place", unsure_with_place);
}

// --- The laws of the search's rules, over every place of small groups.

// The pods that are there, in the capacity and as the oracle takes them.
struct Crowd {
  std::vector<std::shared_ptr<const PodRules>> rules;
  std::vector<SchedulerOracle::Placed> there;

  Crowd(RuleCases* cases, Capacity* capacity) {
    for (int i = cases->Draw(3); i > 0; --i) {
      rules.push_back(std::make_shared<const PodRules>(cases->Rules(1)));
      const int32_t node = cases->Draw(capacity->topology().NodeCount());
      capacity->AddPods(node, rules.back(), 1);
      there.push_back({rules.back().get(), node});
    }
  }
};

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
  RuleCases cases(kSeed + 7);
  int64_t places = 0;
  for (int round = 0; round < kCases / 20; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    const GroupRequest request = cases.Request();
    const auto problem = internal::ReadPlacementProblem(request, capacity);
    ASSERT_TRUE(problem.ok()) << problem.status();
    const Universe universe(capacity, request, crowd.there);
    ForEachPlace(capacity, request, [&](const std::vector<int32_t>& nodes) {
      if (!universe.Holds(nodes)) return;
      ++places;
      ASSERT_EQ(Broken(*problem, nodes), "") << "round " << round << ", seed " << kSeed + 7
                                             << Describe(capacity, request) << "\n  " << absl::StrJoin(nodes, " ");
    });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(places, kCases / 20);
}

TEST(GroupRulesTest, Law2WhatIsCheckedArrivesInSomeOrder) {
  RuleCases cases(kSeed + 8);
  int64_t kept = 0;
  int64_t missed = 0;
  int64_t broken = 0;
  for (int round = 0; round < kCases / 20; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    GroupRequest request = cases.Request();
    request.closeness = Closeness::kUnconstrained;
    const auto problem = internal::ReadPlacementProblem(request, capacity);
    ASSERT_TRUE(problem.ok()) << problem.status();
    ForEachPlace(capacity, request, [&](const std::vector<int32_t>& nodes) {
      const bool arrives = SchedulerOracle(capacity.topology(), crowd.there).CanArrive(PodsOf(request, nodes));
      const bool keeps = internal::KeepsSearchRules(*problem, capacity, nodes);
      ASSERT_TRUE(arrives || !keeps) << "round " << round << ", seed " << kSeed + 8 << Describe(capacity, request)
                                     << "\n  " << absl::StrJoin(nodes, " ");
      kept += keeps;
      missed += arrives && !keeps;
      broken += !arrives;
    });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(kept, kCases / 20);
  EXPECT_GT(broken, kCases / 20);
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
  RuleCases cases(kSeed + 7);
  int placed = 0;
  for (int round = 0; round < kCases / 10; ++round) {
    Capacity capacity(cases.Nodes());
    const Crowd crowd(&cases, &capacity);
    const GroupRequest request = cases.Request();
    const std::vector<int32_t> nodes = NodesOf(PicksOneByOne(capacity, request));
    if (nodes.empty()) continue;
    ++placed;
    ASSERT_TRUE(Universe(capacity, request, crowd.there).Holds(nodes))
        << round << Describe(capacity, request) << "\n  -> " << absl::StrJoin(nodes, " ");
  }
  EXPECT_GT(placed, kCases / 40);
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
  RuleCases cases(kSeed + 9);
  std::set<std::string> answers;
  for (int round = 0; round < kCases / 10; ++round) {
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
    ASSERT_EQ(Answers(backward, topology->NodeCount()), answer) << "round " << round << ", seed " << kSeed + 9;
    answers.insert(answer);
  }
  EXPECT_GT(answers.size(), 20);
}

TEST(PodNeighboursTest, Law2MorePodsForbidMoreApartAndAllowMoreNear) {
  RuleCases cases(kSeed + 10);
  int64_t forbidden = 0;
  int64_t allowed = 0;
  for (int round = 0; round < kCases / 10; ++round) {
    const auto topology = cases.Nodes();
    PodShape shape;
    shape.rules = std::make_shared<const PodRules>(cases.Rules(3));
    internal::PodNeighbours neighbours(*topology, shape);
    for (int i = 0; i < 5; ++i) {
      const internal::PodNeighbours before = neighbours;
      neighbours.Add(cases.Rules(2), cases.Draw(topology->NodeCount()), 1);
      for (int32_t node = 0; node < topology->NodeCount(); ++node) {
        const std::string where = absl::StrCat("round ", round, ", seed ", kSeed + 10, ", ", Describe(*shape.rules));
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

Json Spec(const char* text) { return Json::parse(text); }

TEST(PodRulesTest, PortsOfTheNode) {
  const PodRules rules = *ReadPodRules("n", {}, Spec(R"({"hostNetwork": true,
      "containers": [{"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081, "protocol": "UDP"}]}],
      "initContainers": [{"ports": [{"containerPort": 82}]},
                         {"restartPolicy": "Always", "ports": [{"containerPort": 83, "hostIP": "10.0.0.1"}]}]})"));
  ASSERT_EQ(rules.host_ports.size(), 3);
  EXPECT_EQ(rules.host_ports[1].port, 8081);
  EXPECT_EQ(rules.host_ports[1].protocol, "UDP");
  EXPECT_EQ(rules.host_ports[2].port, 83);
  const HostPort here{"TCP", "10.0.0.1", 83};
  EXPECT_TRUE(here.ConflictsWith({"TCP", "", 83}));
  EXPECT_FALSE(here.ConflictsWith({"TCP", "10.0.0.2", 83}));
  EXPECT_FALSE(here.ConflictsWith({"UDP", "", 83}));
  EXPECT_TRUE(
      ReadPodRules("n", {}, Spec(R"({"containers": [{"ports": [{"containerPort": 80}]}]})"))->host_ports.empty());
}

TEST(PodRulesTest, TermsOfAffinity) {
  const PodRules rules = *ReadPodRules("n", {{"app", "a"}, {"version", "2"}}, Spec(R"({"affinity": {
      "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "rack"}}],
        "requiredDuringSchedulingIgnoredDuringExecution": [
          {"topologyKey": "rack", "labelSelector": {"matchLabels": {"app": "a"}}, "matchLabelKeys": ["version"]},
          {"topologyKey": "host", "labelSelector": {}, "namespaces": ["m"]},
          {"topologyKey": "host"},
          {"topologyKey": "host", "labelSelector": {}, "namespaceSelector": {}},
          {"topologyKey": "host", "labelSelector": {}, "namespaceSelector": {"matchLabels": {"team": "b"}}}]}}})"));
  ASSERT_EQ(rules.apart.size(), 4);
  EXPECT_EQ(rules.not_looked_at, std::vector<std::string>{"affinity.podAntiAffinity"});
  PodRules other;
  const auto matches = [&](const std::string& namespace_name, std::map<std::string, std::string> labels) {
    other.namespace_name = namespace_name;
    other.labels = std::move(labels);
    std::string text;
    for (const PodTerm& term : rules.apart) text += term.Matches(other) ? "1" : "0";
    return text;
  };
  EXPECT_EQ(matches("n", {{"app", "a"}, {"version", "2"}}), "1001");
  EXPECT_EQ(matches("n", {{"app", "a"}, {"version", "3"}}), "0001");
  EXPECT_EQ(matches("m", {}), "0101");
}

TEST(PodRulesTest, SpreadsAndWhatIsNotLookedAt) {
  const PodRules rules = *ReadPodRules("n", {}, Spec(R"({"runtimeClassName": "gvisor",
      "resourceClaims": [{"name": "c"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "p"}}],
      "topologySpreadConstraints": [
        {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}},
        {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {},
         "nodeTaintsPolicy": "Honor"},
        {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule",
         "labelSelector": {"matchLabels": {"leaderworkerset.sigs.k8s.io/subgroup-index": "1"}}}]})"));
  ASSERT_EQ(rules.spreads.size(), 1);
  EXPECT_EQ(rules.spreads[0].max_skew, 2);
  EXPECT_TRUE(rules.spreads[0].honors_taints);
  EXPECT_EQ(absl::StrJoin(rules.not_looked_at, ", "),
            "topologySpreadConstraints, resourceClaims, runtimeClassName, claims of volumes");
}

TEST(PodRulesTest, ErrorsNameTheField) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [3]}}})",
       "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]: not an object"},
      {R"({"topologySpreadConstraints": [{"labelSelector": 3}]})",
       "topologySpreadConstraints[0]: labelSelector: not an object"},
      {R"({"containers": [{"ports": [3]}]})", "containers: ports: not objects"},
  };
  for (const auto& [spec, message] : cases) EXPECT_EQ(ReadPodRules("n", {}, Spec(spec)).status().message(), message);
}

TEST(PodRulesTest, NoFitsCountTheNodesThatPodsMayNotShare) {
  const Capacity capacity = SmallTopology("{[4 4][1]}");
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = 4;
  PodRules rules;
  rules.apart.push_back({"host", {}, true, {}});
  request.worker.rules = std::make_shared<const PodRules>(rules);
  NoFit no_fit = AssignGroup(capacity, request)->no_fit;
  EXPECT_EQ(no_fit.best_pods, 3);
  EXPECT_EQ(no_fit.limited, (std::map<std::string, int64_t>{{"podAntiAffinity", 2}}));
  EXPECT_EQ(
      DescribeNoFit(no_fit),
      "0 of 1 block fit 4 pods: all nodes together take too few pods; best is the whole cluster with 3; 3 nodes; 2 "
      "nodes have room for more pods than may share them: podAntiAffinity");
  // Without the rule, resources alone limit the pods.
  request.worker.rules = nullptr;
  request.workers = 10;
  no_fit = AssignGroup(capacity, request)->no_fit;
  EXPECT_TRUE(no_fit.limited.empty());
  EXPECT_EQ(no_fit.best_pods, 9);
}

TEST(PodRulesTest, MissingRanksAreCompletedBesideThoseThatRun) {
  Capacity capacity = SmallTopology("{[2 2][2 2]}");
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.leader = request.worker;
  request.workers = 2;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  PodRules rules;
  rules.apart.push_back({"host", {}, true, {}});
  request.worker.rules = std::make_shared<const PodRules>(rules);
  request.leader->rules = request.worker.rules;
  // The leader runs in the second rack, which has no room for two more pods that must be apart.
  capacity.Use(2, *request.leader);
  PlacementResult result = *AssignMissingRanks(capacity, request, {2, std::nullopt, std::nullopt});
  EXPECT_EQ(result.no_fit.reason, NoFitReason::kNoPlaceBesideSurvivors);
  request.workers = 1;
  result = *AssignMissingRanks(capacity, request, {2, std::nullopt});
  EXPECT_EQ(result.assignment->NodesByRank(), (std::vector<int32_t>{2, 3}));
  EXPECT_FALSE(AssignMissingRanks(capacity, request, {2}).ok());
  EXPECT_FALSE(AssignMissingRanks(capacity, request, {7, std::nullopt}).ok());
}

}  // namespace
}  // namespace lws
