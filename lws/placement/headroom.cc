#include "lws/placement/headroom.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/api/well_known.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/search/apart_bound.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/leader_packing.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/search/relaxed_problem.h"
#include "lws/placement/topology.h"

namespace lws {

using internal::ApartBound;
using internal::AsksOfOthers;
using internal::DomainCounts;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;
using internal::ShapeOnTopology;

namespace {

constexpr int64_t kMany = std::numeric_limits<int64_t>::max() / 4;

// The group as pods of one shape, if its leader is like its workers; nullopt for any other group. Where pods ask
// something of others, the leader's labels tell it from the workers.
std::optional<GroupRequest> AsPodsOfOneShape(const PlacementProblem& problem) {
  const GroupRequest& request = *problem.request;
  if (!problem.has_leader) return request;
  const bool is_member = problem.layers.empty() || request.subgroup_leader == SubgroupLeader::kMember;
  const bool is_alone = problem.workers == 0;
  if (!is_alone && (!problem.same_shape || !is_member || AsksOfOthers(request))) return std::nullopt;
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
  // `sums_decide` says whether sums over the nodes of one domain tell exactly how many groups it takes. `other` is
  // another group beside that of the problem.
  Counting(const PlacementProblem& problem, const GroupRequest& other, const Capacity& capacity, bool sums_decide)
      : problem_(problem),
        topology_(*problem.topology),
        capacity_(capacity),
        later_(internal::BesideOtherGroups(problem)),
        apart_(other, later_, capacity),
        sums_decide_(sums_decide) {
    const bool is_required = problem.request->closeness == Closeness::kRequired;
    binding_ = std::max(is_required ? problem.level : Topology::kRoot, problem.exclusive_level);
    for (const internal::LayerOnTopology& layer : problem.layers) {
      if (layer.exclusive && layer.level < binding_) wider_holds_.push_back(layer);
    }
    packs_ = problem.has_leader && problem.layers.empty() && problem.workers > 0;
    relaxed_.push_back(internal::WithoutLeader(later_));
    for (std::optional<PlacementProblem> smaller :
         {internal::OfLesserPods(later_), internal::WithoutLeadersSubgroup(later_),
          internal::WithSmallerSubgroups(later_)}) {
      if (smaller.has_value()) relaxed_.push_back(*std::move(smaller));
    }
    for (const PlacementProblem& smaller : relaxed_) counts_.emplace_back(smaller, capacity, internal::CountScope());
  }

  // Counts by domain of the binding level, or by domain of the widest level with the whole cluster in the last place.
  void Run(Headroom* headroom) {
    const int level = std::max(binding_, 0);
    headroom->level = topology_.level_keys()[level];
    Bounds sum;
    for (int32_t domain = 0; domain < topology_.DomainCount(level); ++domain) {
      const Bounds bounds = GroupsIn(level, domain);
      if (topology_.IsLabelled(level, domain)) {
        const bool exact = bounds.groups == bounds.at_most && sums_decide_;
        headroom->domains.push_back({topology_.DomainPath(level, domain), bounds.at_most, exact});
        sum.groups += bounds.groups;
        sum.at_most += bounds.at_most;
        headroom->is_packed = headroom->is_packed || bounds.is_packed;
      }
      if (bounds.at_most > 0) NoteHeld(level, domain);
      if (binding_ != Topology::kRoot) KeepRest(level, domain, bounds.at_most, &headroom->next);
    }
    if (binding_ == Topology::kRoot) {
      sum = GroupsIn(Topology::kRoot, 0);
      KeepRest(Topology::kRoot, 0, sum.at_most, &headroom->next);
      headroom->is_packed = sum.is_packed;
    }
    headroom->at_most = std::min(sum.at_most, apart_.MostIn(Topology::kRoot, 0));
    for (const auto& [held, domains] : held_domains_) {
      headroom->at_most = std::min(headroom->at_most, static_cast<int64_t>(domains.size()));
    }
    headroom->groups = sums_decide_ ? std::min(sum.groups, headroom->at_most) : 0;
    headroom->exact = sums_decide_ && headroom->groups == headroom->at_most;
    headroom->next.reason = binding_ == Topology::kRoot ? NoFitReason::kNotEnoughRoom : NoFitReason::kNoLevelFits;
    headroom->next.level = headroom->level;
    headroom->next.domains = static_cast<int32_t>(headroom->domains.size());
    headroom->next.wanted_pods = problem_.Pods();
    headroom->next.nodes = topology_.NodeCount();
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) CountLimit(node, &headroom->next);
  }

