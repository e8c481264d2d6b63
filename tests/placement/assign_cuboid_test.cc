// Cuboids of nodes, against a look at every corner, every turn and every node.
#include "lws/placement/assign_cuboid.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"
#include "tests/placement/case_count.h"

namespace lws {
namespace {

using Cell = std::array<int32_t, kGridAxes>;

constexpr unsigned kSeed = 20261127;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCases = 3000;
#else
constexpr int kCases = 60000;
#endif

constexpr const char* kAxes[] = {"x", "y", "z"};

NodeGrid Grid(Cell extents, std::array<bool, kGridAxes> wraps = {false, false, false}) {
  NodeGrid grid;
  grid.labels = {"x", "y", "z"};
  grid.extents = extents;
  grid.wraps = wraps;
  return grid;
}

TopologyNode NodeAt(const std::string& cube, Cell cell, int64_t gpus) {
  TopologyNode node;
  node.facts.name = absl::StrCat(cube, "-", absl::StrJoin(cell, "-"));
  node.facts.labels = {{"cube", cube}, {"host", node.facts.name}};
  for (size_t axis = 0; axis < kGridAxes; ++axis) node.facts.labels[kAxes[axis]] = absl::StrCat(cell[axis]);
  node.allocatable = {{"pods", 10}, {"gpu", gpus}};
  return node;
}

// A grid in which these cells have no room.
Capacity CubeWithout(Cell extents, const std::set<Cell>& taken) {
  std::vector<TopologyNode> nodes;
  for (int32_t z = 0; z < extents[2]; ++z) {
    for (int32_t y = 0; y < extents[1]; ++y) {
      for (int32_t x = 0; x < extents[0]; ++x) nodes.push_back(NodeAt("c", {x, y, z}, taken.count({x, y, z}) == 0));
    }
  }
  return Capacity(*Topology::Create(std::move(nodes), {"cube", "host"}));
}

// A leader and workers, a gpu each.
GroupRequest Group(int64_t pods) {
  GroupRequest request;
  request.worker.amounts = {{"gpu", 1}};
  request.leader = request.worker;
  request.workers = pods - 1;
  return request;
}

std::string Place(const Capacity& capacity, const GroupRequest& request, const NodeGrid& grid, const Cuboid& cuboid) {
  const absl::StatusOr<PlacementResult> result = AssignCuboid(capacity, request, grid, cuboid);
  if (!result.ok()) return std::string(result.status().message());
  if (!result->assignment.has_value()) return DescribeNoFit(result->no_fit);
  std::string text;
  for (const int32_t node : result->assignment->NodesByRank()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", capacity.topology().Node(node).facts.name);
  }
  return text;
}

TEST(AssignCuboidTest, Law1RanksGoAlongTheAxes) {
  const Capacity cube = CubeWithout({2, 2, 2}, {});
  EXPECT_EQ(Place(cube, Group(8), Grid({2, 2, 2}), {{2, 2, 2}, false}),
            "c-0-0-0 c-1-0-0 c-0-1-0 c-1-1-0 c-0-0-1 c-1-0-1 c-0-1-1 c-1-1-1");
  GroupRequest two_on_each = Group(4);
  two_on_each.worker.amounts.clear();
  two_on_each.leader = two_on_each.worker;
  EXPECT_EQ(Place(cube, two_on_each, Grid({2, 2, 2}), {{1, 1, 2}, false}), "c-0-0-0 c-0-0-0 c-0-0-1 c-0-0-1");
}

TEST(AssignCuboidTest, Law2OnlyATorusGoesOnAtItsBeginning) {
  const Capacity ring = CubeWithout({4, 1, 1}, {{1, 0, 0}});
  EXPECT_EQ(Place(ring, Group(3), Grid({4, 1, 1}, {true, false, false}), {{3, 1, 1}, false}),
            "c-2-0-0 c-3-0-0 c-0-0-0");
  EXPECT_EQ(Place(ring, Group(3), Grid({4, 1, 1}), {{3, 1, 1}, false}),
            "no place for 3 pods: no contiguous cuboid of nodes takes the whole group; best is the whole cluster with "
            "2; 4 nodes: 1 gpu");
}

TEST(AssignCuboidTest, Law4ATurnFindsAPlace) {
  const Capacity plane = CubeWithout({3, 2, 1}, {{0, 0, 0}, {0, 1, 0}, {1, 0, 0}});
  EXPECT_EQ(Place(plane, Group(2), Grid({3, 2, 1}), {{1, 2, 1}, false}), "c-2-0-0 c-2-1-0");
  const Capacity row = CubeWithout({3, 2, 1}, {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}});
  EXPECT_EQ(Place(row, Group(2), Grid({3, 2, 1}), {{1, 2, 1}, true}), "c-0-0-0 c-1-0-0");
}

TEST(AssignCuboidTest, Law5LeavesLargeCuboidsFree) {
  // No usable node touches either pair beside the used node, so the first pair is taken.
  EXPECT_EQ(Place(CubeWithout({5, 1, 1}, {{2, 0, 0}}), Group(2), Grid({5, 1, 1}), {{2, 1, 1}, false}),
            "c-0-0-0 c-1-0-0");
  // A pair among the first three nodes would touch the third one. No usable node touches the last pair.
  EXPECT_EQ(Place(CubeWithout({6, 1, 1}, {{3, 0, 0}}), Group(2), Grid({6, 1, 1}), {{2, 1, 1}, false}),
            "c-4-0-0 c-5-0-0");
}

TEST(AssignCuboidTest, MalformedRequestsAreRefused) {
  const Capacity cube = CubeWithout({2, 2, 1}, {});
  const NodeGrid grid = Grid({2, 2, 1});
  EXPECT_EQ(Place(cube, Group(4), grid, {{3, 1, 1}, false}),
            "size: the 3 nodes of the cuboid do not share 4 pods evenly");
  EXPECT_EQ(Place(cube, Group(3), grid, {{3, 1, 1}, true}), "size: the cuboid is larger than the grid");
  EXPECT_EQ(Place(cube, Group(3), grid, {{0, 1, 1}, true}), "size: 0 is out of range");
  EXPECT_EQ(Place(cube, Group(4), Grid({1, 2, 1}), {{1, 2, 1}, false}),
            "Node c-1-0-0: metadata.labels.x: \"1\" is no coordinate of 0..0");
  EXPECT_EQ(Place(cube, Group(4), Grid({0, 2, 1}), {{1, 2, 1}, false}), "extents: 0 is less than 1");
  EXPECT_EQ(Place(cube, Group(4), Grid({1 << 20, 1 << 20, 1 << 20}), {{1, 2, 1}, false}),
            "extents: more than 4194304 nodes");
  NodeGrid line = grid;
  line.labels[1] = "";
  EXPECT_EQ(Place(cube, Group(2), line, {{2, 1, 1}, false}),
            "Node c-0-1-0: metadata.labels: its coordinates are those of Node c-0-0-0");
  GroupRequest request = Group(4);
  request.closeness = Closeness::kPreferred;
  request.level = "cube";
  EXPECT_EQ(Place(cube, request, grid, {{2, 2, 1}, false}), "closeness: a cuboid is in one domain, and prefers none");
  request = Group(4);
  request.subgroups = {{2, "cube"}};
  EXPECT_EQ(Place(cube, request, grid, {{2, 2, 1}, false}), "subgroups: a cuboid has none");
}

// Looks at every place, node by node.
class CuboidOracle {
 public:
  CuboidOracle(const Capacity& capacity, const GroupRequest& request, const NodeGrid& grid, const Cuboid& cuboid)
      : capacity_(capacity), topology_(capacity.topology()), request_(request), grid_(grid) {
    level_ = request.closeness == Closeness::kRequired ? *topology_.LevelOf(request.level) : Topology::kRoot;
    share_ = (request.workers + request.leader.has_value()) / (cuboid.size[0] * cuboid.size[1] * cuboid.size[2]);
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      const std::map<std::string, std::string>& labels = topology_.Node(node).facts.labels;
      Cell cell;
      bool is_inside = topology_.IsLabelled(level_, topology_.DomainOf(level_, node));
      for (size_t axis = 0; axis < kGridAxes && is_inside; ++axis) {
        is_inside = labels.count(kAxes[axis]) > 0;
        if (is_inside) cell[axis] = std::stoi(labels.at(kAxes[axis]));
      }
      if (is_inside) nodes_[{topology_.DomainOf(level_, node), cell}] = node;
    }
    std::array<size_t, kGridAxes> order = {0, 1, 2};
    do {
      const Cell turned = {cuboid.size[order[0]], cuboid.size[order[1]], cuboid.size[order[2]]};
      if (std::find(turns_.begin(), turns_.end(), turned) == turns_.end()) turns_.push_back(turned);
    } while (cuboid.may_turn && std::next_permutation(order.begin(), order.end()));
  }

