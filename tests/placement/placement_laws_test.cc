// The laws of assign_group.h and reassign_group.h on random small topologies, compared with all possible assignments.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/reassign_group.h"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
#ifdef __SANITIZE_ADDRESS__
constexpr int kSlowness = 20;
#else
constexpr int kSlowness = 1;
#endif
constexpr int kCases = 1000000 / kSlowness;
constexpr int kReplacements = 100000 / kSlowness;

// What the oracle found, as sets of nodes that are used.
struct Feasible {
  int32_t leader;
  std::vector<int> counts;

  friend bool operator==(const Feasible& a, const Feasible& b) { return a.leader == b.leader && a.counts == b.counts; }
};

std::set<int32_t> DomainsOf(const Topology& topology, int level, const Feasible& assignment) {
  std::set<int32_t> domains;
  for (int32_t node = 0; node < topology.NodeCount(); ++node) {
    if (assignment.counts[node] > 0 || assignment.leader == node) domains.insert(topology.DomainOf(level, node));
  }
  return domains;
}

int SmallestCount(const Feasible& assignment) {
  int smallest = 1000;
  for (size_t node = 0; node < assignment.counts.size(); ++node) {
    const int pods = assignment.counts[node] + (assignment.leader == static_cast<int32_t>(node));
    if (pods > 0) smallest = std::min(smallest, pods);
  }
  return smallest;
}

int NarrowestExclusive(const Topology& topology, const GroupRequest& request) {
  int narrowest = Topology::kRoot;
  for (const std::string& key : request.exclusive_levels) narrowest = std::max(narrowest, *topology.LevelOf(key));
  return narrowest;
}

