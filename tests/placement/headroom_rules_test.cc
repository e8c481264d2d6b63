// The laws of headroom.h where pods ask something of others, compared with every way in which a scheduler that looks at
// pod after pod lets groups arrive.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/well_known.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"
#include "tests/placement/case_count.h"
#include "tests/placement/rule_cases.h"
#include "tests/placement/scheduler_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 500;
#else
constexpr int kCases = 10000;
#endif

// The most groups that arrive one after another, in any places.
class EveryPlace {
 public:
  explicit EveryPlace(const GroupRequest& request) : request_(request) {}

  int64_t MostGroups(const Capacity& capacity, std::vector<SchedulerOracle::Placed> there) {
    std::vector<int32_t> nodes;
    return MostFrom(capacity, there, &nodes);
  }

 private:
  int64_t MostFrom(const Capacity& capacity, const std::vector<SchedulerOracle::Placed>& there,
                   std::vector<int32_t>* nodes) {
    if (static_cast<int64_t>(nodes->size()) == request_.Pods()) return WithGroup(capacity, there, *nodes);
    int64_t most = 0;
    for (int32_t node = 0; node < capacity.topology().NodeCount(); ++node) {
      nodes->push_back(node);
      most = std::max(most, MostFrom(capacity, there, nodes));
      nodes->pop_back();
    }
    return most;
  }

  int64_t WithGroup(const Capacity& capacity, std::vector<SchedulerOracle::Placed> there,
                    const std::vector<int32_t>& nodes) {
    if (!Universe(capacity, request_, there).Holds(nodes)) return 0;
    Capacity left = capacity;
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      left.Use(nodes[rank],
               rank == 0 && request_.leader.has_value() ? request_.leader->amounts : request_.worker.amounts);
    }
    for (const SchedulerOracle::Placed& pod : PodsOf(request_, nodes)) there.push_back(pod);
    return 1 + MostGroups(left, std::move(there));
  }

  const GroupRequest& request_;
};

TEST(HeadroomRulesTest, Laws1And2AgainstEveryArrival) {
  RuleCases cases(kRuleSeed);
  const int count = CaseCount(kCases);
  int checked = 0;
  int exact = 0;
  int several = 0;
  for (int round = 0; round < count; ++round) {
    const std::shared_ptr<const Topology> topology = cases.Nodes();
    GroupRequest request = cases.Request();
    if (topology->NodeCount() > 3 || request.Pods() > 2) continue;
    // A leader that takes nothing has room for ever.
    if (request.leader.has_value()) request.leader->amounts["gpu"] = 1;
    Capacity capacity(topology);
    const Crowd crowd(&cases, &capacity);
    const int64_t most = EveryPlace(request).MostGroups(capacity, crowd.there);
    const Headroom headroom = *CountHeadroom(capacity, request, 100);
    const std::string where = absl::StrCat("round ", round, ", seed ", kRuleSeed, ": ", headroom.groups, " to ",
                                           headroom.at_most, Describe(capacity, request));
    ASSERT_LE(headroom.groups, most) << "law 1: " << where;
    ASSERT_GE(headroom.at_most, most) << "law 2: " << where;
    ++checked;
    exact += headroom.exact;
    several += most > 1;
  }
  EXPECT_GT(checked, count / 5);
  EXPECT_GT(several, checked / 20);
  EXPECT_GT(exact, checked / 10 * 7);
}

// A rule that keeps the pods of the set apart.
std::shared_ptr<const PodRules> Apart(const std::string& key) {
  PodRules rules;
  rules.labels = {{"app", "a"}};
  PodTerm term;
  term.topology_key = key;
  term.all_namespaces = true;
  term.selector.requirements = {{"app", LabelRequirement::Operator::kIn, {"a"}}};
  rules.apart = {std::move(term)};
  return std::make_shared<const PodRules>(std::move(rules));
}

