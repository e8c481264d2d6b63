#include "lws/placement/headroom.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "lws/placement/assign_group.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::AsksOfOthers;
using internal::DomainCounts;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;
using internal::ShapeOnTopology;

namespace {

constexpr int64_t kMany = std::numeric_limits<int64_t>::max() / 4;

// The group as pods of one shape, if its leader is like its workers; nullopt for any other group.
std::optional<GroupRequest> AsPodsOfOneShape(const PlacementProblem& problem) {
  const GroupRequest& request = *problem.request;
  if (!problem.has_leader) return request;
  const bool is_member = problem.layers.empty() || request.subgroup_leader == SubgroupLeader::kMember;
  const bool is_alone = problem.workers == 0;
  if (!is_alone && (!problem.same_shape || !is_member)) return std::nullopt;
  GroupRequest pods = request;
  if (is_alone) pods.worker = *pods.leader;
  pods.leader.reset();
  ++pods.workers;
  // A leader without workers is in a subgroup only if it is a member of it.
  if (is_alone && request.subgroup_leader != SubgroupLeader::kMember) pods.subgroups.clear();
  return pods;
}

class Counting {
 public:
  // `sums_decide` says whether sums over the nodes of one domain tell exactly how many groups it takes.
  Counting(const PlacementProblem& problem, const Capacity& capacity, bool sums_decide)
      : problem_(problem),
        topology_(*problem.topology),
        capacity_(capacity),
        workers_(problem),
        sums_decide_(sums_decide) {
    const bool is_required = problem.request->closeness == Closeness::kRequired;
    binding_ = std::max(is_required ? problem.level : Topology::kRoot, problem.exclusive_level);
    // An exclusive subgroup whose domain is wider than the one for the whole group keeps other groups out.
    holds_wider_ = std::any_of(problem.layers.begin(), problem.layers.end(),
                               [this](const auto& layer) { return layer.exclusive && layer.level < binding_; });
    workers_.has_leader = false;
    // When the leader is a member and asks for less than a worker, counts in whole subgroups would be too small.
    const bool is_member = problem.request->subgroup_leader == SubgroupLeader::kMember;
    if (problem.has_leader && is_member) workers_.layers.clear();
  }

  // Counts by domain of the binding level, or by domain of the widest level with the whole cluster in the last place.
  void Run(Headroom* headroom) {
    const DomainCounts counts(workers_, capacity_, {});
    const int level = std::max(binding_, 0);
    headroom->level = topology_.level_keys()[level];
    headroom->exact = !holds_wider_;
    int64_t sum = 0;
    for (int32_t domain = 0; domain < topology_.DomainCount(level); ++domain) {
      bool exact = !holds_wider_;
      const int64_t groups = GroupsIn(level, domain, counts, &exact);
      headroom->exact = headroom->exact && exact;
      if (topology_.IsLabelled(level, domain)) {
        headroom->domains.push_back({topology_.DomainPath(level, domain), groups, exact && sums_decide_});
      }
      if (groups > 0) NoteExclusive(level, domain);
      if (topology_.IsLabelled(level, domain) || binding_ == Topology::kRoot) sum += groups;
      if (binding_ != Topology::kRoot) KeepRest(level, domain, counts, groups, &headroom->next);
    }
    if (binding_ == Topology::kRoot) {
      headroom->exact = true;
      sum = GroupsIn(Topology::kRoot, 0, counts, &headroom->exact);
      KeepRest(Topology::kRoot, 0, counts, sum, &headroom->next);
    }
    for (const auto& [exclusive, domains] : exclusive_domains_) {
      sum = std::min(sum, static_cast<int64_t>(domains.size()));
    }
    headroom->at_most = sum;
    headroom->groups = sum;
    headroom->next.reason = binding_ == Topology::kRoot ? NoFitReason::kNotEnoughRoom : NoFitReason::kNoLevelFits;
    headroom->next.level = headroom->level;
    headroom->next.domains = static_cast<int32_t>(headroom->domains.size());
    headroom->next.wanted_pods = problem_.Pods();
    headroom->next.nodes = topology_.NodeCount();
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) CountLimit(node, &headroom->next);
  }

 private:
  // The domains that exclusive groups would hold if one of them were in this domain.
  void NoteExclusive(int level, int32_t domain) {
    const int32_t node = topology_.NodesOf(level, domain).begin;
    for (const int exclusive : problem_.exclusive_levels) {
      exclusive_domains_[exclusive].insert(topology_.DomainOf(exclusive, node));
    }
  }

  // An upper bound of the groups in the domain. `exact` becomes false when it may be too large. A domain is not wider
  // than those that an exclusive group holds, so it takes one such group only.
  int64_t GroupsIn(int level, int32_t domain, const DomainCounts& counts, bool* exact) const {
    const bool takes_one = !problem_.exclusive_levels.empty() || holds_wider_;
    return std::min(GroupsByRoom(level, domain, counts, exact), takes_one ? 1 : kMany);
  }

  // The same by room alone.
  int64_t GroupsByRoom(int level, int32_t domain, const DomainCounts& counts, bool* exact) const {
    const int64_t wanted = workers_.UnitsAt(level);
    const int64_t units = std::max<int64_t>(counts.At(level, domain).units, 0);
    int64_t groups = wanted == 0 ? kMany : units / wanted;
    if (!problem_.has_leader) return groups;
    int64_t beside = 0;
    int64_t alone = 0;
    const IndexRange nodes = topology_.NodesOf(level, domain);
    for (int32_t node = nodes.begin; node < nodes.end && beside < groups; ++node) {
      beside += LeadersOn(node, counts.At(topology_.LastLevel(), node).workers);
      alone += LeadersOn(node, 0);
    }
    if (beside >= groups) return groups;
    *exact = false;
    return std::min(groups, alone);
  }

