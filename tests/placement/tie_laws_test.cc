// Ties between equally tight domains: empty domains stay empty, and preferred nodes come first.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"
#include "tests/placement/placement_cases.h"
#include "tests/placement/placement_oracle.h"
#include "tests/support/small_topology.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 5000;
#else
constexpr int kCases = 100000;
#endif

GroupRequest Group(int64_t workers, bool keeps_empty) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.workers = workers;
  request.closeness = Closeness::kRequired;
  request.level = "rack";
  request.keeps_empty = keeps_empty;
  return request;
}

std::string Place(const Capacity& capacity, const GroupRequest& request) {
  const absl::StatusOr<PlacementResult> result = AssignGroup(capacity, request);
  if (!result.ok()) return std::string(result.status().message());
  return result->assignment.has_value() ? PodsByNode(capacity.topology(), *result->assignment) : "none";
}

// What runs on the node of this number.
Capacity WithUse(Capacity capacity, int node, int64_t gpus) {
  capacity.Use(*capacity.topology().FindNode(absl::StrCat("n", node)), ResourceAmounts{{"gpu", gpus}});
  return capacity;
}

TEST(TieLawsTest, Law13EmptyDomainsStayEmpty) {
  // Both racks have room for two pods, and the second one has something running.
  const Capacity racks = WithUse(SmallTopology("{[2][3]}"), 1, 1);
  EXPECT_EQ(Place(racks, Group(2, false)), "2 -");
  EXPECT_EQ(Place(racks, Group(2, true)), "- 2");
  // The used block comes before the empty one, although both racks are empty.
  const Capacity blocks = WithUse(SmallTopology("{[2]} {[2][3]}"), 2, 1);
  EXPECT_EQ(Place(blocks, Group(2, false)), "2 - -");
  EXPECT_EQ(Place(blocks, Group(2, true)), "- - 2");
  // What is tightest still comes first.
  EXPECT_EQ(Place(WithUse(SmallTopology("{[2][4]}"), 1, 1), Group(2, true)), "2 -");
  // A pod that takes nothing of what the group asks for does not make a node used.
  EXPECT_EQ(Place(WithUse(SmallTopology("{[2][2]}"), 1, 0), Group(2, true)), "2 -");
}

// The preferred terms of a pod: a label, its value and the weight.
using Terms = std::vector<std::tuple<std::string, std::string, int64_t>>;

Json SpecWith(const Terms& terms) {
  Json list = Json::array();
  for (const auto& [key, value, weight] : terms) {
    const Json requirement = {{"key", key}, {"operator", "In"}, {"values", {value}}};
    list.push_back({{"weight", weight}, {"preference", {{"matchExpressions", Json::array({requirement})}}}});
  }
  Json spec;
  spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = std::move(list);
  return spec;
}

NodeFilter FilterWith(const Terms& terms) { return *NodeFilter::FromPodSpec(SpecWith(terms)); }

TEST(TieLawsTest, NodeFilterLaw5PreferenceIsASumOfWeights) {
  const NodeFilter filter = FilterWith({{"disk", "ssd", 10}, {"rack", "r1", 3}, {"disk", "hdd", 1}});
  NodeFacts node;
  EXPECT_EQ(filter.Preference(node), 0);
  EXPECT_EQ(filter.Check(node), NodeExclusion::kNone);
  node.labels = {{"disk", "ssd"}};
  EXPECT_EQ(filter.Preference(node), 10);
  node.labels["rack"] = "r1";
  EXPECT_EQ(filter.Preference(node), 13);
  EXPECT_FALSE(NodeFilter().HasPreferences());
  // An empty term matches no node.
  Json spec = SpecWith({});
  Json& list = spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
  list.push_back({{"weight", 5}, {"preference", Json::object()}});
  EXPECT_EQ(NodeFilter::FromPodSpec(spec)->Preference(node), 0);
}

