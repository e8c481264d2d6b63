// The laws of the parts of placement's search, each against every way to do it: counts of domains, the fewest domains,
// and the division of subgroups.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/subgroup_split.h"
#include "lws/placement/topology.h"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"

namespace lws {
namespace {

using internal::CountedDomain;
using internal::DomainCount;
using internal::DomainCounts;
using internal::LayerOnTopology;
using internal::PickedDomain;
using internal::PickFewestDomains;
using internal::PlacementProblem;
using internal::SplitSubgroups;
using internal::UnitsWanted;

constexpr unsigned kSeed = 20261126;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 2000;
#else
constexpr int kCases = 20000;
#endif

Capacity DrawCapacity(Cases* cases) {
  Capacity capacity(*Topology::Create(cases->Nodes(), {"block", "rack", "host"}));
  HoldSome(cases, &capacity);
  return capacity;
}

// --- Counts of domains.

// The units of a domain when the leader is on a given node, by adding up what lies within; nullopt when it cannot be
// there.
class CountOracle {
 public:
  CountOracle(const PlacementProblem& problem, const Capacity& capacity) : problem_(problem), capacity_(capacity) {}

  // `leader` is a node, or -1.
  std::optional<int64_t> Units(int level, int32_t domain, int32_t leader) const {
    const Topology& topology = *problem_.topology;
    std::optional<int64_t> units = 0;
    if (level == topology.LastLevel()) {
      units = Workers(domain, leader == domain);
    } else {
      const IndexRange children = topology.DomainsWithin(level, domain, level + 1);
      for (int32_t child = children.begin; child < children.end; ++child) {
        const std::optional<int64_t> within = Units(level + 1, child, leader);
        if (!within.has_value()) return std::nullopt;
        *units += *within;
      }
    }
    const bool has_leader = leader >= 0 && (level < 0 || topology.DomainOf(level, leader) == domain);
    for (size_t i = 0; units.has_value() && i < problem_.layers.size(); ++i) {
      if (problem_.layers[i].level == level) units = Cut(i, domain, has_leader, *units);
    }
    return units;
  }

 private:
  std::optional<int64_t> Workers(int32_t node, bool with_leader) const {
    for (const int level : problem_.exclusive_levels) {
      const int32_t domain = problem_.topology->DomainOf(level, node);
      const bool is_held = capacity_.Holds(Holder::kGroup, problem_.request->namespace_name, level, domain) > 0;
      if (is_held) return with_leader ? std::nullopt : std::optional<int64_t>(0);
    }
    const GroupRequest& request = *problem_.request;
    std::map<std::string, int64_t> free;
    for (size_t i = 0; i < problem_.topology->resources().size(); ++i) {
      free[problem_.topology->resources()[i]] = capacity_.Free(node)[i];
    }
    if (with_leader) {
      const bool may = problem_.leader.Exclusion(*problem_.topology, node) == NodeExclusion::kNone;
      if (!may || !Take(*request.leader, &free)) return std::nullopt;
    }
    if (problem_.worker.Exclusion(*problem_.topology, node) != NodeExclusion::kNone) return 0;
    int64_t workers = 0;
    while (workers < 1000 && Take(request.worker, &free)) ++workers;
    return workers;
  }

  static bool Take(const PodShape& shape, std::map<std::string, int64_t>* free) {
    ResourceAmounts amounts = shape.amounts;
    amounts["pods"] = 1;
    for (const auto& [name, amount] : amounts) {
      if (amount > 0 && (free->count(name) == 0 || free->at(name) < amount)) return false;
    }
    for (const auto& [name, amount] : amounts) (*free)[name] -= amount;
    return true;
  }

  std::optional<int64_t> Cut(size_t number, int32_t domain, bool with_leader, int64_t units) const {
    const LayerOnTopology& layer = problem_.layers[number];
    const SubgroupLeader leader = problem_.request->subgroup_leader;
    if (with_leader && leader == SubgroupLeader::kMember && number == 0) ++units;
    units /= layer.ratio;
    const std::string& space = problem_.request->namespace_name;
    if (layer.exclusive) units = std::min<int64_t>(units, 1);
    if (layer.exclusive && capacity_.Holds(Holder::kSubgroup, space, layer.level, domain) > 0) units = 0;
    // The first subgroup is where the leader is.
    if (with_leader && leader != SubgroupLeader::kOutside && units == 0) return std::nullopt;
    return units;
  }

