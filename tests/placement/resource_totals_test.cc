// Sums of resources against amounts that are added up by hand.
#include "lws/placement/search/resource_totals.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

// Two racks of two nodes with 10 pods and 8 GPUs each.
Capacity FourNodes() {
  std::vector<TopologyNode> nodes(4);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].facts.name = std::string(1, static_cast<char>('a' + i));
    nodes[i].facts.labels = {{"rack", i < 2 ? "r1" : "r2"}};
    nodes[i].allocatable = {{"pods", 10}, {"gpu", 8}};
  }
  return Capacity(*Topology::Create(nodes, {"rack"}));
}

std::vector<int64_t> Numbers(const std::vector<__int128>& amounts) { return {amounts.begin(), amounts.end()}; }

TEST(ResourceTotalsTest, AddsUpWhatIsFreeInTheDomain) {
  Capacity capacity = FourNodes();
  capacity.Use(0, {{"gpu", 5}});  // one pod
  EXPECT_EQ(Numbers(FreeInDomain(capacity, Topology::kRoot, 0)), (std::vector<int64_t>{39, 27}));
  EXPECT_EQ(Numbers(FreeInDomain(capacity, 0, 0)), (std::vector<int64_t>{19, 11}));
  EXPECT_EQ(Numbers(FreeInDomain(capacity, 0, 1)), (std::vector<int64_t>{20, 16}));
}

TEST(ResourceTotalsTest, ANodeThatIsUsedTooMuchIsFull) {
  Capacity capacity = FourNodes();
  capacity.Use(0, {{"gpu", 20}});
  EXPECT_EQ(Numbers(FreeInDomain(capacity, 0, 0)), (std::vector<int64_t>{19, 8}));
}

TEST(ResourceTotalsTest, AddsUpWhatGroupsAskFor) {
  const Capacity capacity = FourNodes();
  GroupRequest request;
  request.worker.amounts = {{"gpu", 2}};
  request.workers = 3;
  EXPECT_EQ(Numbers(ResourcesWantedBy(capacity.topology(), {&request}).amounts), (std::vector<int64_t>{3, 6}));
  request.leader.emplace();
  request.leader->amounts = {{"gpu", 1}};
  const WantedAmounts twice = ResourcesWantedBy(capacity.topology(), {&request, &request});
  EXPECT_EQ(Numbers(twice.amounts), (std::vector<int64_t>{8, 14}));
  EXPECT_TRUE(twice.is_offered);
}

TEST(ResourceTotalsTest, TellsWhatNoNodeOffers) {
  const Capacity capacity = FourNodes();
  GroupRequest request;
  request.worker.amounts = {{"tpu", 1}};
  request.workers = 0;
  request.leader.emplace();
  EXPECT_TRUE(ResourcesWantedBy(capacity.topology(), {&request}).is_offered) << "no pod asks for it";
  request.workers = 1;
  EXPECT_FALSE(ResourcesWantedBy(capacity.topology(), {&request}).is_offered);
}

}  // namespace
}  // namespace lws::internal
