// The laws of apart_bound.h on rows of nodes, where the most pods that are apart are easy to count.
#include "lws/placement/search/apart_bound.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

using internal::ApartBound;

// Pods of the group of this name are apart from those that `selected` asks for, by host.
std::shared_ptr<const PodRules> Rules(const std::string& group, const LabelRequirement& selected) {
  PodRules rules;
  rules.labels = {{"set", "s"}, {"group", group}};
  PodTerm term;
  term.topology_key = "host";
  term.all_namespaces = true;
  term.selector.requirements = {selected};
  rules.apart = {std::move(term)};
  return std::make_shared<const PodRules>(std::move(rules));
}

GroupRequest GroupOf(int64_t pods, std::shared_ptr<const PodRules> rules) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.worker.rules = std::move(rules);
  request.workers = pods;
  return request;
}

int64_t MostIn(const std::vector<TopologyNode>& nodes, const GroupRequest& request, const GroupRequest& other) {
  const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
  const internal::PlacementProblem problem = *internal::ReadPlacementProblem(request, capacity);
  return ApartBound(other, problem, capacity).MostIn(Topology::kRoot, 0);
}

const LabelRequirement kOfTheSet = {"set", LabelRequirement::Operator::kIn, {"s"}};
const LabelRequirement kOfGroup0 = {"group", LabelRequirement::Operator::kIn, {"0"}};
const LabelRequirement kOfGroup1 = {"group", LabelRequirement::Operator::kIn, {"1"}};

TEST(ApartBoundTest, Laws1And2OnRowsOfNodes) {
  const GroupRequest second = GroupOf(3, Rules("1", kOfTheSet));
  std::vector<TopologyNode> nodes;
  int64_t before_pods = 0;
  for (int count = 1; count <= 12; ++count) {
    nodes.push_back(SmallNode(0, 0, count, count % 4));
    const int64_t with_room = std::count_if(nodes.begin(), nodes.end(),
                                            [](const TopologyNode& node) { return node.allocatable.at("gpu") > 0; });
    // One pod of all groups on each node.
    const int64_t pods = MostIn(nodes, GroupOf(3, Rules("0", kOfTheSet)), second);
    EXPECT_EQ(pods, with_room / 3) << "law 1: " << count;
    EXPECT_GE(pods, before_pods) << "law 2: " << count;
    before_pods = pods;
    // Pods of one group share a node, and those of two groups do not.
    EXPECT_EQ(MostIn(nodes, GroupOf(3, Rules("0", {"group", LabelRequirement::Operator::kNotIn, {"0"}})), second),
              with_room)
        << "law 1: " << count;
  }
}

// A term that selects the pods of the group itself says nothing of other groups.
TEST(ApartBoundTest, Law1OfPodsThatAreApartWithinAGroup) {
  std::vector<TopologyNode> nodes;
  for (int i = 0; i < 3; ++i) nodes.push_back(SmallNode(0, 0, i, 8));
  EXPECT_EQ(MostIn(nodes, GroupOf(3, Rules("0", kOfGroup0)), GroupOf(3, Rules("1", kOfGroup1))), ApartBound::kNone);
  EXPECT_EQ(MostIn(nodes, GroupOf(3, Rules("0", kOfGroup0)), GroupOf(3, Rules("0", kOfGroup0))), 1);
}

}  // namespace
}  // namespace lws
