#include "lws/placement/assignment.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lws {

int64_t Assignment::WorkerCount() const {
  int64_t count = 0;
  for (const WorkerRun& run : workers) count += run.count;
  return count;
}

std::vector<int32_t> Assignment::NodesByRank() const {
  std::vector<int32_t> nodes;
  if (leader.has_value()) nodes.push_back(*leader);
  for (const WorkerRun& run : workers) nodes.insert(nodes.end(), run.count, run.node);
  return nodes;
}

Assignment AssignmentFromRanks(bool has_leader, const std::vector<int32_t>& nodes) {
  Assignment assignment;
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    if (has_leader && rank == 0) {
      assignment.leader = nodes[0];
    } else if (!assignment.workers.empty() && assignment.workers.back().node == nodes[rank]) {
      ++assignment.workers.back().count;
    } else {
      assignment.workers.push_back({nodes[rank], 1});
    }
  }
  return assignment;
}

absl::string_view NoFitReasonText(NoFitReason reason) {
  switch (reason) {
    case NoFitReason::kNoLevelFits:
      return "no domain of the level takes the whole group";
    case NoFitReason::kNoSubgroupFits:
      return "the subgroups do not fit into domains of their level";
    case NoFitReason::kLeaderFitsNowhere:
      return "there is room for the workers, and none for the leader";
    case NoFitReason::kNotEnoughRoom:
      return "all nodes together have too little room";
    case NoFitReason::kNoSurvivors:
      return "no pod of the group is left";
    case NoFitReason::kNoPlaceBesideSurvivors:
      return "there is no room beside the surviving pods";
    case NoFitReason::kSurvivorsAreApart:
      return "the running pods are in several domains of the level";
    case NoFitReason::kNoCuboidFits:
      return "no contiguous cuboid of nodes takes the whole group";
    case NoFitReason::kCuboidRunsInPart:
      return "a cuboid is placed as a whole, and the group runs in part";
    case NoFitReason::kDomainsAreFull:
      return "each domain of the level has as many groups of the set as it may have";
    case NoFitReason::kRulesNotKept:
      return "there is room, but each place that was tried breaks a rule between pods";
  }
  return "";
}

namespace {

// "1 pod", "2 pods".
std::string Pods(int64_t count) { return absl::StrCat(count, count == 1 ? " pod" : " pods"); }

// What has no place, up to the reason.
std::string WhatHasNoPlace(const NoFit& no_fit) {
  if (no_fit.reason == NoFitReason::kDomainsAreFull) {
    return absl::StrCat("no ", no_fit.level, " for ", Pods(no_fit.wanted_pods));
  }
  if (no_fit.wanted_subgroups > 0 && no_fit.reason != NoFitReason::kNoCuboidFits) {
    return absl::StrCat(no_fit.best_subgroups, " of ", no_fit.wanted_subgroups, " subgroups of ",
                        Pods(no_fit.subgroup_size), " fit, each in one ", no_fit.subgroup_level);
  }
  // No level was asked for when the whole cluster is the best domain.
  const bool is_of_level = no_fit.reason == NoFitReason::kNoLevelFits || !no_fit.best_domain.empty();
  if (!is_of_level || no_fit.reason == NoFitReason::kNoCuboidFits || no_fit.reason == NoFitReason::kCuboidRunsInPart) {
    return absl::StrCat("no place for ", Pods(no_fit.wanted_pods));
  }
  return absl::StrCat("0 of ", no_fit.domains, " ", no_fit.level, " fit ", Pods(no_fit.wanted_pods));
}

}  // namespace

std::string DescribeNoFit(const NoFit& no_fit) {
  if (no_fit.reason == NoFitReason::kRulesNotKept) {
    return absl::StrCat("no sure place for ", Pods(no_fit.wanted_pods), ": ", NoFitReasonText(no_fit.reason), ": ",
                        absl::StrJoin(no_fit.rules, ", "));
  }
  std::string text = absl::StrCat(WhatHasNoPlace(no_fit), ": ");
  if (no_fit.reason == NoFitReason::kDomainsAreFull || no_fit.reason == NoFitReason::kCuboidRunsInPart) {
    return absl::StrCat(text, NoFitReasonText(no_fit.reason));
  }
  const bool is_limited = no_fit.reason == NoFitReason::kNotEnoughRoom && !no_fit.limited.empty();
  absl::StrAppend(&text, is_limited ? "all nodes together take too few pods" : NoFitReasonText(no_fit.reason));
  const std::string best = no_fit.best_domain.empty() ? "the whole cluster" : absl::StrJoin(no_fit.best_domain, "/");
  absl::StrAppend(&text, "; best is ", best, " with ", no_fit.best_pods, "; ", no_fit.nodes,
                  no_fit.nodes == 1 ? " node" : " nodes");
  const char* separator = ": ";
  for (const auto& [reason, count] : no_fit.excluded) {
    // Every pod takes one of the node's "pods".
    absl::StrAppend(&text, separator, count, reason == "pods" ? " too many pods" : absl::StrCat(" ", reason));
    separator = ", ";
  }
  for (const auto& [rule, count] : no_fit.limited) {
    absl::StrAppend(&text, "; ", count,
                    count == 1 ? " node has room for more pods than may share it: "
                               : " nodes have room for more pods than may share them: ",
                    rule);
  }
  return text;
}

}  // namespace lws