  // The nodes by rank of the place that comes first; nullopt when there is none.
  std::optional<std::vector<int32_t>> First() {
    std::optional<std::vector<int32_t>> first;
    std::tuple<size_t, size_t, int32_t, size_t, Cell> best;
    for (int32_t domain = 0; domain < topology_.DomainCount(level_); ++domain) {
      size_t usable = 0;
      for (const auto& [place, node] : nodes_) usable += place.first == domain && IsUsable(node);
      size_t turn = 0;
      for (const Cell& size : turns_) {
        bool is_turn = true;
        for (size_t axis = 0; axis < kGridAxes; ++axis) is_turn = is_turn && size[axis] <= grid_.extents[axis];
        if (!is_turn) continue;
        ForEachCell(grid_.extents, [&](const Cell& corner) {
          const std::optional<std::vector<Cell>> cells = CellsOf(corner, size);
          if (!cells.has_value() || !Holds(domain, *cells)) return;
          const Cell backwards = {corner[2], corner[1], corner[0]};
          const auto key = std::make_tuple(Touching(domain, *cells), usable, domain, turn, backwards);
          if (first.has_value() && key >= best) return;
          best = key;
          first = NodesOf(domain, *cells);
        });
        ++turn;
      }
    }
    return first;
  }

 private:
  template <typename Visit>
  static void ForEachCell(const Cell& size, Visit visit) {
    for (int32_t z = 0; z < size[2]; ++z) {
      for (int32_t y = 0; y < size[1]; ++y) {
        for (int32_t x = 0; x < size[0]; ++x) visit(Cell{x, y, z});
      }
    }
  }

