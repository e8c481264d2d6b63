#include "lws/placement/assign_cuboid.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::DomainCount;
using internal::DomainCounts;
using internal::KeepsSearchRules;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;
using internal::ScopeOf;

namespace {

using Cell = std::array<int32_t, kGridAxes>;

constexpr int32_t kNoNode = -1;

// Calls visit(cell) for each cell from `first` to before `end`, along the first axis, then the second, then the third.
template <typename Visit>
void ForEachCell(const Cell& first, const Cell& end, const Visit& visit) {
  Cell cell;
  for (cell[2] = first[2]; cell[2] < end[2]; ++cell[2]) {
    for (cell[1] = first[1]; cell[1] < end[1]; ++cell[1]) {
      for (cell[0] = first[0]; cell[0] < end[0]; ++cell[0]) visit(cell);
    }
  }
}

int64_t Volume(const Cell& size) {
  int64_t volume = 1;
  for (const int32_t extent : size) volume *= extent;
  return volume;
}

// Counts the marked cells of boxes, by the sums over all cells before a corner. An axis that wraps is laid out twice.
class BoxCounts {
 public:
  explicit BoxCounts(const NodeGrid& grid) : extents_(grid.extents) {
    for (size_t axis = 0; axis < kGridAxes; ++axis) size_[axis] = extents_[axis] * (grid.wraps[axis] ? 2 : 1) + 1;
    sums_.resize(static_cast<size_t>(Volume(size_)));
  }

  template <typename IsMarked>
  void Count(IsMarked is_marked) {
    ForEachCell({1, 1, 1}, size_, [&](const Cell& end) {
      Cell cell;
      for (size_t axis = 0; axis < kGridAxes; ++axis) cell[axis] = (end[axis] - 1) % extents_[axis];
      sums_[Index(end)] = is_marked(cell) + SumAround(end, {1, 1, 1});
    });
  }

  // The marked cells of the box that begins at a cell of the grid.
  int64_t In(const Cell& begin, const Cell& size) const {
    Cell end = begin;
    for (size_t axis = 0; axis < kGridAxes; ++axis) end[axis] += size[axis];
    return sums_[Index(end)] - SumAround(end, size);
  }

 private:
  size_t Index(const Cell& end) const {
    const auto at = [](int32_t number) { return static_cast<size_t>(number); };
    return (at(end[2]) * at(size_[1]) + at(end[1])) * at(size_[0]) + at(end[0]);
  }

  // The marked cells before `end` that are outside of the box which ends there, by inclusion and exclusion.
  int64_t SumAround(const Cell& end, const Cell& size) const {
    int64_t sum = 0;
    for (unsigned axes = 1; axes < 1U << kGridAxes; ++axes) {
      Cell corner = end;
      int sign = -1;
      for (size_t axis = 0; axis < kGridAxes; ++axis) {
        if ((axes >> axis & 1U) == 0) continue;
        corner[axis] -= size[axis];
        sign = -sign;
      }
      sum += sign * sums_[Index(corner)];
    }
    return sum;
  }