class LawCheck {
 public:
  LawCheck(const Capacity& capacity, const GroupRequest& request)
      : topology_(capacity.topology()), request_(request), oracle_(capacity, request) {
    required_ = request.closeness == Closeness::kRequired ? *topology_.LevelOf(request.level) : Topology::kRoot;
    oracle_.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
      if (oracle_.CountsHold(leader, counts, required_)) feasible_.push_back({leader, counts});
    });
  }

  // The broken law; "" when all hold.
  std::string Run(const PlacementResult& result) {
    if (!result.assignment.has_value()) return feasible_.empty() ? "" : "4: there is a place";
    const std::vector<int32_t> nodes = result.assignment->NodesByRank();
    if (static_cast<int64_t>(nodes.size()) != request_.workers + request_.leader.has_value()) return "1: counts";
    if (!oracle_.Holds(nodes, required_)) return "2 or 3: room or constraints";
    answer_ = {result.assignment->leader.value_or(-1), std::vector<int>(topology_.NodeCount())};
    for (const WorkerRun& run : result.assignment->workers) answer_.counts[run.node] += run.count;
    const std::vector<int> levels = SpreadLevels();
    std::string broken;
    for (size_t i = 0; broken.empty() && i < levels.size(); ++i) broken = CheckLevel(levels[i]);
    if (broken.empty() && request_.profile == PlacementProfile::kBalanced && SmallestCount(answer_) < evenest_) {
      return absl::StrCat("7: smallest count could be ", evenest_);
    }
    return broken;
  }

 private:
  // The levels at which pods are spread, widest first. The closest possible assignments are kept.
  std::vector<int> SpreadLevels() {
    std::vector<int> levels;
    int first = topology_.LastLevel();
    if (request_.closeness != Closeness::kUnconstrained) {
      first = *topology_.LevelOf(request_.level);
      // The exclusive level requires one domain anyway, so closeness at a wider level adds nothing.
      first = std::max(first, NarrowestExclusive(topology_, request_));
      while (first > 0 && !SomeInOneDomain(first)) --first;
      if (SomeInOneDomain(first)) {
        std::vector<Feasible> close;
        for (Feasible& a : feasible_) {
          if (IsInOneLabelled(first, DomainsOf(topology_, first, a))) close.push_back(std::move(a));
        }
        feasible_ = std::move(close);
      }
    }
    for (int level = first; level < topology_.LevelCount(); ++level) levels.push_back(level);
    return levels;
  }

  bool SomeInOneDomain(int level) const {
    return std::any_of(feasible_.begin(), feasible_.end(),
                       [&](const Feasible& a) { return IsInOneLabelled(level, DomainsOf(topology_, level, a)); });
  }

  bool IsInOneLabelled(int level, const std::set<int32_t>& domains) const {
    return domains.size() == 1 && topology_.IsLabelled(level, *domains.begin());
  }

  // Checks laws 5 and 6 at one level. It keeps the assignments that break no law here and lie inside the answer's
  // domains, for the next level.
  std::string CheckLevel(int level) {
    size_t fewest = 1000;
    for (const Feasible& a : feasible_) fewest = std::min(fewest, DomainsOf(topology_, level, a).size());
    const std::set<int32_t> used = DomainsOf(topology_, level, answer_);
    if (std::none_of(feasible_.begin(), feasible_.end(), [&](const Feasible& a) { return a == answer_; })) {
      return absl::StrCat("5: not as close as can be at level ", level);
    }
    if (request_.profile != PlacementProfile::kLeastFree && used.size() > fewest) {
      return absl::StrCat("5: ", fewest, " domains of level ", level, " suffice");
    }
    if (fewest == 1 && used.size() == 1 && !LooserThanExclusive(level)) {
      for (const Feasible& a : feasible_) {
        const std::set<int32_t> domains = DomainsOf(topology_, level, a);
        if (domains.size() != 1) continue;
        const int64_t room = oracle_.RoomBesideLeader(level, *domains.begin());
        if (room < oracle_.RoomBesideLeader(level, *used.begin())) {
          return absl::StrCat("6: domain ", *domains.begin(), " of level ", level, " is tighter");
        }
      }
    }
    if (level == topology_.LastLevel()) {
      for (const Feasible& a : feasible_) {
        if (DomainsOf(topology_, level, a).size() == used.size()) evenest_ = std::max(evenest_, SmallestCount(a));
      }
    }
    std::vector<Feasible> inside;
    for (Feasible& a : feasible_) {
      const std::set<int32_t> domains = DomainsOf(topology_, level, a);
      if (std::includes(used.begin(), used.end(), domains.begin(), domains.end()) && domains.size() == used.size()) {
        inside.push_back(std::move(a));
      }
    }
    feasible_ = std::move(inside);
    return "";
  }

  bool LooserThanExclusive(int level) const { return level < NarrowestExclusive(topology_, request_); }

  const Topology& topology_;
  const GroupRequest& request_;
  PlacementOracle oracle_;
  int required_;
  std::vector<Feasible> feasible_;
  Feasible answer_;
  int evenest_ = 0;  // the largest smallest number of pods over as few nodes in the chosen domains
};

TEST(PlacementLawsTest, Laws1To7AgainstEveryAssignment) {
  Cases cases(kSeed);
  int fits = 0;
  for (int round = 0; round < kCases; ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), {"block", "rack", "host"}));
    const GroupRequest request = cases.Request();
    if (!request.exclusive_levels.empty() || !request.subgroups.empty()) HoldSome(&cases, &capacity);
    const absl::StatusOr<PlacementResult> result = AssignGroup(capacity, request);
    ASSERT_TRUE(result.ok()) << result.status() << Describe(capacity, request);
    fits += result->assignment.has_value();
    const std::string broken = LawCheck(capacity, request).Run(*result);
    ASSERT_EQ(broken, "") << "round " << round << ", seed " << kSeed << Describe(capacity, request) << "\n  -> "
                          << (result->assignment.has_value() ? PodsByNode(capacity.topology(), *result->assignment)
                                                             : DescribeNoFit(result->no_fit));
  }
  EXPECT_GT(fits, kCases / 4);
  EXPECT_LT(fits, kCases * 3 / 4);
}