 private:
  struct Bounds {
    int64_t groups = 0;  // that certainly fit if sums decide
    int64_t at_most = 0;
    bool is_packed = false;
  };

  // The domains that groups would hold if one of them were in this domain. No two groups hold the same.
  void NoteHeld(int level, int32_t domain) {
    const int32_t node = topology_.NodesOf(level, domain).begin;
    for (const int exclusive : problem_.exclusive_levels) {
      held_domains_[{Holder::kGroup, exclusive}].insert(topology_.DomainOf(exclusive, node));
    }
    for (const internal::LayerOnTopology& layer : wider_holds_) {
      held_domains_[{Holder::kSubgroup, layer.level}].insert(topology_.DomainOf(layer.level, node));
    }
  }

  // A domain that is not wider than those that a group holds takes one group only, and none if it is held already.
  Bounds GroupsIn(int level, int32_t domain) const {
    Bounds bounds = GroupsByRoom(level, domain);
    bounds.at_most = std::min(bounds.at_most, apart_.MostIn(level, domain));
    if (!problem_.exclusive_levels.empty() || !wider_holds_.empty()) {
      bounds.at_most = std::min<int64_t>(bounds.at_most, 1);
    }
    for (const internal::LayerOnTopology& layer : wider_holds_) {
      const int32_t wider = topology_.DomainOf(layer.level, topology_.NodesOf(level, domain).begin);
      const bool is_held = capacity_.Holds(Holder::kSubgroup, problem_.request->namespace_name, layer.level, wider) > 0;
      if (layer.units > 1 || is_held) bounds.at_most = 0;
    }
    bounds.groups = wider_holds_.empty() ? std::min(bounds.groups, bounds.at_most) : 0;
    return bounds;
  }

  // The same by room alone.
  Bounds GroupsByRoom(int level, int32_t domain) const {
    int64_t groups = kMany;
    for (size_t i = 0; i < relaxed_.size(); ++i) {
      const int64_t wanted = relaxed_[i].UnitsAt(level);
      const int64_t units = std::max<int64_t>(counts_[i].At(level, domain).units, 0);
      if (wanted > 0) groups = std::min(groups, units / wanted);
    }
    if (!problem_.has_leader) return {groups, groups, false};
    int64_t beside = 0;
    int64_t alone = 0;
    const IndexRange nodes = topology_.NodesOf(level, domain);
    for (int32_t node = nodes.begin; node < nodes.end && beside < groups; ++node) {
      const int64_t workers = counts_[0].At(topology_.LastLevel(), node).workers;
      beside += internal::LeadersBeside(later_, capacity_, node, workers);
      alone += internal::LeadersBeside(later_, capacity_, node, 0);
    }
    if (beside >= groups) return {groups, groups, false};
    groups = std::min(groups, alone);
    if (!packs_) return {0, groups, false};
    const internal::PackedLeaders packed = internal::PackLeaders(later_, capacity_, nodes);
    return {packed.groups, std::min(groups, packed.at_most), packed.groups > beside};
  }