  // A cell on the grid; nullopt beyond an end that does not wrap.
  std::optional<Cell> OnGrid(Cell cell) const {
    for (size_t axis = 0; axis < kGridAxes; ++axis) {
      if (grid_.wraps[axis]) cell[axis] = (cell[axis] + grid_.extents[axis]) % grid_.extents[axis];
      if (cell[axis] < 0 || cell[axis] >= grid_.extents[axis]) return std::nullopt;
    }
    return cell;
  }

  std::optional<std::vector<Cell>> CellsOf(const Cell& corner, const Cell& size) const {
    std::vector<Cell> cells;
    bool are_all = true;
    ForEachCell(size, [&](const Cell& offset) {
      const std::optional<Cell> cell = OnGrid({corner[0] + offset[0], corner[1] + offset[1], corner[2] + offset[2]});
      if (cell.has_value()) cells.push_back(*cell);
      are_all = are_all && cell.has_value();
    });
    return are_all ? std::optional<std::vector<Cell>>(cells) : std::nullopt;
  }

  std::vector<int32_t> NodesOf(int32_t domain, const std::vector<Cell>& cells) const {
    std::vector<int32_t> by_rank;
    for (const Cell& cell : cells) {
      for (int64_t pod = 0; pod < share_; ++pod) by_rank.push_back(nodes_.at({domain, cell}));
    }
    return by_rank;
  }

  bool MayUse(int32_t node, const PodShape& shape) const {
    for (const std::string& key : request_.exclusive_levels) {
      const int level = *topology_.LevelOf(key);
      const int32_t domain = topology_.DomainOf(level, node);
      if (!topology_.IsLabelled(level, domain)) return false;
      if (capacity_.Holds(Holder::kGroup, request_.namespace_name, level, domain) > 0) return false;
    }
    return shape.filter.Check(topology_.Node(node).facts) == NodeExclusion::kNone;
  }

