// The laws of spread_groups.h, compared with AssignGroup in one domain and with every way to share groups out.
#include "lws/placement/spread_groups.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/headroom.h"
#include "tests/placement/case_count.h"
#include "tests/placement/placement_cases.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261128;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 2000;
#else
constexpr int kCases = 30000;
#endif

const std::vector<std::string> kKeys = {"block", "rack", "host"};

GroupRequest Pods(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = pods;
  return request;
}

// Groups by domain.
std::string Numbers(const SpreadResult& result) {
  return absl::StrJoin(result.domains, " ",
                       [](std::string* out, const SpreadDomain& domain) { absl::StrAppend(out, domain.groups); });
}

std::string Spread(Capacity capacity, const GroupRequest& request, size_t groups, GroupSpread spread) {
  const std::vector<const GroupRequest*> requests(groups, &request);
  const SpreadResult result = *SpreadGroups(requests, spread, &capacity);
  const auto placed = std::count_if(result.groups.begin(), result.groups.end(),
                                    [](const PlacementResult& group) { return group.assignment.has_value(); });
  return absl::StrCat(Numbers(result), " skew ", result.skew, ", ", placed, " placed");
}

TEST(SpreadGroupsTest, SharesGroupsOut) {
  const Capacity capacity = SmallTopology("{[4 4][2]}{[4]}{[2]}");
  EXPECT_EQ(Spread(capacity, Pods(2), 5, {"block", std::nullopt, {}}), "2 2 1 skew 1, 5 placed");
  EXPECT_EQ(Spread(capacity, Pods(2), 7, {"block", std::nullopt, {}}), "4 2 1 skew 3, 7 placed");
  EXPECT_EQ(Spread(capacity, Pods(2), 7, {"block", 2, {}}), "2 2 1 skew 1, 5 placed");
  EXPECT_EQ(Spread(capacity, Pods(2), 2, {"block", std::nullopt, {{0, {}}}}), "1 1 1 skew 0, 2 placed")
      << "a group runs in the first block already";
  // Pods of a group stay together where they can: both are on one node.
  Capacity left = capacity;
  const GroupRequest request = Pods(4);
  const SpreadResult result = *SpreadGroups({&request, &request}, {"block", 1, {}}, &left);
  EXPECT_EQ(PodsByNode(left.topology(), *result.groups[0].assignment), "4 - - - -");
  EXPECT_EQ(PodsByNode(left.topology(), *result.groups[1].assignment), "- - - 4 -");
}

TEST(SpreadGroupsTest, TellsWhyAGroupHasNoPlace) {
  Capacity capacity = SmallTopology("{[4]}{[1]}");
  const GroupRequest request = Pods(3);
  const SpreadResult result = *SpreadGroups({&request, &request}, {"block", std::nullopt, {}}, &capacity);
  ASSERT_FALSE(result.groups[1].assignment.has_value());
  EXPECT_EQ(result.groups[1].no_fit.best_pods, 1);
  EXPECT_EQ(result.groups[1].no_fit.wanted_pods, 3);
  Capacity bounded = SmallTopology("{[4]}");
  const SpreadResult full = *SpreadGroups({&request}, {"block", 0, {}}, &bounded);
  EXPECT_EQ(full.groups[0].no_fit.reason, NoFitReason::kDomainsAreFull);
  EXPECT_EQ(full.groups[0].no_fit.wanted_pods, 3);
  EXPECT_FALSE(SpreadGroups({&request}, {"row", std::nullopt, {}}, &bounded).ok());
  EXPECT_FALSE(SpreadGroups({&request}, {"block", -1, {}}, &bounded).ok());
}

// The capacity with nothing free outside of the domain.
Capacity Only(const Capacity& capacity, int level, int32_t domain) {
  Capacity only = capacity;
  const Topology& topology = capacity.topology();
  ResourceAmounts everything;
  for (const std::string& name : topology.resources()) everything[name] = int64_t{1} << 40;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    for (int i = 0; i < 100 && topology.DomainOf(level, node) != domain; ++i) only.Use(node, everything);
  }
  return only;
}

