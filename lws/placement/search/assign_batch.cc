#include "lws/placement/search/assign_batch.h"

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

namespace lws::internal {
namespace {

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

class Batch {
 public:
  Batch(const CountScope& domain, AfterNoFit after_no_fit, Capacity* capacity)
      : topology_(capacity->topology()),
        domain_(domain),
        after_no_fit_(after_no_fit),
        capacity_(capacity),
        widest_hold_(topology_.LastLevel()) {}

  absl::StatusOr<std::vector<PlacementResult>> Run(absl::Span<const GroupRequest* const> requests) {
    absl::Status status = Read(requests);
    if (!status.ok()) return status;
    for (const GroupRequest* request : requests) {
      if (asks_of_others_) {
        status = PlaceAlone(request);
        if (!status.ok()) return status;
      } else {
        Place(request);
      }
      if (!results_.back().assignment.has_value() && after_no_fit_ == AfterNoFit::kStop) break;
    }
    return std::move(results_);
  }

 private:
  absl::Status Read(absl::Span<const GroupRequest* const> requests) {
    for (const GroupRequest* request : requests) {
      if (counted_.count(request) > 0) continue;
      absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(*request, *capacity_);
      if (!problem.ok()) return problem.status();
      asks_of_others_ = asks_of_others_ || AsksOfOthers(*request);
      widest_hold_ = std::min(widest_hold_, WidestHold(*problem));
      counted_[request].problem = *std::move(problem);
    }
    results_.reserve(requests.size());
    if (asks_of_others_) return absl::OkStatus();
    for (auto& [request, entry] : counted_) {
      entry.counts = std::make_unique<DomainCounts>(entry.problem, *capacity_, domain_);
      const int level = std::max(entry.problem.level, entry.problem.exclusive_level);
      if (level > domain_.level && requests.size() > 1) entry.counts->IndexRoom(level);
    }
    return absl::OkStatus();
  }

  // Where a commit may change what other pods can use apart from the room, everything is counted again.
  absl::Status PlaceAlone(const GroupRequest* request) {
    const absl::StatusOr<PlacementProblem> problem = ReadPlacementProblem(*request, *capacity_);
    if (!problem.ok()) return problem.status();
    results_.push_back(AssignInScope(*problem, *capacity_, DomainCounts(*problem, *capacity_, domain_)));
    if (results_.back().assignment.has_value()) capacity_->Commit(*request, *results_.back().assignment);
    return absl::OkStatus();
  }

  void Place(const GroupRequest* request) {
    Counted& entry = counted_[request];
    if (entry.no_fit.has_value() && entry.commits == commits_) {
      results_.push_back({std::nullopt, *entry.no_fit, request->not_looked_at});
      return;
    }
    results_.push_back(AssignInScope(entry.problem, *capacity_, *entry.counts));
    if (!results_.back().assignment.has_value()) {
      entry.no_fit = results_.back().no_fit;
      entry.commits = commits_;
      return;
    }
    ++commits_;
    const Assignment& assignment = *results_.back().assignment;
    capacity_->Commit(*request, assignment);
    const IndexRange scope = topology_.NodesOf(domain_.level, domain_.domain);
    for (const IndexRange& nodes : ChangedNodes(topology_, widest_hold_, assignment)) {
      const IndexRange inside{std::max(nodes.begin, scope.begin), std::min(nodes.end, scope.end)};
      for (auto& [other, changed] : counted_) changed.counts->Refresh(inside);
    }
  }

  const Topology& topology_;
  const CountScope domain_;
  const AfterNoFit after_no_fit_;
  Capacity* capacity_;
  std::map<const GroupRequest*, Counted> counted_;
  std::vector<PlacementResult> results_;
  int widest_hold_;
  int64_t commits_ = 0;
  bool asks_of_others_ = false;
};

}  // namespace

absl::StatusOr<std::vector<PlacementResult>> AssignBatch(absl::Span<const GroupRequest* const> requests,
                                                         const CountScope& domain, AfterNoFit after_no_fit,
                                                         Capacity* capacity) {
  return Batch(domain, after_no_fit, capacity).Run(requests);
}

}  // namespace lws::internal