  // Keeps the domain with the largest rest, because that is the best place that the next group would find.
  void KeepRest(int level, int32_t domain, int64_t groups, NoFit* next) const {
    if (!topology_.IsLabelled(level, domain)) return;
    const PlacementProblem& workers = relaxed_[0];
    const int64_t wanted = workers.UnitsAt(level);
    const int64_t units = std::max<int64_t>(counts_[0].At(level, domain).units - groups * wanted, 0);
    const int64_t pods = workers.WorkersIn(level, std::min(units, wanted), false);
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
  const PlacementProblem later_;  // as the problem is for bounds of further groups
  const ApartBound apart_;
  const bool sums_decide_;
  int binding_ = Topology::kRoot;
  // Exclusive subgroups whose domain is wider than the one for the whole group: it keeps other groups out.
  std::vector<internal::LayerOnTopology> wider_holds_;
  // Whether leaders and workers are packed onto nodes, whatever group they belong to.
  bool packs_ = false;
  std::vector<PlacementProblem> relaxed_;                             // the workers come first
  std::vector<DomainCounts> counts_;                                  // by relaxed problem
  std::map<std::pair<Holder, int>, std::set<int32_t>> held_domains_;  // by holder and level
};

// The labels that tell groups of a set apart.
constexpr const char* kGroupLabels[] = {kGroupIndexLabel, kGroupKeyLabel, kSubGroupKeyLabel};

// Whether pods ask for labels that tell groups apart, as an anti-affinity within the group does.
bool AsksForGroupLabels(const GroupRequest& request) {
  const auto asks = [](const PodSelector& selector) {
    return std::any_of(selector.requirements.begin(), selector.requirements.end(), [](const LabelRequirement& asked) {
      return std::find(std::begin(kGroupLabels), std::end(kGroupLabels), asked.key) != std::end(kGroupLabels);
    });
  };
  const auto any = [&asks](const auto& terms) {
    return std::any_of(terms.begin(), terms.end(), [&asks](const auto& term) { return asks(term.selector); });
  };
  const auto shape_asks = [&any](const PodShape& shape) {
    return shape.rules != nullptr && (any(shape.rules->near) || any(shape.rules->apart) || any(shape.rules->spreads));
  };
  return shape_asks(request.worker) || (request.leader.has_value() && shape_asks(*request.leader));
}

// The rules of the same pod in another group: its labels, and the selectors that were made of them, differ.
std::shared_ptr<const PodRules> RulesOfGroup(int64_t number, const std::shared_ptr<const PodRules>& first) {
  if (first == nullptr) return nullptr;
  auto rules = std::make_shared<PodRules>(*first);
  for (const char* key : kGroupLabels) {
    const auto label = rules->labels.find(key);
    if (label == rules->labels.end()) continue;
    const std::string old = label->second;
    label->second = absl::StrCat(old, "+", number);
    const auto rename = [&](auto* terms) {
      for (auto& term : *terms) {
        for (LabelRequirement& asked : term.selector.requirements) {
          if (asked.key == key) std::replace(asked.values.begin(), asked.values.end(), old, label->second);
        }
      }
    };
    rename(&rules->near);
    rename(&rules->apart);
    rename(&rules->spreads);
  }
  return rules;
}

// A further group of the same set; the first one has the number 0.
GroupRequest FurtherGroup(const GroupRequest& request, int64_t number) {
  GroupRequest further = request;
  if (number == 0) return further;
  further.worker.rules = RulesOfGroup(number, request.worker.rules);
  if (further.leader.has_value()) further.leader->rules = RulesOfGroup(number, request.leader->rules);
  return further;
}

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
  const bool groups_differ = AsksForGroupLabels(request);
  int64_t part = asks ? kPartThatAsksOfOthers : kFirstPart;
  while (headroom->groups < limit) {
    headroom->is_stopped = is_stopped != nullptr && is_stopped();
    if (headroom->is_stopped) break;
    std::vector<const GroupRequest*> batch(std::min(part, limit - headroom->groups), &request);
    std::vector<GroupRequest> further;
    if (groups_differ) {
      further.reserve(batch.size());
      for (size_t i = 0; i < batch.size(); ++i) {
        further.push_back(FurtherGroup(request, headroom->groups + static_cast<int64_t>(i)));
        batch[i] = &further.back();
      }
    }
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
  const GroupRequest later = AsksForGroupLabels(request) ? FurtherGroup(request, 1) : request;
  Counting(*problem, later, capacity, sums_decide).Run(&headroom);
  const bool holds = !request.exclusive_levels.empty();
  headroom.exact = headroom.exact && !holds;
  const int64_t certain = holds ? 0 : headroom.groups;
  if (headroom.exact || (certain >= limit && certain > 0)) return headroom;
  const NoFit next = headroom.next;
  absl::Status status = PlaceAll(capacity, request, limit, is_stopped, &headroom);
  if (!status.ok()) return status;
  headroom.is_packed = certain > headroom.groups;
  if (headroom.is_packed) {
    headroom.groups = certain;
    headroom.next = next;
  }
  // An exclusive group holds its domain alone, so placing one after another finds the most; and that a first group has
  // no place is found exactly.
  const bool is_most = headroom.groups == 0 || holds;
  const bool is_full = !AsksOfOthers(request) && headroom.groups < limit && !headroom.is_stopped;
  if (is_most && is_full) headroom.at_most = headroom.groups;
  headroom.exact = headroom.groups == headroom.at_most;
  return headroom;
}

}  // namespace lws
