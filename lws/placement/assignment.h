// The nodes for the pods of a group, or the reason why there are none.
//
//   lws::Assignment assignment;
//   assignment.leader = 4;                      // node number in the topology
//   assignment.workers = {{4, 3}, {7, 5}};      // ranks 1..3 on node 4, ranks 4..8 on node 7
//   assignment.NodesByRank();                   // {4, 4, 4, 4, 7, 7, 7, 7, 7}
//
// Thread-safety: plain data.
#ifndef LWS_PLACEMENT_ASSIGNMENT_H_
#define LWS_PLACEMENT_ASSIGNMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

struct WorkerRun {
  int32_t node = 0;
  int32_t count = 0;

  friend bool operator==(const WorkerRun& a, const WorkerRun& b) { return a.node == b.node && a.count == b.count; }
};

struct Assignment {
  std::optional<int32_t> leader;
  // In rank order. Nodes are given by their numbers in the topology.
  std::vector<WorkerRun> workers;

  int64_t WorkerCount() const;
  // The leader's node comes first, when there is a leader.
  std::vector<int32_t> NodesByRank() const;

  friend bool operator==(const Assignment& a, const Assignment& b) {
    return a.leader == b.leader && a.workers == b.workers;
  }
};

// Makes an assignment from the nodes of the ranks. Neighbouring ranks on one node become a run.
Assignment AssignmentFromRanks(bool has_leader, const std::vector<int32_t>& nodes);

enum class NoFitReason {
  kNoLevelFits,        // no domain of the level takes the whole group
  kNoSubgroupFits,     // the level would fit the group, but not in whole subgroups
  kLeaderFitsNowhere,  // the workers alone would fit
  kNotEnoughRoom,      // all nodes together have too little room
  kNoSurvivors,        // every pod of the group is lost
  kNoPlaceBesideSurvivors,
  kSurvivorsAreApart,  // the running pods are in several domains of the level that is to hold all of them
  kNoCuboidFits,       // no cuboid of the grid takes the whole group
  kCuboidRunsInPart,   // a cuboid is placed as a whole, and some pods of the group run
  kDomainsAreFull,     // each domain of the level has as many groups of the set as it may have
  kRulesNotKept,  // there is room, but each place that was tried breaks a rule of the pods; another place may exist
};

// "kNoLevelFits" -> "no domain of the level takes the whole group".
absl::string_view NoFitReasonText(NoFitReason reason);

// Why a group has no place. This is an answer, not an error.
struct NoFit {
  NoFitReason reason = NoFitReason::kNotEnoughRoom;
  // The key of the level that failed, and how many domains it has.
  std::string level;
  int32_t domains = 0;
  int64_t wanted_pods = 0;
  // The domain that would take most of the wanted pods. An empty path means the whole cluster.
  std::vector<std::string> best_domain;
  int64_t best_pods = 0;
  // Where subgroups are wanted: the level and the size of those that fail, or of the widest ones; how many are wanted,
  // and how many the best domain would take.
  std::string subgroup_level;
  int64_t subgroup_size = 0;
  int64_t wanted_subgroups = 0;
  int64_t best_subgroups = 0;
  int64_t nodes = 0;
  // The number of nodes that cannot take a single worker, by reason: "notReady", "selector", "affinity", "taint",
  // "domainTaken", "missingLabel", or the name of a resource. A node that lacks several resources counts for each.
  std::map<std::string, int64_t> excluded;
  // The number of nodes that would have room for more of the pods than may share a node, by the rule of the pods:
  // "podAntiAffinity", "hostPort", "topologySpread".
  std::map<std::string, int64_t> limited;
  // For kRulesNotKept: the rules of which at least one is broken: "podAffinity", "podAntiAffinity",
  // "topologySpreadConstraints".
  std::vector<std::string> rules;
};

// An assignment or a no-fit.
struct PlacementResult {
  std::optional<Assignment> assignment;
  NoFit no_fit;  // only meaningful without an assignment
  // Constraints that may keep the pods from their nodes but were not checked: "resourceClaims of workerTemplate". Only
  // when this is empty is an assignment certain. A no-fit is always right, except kRulesNotKept.
  std::vector<std::string> not_looked_at;
};

// "0 of 12 cloud/rack fit 8 pods: no domain of the level takes the whole group; best is b1/r3 with 6; 40 nodes: 12
// taint, 4 notReady", "3 of 4 subgroups of 4 pods fit, each in one cloud/rack: ...", or, where any nodes would do, "no
// place for 8 pods: ...".
std::string DescribeNoFit(const NoFit& no_fit);

}  // namespace lws

#endif  // LWS_PLACEMENT_ASSIGNMENT_H_