  Cell extents_;
  Cell size_;
  std::vector<int64_t> sums_;
};

absl::Status CheckRequest(const GroupRequest& request, const NodeGrid& grid, const Cuboid& cuboid) {
  if (!request.subgroups.empty()) return absl::InvalidArgumentError("subgroups: a cuboid has none");
  if (request.closeness == Closeness::kPreferred || !request.preferred_within.empty()) {
    return absl::InvalidArgumentError("closeness: a cuboid is in one domain, and prefers none");
  }
  __int128 nodes = 1;
  for (const int32_t extent : grid.extents) {
    if (extent < 1) return absl::InvalidArgumentError(absl::StrCat("extents: ", extent, " is less than 1"));
    nodes *= extent;
    if (nodes > kMostGridNodes) {
      return absl::InvalidArgumentError(absl::StrCat("extents: more than ", kMostGridNodes, " nodes"));
    }
  }
  int64_t cells = 1;
  for (const int32_t size : cuboid.size) {
    if (size < 1 || size > kMostGridNodes) {
      return absl::InvalidArgumentError(absl::StrCat("size: ", size, " is out of range"));
    }
    cells = std::min<int64_t>(cells * size, kMaxGroupPods);
  }
  const int64_t pods = request.Pods();
  if (pods % cells == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("size: the ", cells, " nodes of the cuboid do not share ", pods, " pods evenly"));
}

// The different sizes along the axes of the grid that have room in it, in the order of the axes.
std::vector<Cell> Turns(const NodeGrid& grid, const Cuboid& cuboid) {
  std::vector<Cell> turns;
  std::array<size_t, kGridAxes> order = {0, 1, 2};
  do {
    Cell turned;
    bool fits = true;
    for (size_t axis = 0; axis < kGridAxes; ++axis) {
      turned[axis] = cuboid.size[order[axis]];
      fits = fits && turned[axis] <= grid.extents[axis];
    }
    if (fits && std::find(turns.begin(), turns.end(), turned) == turns.end()) turns.push_back(turned);
  } while (cuboid.may_turn && std::next_permutation(order.begin(), order.end()));
  return turns;
}

// The coordinates of the node; nullopt when it lacks a label.
absl::StatusOr<std::optional<Cell>> CellOf(const NodeFacts& node, const NodeGrid& grid) {
  Cell cell = {0, 0, 0};
  for (size_t axis = 0; axis < kGridAxes; ++axis) {
    if (grid.labels[axis].empty()) continue;
    const auto found = node.labels.find(grid.labels[axis]);
    if (found == node.labels.end()) return std::nullopt;
    if (!absl::SimpleAtoi(found->second, &cell[axis]) || cell[axis] < 0 || cell[axis] >= grid.extents[axis]) {
      return absl::InvalidArgumentError(absl::StrCat("Node ", node.name, ": metadata.labels.", grid.labels[axis],
                                                     ": \"", found->second, "\" is no coordinate of 0..",
                                                     grid.extents[axis] - 1));
    }
  }
  return cell;
}

// The nodes of one grid by their cells.
class NodesOfGrid {
 public:
  explicit NodesOfGrid(const NodeGrid& grid)
      : extents_(grid.extents), nodes_(static_cast<size_t>(Volume(extents_)), kNoNode) {}

  int32_t At(const Cell& cell) const { return nodes_[Index(cell)]; }
  void Set(const Cell& cell, int32_t node) { nodes_[Index(cell)] = node; }

  // The nodes of the box along the first axis, then the second, then the third.
  std::vector<int32_t> In(const Cell& corner, const Cell& size) const {
    std::vector<int32_t> nodes;
    ForEachCell({0, 0, 0}, size, [&](const Cell& offset) {
      Cell cell;
      for (size_t axis = 0; axis < kGridAxes; ++axis) cell[axis] = (corner[axis] + offset[axis]) % extents_[axis];
      nodes.push_back(At(cell));
    });
    return nodes;
  }

 private:
  size_t Index(const Cell& cell) const {
    return static_cast<size_t>((int64_t{cell[2]} * extents_[1] + cell[1]) * extents_[0] + cell[0]);
  }

  Cell extents_;
  std::vector<int32_t> nodes_;
};

// A place that has room for every pod. What law 5 compares is in its order.
struct Place {
  int64_t touching = 0;
  int64_t usable = 0;  // in the grid
  int32_t domain = 0;
  size_t turn = 0;
  Cell corner = {0, 0, 0};

  auto Rank() const { return std::tie(touching, usable, domain, turn, corner[2], corner[1], corner[0]); }
};

bool IsBehind(const Place& a, const Place& b) { return b.Rank() < a.Rank(); }

class CuboidSearch {
 public:
  CuboidSearch(const PlacementProblem& problem, const Capacity& capacity, const NodeGrid& grid, const Cuboid& cuboid,
               const TopologyDomain& within)
      : problem_(problem),
        topology_(*problem.topology),
        capacity_(capacity),
        counts_(problem, capacity, ScopeOf(within)),
        nodes_(topology_.NodesOf(within.level, within.domain)),
        grid_(grid),
        turns_(Turns(grid, cuboid)),
        share_(problem.Pods() / Volume(cuboid.size)),
        level_(problem.level),
        domains_(DomainsOf(topology_, level_, within)) {}

  absl::StatusOr<PlacementResult> Run() {
    absl::Status status = ReadGrids();
    if (!status.ok()) return status;
    result_.not_looked_at = problem_.request->not_looked_at;
    for (int32_t domain = domains_.begin; domain < domains_.end; ++domain) FindPlaces(domain);
    // Usually the first place is taken, so the others need no order.
    std::make_heap(places_.begin(), places_.end(), IsBehind);
    for (auto end = places_.end(); end != places_.begin(); --end) {
      std::pop_heap(places_.begin(), end, IsBehind);
      if (Takes(*std::prev(end))) return std::move(result_);
    }
    Explain();
    return std::move(result_);
  }

