// How often groups fit together, against sums of what is free.
#include "lws/placement/together_headroom.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/topology.h"
#include "tests/placement/case_count.h"
#include "tests/placement/gpu_groups.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

// The headroom for the same groups again and again.
absl::StatusOr<TogetherHeadroom> HeadroomFor(const Capacity& capacity, const std::vector<GroupRequest>& groups,
                                             const std::string& level, int64_t limit) {
  const auto again = [&](int64_t) -> absl::StatusOr<std::vector<GroupRequest>> { return groups; };
  return CountTogetherHeadroom(capacity, again, level, limit);
}

// Slices of groups with pods of one gpu: sums decide.
TEST(TogetherHeadroomTest, Laws1To3InRandomClusters) {
  int several = 0;
  for (uint32_t seed = 1; seed <= CaseCount(1000U); ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most + 1)); };
    std::string text = "{";
    for (int rack = 0; rack <= draw(3); ++rack) absl::StrAppend(&text, "[", draw(5), " ", draw(5), "]");
    const Capacity capacity = SmallTopology(text + "}");
    std::vector<GroupRequest> groups;
    int64_t wanted = 0;
    for (int group = 0; group <= draw(2); ++group) {
      groups.push_back(Group(1 + draw(2)));
      wanted += groups.back().workers + 1;
    }
    int64_t most = 0;
    std::vector<int64_t> by_rack;
    for (int32_t rack = 0; rack < capacity.topology().DomainCount(1); ++rack) {
      by_rack.push_back(FreeGpus(capacity, rack) / wanted);
      most += by_rack.back();
    }
    const TogetherHeadroom headroom = *HeadroomFor(capacity, groups, "rack", 100);
    const std::string what = absl::StrCat("seed ", seed, ": ", text, "}");
    ASSERT_EQ(headroom.times, most) << "law 1: " << what;
    ASSERT_EQ(headroom.at_most, most) << "law 2: " << what;
    ASSERT_TRUE(headroom.exact) << "law 3: " << what;
    ASSERT_EQ(headroom.domains.size(), by_rack.size()) << what;
    for (size_t i = 0; i < by_rack.size(); ++i) ASSERT_EQ(headroom.domains[i].groups, by_rack[i]) << "law 2: " << what;
    ASSERT_TRUE(headroom.next.assignments.empty()) << what;
    if (most < 2) continue;
    ++several;
    const TogetherHeadroom limited = *HeadroomFor(capacity, groups, "rack", most - 1);
    ASSERT_EQ(limited.times, most - 1) << what;
    ASSERT_FALSE(limited.exact) << "law 3: " << what;
  }
  EXPECT_GT(several, 100);
}

TEST(TogetherHeadroomTest, Law1HoldsWhenItIsStopped) {
  const std::vector<GroupRequest> groups = {Group(1)};
  const auto again = [&](int64_t) -> absl::StatusOr<std::vector<GroupRequest>> { return groups; };
  int left = 3;
  const TogetherHeadroom headroom =
      *CountTogetherHeadroom(SmallTopology("{[9]}"), again, "rack", 100, [&left]() { return left-- == 0; });
  EXPECT_TRUE(headroom.is_stopped);
  EXPECT_EQ(headroom.times, 3);
  EXPECT_EQ(headroom.at_most, 9);
  EXPECT_FALSE(headroom.exact);
}

// Each time needs two racks for its exclusive groups, however many gpus they have.
TEST(TogetherHeadroomTest, Law2CountsTheDomainsThatExclusiveGroupsHold) {
  const Capacity capacity = SmallTopology("{[9][9][9]}{[9]}");
  GroupRequest exclusive = Group(1);
  exclusive.exclusive_levels = {"rack"};
  const TogetherHeadroom headroom = *HeadroomFor(capacity, {exclusive, exclusive, Group(2)}, "block", 100);
  EXPECT_EQ(headroom.times, 1);
  EXPECT_EQ(headroom.at_most, 1);
  EXPECT_TRUE(headroom.exact);
  ASSERT_EQ(headroom.domains.size(), 2u);
  EXPECT_EQ(headroom.domains[0].groups, 1);
  EXPECT_EQ(headroom.domains[1].groups, 0);
  EXPECT_EQ(HeadroomFor(capacity, {exclusive}, "rack", 100)->at_most, 4);
  EXPECT_EQ(HeadroomFor(capacity, {exclusive, exclusive}, "rack", 100)->at_most, 0);
  EXPECT_EQ(HeadroomFor(capacity, {exclusive, exclusive}, "", 100)->at_most, 2);
  // Another group of the namespace holds a rack, and one of another namespace does not matter.
  Capacity held = capacity;
  held.Hold(Holder::kGroup, "", 1, 0);
  held.Hold(Holder::kGroup, "other", 1, 1);
  EXPECT_EQ(HeadroomFor(held, {exclusive}, "", 100)->times, 3);
  EXPECT_EQ(HeadroomFor(held, {exclusive}, "", 100)->at_most, 3);
  EXPECT_EQ(HeadroomFor(held, {exclusive}, "rack", 100)->domains[0].groups, 0);
}

// Four pods in two subgroups that hold a rack each.
TEST(TogetherHeadroomTest, Law2CountsTheDomainsThatExclusiveSubgroupsHold) {
  Capacity capacity = SmallTopology("{[9][9][9]}{[9][9]}");
  GroupRequest request = Group(4);
  request.subgroups = {{2, "rack", /*exclusive=*/true}};
  EXPECT_EQ(HeadroomFor(capacity, {request}, "block", 100)->times, 2);
  EXPECT_EQ(HeadroomFor(capacity, {request}, "block", 100)->at_most, 2);
  EXPECT_EQ(HeadroomFor(capacity, {request, request}, "", 100)->at_most, 1);
  capacity.Hold(Holder::kSubgroup, "", 1, 4);
  EXPECT_EQ(HeadroomFor(capacity, {request}, "block", 100)->at_most, 1);
}

TEST(TogetherHeadroomTest, NodesThatDoNotFitEvenlyLeaveABound) {
  GroupRequest large = Group(1);
  large.leader->amounts = {{"gpu", 2}};
  const Capacity capacity = SmallTopology("{[3 3]}");
  const TogetherHeadroom headroom = *HeadroomFor(capacity, {large}, "", 100);
  EXPECT_EQ(headroom.times, 2);
  EXPECT_EQ(headroom.at_most, 3);
  EXPECT_FALSE(headroom.exact);
  large.leader->amounts = {{"tpu", 1}};
  EXPECT_EQ(HeadroomFor(capacity, {large}, "", 100)->at_most, 0);
  // The sum is enough for one time, and no node is.
  large.leader->amounts = {{"gpu", 4}};
  const TogetherHeadroom none = *HeadroomFor(capacity, {large}, "rack", 100);
  EXPECT_EQ(none.at_most, 0);
  EXPECT_TRUE(none.exact);
  ASSERT_EQ(none.domains.size(), 1u);
  EXPECT_EQ(none.domains[0].groups, 0);
  EXPECT_EQ(HeadroomFor(capacity, {large}, "row", 100).status().message(), "level row is not in the topology");
}

}  // namespace
}  // namespace lws