TEST(TieLawsTest, MalformedPreferencesAreRefused) {
  const std::string where = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]";
  for (const int64_t weight : {-1, 0, 101}) {
    EXPECT_EQ(NodeFilter::FromPodSpec(SpecWith({{"disk", "ssd", weight}})).status().message(),
              absl::StrCat(where, ".weight: ", weight, " is not in 1..100"));
  }
  Json spec = SpecWith({{"disk", "ssd", 1}});
  Json& list = spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
  list[0]["preference"]["matchExpressions"][0]["operator"] = "Near";
  EXPECT_EQ(NodeFilter::FromPodSpec(spec).status().message(),
            absl::StrCat(where, ".preference: matchExpressions[0]: operator: \"Near\" is unknown"));
  list[0] = 7;
  EXPECT_EQ(NodeFilter::FromPodSpec(spec).status().message(), absl::StrCat(where, ": not an object"));
}

TEST(TieLawsTest, Law14PreferredNodesComeFirstAmongEquals) {
  GroupRequest request = Group(2, false);
  EXPECT_EQ(Place(SmallTopology("{[2][2][2]}"), request), "2 - -");
  request.worker.filter = FilterWith({{"rack", "r1", 1}, {"rack", "r2", 2}});
  EXPECT_EQ(Place(SmallTopology("{[2][2][2]}"), request), "- - 2");
  EXPECT_EQ(Place(SmallTopology("{[2][2][3]}"), request), "- 2 -");
  // Law 13 comes first.
  request.keeps_empty = true;
  EXPECT_EQ(Place(WithUse(SmallTopology("{[3][2][2]}"), 0, 1), request), "2 - -");
  // Within the rack, nodes are told apart, too.
  request.worker.filter = FilterWith({{"host", "n2", 1}});
  EXPECT_EQ(Place(SmallTopology("{[2 2 2]}"), request), "- - 2");
  // A leader without workers has its own wishes.
  request.leader = request.worker;
  request.workers = 0;
  EXPECT_EQ(Place(SmallTopology("{[2 2 2]}"), request), "- - 1");
}

// Decides ties by looking at all nodes again for every domain.
class TieOracle {
 public:
  TieOracle(const Capacity& capacity, const GroupRequest& request, const Terms& terms)
      : capacity_(capacity),
        topology_(capacity.topology()),
        request_(request),
        terms_(terms),
        oracle_(capacity, request) {}

  // The domain of `level` within the nodes that takes the whole group and comes first; nullopt when none does.
  std::optional<int32_t> First(int level, IndexRange nodes, bool labelled) const {
    std::optional<int32_t> first;
    for (int32_t domain = 0; domain < topology_.DomainCount(level); ++domain) {
      const int32_t begin = topology_.NodesOf(level, domain).begin;
      if (begin < nodes.begin || begin >= nodes.end) continue;
      if (labelled && !topology_.IsLabelled(level, domain)) continue;
      if (oracle_.RoomBesideLeader(level, domain) < request_.workers) continue;
      if (!first.has_value() || IsBefore(level, domain, *first)) first = domain;
    }
    return first;
  }

 private:
  bool IsBefore(int level, int32_t a, int32_t b) const {
    const int64_t room_a = oracle_.RoomBesideLeader(level, a);
    const int64_t room_b = oracle_.RoomBesideLeader(level, b);
    if (room_a != room_b) return room_a < room_b;
    for (int above = 0; request_.keeps_empty && above <= level; ++above) {
      const bool empty_a = IsEmpty(above, topology_.DomainOf(above, topology_.NodesOf(level, a).begin));
      const bool empty_b = IsEmpty(above, topology_.DomainOf(above, topology_.NodesOf(level, b).begin));
      if (empty_a != empty_b) return empty_b;
    }
    return Preferred(level, a) > Preferred(level, b);
  }

  int64_t Room(const int64_t* free) const {
    for (int64_t workers = 0;; ++workers) {
      for (size_t i = 0; i < topology_.resources().size(); ++i) {
        const auto found = request_.worker.amounts.find(topology_.resources()[i]);
        const int64_t take = i == 0 ? 1 : found == request_.worker.amounts.end() ? 0 : found->second;
        if (take > 0 && take * (workers + 1) > free[i]) return workers;
      }
    }
  }