  // The number of leaders that fit on the node beside this many workers.
  int64_t LeadersOn(int32_t node, int64_t workers) const {
    if (problem_.leader.Exclusion(topology_, node) != NodeExclusion::kNone || !problem_.leader.never_offered.empty()) {
      return 0;
    }
    const int64_t* free = capacity_.Free(node);
    int64_t count = kMany;
    for (const internal::Take& take : problem_.leader_takes) {
      const __int128 rest = __int128{free[take.resource]} - __int128{take.worker} * workers;
      count = rest < take.leader ? 0 : std::min<int64_t>(count, static_cast<int64_t>(rest / take.leader));
    }
    return count;
  }

  // Keeps the domain with the largest rest, because that is the best place that the next group would find.
  void KeepRest(int level, int32_t domain, const DomainCounts& counts, int64_t groups, NoFit* next) const {
    if (!topology_.IsLabelled(level, domain)) return;
    const int64_t wanted = workers_.UnitsAt(level);
    const int64_t units = std::max<int64_t>(counts.At(level, domain).units - groups * wanted, 0);
    const int64_t pods = workers_.WorkersIn(level, std::min(units, wanted), false);
    if (!next->best_domain.empty() && pods <= next->best_pods) return;
    next->best_domain = topology_.DomainPath(level, domain);
    next->best_pods = pods;
  }

  void CountLimit(int32_t node, NoFit* next) const {
    const ShapeOnTopology& shape = problem_.workers > 0 ? problem_.worker : problem_.leader;
    const NodeExclusion exclusion = shape.Exclusion(topology_, node);
    if (exclusion != NodeExclusion::kNone) {
      ++next->excluded[std::string(NodeExclusionName(exclusion))];
      return;
    }
    for (const std::string& name : shape.never_offered) ++next->excluded[name];
    if (!shape.never_offered.empty()) return;
    int64_t fewest = kMany;
    std::vector<int32_t> used_up;
    for (const auto& [resource, amount] : shape.takes) {
      const int64_t count = std::max<int64_t>(capacity_.Free(node)[resource], 0) / amount;
      if (count < fewest) used_up.clear();
      if (count <= fewest) used_up.push_back(resource);
      fewest = std::min(fewest, count);
    }
    for (const int32_t resource : used_up) ++next->excluded[topology_.resources()[resource]];
  }

  const PlacementProblem& problem_;
  const Topology& topology_;
  const Capacity& capacity_;
  PlacementProblem workers_;  // the group without the leader
  const bool sums_decide_;
  int binding_ = Topology::kRoot;
  bool holds_wider_ = false;
  std::map<int, std::set<int32_t>> exclusive_domains_;  // by level
};

// The groups that are placed before the next look whether the count is stopped. The parts grow, because each of them
// counts the nodes again, and a group costs little then. When pods ask something of others, every group counts the
// nodes, and a large part would take seconds.
constexpr int64_t kFirstPart = 64;
constexpr int64_t kLargestPart = 4096;
constexpr int64_t kPartThatAsksOfOthers = 16;

// Places groups one after another until one has no place, or until there are `limit` groups.
absl::Status PlaceAll(const Capacity& capacity, const GroupRequest& request, int64_t limit,
                      const std::function<bool()>& is_stopped, Headroom* headroom) {
  Capacity left = capacity;
  headroom->groups = 0;
  const bool asks = AsksOfOthers(request);
  int64_t part = asks ? kPartThatAsksOfOthers : kFirstPart;
  while (headroom->groups < limit) {
    headroom->is_stopped = is_stopped != nullptr && is_stopped();
    if (headroom->is_stopped) break;
    const std::vector<const GroupRequest*> batch(std::min(part, limit - headroom->groups), &request);
    const absl::StatusOr<std::vector<PlacementResult>> results = AssignGroups(batch, &left);
    if (!results.ok()) return results.status();
    for (const PlacementResult& result : *results) {
      if (!result.assignment.has_value()) {
        headroom->next = result.no_fit;
        return absl::OkStatus();
      }
      ++headroom->groups;
    }
    if (!asks) part = std::min(2 * part, kLargestPart);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Headroom> CountHeadroom(const Capacity& capacity, const GroupRequest& request, int64_t limit,
                                       const std::function<bool()>& is_stopped) {
  absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  const std::optional<GroupRequest> pods = AsPodsOfOneShape(*problem);
  Headroom headroom;
  headroom.not_looked_at = request.not_looked_at;
  const bool leader_is_free = problem->layers.empty() || request.subgroup_leader == SubgroupLeader::kOutside;
  if (pods.has_value()) {
    problem = ReadPlacementProblem(*pods, capacity);
    if (!problem.ok()) return problem.status();
  }
  const bool sums_decide = (pods.has_value() || leader_is_free) && !AsksOfOthers(request);
  Counting counting(*problem, capacity, sums_decide);
  counting.Run(&headroom);
  headroom.exact = headroom.exact && sums_decide && request.exclusive_levels.empty();
  if (headroom.exact) return headroom;
  absl::Status status = PlaceAll(capacity, request, limit, is_stopped, &headroom);
  if (!status.ok()) return status;
  // An exclusive group holds its domain alone, so placing one after another finds the most; and that a first group has
  // no place is found exactly.
  const bool is_most = headroom.groups == 0 || !request.exclusive_levels.empty();
  const bool is_full = !AsksOfOthers(request) && headroom.groups < limit && !headroom.is_stopped;
  if (is_most && is_full) headroom.at_most = headroom.groups;
  headroom.exact = headroom.groups == headroom.at_most;
  return headroom;
}

}  // namespace lws