TEST(PlacementLawsTest, Law8MoreCapacityAndPermutation) {
  Cases cases(kSeed + 1);
  for (int round = 0; round < 50000; ++round) {
    std::vector<TopologyNode> nodes = cases.Nodes();
    const GroupRequest request = cases.Request();
    const Capacity capacity(*Topology::Create(nodes, {"block", "rack", "host"}));
    const PlacementResult before = *AssignGroup(capacity, request);
    std::vector<TopologyNode> reversed(nodes.rbegin(), nodes.rend());
    const PlacementResult permuted =
        *AssignGroup(Capacity(*Topology::Create(reversed, {"block", "rack", "host"})), request);
    ASSERT_EQ(before.assignment, permuted.assignment) << "round " << round << ", seed " << kSeed + 1;
    TopologyNode& grown = nodes[cases.Draw(static_cast<int>(nodes.size()))];
    grown.allocatable[cases.Draw(2) == 0 ? "gpu" : "cpu"] += 1 + cases.Draw(2);
    const PlacementResult after = *AssignGroup(Capacity(*Topology::Create(nodes, {"block", "rack", "host"})), request);
    ASSERT_TRUE(after.assignment.has_value() || !before.assignment.has_value())
        << "round " << round << ", seed " << kSeed + 1 << Describe(capacity, request);
  }
}

TEST(PlacementLawsTest, Law9ABatchEqualsOneAfterAnother) {
  Cases cases(kSeed + 2);
  for (int round = 0; round < 20000; ++round) {
    Capacity one(*Topology::Create(cases.Nodes(), {"block", "rack", "host"}));
    Capacity batch = one;
    const std::vector<GroupRequest> kinds = {cases.Request(), cases.Request()};
    std::vector<const GroupRequest*> groups;
    for (int i = 0; i < 6; ++i) groups.push_back(&kinds[cases.Draw(2)]);
    const std::vector<PlacementResult> results = *AssignGroups(groups, &batch);
    for (size_t i = 0; i < groups.size(); ++i) {
      const PlacementResult result = *AssignGroup(one, *groups[i]);
      ASSERT_EQ(result.assignment, results[i].assignment) << "round " << round << ", seed " << kSeed + 2;
      ASSERT_EQ(DescribeNoFit(result.no_fit), DescribeNoFit(results[i].no_fit)) << "round " << round;
      if (result.assignment.has_value()) one.Commit(*groups[i], *result.assignment);
    }
  }
}

// For the oracle every held domain belongs to another group, so the group's own lost subgroups must let go first.
void LetLostSubgroupsGo(const GroupRequest& request, const std::vector<int32_t>& before,
                        const std::vector<int32_t>& after, Capacity* capacity) {
  const bool outside = request.leader.has_value() && request.subgroup_leader == SubgroupLeader::kOutside;
  for (const SubgroupLayer& layer : request.subgroups) {
    const int level = *capacity->topology().LevelOf(layer.level);
    std::map<int32_t, bool> survives;
    for (size_t rank = outside ? 1 : 0; rank < before.size(); ++rank) {
      survives[capacity->topology().DomainOf(level, before[rank])] |= after[rank] >= 0;
    }
    for (const auto& [domain, kept] : survives) {
      if (layer.exclusive && !kept) capacity->LetGo(Holder::kSubgroup, request.namespace_name, level, domain);
    }
  }
}