  bool IsEmpty(int level, int32_t domain) const {
    const IndexRange nodes = topology_.NodesOf(level, domain);
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      if (Room(capacity_.Free(node)) < Room(topology_.Allocatable(node))) return false;
    }
    return true;
  }

  int64_t Preferred(int level, int32_t domain) const {
    int64_t sum = 0;
    const IndexRange nodes = topology_.NodesOf(level, domain);
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      if (request_.worker.filter.Check(topology_.Node(node).facts) != NodeExclusion::kNone) continue;
      if (request_.closeness == Closeness::kRequired) {
        const int required = *topology_.LevelOf(request_.level);
        if (!topology_.IsLabelled(required, topology_.DomainOf(required, node))) continue;
      }
      for (const auto& [key, value, weight] : terms_) {
        const auto found = topology_.Node(node).facts.labels.find(key);
        if (found == topology_.Node(node).facts.labels.end() || found->second != value) continue;
        sum += weight * std::min(Room(capacity_.Free(node)), request_.workers);
      }
    }
    return sum;
  }

  const Capacity& capacity_;
  const Topology& topology_;
  const GroupRequest& request_;
  const Terms& terms_;
  PlacementOracle oracle_;
};

TEST(TieLawsTest, Laws13And14AgainstALookAtEveryDomain) {
  Cases cases(kSeed);
  int64_t told_apart = 0;
  for (int round = 0; round < kCases; ++round) {
    Capacity capacity(*Topology::Create(cases.Nodes(), {"block", "rack", "host"}));
    const Topology& topology = capacity.topology();
    for (int i = cases.Draw(4); i > 0; --i) {
      capacity.Use(cases.Draw(topology.NodeCount()), ResourceAmounts{{"gpu", cases.Draw(3)}, {"cpu", cases.Draw(2)}});
    }
    GroupRequest request = cases.Request();
    const Terms terms = {{"disk", "ssd", 1 + cases.Draw(3)}, {"rack", absl::StrCat("r", cases.Draw(3)), 1}};
    request.worker.filter = FilterWith(terms);
    request.profile = PlacementProfile::kBestFit;
    request.subgroups.clear();
    request.exclusive_levels.clear();
    request.workers = std::max<int64_t>(request.workers, 1);
    request.keeps_empty = cases.Draw(3) > 0;
    const absl::StatusOr<PlacementResult> result = AssignGroup(capacity, request);
    ASSERT_TRUE(result.ok()) << result.status();
    if (round % 10 == 0) {
      // The wishes neither take a place away nor find one.
      GroupRequest plain = request;
      plain.keeps_empty = false;
      plain.worker.filter = NodeFilter();
      const absl::StatusOr<PlacementResult> without = AssignGroup(capacity, plain);
      ASSERT_TRUE(without.ok()) << without.status();
      ASSERT_EQ(without->assignment.has_value(), result->assignment.has_value())
          << "seed " << kSeed << ", round " << round;
    }
    if (!result->assignment.has_value()) continue;
    const std::vector<int32_t> nodes = result->assignment->NodesByRank();
    const TieOracle oracle(capacity, request, terms);
    const bool is_free = request.closeness == Closeness::kUnconstrained;
    int level = is_free ? topology.LastLevel() : *topology.LevelOf(request.level);
    const int widest = request.closeness == Closeness::kPreferred ? 0 : level;
    IndexRange inside{0, topology.NodeCount()};
    std::optional<int32_t> first = oracle.First(level, inside, !is_free);
    while (!first.has_value() && level > widest) first = oracle.First(--level, inside, true);
    for (; first.has_value(); first = oracle.First(level, inside, false)) {
      for (const int32_t node : nodes) {
        ASSERT_EQ(topology.DomainOf(level, node), *first)
            << "seed " << kSeed << ", round " << round << ", level " << level << ", keeps empty " << request.keeps_empty
            << ", weight " << std::get<2>(terms[0]) << " for ssd, 1 for " << std::get<1>(terms[1])
            << Describe(capacity, request) << "\n  -> " << PodsByNode(topology, *result->assignment);
      }
      ++told_apart;
      inside = topology.NodesOf(level, *first);
      if (++level > topology.LastLevel()) break;
    }
  }
  EXPECT_GT(told_apart, kCases / 4);
}

}  // namespace
}  // namespace lws