 private:
  // The domains of the level that have nodes of `within`.
  static IndexRange DomainsOf(const Topology& topology, int level, const TopologyDomain& within) {
    if (level >= within.level) return topology.DomainsWithin(within.level, within.domain, level);
    const int32_t around = topology.DomainOf(level, topology.NodesOf(within.level, within.domain).begin);
    return {around, around + 1};
  }

  bool IsUsable(int32_t node) const {
    if (problem_.workers == 0) return TakesFirst(node);
    return node != kNoNode && counts_.At(topology_.LastLevel(), node).workers >= share_;
  }
  bool TakesFirst(int32_t node) const {
    if (node == kNoNode) return false;
    const DomainCount& count = counts_.At(topology_.LastLevel(), node);
    if (!problem_.has_leader) return count.workers >= share_;
    return count.penalty != DomainCount::kNone && count.workers - count.penalty >= share_ - 1;
  }

  // The number of the domain's grid.
  size_t GridOf(int32_t domain) const { return static_cast<size_t>(domain - domains_.begin); }

  absl::Status ReadGrids() {
    if (Volume(grid_.extents) * domains_.size() > kMostGridNodes) {
      return absl::InvalidArgumentError(absl::StrCat("extents: the grids of ", domains_.size(),
                                                     " domains have more than ", kMostGridNodes, " nodes"));
    }
    grids_.assign(static_cast<size_t>(domains_.size()), NodesOfGrid(grid_));
    for (int32_t node = nodes_.begin; node < nodes_.end; ++node) {
      const int32_t domain = topology_.DomainOf(level_, node);
      if (!topology_.IsLabelled(level_, domain)) continue;
      const absl::StatusOr<std::optional<Cell>> cell = CellOf(topology_.Node(node).facts, grid_);
      if (!cell.ok()) return cell.status();
      if (!cell->has_value()) {
        ++outside_;
        continue;
      }
      NodesOfGrid& nodes = grids_[GridOf(domain)];
      const int32_t other = nodes.At(**cell);
      if (other != kNoNode) {
        return absl::InvalidArgumentError(absl::StrCat("Node ", topology_.Node(node).facts.name,
                                                       ": metadata.labels: its coordinates are those of Node ",
                                                       topology_.Node(other).facts.name));
      }
      nodes.Set(**cell, node);
    }
    return absl::OkStatus();
  }

  void FindPlaces(int32_t domain) {
    if (!topology_.IsLabelled(level_, domain)) return;
    const NodesOfGrid& nodes = grids_[GridOf(domain)];
    BoxCounts usable(grid_);
    usable.Count([&](const Cell& cell) { return IsUsable(nodes.At(cell)); });
    ++result_.no_fit.domains;
    Place place;
    place.domain = domain;
    place.usable = usable.In({0, 0, 0}, grid_.extents);
    for (; place.turn < turns_.size(); ++place.turn) {
      const Cell& size = turns_[place.turn];
      Cell end;  // of the corners
      for (size_t axis = 0; axis < kGridAxes; ++axis) {
        end[axis] = grid_.wraps[axis] ? grid_.extents[axis] : grid_.extents[axis] - size[axis] + 1;
      }
      ForEachCell({0, 0, 0}, end, [&](const Cell& corner) {
        place.corner = corner;
        Try(usable, nodes, &place);
      });
    }
  }

  void Try(const BoxCounts& usable, const NodesOfGrid& nodes, Place* place) {
    const Cell& size = turns_[place->turn];
    const int64_t marked = usable.In(place->corner, size);
    if (best_nodes_ < marked) {
      best_nodes_ = marked;
      best_domain_ = place->domain;
    }
    const int32_t first = nodes.At(place->corner);
    if (marked - IsUsable(first) < Volume(size) - 1 || !TakesFirst(first)) return;
    place->touching = 0;
    for (size_t axis = 0; axis < kGridAxes; ++axis) place->touching += Touching(usable, place->corner, size, axis);
    places_.push_back(*place);
  }

  // The usable nodes that touch the two faces of the cuboid on this axis.
  int64_t Touching(const BoxCounts& usable, const Cell& corner, Cell size, size_t axis) const {
    const int32_t extent = grid_.extents[axis];
    const int32_t length = size[axis];
    const bool wraps = grid_.wraps[axis];
    size[axis] = 1;
    Cell before = corner;
    Cell behind = corner;
    --before[axis];
    behind[axis] += length;
    if (wraps) before[axis] = (before[axis] + extent) % extent;
    if (wraps) behind[axis] %= extent;
    // On a ring, a cuboid of full length has no ends, and one node less leaves one node beside both ends.
    const bool has_before = length < extent && before[axis] >= 0;
    const bool has_behind = length < extent && behind[axis] < extent && !(wraps && length == extent - 1);
    return (has_before ? usable.In(before, size) : 0) + (has_behind ? usable.In(behind, size) : 0);
  }