TEST(PlacementLawsTest, Law10Replacement) {
  Cases cases(kSeed + 3);
  int replaced = 0;
  for (int round = 0; round < kReplacements; ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), {"block", "rack", "host"}));
    const Topology& topology = capacity.topology();
    const GroupRequest request = cases.Request();
    const std::optional<Assignment> assignment = AssignGroup(capacity, request)->assignment;
    if (!assignment.has_value()) continue;
    capacity.Commit(request, *assignment);
    std::vector<int32_t> nodes = assignment->NodesByRank();
    std::vector<bool> is_lost(topology.NodeCount());
    std::vector<int32_t> lost;
    for (int i = 1 + cases.Draw(2); i > 0; --i) {
      lost.push_back(nodes[cases.Draw(static_cast<int>(nodes.size()))]);
      is_lost[lost.back()] = true;
    }
    for (int32_t& node : nodes) node = is_lost[node] ? -1 : node;
    const absl::StatusOr<PlacementResult> result = ReassignNodes(capacity, request, *assignment, lost);
    ASSERT_TRUE(result.ok()) << result.status();
    LetLostSubgroupsGo(request, assignment->NodesByRank(), nodes, &capacity);
    const PlacementOracle oracle(capacity, request);
    int level = request.closeness == Closeness::kRequired ? *topology.LevelOf(request.level) : Topology::kRoot;
    level = std::max(level, NarrowestExclusive(topology, request));
    const bool survivors = std::any_of(nodes.begin(), nodes.end(), [](int32_t node) { return node >= 0; });
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed + 3, Describe(capacity, request),
                                           "\n  survivors ", absl::StrJoin(nodes, " "));
    if (!survivors) {
      ASSERT_EQ(result->no_fit.reason, NoFitReason::kNoSurvivors) << where;
    } else if (result->assignment.has_value()) {
      ++replaced;
      ASSERT_TRUE(oracle.CompletionHolds(nodes, result->assignment->NodesByRank(), is_lost, level))
          << where << "\n  -> " << absl::StrJoin(result->assignment->NodesByRank(), " ");
    } else {
      ASSERT_FALSE(oracle.CanComplete(nodes, is_lost, level)) << where;
      ASSERT_EQ(result->no_fit.reason, NoFitReason::kNoPlaceBesideSurvivors) << where;
    }
  }
  EXPECT_GT(replaced, kReplacements / 50);
}

TEST(PlacementLawsTest, Law11GrowingAndShrinking) {
  Cases cases(kSeed + 4);
  int grown = 0;
  for (int round = 0; round < kReplacements; ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), {"block", "rack", "host"}));
    const Topology& topology = capacity.topology();
    GroupRequest request = cases.Request();
    const std::optional<Assignment> assignment = AssignGroup(capacity, request)->assignment;
    if (!assignment.has_value()) continue;
    capacity.Commit(request, *assignment);
    const std::vector<int32_t> nodes = assignment->NodesByRank();
    const int64_t by = request.subgroups.empty() ? 1 : request.subgroups[0].size;
    request.workers += cases.Draw(2) == 0 ? by : -by;
    if (request.workers < 0 || request.workers + request.leader.has_value() == 0) continue;
    const absl::StatusOr<PlacementResult> result = ReassignResizedGroup(capacity, request, *assignment);
    if (!result.ok()) continue;  // the smaller size has no whole subgroups left
    std::vector<int32_t> kept = nodes;
    kept.resize(request.workers + request.leader.has_value(), -1);
    const PlacementOracle oracle(capacity, request);
    int level = request.closeness == Closeness::kRequired ? *topology.LevelOf(request.level) : Topology::kRoot;
    level = std::max(level, NarrowestExclusive(topology, request));
    const std::vector<bool> none(topology.NodeCount());
    const std::string where = absl::StrCat("round ", round, ", seed ", kSeed + 4, Describe(capacity, request));
    if (result->assignment.has_value()) {
      grown += kept.size() > nodes.size();
      ASSERT_TRUE(oracle.CompletionHolds(kept, result->assignment->NodesByRank(), none, level)) << where;
    } else {
      ASSERT_FALSE(oracle.CanComplete(kept, none, level)) << where;
    }
  }
  EXPECT_GT(grown, kReplacements / 50);
}

}  // namespace
}  // namespace lws
