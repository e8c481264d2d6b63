#include "lws/placement/search/one_by_one.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "lws/placement/group_request.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/pod_neighbours.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

constexpr int64_t kMostLooks = 2'000'000;

// The pods of the group on one node.
struct Taken {
  int64_t workers = 0;
  bool leader = false;
};

// One attempt, within one domain.
class Attempt {
 public:
  Attempt(const PlacementProblem& problem, const Capacity& capacity, const DomainCounts& counts)
      : problem_(problem),
        capacity_(capacity),
        counts_(counts),
        leader_(ReadNeighbours(problem.has_leader ? &*problem.request->leader : nullptr, capacity)),
        worker_(ReadNeighbours(problem.workers > 0 ? &problem.request->worker : nullptr, capacity)) {}

  // Whether all pods find a node. The leader comes first, unless it has to be near to a worker.
  bool Run(IndexRange nodes, int64_t* looks) {
    bool leader_waits = problem_.has_leader;
    for (int64_t workers = problem_.workers; workers > 0 || leader_waits;) {
      *looks -= 2 * static_cast<int64_t>(nodes.size());
      if (*looks < 0) return false;
      if (leader_waits && PutPod(nodes, /*is_leader=*/true)) {
        leader_waits = false;
      } else if (workers > 0 && PutPod(nodes, /*is_leader=*/false)) {
        --workers;
      } else {
        return false;
      }
    }
    return true;
  }

  std::vector<PickedDomain> Picks() const {
    std::vector<PickedDomain> picks;
    for (const auto& [node, taken] : taken_) picks.push_back({node, taken.workers, taken.leader});
    return picks;
  }

 private:
  static std::optional<PodNeighbours> ReadNeighbours(const PodShape* shape, const Capacity& capacity) {
    if (shape == nullptr || shape->rules == nullptr) return std::nullopt;
    return NeighboursOf(*shape, capacity);
  }

  // A node that has pods of the group already, or else the first one that may take the pod.
  std::optional<int32_t> FindNode(IndexRange nodes, bool is_leader) const {
    for (const auto& [node, taken] : taken_) {
      if (MayTake(node, is_leader)) return node;
    }
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      if (taken_.count(node) == 0 && MayTake(node, is_leader)) return node;
    }
    return std::nullopt;
  }

  bool PutPod(IndexRange nodes, bool is_leader) {
    const std::optional<int32_t> node = FindNode(nodes, is_leader);
    if (node.has_value()) Put(*node, is_leader);
    return node.has_value();
  }

  bool MayTake(int32_t node, bool is_leader) const {
    const ShapeOnTopology& shape = is_leader ? problem_.leader : problem_.worker;
    if (shape.Exclusion(*problem_.topology, node) != NodeExclusion::kNone || !shape.never_offered.empty()) return false;
    const std::vector<bool>* const lost = counts_.scope().lost;
    if (lost != nullptr && (*lost)[static_cast<size_t>(node)]) return false;
    return HasRoom(node, is_leader) && IsAllowed(node, is_leader);
  }

  bool HasRoom(int32_t node, bool is_leader) const {
    const auto found = taken_.find(node);
    const Taken taken = found == taken_.end() ? Taken() : found->second;
    const int64_t workers = taken.workers + !is_leader;
    const bool leader = taken.leader || is_leader;
    const int64_t* const free = capacity_.Free(node);
    return std::all_of(problem_.takes.begin(), problem_.takes.end(), [&](const Take& take) {
      const __int128 wanted = static_cast<__int128>(workers) * take.worker + (leader ? take.leader : 0);
      return wanted <= free[take.resource];
    });
  }

  bool IsAllowed(int32_t node, bool is_leader) const {
    const std::optional<PodNeighbours>& neighbours = is_leader ? leader_ : worker_;
    return !neighbours.has_value() || (neighbours->AllowsPorts(node) && neighbours->AllowsApart(node) &&
                                       neighbours->AllowsNear(node) && neighbours->AllowsSpread(node));
  }

  void Put(int32_t node, bool is_leader) {
    Taken& taken = taken_[node];
    if (is_leader) {
      taken.leader = true;
    } else {
      ++taken.workers;
    }
    const PodShape& shape = is_leader ? *problem_.request->leader : problem_.request->worker;
    if (shape.rules == nullptr) return;
    for (std::optional<PodNeighbours>* neighbours : {&leader_, &worker_}) {
      if (neighbours->has_value()) (*neighbours)->Add(*shape.rules, node, 1);
    }
  }

  const PlacementProblem& problem_;
  const Capacity& capacity_;
  const DomainCounts& counts_;
  std::optional<PodNeighbours> leader_;
  std::optional<PodNeighbours> worker_;
  std::map<int32_t, Taken> taken_;
};

}  // namespace

// Law 2: the levels from the narrowest on. A group that only prefers a level may use the whole scope in the end.
std::vector<PickedDomain> PickNodesOneByOne(const PlacementProblem& problem, const Capacity& capacity,
                                            const DomainCounts& counts) {
  if (!problem.layers.empty() || !problem.exclusive_levels.empty()) return {};
  const Topology& topology = *problem.topology;
  const CountScope& scope = counts.scope();
  const Closeness closeness = problem.request->closeness;
  const int widest = std::max(scope.level, closeness == Closeness::kRequired ? problem.level : Topology::kRoot);
  const int narrowest = closeness == Closeness::kUnconstrained ? widest : std::max(widest, problem.preferred_level);
  int64_t looks = kMostLooks;
  for (int level = narrowest; level >= widest; --level) {
    const IndexRange domains = topology.DomainsWithin(scope.level, scope.domain, level);
    for (int32_t domain = domains.begin; domain < domains.end && looks > 0; ++domain) {
      if (!topology.IsLabelled(level, domain)) continue;
      Attempt attempt(problem, capacity, counts);
      if (attempt.Run(topology.NodesOf(level, domain), &looks)) return attempt.Picks();
    }
  }
  return {};
}

}  // namespace lws::internal