  // Whether this many workers, and the leader if wanted, fit onto the node.
  bool Fits(int32_t node, int64_t workers, bool leader) const {
    if (workers > 0 && !MayUse(node, request_.worker)) return false;
    if (leader && !MayUse(node, *request_.leader)) return false;
    for (size_t i = 0; i < topology_.resources().size(); ++i) {
      const std::string& name = topology_.resources()[i];
      const auto take = [&](const PodShape& shape) {
        const auto found = shape.amounts.find(name);
        return i == 0 ? 1 : found == shape.amounts.end() ? 0 : found->second;
      };
      const int64_t wanted = take(request_.worker) * workers + (leader ? take(*request_.leader) : 0);
      if (wanted > 0 && wanted > capacity_.Free(node)[i]) return false;
    }
    return true;
  }

  bool IsUsable(int32_t node) const { return request_.workers == 0 ? Fits(node, 0, true) : Fits(node, share_, false); }

  bool Holds(int32_t domain, const std::vector<Cell>& cells) const {
    std::set<int32_t> nodes;
    for (size_t i = 0; i < cells.size(); ++i) {
      const auto found = nodes_.find({domain, cells[i]});
      if (found == nodes_.end()) return false;
      const bool leader = i == 0 && request_.leader.has_value();
      if (!Fits(found->second, share_ - leader, leader)) return false;
      nodes.insert(found->second);
    }
    return std::all_of(request_.exclusive_levels.begin(), request_.exclusive_levels.end(), [&](const std::string& key) {
      const int level = *topology_.LevelOf(key);
      return std::all_of(nodes.begin(), nodes.end(), [&](int32_t node) {
        return topology_.DomainOf(level, node) == topology_.DomainOf(level, *nodes.begin());
      });
    });
  }

  // The usable nodes outside of the cells that are neighbours of one of them.
  size_t Touching(int32_t domain, const std::vector<Cell>& cells) const {
    std::set<Cell> touching;
    for (const Cell& cell : cells) {
      for (size_t axis = 0; axis < kGridAxes; ++axis) {
        for (const int32_t step : {-1, 1}) {
          Cell other = cell;
          other[axis] += step;
          const std::optional<Cell> neighbour = OnGrid(other);
          if (!neighbour.has_value() || std::find(cells.begin(), cells.end(), *neighbour) != cells.end()) continue;
          const auto found = nodes_.find({domain, *neighbour});
          if (found != nodes_.end() && IsUsable(found->second)) touching.insert(*neighbour);
        }
      }
    }
    return touching.size();
  }

  const Capacity& capacity_;
  const Topology& topology_;
  const GroupRequest& request_;
  const NodeGrid& grid_;
  int level_;
  int64_t share_;
  std::map<std::pair<int32_t, Cell>, int32_t> nodes_;
  std::vector<Cell> turns_;
};

struct Drawn {
  std::vector<TopologyNode> nodes;
  NodeGrid grid;
  Cuboid cuboid;
  GroupRequest request;
};