  // Takes the place if it keeps what room does not say: exclusive levels, and the rules of the pods.
  bool Takes(const Place& place) {
    std::vector<int32_t> by_rank;
    for (const int32_t node : grids_[GridOf(place.domain)].In(place.corner, turns_[place.turn])) {
      by_rank.insert(by_rank.end(), static_cast<size_t>(share_), node);
    }
    for (const int level : problem_.exclusive_levels) {
      const int32_t domain = topology_.DomainOf(level, by_rank[0]);
      const auto is_inside = [&](int32_t node) { return topology_.DomainOf(level, node) == domain; };
      if (!std::all_of(by_rank.begin(), by_rank.end(), is_inside)) return false;
    }
    if (!problem_.unchecked_rules.empty() && !KeepsSearchRules(problem_, capacity_, by_rank)) {
      breaks_rules_ = true;
      return false;
    }
    result_.assignment = AssignmentFromRanks(problem_.has_leader, by_rank);
    return true;
  }

  // Law 6.
  void Explain() {
    NoFit& no_fit = result_.no_fit;
    no_fit.reason = NoFitReason::kNoCuboidFits;
    if (places_.empty() && best_nodes_ == Volume(turns_[0])) no_fit.reason = NoFitReason::kLeaderFitsNowhere;
    if (breaks_rules_) no_fit.reason = NoFitReason::kRulesNotKept;
    if (breaks_rules_) no_fit.rules = problem_.unchecked_rules;
    if (level_ != Topology::kRoot) no_fit.level = topology_.level_keys()[static_cast<size_t>(level_)];
    no_fit.wanted_pods = problem_.Pods();
    no_fit.nodes = nodes_.size();
    no_fit.best_pods = std::max<int64_t>(best_nodes_, 0) * share_;
    if (best_nodes_ >= 0) no_fit.best_domain = topology_.DomainPath(level_, best_domain_);
    if (outside_ > 0) no_fit.excluded["missingLabel"] = outside_;
    for (int32_t node = nodes_.begin; node < nodes_.end; ++node) {
      if (!topology_.IsLabelled(level_, topology_.DomainOf(level_, node))) ++no_fit.excluded["missingLabel"];
    }
    for (const NodesOfGrid& grid : grids_) {
      for (const int32_t node : grid.In({0, 0, 0}, grid_.extents)) {
        if (node != kNoNode && !IsUsable(node)) CountExclusion(node);
      }
    }
  }

  void CountExclusion(int32_t node) {
    std::map<std::string, int64_t>& excluded = result_.no_fit.excluded;
    const internal::ShapeOnTopology& shape = problem_.workers > 0 ? problem_.worker : problem_.leader;
    const NodeExclusion exclusion = shape.Exclusion(topology_, node);
    if (exclusion != NodeExclusion::kNone) {
      ++excluded[std::string(NodeExclusionName(exclusion))];
      return;
    }
    if (counts_.IsTaken(node)) {
      ++excluded["domainTaken"];
      return;
    }
    for (const std::string& name : shape.never_offered) ++excluded[name];
    for (const auto& [resource, amount] : shape.takes) {
      if (capacity_.Free(node)[resource] / amount < share_) ++excluded[topology_.resources()[resource]];
    }
  }

  const PlacementProblem& problem_;
  const Topology& topology_;
  const Capacity& capacity_;
  const DomainCounts counts_;
  const IndexRange nodes_;  // that may be used
  const NodeGrid& grid_;
  const std::vector<Cell> turns_;
  const int64_t share_;  // pods of each node
  const int level_;      // whose domains are grids
  const IndexRange domains_;
  std::vector<NodesOfGrid> grids_;  // by domain
  int64_t outside_ = 0;             // nodes without coordinates
  std::vector<Place> places_;
  int64_t best_nodes_ = -1;
  int32_t best_domain_ = 0;
  bool breaks_rules_ = false;
  PlacementResult result_;
};

}  // namespace

absl::StatusOr<PlacementResult> AssignCuboid(const Capacity& capacity, const GroupRequest& request,
                                             const NodeGrid& grid, const Cuboid& cuboid, const TopologyDomain& within) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  absl::Status status = CheckRequest(request, grid, cuboid);
  if (!status.ok()) return status;
  if (Turns(grid, cuboid).empty()) {
    return absl::InvalidArgumentError("size: the cuboid is larger than the grid");
  }
  return CuboidSearch(*problem, capacity, grid, cuboid, within).Run();
}

}  // namespace lws