TEST(SpreadGroupsTest, Laws1To3And5AgainstAssignGroup) {
  Cases cases(kSeed);
  int placed = 0;
  for (int round = 0; round < CaseCount(kCases / 5); ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), kKeys));
    HoldSome(&cases, &capacity);
    const Topology& topology = capacity.topology();
    const GroupRequest a = cases.Request();
    const GroupRequest b = cases.Request();
    std::vector<const GroupRequest*> requests;
    for (int i = cases.Draw(5); i >= 0; --i) requests.push_back(cases.Draw(3) == 0 ? &b : &a);
    GroupSpread spread;
    spread.level = cases.Key();
    if (cases.Draw(2) == 0) spread.most_in_domain = cases.Draw(3);
    const int level = *topology.LevelOf(spread.level);
    Capacity after = capacity;
    const SpreadResult result = *SpreadGroups(requests, spread, &after);

    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed, ", spread over ", spread.level,
                                           Describe(capacity, a), Describe(capacity, b));
    Capacity left = capacity;
    std::vector<int64_t> groups_in(static_cast<size_t>(topology.DomainCount(level)));
    GroupSpread later = spread;
    for (size_t i = 0; i < requests.size(); ++i) {
      std::optional<Assignment> expected;
      size_t fewest = 0;
      for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
        const size_t groups = static_cast<size_t>(groups_in[static_cast<size_t>(domain)]);
        const bool is_full = spread.most_in_domain.has_value() && groups >= static_cast<size_t>(*spread.most_in_domain);
        if (!topology.IsLabelled(level, domain) || is_full || (expected.has_value() && groups >= fewest)) continue;
        GroupRequest request = *requests[i];
        const bool is_wider = request.closeness == Closeness::kPreferred && *topology.LevelOf(request.level) < level;
        if (is_wider) request.level = spread.level;
        std::optional<Assignment> here = AssignGroup(Only(left, level, domain), request)->assignment;
        if (!here.has_value()) continue;
        expected = std::move(here);
        fewest = groups;
      }
      const std::optional<Assignment>& actual = result.groups[i].assignment;
      ASSERT_EQ(actual.has_value(), expected.has_value()) << where << "\ngroup " << i;
      if (!actual.has_value()) continue;
      ++placed;
      const int32_t domain = topology.DomainOf(level, actual->NodesByRank()[0]);
      for (const int32_t node : actual->NodesByRank()) ASSERT_EQ(topology.DomainOf(level, node), domain) << where;
      ASSERT_EQ(PodsByNode(topology, *actual), PodsByNode(topology, *expected)) << where << "\ngroup " << i;
      left.Commit(*requests[i], *actual);
      ++groups_in[static_cast<size_t>(domain)];
      if (i + 1 < requests.size()) later.running.push_back(*actual);
    }
    // Law 5: the last group alone, beside the others as running ones.
    Capacity before_last = capacity;
    for (size_t i = 0; i + 1 < requests.size(); ++i) {
      if (result.groups[i].assignment.has_value()) before_last.Commit(*requests[i], *result.groups[i].assignment);
    }
    if (!result.groups.back().assignment.has_value() && later.running.size() + 1 > requests.size()) continue;
    later.running.clear();
    for (size_t i = 0; i + 1 < requests.size(); ++i) {
      if (result.groups[i].assignment.has_value()) later.running.push_back(*result.groups[i].assignment);
    }
    const SpreadResult last = *SpreadGroups({requests.back()}, later, &before_last);
    ASSERT_EQ(last.groups[0].assignment, result.groups.back().assignment) << where;
    ASSERT_EQ(Numbers(last), Numbers(result)) << where;
  }
  EXPECT_GT(placed, kCases / 10);
}

TEST(SpreadGroupsTest, Law4AgainstEveryWayToShareOut) {
  Cases cases(kSeed);
  for (int round = 0; round < CaseCount(kCases); ++round) {
    std::vector<TopologyNode> nodes;
    const int count = 1 + cases.Draw(5);
    for (int i = 0; i < count; ++i) nodes.push_back(SmallNode(i * 3 / count, i, i, cases.Draw(7)));
    const Capacity capacity(*Topology::Create(nodes, kKeys));
    GroupRequest request = Pods(1 + cases.Draw(3));
    if (cases.Draw(2) == 0) {
      request.closeness = Closeness::kRequired;
      request.level = "rack";
    }
    const int64_t groups = cases.Draw(7);
    GroupSpread spread;
    spread.level = "block";
    if (cases.Draw(2) == 0) spread.most_in_domain = cases.Draw(4);

    // What each block takes at most.
    std::vector<int64_t> most;
    for (int32_t domain = 0; domain < capacity.topology().DomainCount(0); ++domain) {
      const int64_t room = CountHeadroom(Only(capacity, 0, domain), request, 100)->groups;
      most.push_back(std::min(room, spread.most_in_domain.value_or(room)));
    }
    int64_t total = std::min(groups, std::accumulate(most.begin(), most.end(), int64_t{0}));
    std::vector<int64_t> best;
    std::vector<int64_t> shares;
    const std::function<void(int64_t)> share_out = [&](int64_t left) {
      if (shares.size() == most.size()) {
        std::vector<int64_t> sorted = shares;
        std::sort(sorted.rbegin(), sorted.rend());
        if (left == 0 && (best.empty() || sorted < best)) best = sorted;
        return;
      }
      const int64_t limit = std::min(left, most[shares.size()]);
      for (int64_t share = 0; share <= limit; ++share) {
        shares.push_back(share);
        share_out(left - share);
        shares.pop_back();
      }
    };
    share_out(total);

    Capacity left = capacity;
    const std::vector<const GroupRequest*> requests(static_cast<size_t>(groups), &request);
    const SpreadResult result = *SpreadGroups(requests, spread, &left);
    std::vector<int64_t> actual;
    for (const SpreadDomain& domain : result.domains) actual.push_back(domain.groups);
    const int64_t skew =
        *std::max_element(actual.begin(), actual.end()) - *std::min_element(actual.begin(), actual.end());
    std::sort(actual.rbegin(), actual.rend());
    ASSERT_EQ(actual, best) << "round " << round << ", seed " << kSeed;
    ASSERT_EQ(result.skew, skew);
  }
}

}  // namespace
}  // namespace lws