GroupRequest PodsWith(std::shared_ptr<const PodRules> rules, int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.worker.rules = std::move(rules);
  request.workers = pods;
  return request;
}

int64_t AtMost(const GroupRequest& request) {
  const Headroom headroom = *CountHeadroom(SmallTopology("{[8 8 8][8 8 8]}{[8 8 8][8 8 0]}"), request, 100);
  EXPECT_EQ(headroom.groups, headroom.at_most);
  return headroom.at_most;
}

// Eleven nodes have room, in four racks.
TEST(HeadroomRulesTest, Law2BoundsPodsThatAreApart) {
  EXPECT_EQ(AtMost(PodsWith(Apart("host"), 1)), 11);
  EXPECT_EQ(AtMost(PodsWith(Apart("host"), 2)), 5);
  EXPECT_EQ(AtMost(PodsWith(Apart("host"), 3)), 3);
  EXPECT_EQ(AtMost(PodsWith(Apart("rack"), 1)), 4);
  EXPECT_EQ(AtMost(PodsWith(Apart("rack"), 2)), 2);
  PodRules port;
  port.host_ports = {{"TCP", "", 80}};
  EXPECT_EQ(AtMost(PodsWith(std::make_shared<const PodRules>(port), 2)), 5);
  // A leader and two workers, where the leader alone has the port, or is apart.
  GroupRequest request = PodsWith(nullptr, 2);
  request.leader = request.worker;
  request.leader->rules = std::make_shared<const PodRules>(port);
  EXPECT_EQ(AtMost(request), 11);
  request.leader->rules = Apart("block");
  EXPECT_EQ(AtMost(request), 2);
  // All three are apart.
  request.leader->rules = request.worker.rules = Apart("host");
  EXPECT_EQ(AtMost(request), 3);
  // In one rack, by rack.
  request = PodsWith(Apart("host"), 2);
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  EXPECT_EQ(AtMost(request), 4);
}

// Pods that are apart within their group, or from other groups: the labels of a group tell which pods these are.
TEST(HeadroomRulesTest, Laws1And2WhereLabelsTellGroupsApart) {
  PodRules rules;
  rules.labels = {{"app", "a"}, {kGroupKeyLabel, "of-0"}};
  PodTerm term;
  term.topology_key = "host";
  term.all_namespaces = true;
  term.selector.requirements = {{kGroupKeyLabel, LabelRequirement::Operator::kIn, {"of-0"}}};
  rules.apart = {term};
  // Two pods of a group need two nodes, which have room for another group.
  const Capacity capacity = SmallTopology("{[2 2 2 2]}");
  Headroom headroom = *CountHeadroom(capacity, PodsWith(std::make_shared<const PodRules>(rules), 2), 100);
  EXPECT_EQ(headroom.groups, 4);
  EXPECT_EQ(headroom.at_most, 4);
  // Two pods of a group may share a node, and no other group may be there.
  term.selector.requirements[0].op = LabelRequirement::Operator::kNotIn;
  rules.apart = {term};
  headroom = *CountHeadroom(SmallTopology("{[9 9 9]}"), PodsWith(std::make_shared<const PodRules>(rules), 2), 100);
  EXPECT_EQ(headroom.groups, 3);
  EXPECT_EQ(headroom.at_most, 3);
}

// A node without the label takes as many pods as it has room for.
TEST(HeadroomRulesTest, Law2CountsNodesThatTheRuleExempts) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(SmallNode(0, i / 2, i, 3));
  nodes[0].facts.labels.erase("zone");
  for (int i = 1; i < 4; ++i) nodes[static_cast<size_t>(i)].facts.labels["zone"] = absl::StrCat("z", i / 2);
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  const Headroom headroom = *CountHeadroom(capacity, PodsWith(Apart("zone"), 1), 100);
  EXPECT_EQ(headroom.groups, 5);
  EXPECT_EQ(headroom.at_most, 5);
}

}  // namespace
}  // namespace lws