  const PlacementProblem& problem_;
  const Capacity& capacity_;
};

TEST(DomainCountsTest, Law1UnitsAreSumsCutToWholeSubgroups) {
  Cases cases(kSeed);
  int64_t with_leader = 0;
  for (int round = 0; round < kCases; ++round) {
    const Capacity capacity = DrawCapacity(&cases);
    const Topology& topology = capacity.topology();
    const GroupRequest request = cases.Request();
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request, topology);
    ASSERT_TRUE(problem.ok()) << problem.status();
    const DomainCounts counts(*problem, capacity, {});
    const CountOracle oracle(*problem, capacity);
    for (int level = Topology::kRoot; level < topology.LevelCount(); ++level) {
      for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
        int64_t best = -1;
        const IndexRange nodes = topology.NodesOf(level, domain);
        for (int32_t node = nodes.begin; problem->has_leader && node < nodes.end; ++node) {
          best = std::max(best, oracle.Units(level, domain, node).value_or(-1));
        }
        with_leader += best > 0;
        const DomainCount& count = counts.At(level, domain);
        const std::string where =
            absl::StrCat("seed ", kSeed, ", round ", round, ", level ", level, ", domain ", domain);
        ASSERT_EQ(count.units, oracle.Units(level, domain, -1)) << where << Describe(capacity, request);
        ASSERT_EQ(count.with_leader, best) << where << Describe(capacity, request);
      }
    }
  }
  EXPECT_GT(with_leader, kCases);
}

auto AllOf(const DomainCount& count) {
  return std::make_tuple(count.workers, count.penalty, count.units, count.with_leader);
}

TEST(DomainCountsTest, Law2AfterRefreshTheCountsAreThoseCountedAnew) {
  Cases cases(kSeed + 1);
  int64_t changed = 0;
  for (int round = 0; round < kCases; ++round) {
    Capacity capacity = DrawCapacity(&cases);
    const Topology& topology = capacity.topology();
    GroupRequest request = cases.Request();
    request.keeps_empty = cases.Draw(2) == 0;
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request, topology);
    ASSERT_TRUE(problem.ok()) << problem.status();
    DomainCounts counts(*problem, capacity, {});
    const int indexed = cases.Draw(topology.LevelCount());
    counts.IndexRoom(indexed);
    const auto before = AllOf(counts.Whole());
    for (int i = 1 + cases.Draw(3); i > 0; --i) {
      const int32_t node = cases.Draw(topology.NodeCount());
      if (cases.Draw(3) > 0) {
        capacity.Use(node, ResourceAmounts{{"gpu", cases.Draw(3)}, {"cpu", cases.Draw(2)}});
        counts.Refresh({node, node + 1});
      } else {
        const int level = cases.Draw(topology.LevelCount());
        const int32_t domain = topology.DomainOf(level, node);
        capacity.Hold(cases.Draw(2) == 0 ? Holder::kGroup : Holder::kSubgroup, "", level, domain);
        // A hold counts for every domain that contains the held one.
        counts.Refresh(topology.NodesOf(0, topology.DomainOf(0, node)));
      }
    }
    changed += AllOf(counts.Whole()) != before;
    DomainCounts anew(*problem, capacity, {});
    anew.IndexRoom(indexed);
    const std::string where = absl::StrCat("seed ", kSeed + 1, ", round ", round, Describe(capacity, request));
    ASSERT_EQ(counts.by_room(), anew.by_room()) << where;
    for (int level = Topology::kRoot; level < topology.LevelCount(); ++level) {
      for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
        ASSERT_EQ(AllOf(counts.At(level, domain)), AllOf(anew.At(level, domain)))
            << where << "\n  level " << level << ", domain " << domain;
        if (level < 0) continue;  // the whole cluster has no rank
        ASSERT_EQ(counts.TieRankOf(level, domain), anew.TieRankOf(level, domain))
            << where << "\n  level " << level << ", domain " << domain;
      }
    }
  }
  EXPECT_GT(changed, kCases / 10);
}

