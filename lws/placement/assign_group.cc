#include "lws/placement/assign_group.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"

namespace lws {

using internal::AsksOfOthers;
using internal::AssignInScope;
using internal::CountScope;
using internal::DomainCounts;
using internal::LayerOnTopology;
using internal::PlacementProblem;
using internal::ReadPlacementProblem;

namespace {

absl::StatusOr<std::vector<PlacementResult>> AssignOneByOne(absl::Span<const GroupRequest* const> requests,
                                                            Capacity* capacity) {
  std::vector<PlacementResult> results;
  results.reserve(requests.size());
  for (const GroupRequest* request : requests) {
    absl::StatusOr<PlacementResult> result = AssignGroup(*capacity, *request);
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
    if (results.back().assignment.has_value()) capacity->Commit(*request, *results.back().assignment);
  }
  return results;
}

// A request of a batch. Its counts are made once and then kept up to date.
struct Counted {
  PlacementProblem problem;
  std::unique_ptr<DomainCounts> counts;
  // The last answer, if it was a no-fit, and the number of commits before it.
  std::optional<NoFit> no_fit;
  int64_t commits = 0;
};

// The widest level at which the group holds domains or must avoid held ones.
int WidestHold(const PlacementProblem& problem) {
  int widest = problem.topology->LastLevel();
  for (const int level : problem.exclusive_levels) widest = std::min(widest, level);
  for (const LayerOnTopology& layer : problem.layers) {
    if (layer.exclusive) widest = std::min(widest, layer.level);
  }
  return widest;
}

// The nodes whose counts may change when the assignment is committed: those in the same domains of level `widest`.
std::vector<IndexRange> ChangedNodes(const Topology& topology, int widest, const Assignment& assignment) {
  std::set<int32_t> domains;
  if (assignment.leader.has_value()) domains.insert(topology.DomainOf(widest, *assignment.leader));
  for (const WorkerRun& run : assignment.workers) domains.insert(topology.DomainOf(widest, run.node));
  std::vector<IndexRange> ranges;
  for (const int32_t domain : domains) {
    const IndexRange nodes = topology.NodesOf(widest, domain);
    if (!ranges.empty() && ranges.back().end == nodes.begin) {
      ranges.back().end = nodes.end;
    } else {
      ranges.push_back(nodes);
    }
  }
  return ranges;
}

}  // namespace

absl::StatusOr<PlacementResult> AssignGroup(const Capacity& capacity, const GroupRequest& request) {
  const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(request, capacity);
  if (!problem.ok()) return problem.status();
  return AssignInScope(*problem, capacity, DomainCounts(*problem, capacity, {}));
}

absl::Status CheckGroupRequest(const GroupRequest& request, const Topology& topology) {
  return PlacementProblem::Create(request, topology).status();
}

absl::StatusOr<std::vector<PlacementResult>> AssignGroups(absl::Span<const GroupRequest* const> requests,
                                                          Capacity* capacity) {
  const Topology& topology = capacity->topology();
  int widest_hold = topology.LastLevel();
  std::map<const GroupRequest*, Counted> counted;
  for (const GroupRequest* request : requests) {
    if (counted.count(request) > 0) continue;
    absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(*request, *capacity);
    if (!problem.ok()) return problem.status();
    widest_hold = std::min(widest_hold, WidestHold(*problem));
    counted[request].problem = *std::move(problem);
  }
  if (std::any_of(requests.begin(), requests.end(),
                  [](const GroupRequest* request) { return AsksOfOthers(*request); })) {
    return AssignOneByOne(requests, capacity);
  }
  for (auto& [request, entry] : counted) {
    entry.counts = std::make_unique<DomainCounts>(entry.problem, *capacity, CountScope());
    const int level = std::max(entry.problem.level, entry.problem.exclusive_level);
    if (level != Topology::kRoot && requests.size() > 1) entry.counts->IndexRoom(level);
  }
  std::vector<PlacementResult> results;
  results.reserve(requests.size());
  int64_t commits = 0;
  for (const GroupRequest* request : requests) {
    Counted& entry = counted[request];
    if (entry.no_fit.has_value() && entry.commits == commits) {
      results.push_back({std::nullopt, *entry.no_fit, request->not_looked_at});
      continue;
    }
    results.push_back(AssignInScope(entry.problem, *capacity, *entry.counts));
    if (!results.back().assignment.has_value()) {
      entry.no_fit = results.back().no_fit;
      entry.commits = commits;
      continue;
    }
    ++commits;
    const Assignment& assignment = *results.back().assignment;
    capacity->Commit(*request, assignment);
    for (const IndexRange& nodes : ChangedNodes(topology, widest_hold, assignment)) {
      for (auto& [other, changed] : counted) changed.counts->Refresh(nodes);
    }
  }
  return results;
}

}  // namespace lws
