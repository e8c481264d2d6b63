#include "lws/placement/search/relaxed_problem.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lws/placement/group_request.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/topology.h"

namespace lws::internal {
namespace {

bool LeaderIsMember(const PlacementProblem& problem) {
  return problem.has_leader && !problem.layers.empty() && problem.request->subgroup_leader == SubgroupLeader::kMember;
}

// The amounts of lesser pods, and the nodes on which one of the two kinds may be.
void UseLesserShape(PlacementProblem* problem) {
  ShapeOnTopology& worker = problem->worker;
  const ShapeOnTopology& leader = problem->leader;
  if (leader.never_offered.empty()) worker.never_offered.clear();
  std::vector<NodeExclusion> exclusions;
  for (int32_t node = 0; node < problem->topology->NodeCount(); ++node) {
    const NodeExclusion exclusion = worker.Exclusion(*problem->topology, node);
    const bool takes_leader = leader.Exclusion(*problem->topology, node) == NodeExclusion::kNone;
    exclusions.push_back(takes_leader ? NodeExclusion::kNone : exclusion);
  }
  worker.exclusions = std::move(exclusions);
  worker.by_class = false;
  std::vector<Take> takes;
  for (const Take& take : problem->takes) {
    const int64_t amount = std::min(take.worker, take.leader);
    if (amount > 0) takes.push_back({take.resource, amount, 0});
  }
  problem->worker_takes = std::move(takes);
}

bool HasLabel(const Topology& topology, int32_t node, const std::string& key) {
  return topology.Node(node).facts.labels.count(key) > 0;
}

bool IsNear(const PodRules& rules, const PodShape& other) {
  return other.rules != nullptr && std::all_of(rules.near.begin(), rules.near.end(),
                                               [&](const PodTerm& term) { return term.Matches(*other.rules); });
}

bool IsSpread(const PodRules& rules, const PodShape& other) {
  return other.rules != nullptr && other.rules->namespace_name == rules.namespace_name &&
         std::any_of(rules.spreads.begin(), rules.spreads.end(),
                     [&](const SpreadConstraint& spread) { return spread.selector.Matches(other.rules->labels); });
}

// Whether the exclusion of the node may end when pods of the group are placed elsewhere.
bool MayEnd(const PlacementProblem& problem, const PodRules& rules, NodeExclusion exclusion, int32_t node) {
  const GroupRequest& request = *problem.request;
  const auto any_pod = [&](bool (*test)(const PodRules&, const PodShape&)) {
    return (problem.workers > 0 && test(rules, request.worker)) || (problem.has_leader && test(rules, *request.leader));
  };
  if (exclusion == NodeExclusion::kPodAffinity) {
    const bool has_labels = std::all_of(rules.near.begin(), rules.near.end(), [&](const PodTerm& term) {
      return HasLabel(*problem.topology, node, term.topology_key);
    });
    return has_labels && any_pod(IsNear);
  }
  const bool has_labels = std::all_of(
      rules.spreads.begin(), rules.spreads.end(),
      [&](const SpreadConstraint& constraint) { return HasLabel(*problem.topology, node, constraint.topology_key); });
  return exclusion == NodeExclusion::kTopologySpread && has_labels && any_pod(IsSpread);
}

void LiftExclusions(const PlacementProblem& problem, const PodShape& pod, ShapeOnTopology* shape) {
  // An exclusion by other pods differs from node to node.
  if (pod.rules == nullptr || shape->by_class) return;
  for (int32_t node = 0; node < problem.topology->NodeCount(); ++node) {
    NodeExclusion& exclusion = shape->exclusions[static_cast<size_t>(node)];
    if (!MayEnd(problem, *pod.rules, exclusion, node)) continue;
    // A node is excluded for the first reason that is found. The reasons before these do not end.
    exclusion = NodeExclusion::kNone;
  }
}

}  // namespace

PlacementProblem BesideOtherGroups(const PlacementProblem& problem) {
  PlacementProblem later = problem;
  later.limits.clear();
  const GroupRequest& request = *problem.request;
  if (problem.workers > 0) LiftExclusions(problem, request.worker, &later.worker);
  if (problem.has_leader) LiftExclusions(problem, *request.leader, &later.leader);
  return later;
}

PlacementProblem WithoutLeader(const PlacementProblem& problem) {
  PlacementProblem workers = problem;
  workers.has_leader = false;
  workers.same_shape = false;
  if (LeaderIsMember(problem)) workers.layers.clear();
  return workers;
}

std::optional<PlacementProblem> OfLesserPods(const PlacementProblem& problem) {
  if (!LeaderIsMember(problem)) return std::nullopt;
  PlacementProblem lesser = problem;
  UseLesserShape(&lesser);
  lesser.workers = problem.Pods();
  lesser.has_leader = false;
  lesser.same_shape = false;
  lesser.limits.clear();
  return lesser;
}

std::optional<PlacementProblem> WithoutLeadersSubgroup(const PlacementProblem& problem) {
  if (!LeaderIsMember(problem) || problem.layers.back().units < 2) return std::nullopt;
  PlacementProblem workers = problem;
  workers.has_leader = false;
  workers.same_shape = false;
  workers.workers -= problem.layers.back().size - 1;
  for (LayerOnTopology& layer : workers.layers) layer.units = workers.workers / layer.size;
  return workers;
}

std::optional<PlacementProblem> WithSmallerSubgroups(const PlacementProblem& problem) {
  if (!LeaderIsMember(problem) || problem.layers.front().size < 2) return std::nullopt;
  PlacementProblem workers = problem;
  workers.has_leader = false;
  workers.same_shape = false;
  const int64_t pods = problem.layers.front().size;
  for (LayerOnTopology& layer : workers.layers) layer.size = layer.size / pods * (pods - 1);
  workers.layers.front().ratio = pods - 1;
  workers.workers = problem.layers.front().units * (pods - 1);
  return workers;
}

}  // namespace lws::internal
