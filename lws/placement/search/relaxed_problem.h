// Less demanding groups in place of a group. Wherever the group has a place, each of them has one, too, so that what
// fits of them bounds what fits of the group.
//
//   const lws::internal::PlacementProblem workers = lws::internal::WithoutLeader(problem);
//   workers.Pods() == problem.workers;    // true
//
// The results borrow what the problem borrows. Complexity of all: O(nodes x resources).
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_SEARCH_RELAXED_PROBLEM_H_
#define LWS_PLACEMENT_SEARCH_RELAXED_PROBLEM_H_

#include <optional>

#include "lws/placement/search/placement_problem.h"

namespace lws::internal {

// The group without exclusions that end when other groups of its kind are placed: those by pod affinity to such groups,
// and by the spread of their pods. A node that lacks the label of a topology key stays excluded. Pods of several groups
// may share a node that pods of one group may not share.
PlacementProblem BesideOtherGroups(const PlacementProblem& problem);

// The workers alone. They have no subgroups when the leader is a member of one, which is smaller without it.
PlacementProblem WithoutLeader(const PlacementProblem& problem);

// Pods in the group's subgroups that ask of each resource for no more than the leader and no more than a worker, and
// that may be wherever one of them may be. Nullopt when the leader is not a member of a subgroup.
std::optional<PlacementProblem> OfLesserPods(const PlacementProblem& problem);

// The workers of all subgroups of the widest layer but the leader's. Nullopt when the leader is not a member of a
// subgroup, or of the only one.
std::optional<PlacementProblem> WithoutLeadersSubgroup(const PlacementProblem& problem);

// Each innermost subgroup with one worker less, because one of them has the leader in place of a worker. Nullopt when
// the leader is not a member of a subgroup, or subgroups have one pod.
std::optional<PlacementProblem> WithSmallerSubgroups(const PlacementProblem& problem);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_SEARCH_RELAXED_PROBLEM_H_