Drawn Draw(std::mt19937* random) {
  const auto draw = [random](int count) { return static_cast<int32_t>((*random)() % static_cast<uint32_t>(count)); };
  Drawn drawn;
  drawn.grid = Grid({1 + draw(4), 1 + draw(3), 1 + draw(3)}, {draw(2) == 0, draw(2) == 0, draw(2) == 0});
  for (int cube = draw(2); cube >= 0; --cube) {
    for (int32_t place = 0; place < 36; ++place) {
      const Cell cell = {place % 4, place / 4 % 3, place / 12};
      bool is_inside = draw(12) > 0;
      for (size_t axis = 0; axis < kGridAxes; ++axis) is_inside = is_inside && cell[axis] < drawn.grid.extents[axis];
      if (!is_inside) continue;
      drawn.nodes.push_back(NodeAt(absl::StrCat("c", cube), cell, draw(8) == 0 ? 0 : 1 + draw(3)));
      drawn.nodes.back().facts.ready = draw(20) > 0;
      if (draw(30) == 0) drawn.nodes.back().facts.labels.erase(kAxes[draw(3)]);
      if (draw(30) == 0) drawn.nodes.back().facts.labels.erase("cube");
    }
  }
  for (size_t axis = 0; axis < kGridAxes; ++axis) drawn.cuboid.size[axis] = 1 + draw(drawn.grid.extents[axis]);
  drawn.cuboid.may_turn = draw(2) == 0;
  const int64_t cells = drawn.cuboid.size[0] * drawn.cuboid.size[1] * drawn.cuboid.size[2];
  GroupRequest& request = drawn.request;
  request.worker.amounts = {{"gpu", draw(2)}};
  if (draw(2) == 0) request.leader = request.worker;
  if (request.leader.has_value() && draw(2) == 0) request.leader->amounts = {{"gpu", draw(4)}};
  request.workers = cells * (1 + draw(2)) - request.leader.has_value();
  if (draw(2) == 0) {
    request.closeness = Closeness::kRequired;
    request.level = "cube";
  }
  if (draw(6) == 0) request.exclusive_levels = {"cube"};
  return drawn;
}

TEST(AssignCuboidTest, Laws1To5AgainstEveryPlace) {
  int fits = 0, misses = 0;
  for (int round = 0; round < CaseCount(kCases); ++round) {
    std::mt19937 random(kSeed + static_cast<unsigned>(round));
    Drawn drawn = Draw(&random);
    if (drawn.nodes.empty()) continue;
    Capacity capacity(*Topology::Create(drawn.nodes, {"cube", "host"}));
    // Without a level of cubes, the nodes of several cubes would stand in one place.
    const bool is_one_cube = capacity.topology().DomainCount(0) == 1;
    if (drawn.request.closeness != Closeness::kRequired && !is_one_cube) continue;
    if (!drawn.request.exclusive_levels.empty() && random() % 3 == 0) capacity.Hold(Holder::kGroup, "", 0, 0);
    const absl::StatusOr<PlacementResult> result = AssignCuboid(capacity, drawn.request, drawn.grid, drawn.cuboid);
    ASSERT_TRUE(result.ok()) << "seed " << kSeed + static_cast<unsigned>(round) << ": " << result.status();
    const std::optional<std::vector<int32_t>> first =
        CuboidOracle(capacity, drawn.request, drawn.grid, drawn.cuboid).First();
    const std::string where =
        absl::StrCat("seed ", kSeed + static_cast<unsigned>(round), ": ", absl::StrJoin(drawn.cuboid.size, "x"), " in ",
                     absl::StrJoin(drawn.grid.extents, "x"), ", turn ", drawn.cuboid.may_turn, ", workers ",
                     drawn.request.workers, ", leader ", drawn.request.leader.has_value());
    ASSERT_EQ(result->assignment.has_value(), first.has_value()) << "law 4: " << where;
    if (!first.has_value()) {
      ++misses;
      ASSERT_FALSE(DescribeNoFit(result->no_fit).empty());
      ASSERT_LE(result->no_fit.best_pods, drawn.request.workers + drawn.request.leader.has_value()) << where;
      continue;
    }
    ++fits;
    ASSERT_EQ(result->assignment->NodesByRank(), *first) << "laws 1, 2, 3, 5: " << where;
    // The order in which nodes are given changes nothing.
    std::shuffle(drawn.nodes.begin(), drawn.nodes.end(), random);
    Capacity shuffled(*Topology::Create(drawn.nodes, {"cube", "host"}));
    if (drawn.request.exclusive_levels.empty()) {
      ASSERT_EQ(AssignCuboid(shuffled, drawn.request, drawn.grid, drawn.cuboid)->assignment, result->assignment)
          << where;
    }
  }
  EXPECT_GT(fits, kCases / 10);
  EXPECT_GT(misses, kCases / 10);
}