// --- The fewest domains.

// A spread of units over the domains by number, and the domain with the leader, or -1.
struct Spread {
  std::vector<int64_t> units;
  int leader = -1;
};

struct DrawnPick {
  std::vector<CountedDomain> domains;
  UnitsWanted wanted;
};

DrawnPick DrawPick(Cases* cases) {
  DrawnPick drawn;
  UnitsWanted& wanted = drawn.wanted;
  wanted.leader = cases->Draw(2) == 0;
  wanted.unit_pods = 1 + cases->Draw(3);
  wanted.leader_is_extra = wanted.unit_pods == 1 || cases->Draw(2) == 0;
  // A leader that is a pod of its subgroup, or belongs to it, has it beside itself.
  wanted.least_with_leader = !wanted.leader_is_extra || (wanted.unit_pods > 1 && cases->Draw(2) == 0);
  if (!wanted.leader) wanted.least_with_leader = 0;
  wanted.profile = cases->Draw(2) == 0 ? PlacementProfile::kBalanced : PlacementProfile::kBestFit;
  for (int i = 1 + cases->Draw(5); i > 0; --i) {
    CountedDomain domain;
    domain.domain = static_cast<int32_t>(drawn.domains.size());
    DomainCount& count = domain.count;
    count.workers = cases->Draw(5) * wanted.unit_pods + cases->Draw(static_cast<int>(wanted.unit_pods));
    count.units = count.workers / wanted.unit_pods;
    const int64_t penalty = cases->Draw(4);
    if (wanted.leader && penalty <= count.workers) {
      count.penalty = penalty;
      const int64_t pods = count.workers - penalty + !wanted.leader_is_extra;
      count.with_leader = pods / wanted.unit_pods;
      if (count.with_leader < wanted.least_with_leader) count.with_leader = -1;
    }
    domain.tie = cases->Draw(2);
    drawn.domains.push_back(domain);
  }
  wanted.units = wanted.least_with_leader + cases->Draw(9);
  return drawn;
}

// Every spread that holds.
void ForEachSpread(const DrawnPick& drawn, const std::function<void(const Spread&)>& visit) {
  const int count = static_cast<int>(drawn.domains.size());
  for (int leader = drawn.wanted.leader ? 0 : -1; leader < (drawn.wanted.leader ? count : 0); ++leader) {
    Spread spread{std::vector<int64_t>(drawn.domains.size()), leader};
    const std::function<void(int, int64_t)> extend = [&](int index, int64_t left) {
      if (index == count) {
        if (left == 0) visit(spread);
        return;
      }
      const DomainCount& room = drawn.domains[index].count;
      const bool is_leader = index == leader;
      for (int64_t units = is_leader ? drawn.wanted.least_with_leader : 0;
           units <= std::min(left, room.UnitsFor(is_leader)); ++units) {
        spread.units[index] = units;
        extend(index + 1, left - units);
      }
      spread.units[index] = 0;
    };
    extend(0, drawn.wanted.units);
  }
}

// How many domains a spread uses, and the smallest number of pods on one of them.
std::pair<int64_t, int64_t> SizeOf(const Spread& spread, const UnitsWanted& wanted) {
  int64_t domains = 0;
  int64_t smallest = INT64_MAX;
  for (int i = 0; i < static_cast<int>(spread.units.size()); ++i) {
    const int64_t pods = spread.units[i] * wanted.unit_pods + (i == spread.leader && wanted.leader_is_extra);
    if (spread.units[i] == 0 && i != spread.leader) continue;
    ++domains;
    smallest = std::min(smallest, pods);
  }
  return {domains, smallest};
}

std::string Show(const DrawnPick& drawn) {
  std::string text =
      absl::StrCat(drawn.wanted.units, " units of ", drawn.wanted.unit_pods, " pods, leader ", drawn.wanted.leader,
                   " extra ", drawn.wanted.leader_is_extra, " least ", drawn.wanted.least_with_leader, ", profile ",
                   static_cast<int>(drawn.wanted.profile), "; domains");
  for (const CountedDomain& domain : drawn.domains) {
    absl::StrAppend(&text, " ", domain.count.units, "/", domain.count.with_leader, "(", domain.count.workers, ") tie ",
                    domain.tie);
  }
  return text;
}

// The picks as a spread; nullopt when they are no spread that holds.
std::optional<Spread> SpreadOf(const DrawnPick& drawn, const std::vector<PickedDomain>& picks) {
  Spread spread{std::vector<int64_t>(drawn.domains.size()), -1};
  int64_t sum = 0;
  int32_t last = -1;
  for (const PickedDomain& pick : picks) {
    if (pick.domain <= last) return std::nullopt;
    last = pick.domain;
    spread.units[pick.domain] = pick.units;
    sum += pick.units;
    if (pick.leader) spread.leader = pick.domain;
    if (pick.units > drawn.domains[pick.domain].count.UnitsFor(pick.leader)) return std::nullopt;
    if (pick.leader && pick.units < drawn.wanted.least_with_leader) return std::nullopt;
  }
  const bool is_whole = sum == drawn.wanted.units && (spread.leader >= 0) == drawn.wanted.leader;
  return is_whole ? std::optional<Spread>(spread) : std::nullopt;
}

TEST(FewestDomainsTest, Laws1To3AgainstEverySpread) {
  Cases cases(kSeed + 2);
  int found = 0;
  int several = 0;
  for (int round = 0; round < 10 * kCases; ++round) {
    const DrawnPick drawn = DrawPick(&cases);
    const std::vector<PickedDomain> picks = PickFewestDomains(drawn.domains, drawn.wanted);
    int64_t fewest = INT64_MAX;
    int64_t evenest = 0;
    ForEachSpread(drawn, [&](const Spread& spread) {
      const auto [domains, smallest] = SizeOf(spread, drawn.wanted);
      if (domains < fewest) evenest = 0;
      fewest = std::min(fewest, domains);
      if (domains == fewest) evenest = std::max(evenest, smallest);
    });
    const std::string where = absl::StrCat("seed ", kSeed + 2, ", round ", round, ": ", Show(drawn));
    if (fewest == INT64_MAX) {
      ASSERT_TRUE(picks.empty()) << "law 1: " << where;
      continue;
    }
    // Nothing at all is one empty pick, or none.
    if (drawn.wanted.units == 0 && !drawn.wanted.leader) continue;
    ++found;
    const std::optional<Spread> spread = SpreadOf(drawn, picks);
    ASSERT_TRUE(spread.has_value()) << where;
    const auto [domains, smallest] = SizeOf(*spread, drawn.wanted);
    ASSERT_EQ(domains, fewest) << "law 1: " << where;
    if (fewest == 1) {
      const auto room = [&](size_t i) { return drawn.domains[i].count.RoomFor(drawn.wanted.leader); };
      const auto suffices = [&](size_t i) {
        return drawn.domains[i].count.UnitsFor(drawn.wanted.leader) >= drawn.wanted.units;
      };
      const auto chosen = static_cast<size_t>(picks[0].domain);
      for (size_t i = 0; i < drawn.domains.size(); ++i) {
        if (!suffices(i) || i == chosen) continue;
        ASSERT_LT(std::make_tuple(room(chosen), drawn.domains[chosen].tie, chosen),
                  std::make_tuple(room(i), drawn.domains[i].tie, i))
            << "law 2: " << where;
      }
      continue;
    }
    ++several;
    if (drawn.wanted.profile != PlacementProfile::kBalanced) continue;
    ASSERT_EQ(smallest, evenest) << "law 3: " << where;
  }
  EXPECT_GT(found, 3 * kCases);
  EXPECT_GT(several, kCases);
}

// --- The division of subgroups.

// What a division at a level looks like: the pods of each domain that is used.
using PodsByDomain = std::map<int32_t, int64_t>;

int64_t Smallest(const PodsByDomain& pods) {
  int64_t smallest = INT64_MAX;
  for (const auto& [domain, count] : pods) smallest = std::min(smallest, count);
  return smallest;
}