TEST(AssignCuboidTest, Law6CountsWhyNot) {
  Capacity cube = CubeWithout({4, 2, 1}, {{1, 0, 0}, {2, 1, 0}});
  EXPECT_EQ(Place(cube, Group(4), Grid({4, 2, 1}), {{2, 2, 1}, false}),
            "no place for 4 pods: no contiguous cuboid of nodes takes the whole group; best is the whole cluster with "
            "3; 8 nodes: 2 gpu");
  GroupRequest request = Group(4);
  request.closeness = Closeness::kRequired;
  request.level = "cube";
  EXPECT_EQ(Place(cube, request, Grid({4, 2, 1}), {{2, 2, 1}, false}),
            "no place for 4 pods: no contiguous cuboid of nodes takes the whole group; best is c with 3; 8 nodes: 2 "
            "gpu");
  request.leader->amounts = {{"gpu", 2}};
  EXPECT_EQ(
      Place(CubeWithout({4, 2, 1}, {}), request, Grid({4, 2, 1}), {{2, 2, 1}, false}),
      "0 of 1 cube fit 4 pods: there is room for the workers, and none for the leader; best is c with 4; 8 nodes");
}

// The names of the nodes by rank.
std::vector<std::string> NamesOf(const Capacity& capacity, const PlacementResult& result) {
  std::vector<std::string> names;
  if (!result.assignment.has_value()) return names;
  for (const int32_t node : result.assignment->NodesByRank())
    names.push_back(capacity.topology().Node(node).facts.name);
  return names;
}

TEST(AssignCuboidTest, Law7ADomainIsAClusterOfItsOwn) {
  int fits = 0, misses = 0;
  for (int round = 0; round < CaseCount(kCases / 10); ++round) {
    std::mt19937 random(kSeed + static_cast<unsigned>(round));
    const Drawn drawn = Draw(&random);
    if (drawn.nodes.empty()) continue;
    const Capacity capacity(*Topology::Create(drawn.nodes, {"cube", "host"}));
    const Topology& topology = capacity.topology();
    const int32_t cube = static_cast<int32_t>(random() % static_cast<uint32_t>(topology.DomainCount(0)));
    if (!topology.IsLabelled(0, cube)) continue;
    std::vector<TopologyNode> inside;
    const IndexRange nodes = topology.NodesOf(0, cube);
    for (int32_t node = nodes.begin; node < nodes.end; ++node) inside.push_back(topology.Node(node));
    const Capacity alone(*Topology::Create(inside, {"cube", "host"}));
    const PlacementResult within = *AssignCuboid(capacity, drawn.request, drawn.grid, drawn.cuboid, {0, cube});
    const PlacementResult expected = *AssignCuboid(alone, drawn.request, drawn.grid, drawn.cuboid);
    const std::string where = absl::StrCat("law 7, seed ", kSeed + static_cast<unsigned>(round));
    ASSERT_EQ(NamesOf(capacity, within), NamesOf(alone, expected)) << where;
    ++(within.assignment.has_value() ? fits : misses);
    if (within.assignment.has_value()) continue;
    ASSERT_EQ(DescribeNoFit(within.no_fit), DescribeNoFit(expected.no_fit)) << where;
  }
  EXPECT_GT(fits, kCases / 100);
  EXPECT_GT(misses, kCases / 100);
}

// Pods that keep apart from each other: the rules are checked for each place.
TEST(AssignCuboidTest, Law3RulesOfPodsHold) {
  auto rules = std::make_shared<PodRules>();
  rules->labels = {{"app", "a"}};
  PodTerm term;
  term.topology_key = "x";
  term.all_namespaces = true;
  term.selector.requirements = {{"app", LabelRequirement::Operator::kIn, {"a"}}};
  rules->apart = {term};
  GroupRequest request = Group(2);
  request.worker.rules = rules;
  request.leader->rules = rules;
  const Capacity plane = CubeWithout({2, 2, 1}, {});
  EXPECT_EQ(Place(plane, request, Grid({2, 2, 1}), {{2, 1, 1}, false}), "c-0-0-0 c-1-0-0");
  EXPECT_EQ(Place(plane, request, Grid({2, 2, 1}), {{1, 2, 1}, false}),
            "no sure place for 2 pods: there is room, but each place that was tried breaks a rule between pods: "
            "podAntiAffinity");
}

}  // namespace
}  // namespace lws