// All divisions that the constraints allow.
std::set<PodsByDomain> Divisions(const PlacementOracle& oracle, const Topology& topology, int level) {
  std::set<PodsByDomain> divisions;
  oracle.ForEachCounts([&](int32_t leader, const std::vector<int>& counts) {
    if (!oracle.CountsHold(leader, counts, Topology::kRoot)) return;
    PodsByDomain pods;
    for (int32_t node = 0; node < topology.NodeCount(); ++node) {
      const int64_t here = counts[node] + (node == leader);
      if (here > 0) pods[topology.DomainOf(level, node)] += here;
    }
    divisions.insert(pods);
  });
  return divisions;
}

PodsByDomain PodsOf(const PlacementProblem& problem, int level, const std::vector<PickedDomain>& picks) {
  PodsByDomain pods;
  for (const PickedDomain& pick : picks) {
    pods[pick.domain] = problem.WorkersIn(level, pick.units, pick.leader) + pick.leader;
  }
  return pods;
}

// Whether every domain of each layer above the level has whole subgroups.
bool AreWhole(const PlacementProblem& problem, int level, const std::vector<PickedDomain>& picks) {
  for (const LayerOnTopology& layer : problem.layers) {
    if (layer.level >= level) continue;
    PodsByDomain members;
    for (const PickedDomain& pick : picks) {
      const bool counts_leader = pick.leader && problem.request->subgroup_leader == SubgroupLeader::kMember;
      const int32_t node = problem.topology->NodesOf(level, pick.domain).begin;
      members[problem.topology->DomainOf(layer.level, node)] +=
          problem.WorkersIn(level, pick.units, pick.leader) + counts_leader;
    }
    for (const auto& [domain, count] : members) {
      if (count % layer.size != 0) return false;
    }
  }
  return true;
}

TEST(SubgroupSplitTest, Laws1To3AgainstEveryDivision) {
  Cases cases(kSeed + 3);
  int divided = 0;
  int refused = 0;
  for (int round = 0; round < 20 * kCases && divided < 2 * kCases; ++round) {
    const Capacity capacity = DrawCapacity(&cases);
    const Topology& topology = capacity.topology();
    GroupRequest request = cases.Request();
    request.closeness = Closeness::kUnconstrained;
    request.exclusive_levels.clear();
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request, topology);
    ASSERT_TRUE(problem.ok()) << problem.status();
    const int level = cases.Draw(topology.LevelCount());
    if (problem->LayersAbove(level) == 0) continue;
    const DomainCounts counts(*problem, capacity, {});
    std::vector<CountedDomain> domains;
    for (int32_t domain = 0; domain < topology.DomainCount(level); ++domain) {
      domains.push_back({domain, 0, counts.At(level, domain)});
    }
    const std::vector<PickedDomain> picks = SplitSubgroups(*problem, capacity, level, domains);
    const std::set<PodsByDomain> divisions = Divisions(PlacementOracle(capacity, request), topology, level);
    const std::string where =
        absl::StrCat("seed ", kSeed + 3, ", round ", round, ", level ", level, Describe(capacity, request));
    ASSERT_EQ(picks.empty(), divisions.empty()) << where;
    (picks.empty() ? refused : divided) += 1;
    if (picks.empty()) continue;
    const PodsByDomain pods = PodsOf(*problem, level, picks);
    ASSERT_TRUE(AreWhole(*problem, level, picks)) << "law 1: " << where;
    ASSERT_EQ(divisions.count(pods), 1) << "no division: " << where;
    size_t fewest = pods.size();
    int64_t evenest = 0;
    for (const PodsByDomain& other : divisions) fewest = std::min(fewest, other.size());
    ASSERT_EQ(pods.size(), fewest) << "law 2: " << where;
    if (request.profile != PlacementProfile::kBalanced) continue;
    for (const PodsByDomain& other : divisions) {
      if (other.size() == fewest) evenest = std::max(evenest, Smallest(other));
    }
    ASSERT_EQ(Smallest(pods), evenest) << "law 3: " << where;
  }
  EXPECT_GT(divided, kCases / 10);
  EXPECT_GT(refused, kCases / 10);
}

}  // namespace
}  // namespace lws
